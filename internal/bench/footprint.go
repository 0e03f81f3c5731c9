package bench

import (
	"bufio"
	"context"
	"debug/elf"
	"fmt"
	"os"
	"strings"
	"time"
)

const mebibyte = 1 << 20

// measureBinary weighs the program and looks whether it needs anything beside it.
func (r *runner) measureBinary(context.Context) error {
	file, err := os.Stat(r.binary)
	if err != nil {
		return err
	}
	program, err := elf.Open(r.binary)
	if err != nil {
		return fmt.Errorf("look into the program: %w", err)
	}
	defer func() { _ = program.Close() }()
	kind := "static"
	for _, part := range program.Progs {
		if part.Type == elf.PT_INTERP {
			kind = "needs a dynamic linker"
		}
	}
	r.add(Result{Row: "binary", What: "the program, one file", Note: kind}.reached(float64(file.Size())/1e6, "MB", "< 60 MB, static"))
	return nil
}

// measureAlgebra runs the Go benchmark of the slot algebra, which has no I/O.
func (r *runner) measureAlgebra(ctx context.Context) error {
	out, err := run(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkSlots14Days$", "-benchmem",
		"-count", fmt.Sprint(r.config.Slices), "-benchtime", r.config.Slice.String(),
		"github.com/turno-health/turno/internal/schedule")
	if err != nil {
		return err
	}
	took, allocations, err := parseBenchmark(out)
	if err != nil {
		return err
	}
	r.add(Result{Row: "algebra", What: "open times of a doctor, 14 days, 40 bookings: computing alone",
		Note: fmt.Sprintf("%g allocations", allocations)}.reached(took/1000, "µs", "< 20 µs, at most 2 allocations"))
	return nil
}

// parseBenchmark reads what go test prints: the median of nanoseconds, and the
// most allocations.
func parseBenchmark(out string) (nanoseconds, allocations float64, err error) {
	var took []float64
	lines := bufio.NewScanner(strings.NewReader(out))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 8 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		var ns, allocated float64
		for i := 2; i+1 < len(fields); i += 2 {
			into := map[string]*float64{"ns/op": &ns, "allocs/op": &allocated}[fields[i+1]]
			if into == nil {
				continue
			}
			if _, err := fmt.Sscan(fields[i], into); err != nil {
				return 0, 0, fmt.Errorf("read %q: %w", lines.Text(), err)
			}
		}
		took, allocations = append(took, ns), max(allocations, allocated)
	}
	if len(took) == 0 {
		return 0, 0, fmt.Errorf("no benchmark in %q", out)
	}
	return median(took), allocations, nil
}

// measureStart starts a server on a database that is there, again and again, and
// then leaves it alone for a moment to see what it holds.
func (r *runner) measureStart(ctx context.Context, s *stage) error {
	home := s.home()
	var healthy []float64
	var idle Memory
	for i := range r.config.Slices {
		one, err := startServer(ctx, r.binary, home.dsn, r.key)
		if err != nil {
			return err
		}
		healthy = append(healthy, milliseconds(one.healthy))
		if i == r.config.Slices-1 {
			sleepUntil(ctx, time.Now().Add(10*r.config.Slice))
			idle, err = memoryOf(one.pid())
		}
		if stopped := one.stop(); stopped != nil {
			return stopped
		}
		if err != nil {
			return err
		}
	}
	r.add(Result{Row: "start", What: "start to /healthz, the database is there", Where: home.String(), Slices: healthy}.
		reached(median(healthy), "ms", "< 300 ms"))
	r.add(Result{Row: "start", What: "memory of an idle server, resident", Where: home.String()}.
		reached(float64(idle.Resident)/mebibyte, "MiB", "< 64 MiB with S").known("Easy!Appointments: 209 MiB in three services"))
	return nil
}

// measureMemory tells what the servers hold after all that they did.
func (r *runner) measureMemory(_ context.Context, s *stage) error {
	for _, one := range s.all() {
		m, err := memoryOf(one.server.pid())
		if err != nil {
			return err
		}
		target := ""
		if one.size == "l" {
			target = "< 512 MiB"
		}
		r.add(Result{Row: "memory", What: "memory of a serving server, the most that was resident", Where: one.String(),
			Note: fmt.Sprintf("%.0f MiB at the end", float64(m.Resident)/mebibyte)}.
			reached(float64(m.Peak)/mebibyte, "MiB", target))
	}
	return nil
}
