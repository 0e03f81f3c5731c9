package metric

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/VictoriaMetrics/metrics"
)

// Registry is all that a program counts. It is safe for concurrent use.
type Registry struct {
	mu       sync.Mutex
	families []*family
}

// NewRegistry is a registry of nothing yet.
func NewRegistry() *Registry { return &Registry{} }

// family is a metric with all its series, one for each set of values of the labels.
type family struct {
	name, help, kind string
	labels           []string
	set              *metrics.Set
}

func (r *Registry) family(kind, name, help string, labels ...string) *family {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(r.families, func(f *family) bool { return f.name == name }) {
		panic("two metrics are called " + name)
	}
	f := &family{name: name, help: help, kind: kind, labels: labels, set: metrics.NewSet()}
	r.families = append(r.families, f)
	slices.SortFunc(r.families, func(a, b *family) int { return cmp.Compare(a.name, b.name) })
	return f
}

// series is a metric with the values of its labels, in their order, as it is
// written: turno_jobs_total{job="letters",result="done"}.
func (f *family) series(values []string) string {
	if len(values) != len(f.labels) {
		panic(fmt.Sprintf("%s has the labels %q, not %d of them", f.name, f.labels, len(values)))
	}
	if len(values) == 0 {
		return f.name
	}
	var b strings.Builder
	b.WriteString(f.name)
	for i, label := range f.labels {
		b.WriteByte("{,"[min(i, 1)])
		b.WriteString(label)
		b.WriteString(`="`)
		b.WriteString(escape(values[i]))
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

// escape writes a label's value as the text form of Prometheus has it, in which a
// quoted string of Go would be another: "é" stays "é".
func escape(value string) string {
	if !strings.ContainsAny(value, "\\\"\n") {
		return value
	}
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value)
}

// Counter counts events, by the values of its labels.
type Counter struct{ family *family }

// Counter makes a counter. One without labels is written from the start, as 0.
func (r *Registry) Counter(name, help string, labels ...string) *Counter {
	c := &Counter{r.family("counter", name, help, labels...)}
	if len(labels) == 0 {
		c.Add(0)
	}
	return c
}

// Inc counts one more. The values are in the order of the labels.
func (c *Counter) Inc(values ...string) { c.Add(1, values...) }

// Add counts n more.
func (c *Counter) Add(n int, values ...string) {
	c.family.set.GetOrCreateCounter(c.family.series(values)).Add(n)
}

// Gauge makes a metric of what value says at the time.
func (r *Registry) Gauge(name, help string, value func() float64) {
	r.family("gauge", name, help).set.NewGauge(name, value)
}

// Fact makes a metric that is always 1, for what its one label says.
func (r *Registry) Fact(name, help, label, value string) {
	f := r.family("gauge", name, help, label)
	f.set.NewGauge(f.series([]string{value}), func() float64 { return 1 })
}

// Histogram counts measures by size, and by the values of its labels.
type Histogram struct {
	family *family
	bounds []float64
}

// Histogram makes a histogram with the upper bounds of its buckets, in order.
func (r *Registry) Histogram(name, help string, bounds []float64, labels ...string) *Histogram {
	return &Histogram{r.family("histogram", name, help, labels...), bounds}
}

// Observe counts a measure. The values are in the order of the labels.
func (h *Histogram) Observe(measure float64, values ...string) {
	h.family.set.GetOrCreatePrometheusHistogramExt(h.family.series(values), h.bounds).Update(measure)
}

// ContentType is what WriteTo writes.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// WriteTo writes every metric that has a series.
func (r *Registry) WriteTo(w io.Writer) (int64, error) {
	r.mu.Lock()
	families := slices.Clone(r.families)
	r.mu.Unlock()
	var all, series bytes.Buffer
	for _, f := range families {
		series.Reset()
		f.set.WritePrometheus(&series)
		if series.Len() == 0 {
			continue
		}
		fmt.Fprintf(&all, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
		all.Write(series.Bytes())
	}
	return all.WriteTo(w)
}

// WriteProcess writes what Go and the operating system say of this process.
func WriteProcess(w io.Writer) {
	metrics.WriteProcessMetrics(w)
	metrics.WriteFDMetrics(w)
}
