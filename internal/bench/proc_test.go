package bench

import (
	"os"
	"testing"
	"time"
)

func TestMemoryOfAProcess(t *testing.T) {
	t.Parallel()
	m, err := parseMemory("Name:\tturno (1)\nVmPeak:\t 1800000 kB\nVmHWM:\t   98304 kB\nVmRSS:\t   65536 kB\nThreads:\t9\n")
	if want := (Memory{Resident: 64 * mebibyte, Peak: 96 * mebibyte}); err != nil || m != want {
		t.Errorf("%+v, %v; want %+v", m, err, want)
	}
	for name, status := range map[string]string{
		"a kernel thread has none": "Name:\tkworker\n",
		"an unknown unit":          "VmHWM:\t98304 MB\nVmRSS:\t65536 MB\n",
		"no number":                "VmHWM:\tmuch kB\n",
	} {
		if m, err := parseMemory(status); err == nil {
			t.Errorf("%s: %+v, want an error", name, m)
		}
	}
	if m, err := memoryOf(os.Getpid()); err != nil || m.Resident < mebibyte || m.Peak < m.Resident {
		t.Errorf("this test has %+v, %v", m, err)
	}
}

func TestComputingTimeOfAProcess(t *testing.T) {
	t.Parallel()
	const rest = " S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 9 0 1"
	for _, name := range []string{"(turno)", "(a name) with (brackets)"} {
		if got, err := parseComputed("42 " + name + rest); err != nil || got != 2*time.Second {
			t.Errorf("%s: %s, %v; want 2s", name, got, err)
		}
	}
	for _, stat := range []string{"", "42 (turno) S 1", "42 (turno) S 1 2 3 4 5 6 7 8 9 10 much 50"} {
		if got, err := parseComputed(stat); err == nil {
			t.Errorf("%q: %s, want an error", stat, got)
		}
	}
	if _, err := computedBy(os.Getpid()); err != nil {
		t.Error(err)
	}
}

func TestWhatMetricsTell(t *testing.T) {
	t.Parallel()
	got := parseSample(3*time.Second, "# HELP go_goroutines Number.\ngo_goroutines 42\nprocess_resident_memory_bytes 6.7108864e+07\n"+
		"go_memstats_heap_inuse_bytes 1.048576e+06\nprocess_open_fds 17\nturno_jobs_total{job=\"a b\"} 3\n")
	if want := (Sample{Second: 3, Resident: 64, Heap: 1, Goroutines: 42, Files: 17}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestWhatGoTestPrints(t *testing.T) {
	t.Parallel()
	took, allocations, err := parseBenchmark("goos: linux\nBenchmarkSlots14Days-2 \t 100\t 9000 ns/op\t 24576 B/op\t 1 allocs/op\n" +
		"BenchmarkSlots14Days-2 \t 100\t 7000.5 ns/op\t 24576 B/op\t 2 allocs/op\nBenchmarkSlots14Days-2 \t 100\t 8000 ns/op\t 24576 B/op\t 1 allocs/op\nPASS\n")
	if err != nil || took != 8000 || allocations != 2 {
		t.Errorf("%g ns, %g allocations, %v; want 8000 and 2", took, allocations, err)
	}
	if _, _, err := parseBenchmark("PASS\n"); err == nil {
		t.Error("nothing was measured, and nothing says so")
	}
}
