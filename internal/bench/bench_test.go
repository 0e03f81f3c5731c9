package bench

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/demo"
	"github.com/turno-health/turno/internal/sqldb"
)

// The whole of it once, as small as it can be: real servers, both databases,
// every row. The figures mean nothing.
func TestEveryRowIsMeasured(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, before := range []string{"history.svg", "mixed-l-on-sqlite.svg", "holiday.svg"} {
		if err := os.WriteFile(filepath.Join(folder, before), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, log bytes.Buffer
	err := Run(t.Context(), Config{
		Engines: []sqldb.Engine{sqldb.SQLite, sqldb.Postgres}, Postgres: os.Getenv("TURNO_TEST_POSTGRES"),
		Doctors: []int{3}, Clients: 2, Slices: 1, Slice: 60 * time.Millisecond, Mixed: 300 * time.Millisecond,
		Binary: program(t), Folder: folder, Out: &out, Err: &log,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	text, err := os.ReadFile(filepath.Join(folder, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report Report
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	engines := map[string][]string{}
	for _, one := range report.Results {
		if one.Failed > 0 {
			t.Errorf("%s: %s: %d failed: %s", one.Where, one.What, one.Failed, one.Failure)
		}
		if one.Unit == "broken" && one.Reached != 0 || one.Unit == "offers" && one.Reached != 0 {
			t.Errorf("%s: %s: %g %s", one.Where, one.What, one.Reached, one.Note)
		}
		for _, engine := range []string{"SQLite", "PostgreSQL"} {
			if (one.Where == "" || strings.HasSuffix(one.Where, engine)) && !slices.Contains(engines[engine], one.Row) {
				engines[engine] = append(engines[engine], one.Row)
			}
		}
	}
	for engine, seen := range engines {
		if diff := cmp.Diff(append(RowNames(), "mixed"), seen); diff != "" {
			t.Errorf("rows on %s (-want +got):\n%s", engine, diff)
		}
	}
	for _, m := range report.Mixed {
		if !m.Sound || len(m.Samples) == 0 || m.Samples[0].Goroutines == 0 {
			t.Errorf("mixed load: %d samples, sound: %t\n%s", len(m.Samples), m.Sound, m.Check)
		}
	}
	if diff := cmp.Diff([]string{
		"doctors.svg", "holiday.svg", "mixed-3-doctors-on-postgresql.svg", "mixed-3-doctors-on-sqlite.svg", "results.json", "table.md",
	}, filesIn(t, folder)); diff != "" {
		t.Errorf("what a run leaves (-want +got):\n%s", diff)
	}
	if table, _ := os.ReadFile(filepath.Join(folder, "table.md")); !bytes.Equal(table, out.Bytes()) || len(table) == 0 {
		t.Errorf("the table of %d bytes is not what was printed:\n%s", len(table), &out)
	}
}

// program builds what is measured as other tests do, so that the compiler has it.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "turno")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "github.com/turno-health/turno/cmd/turno")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

func filesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// What can't be measured fails, and leaves nothing behind.
func TestAProgramThatDoesNotServe(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var log bytes.Buffer
	err := Run(t.Context(), Config{
		Engines: []sqldb.Engine{sqldb.SQLite}, Doctors: []int{1}, Clients: 1, Slices: 1, Slice: time.Second,
		Rows: []string{"slots"}, Binary: "/bin/false", Folder: folder, Out: &log, Err: &log,
	})
	if err == nil || !strings.Contains(err.Error(), "the server ended") {
		t.Errorf("the error is %v, want that the server ended", err)
	}
	if left := filesIn(t, folder); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestWhatCannotBeMeasuredIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string // in the error; empty: none
	}{
		{"the usual", func(*Config) {}, ""},
		{"no engine", func(c *Config) { c.Engines = nil }, "nothing to measure"},
		{"no clinic", func(c *Config) { c.Sizes = nil }, "nothing to measure"},
		{"a row that is none", func(c *Config) { c.Rows = []string{"horsepower"} }, "no row"},
		{"no turns", func(c *Config) { c.Slices = 0 }, "slice"},
		{"no time", func(c *Config) { c.Slice = 0 }, "slice"},
		{"nobody", func(c *Config) { c.Clients = 0 }, "clients"},
		{"doctors that are none", func(c *Config) { c.Doctors = []int{-1} }, "doctors"},
		{"mixed load backwards", func(c *Config) { c.Mixed = -time.Second }, "mixed"},
		{"PostgreSQL without a cluster", func(c *Config) { c.Engines = []sqldb.Engine{sqldb.Postgres} }, "with-postgres"},
	} {
		c := Config{Engines: []sqldb.Engine{sqldb.SQLite}, Sizes: []demo.Size{demo.S}, Clients: 1, Slices: 5, Slice: time.Second}
		tt.change(&c)
		err := c.Validate()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: the error is %v, want one with %q", tt.name, err, tt.want)
		}
	}
}
