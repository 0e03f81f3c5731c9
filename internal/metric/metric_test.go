package metric_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/metric"
)

func TestWhatIsWritten(t *testing.T) {
	t.Parallel()
	r := metric.NewRegistry()
	r.Counter("refused_total", "Requests refused.")
	r.Counter("unheard_total", "Has a label, and nothing was counted.", "of")
	jobs := r.Counter("jobs_total", "Jobs that ran.", "job", "result")
	jobs.Inc("mail", "done")
	jobs.Add(2, "mail", "done")
	jobs.Inc("a\"b\\c\nd é", "failed")
	r.Gauge("waiting", "Who waits.", func() float64 { return 2.5 })
	r.Fact("build_info", "Always 1.", "version", "1.0")
	took := r.Histogram("took_seconds", "How long.", []float64{.001, .25, 1}, "route")
	for _, seconds := range []float64{0, .25, .5, 4} {
		took.Observe(seconds, "GET /people/{id}")
	}
	want := strings.TrimLeft(`
# HELP build_info Always 1.
# TYPE build_info gauge
build_info{version="1.0"} 1
# HELP jobs_total Jobs that ran.
# TYPE jobs_total counter
jobs_total{job="a\"b\\c\nd é",result="failed"} 1
jobs_total{job="mail",result="done"} 3
# HELP refused_total Requests refused.
# TYPE refused_total counter
refused_total 0
# HELP took_seconds How long.
# TYPE took_seconds histogram
took_seconds_bucket{route="GET /people/{id}",le="0.001"} 1
took_seconds_bucket{route="GET /people/{id}",le="0.25"} 2
took_seconds_bucket{route="GET /people/{id}",le="1"} 3
took_seconds_bucket{route="GET /people/{id}",le="+Inf"} 4
took_seconds_sum{route="GET /people/{id}"} 4.75
took_seconds_count{route="GET /people/{id}"} 4
# HELP waiting Who waits.
# TYPE waiting gauge
waiting 2.5
`, "\n")
	var got bytes.Buffer
	if _, err := r.WriteTo(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("the metrics (-want +got):\n%s", diff)
	}
}

func TestAProcessIsMeasured(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	metric.WriteProcess(&got)
	for _, name := range []string{
		"go_goroutines", "go_memstats_heap_inuse_bytes", "go_gc_duration_seconds_count", "go_info{",
		"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_start_time_seconds",
	} {
		if !strings.Contains(got.String(), "\n"+name) {
			t.Errorf("there is no %s in\n%s", name, got.String())
		}
	}
}

func TestMistakesOfTheProgramAreLoud(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  func(*metric.Registry)
	}{
		{"a name twice", func(r *metric.Registry) { r.Counter("a", "A."); r.Gauge("a", "A.", nil) }},
		{"a label without a value", func(r *metric.Registry) { r.Counter("a", "A.", "of").Inc() }},
		{"a value without a label", func(r *metric.Registry) { r.Counter("a", "A.").Inc("x") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("nothing was said")
				}
			}()
			tt.err(metric.NewRegistry())
		})
	}
}
