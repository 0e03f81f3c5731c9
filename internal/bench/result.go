package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/turno-health/turno/internal/sqldb"
)

// Result is a line of the table. Latencies are milliseconds.
type Result struct {
	Row    string    `json:"row"`
	What   string    `json:"what"`
	Where  string    `json:"where,omitempty"`
	Done   int       `json:"done,omitempty"`
	Rate   float64   `json:"per_second,omitempty"` // the median of the turns
	P50    float64   `json:"p50_ms,omitempty"`
	P95    float64   `json:"p95_ms,omitempty"`
	P99    float64   `json:"p99_ms,omitempty"`
	Max    float64   `json:"max_ms,omitempty"`
	Slices []float64 `json:"slices,omitempty"` // the figure of each turn

	Reached float64 `json:"reached"`
	Unit    string  `json:"unit,omitempty"` // of what was reached; "" is nothing to reach
	Target  string  `json:"target,omitempty"`
	Known   string  `json:"known,omitempty"` // what others published: of other machines
	Note    string  `json:"note,omitempty"`

	Failed  int    `json:"failed,omitempty"`
	Failure string `json:"failure,omitempty"` // the first one
}

// result is what a side saw in all its turns.
func (s *side) result(row, what, where string) Result {
	total := s.total()
	result := Result{
		Row: row, What: what, Where: where, Done: total.Done(), Rate: median(s.rates()), Slices: s.rates(),
		P50: milliseconds(total.Percentile(50)), P95: milliseconds(total.Percentile(95)),
		P99: milliseconds(total.Percentile(99)), Max: milliseconds(total.Max()), Failed: total.failed,
	}
	if total.failure != nil {
		result.Failure = total.failure.Error()
	}
	return result
}

func (r Result) reached(figure float64, unit, target string) Result {
	r.Reached, r.Unit, r.Target = figure, unit, target
	return r
}

func (r Result) known(published string) Result {
	r.Known = published
	return r
}

// Report is a run: on what, and what was seen.
type Report struct {
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended"`
	Machine  string    `json:"machine"`
	Cores    int       `json:"cores"`
	Memory   string    `json:"memory"`
	Busy     string    `json:"load_average_before"` // what else the machine did
	Go       string    `json:"go"`
	Commit   string    `json:"commit"`
	Postgres string    `json:"postgresql,omitempty"`
	Slice    string    `json:"slice"`
	Turns    int       `json:"slices"`

	Clinics []Clinic `json:"clinics"`
	Results []Result `json:"results"`
	Growth  []Growth `json:"growth,omitempty"`
	Mixed   []Mixed  `json:"mixed,omitempty"`
}

// Clinic is data that was loaded.
type Clinic struct {
	Name    string  `json:"name"`
	Engine  string  `json:"engine"`
	Doctors int     `json:"doctors"`
	Visits  int     `json:"visits"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"loaded_in_seconds"`
}

// Growth is what a booking and a search cost in a clinic, in milliseconds.
type Growth struct {
	Engine      string  `json:"engine"`
	Thin        bool    `json:"thin"` // many doctors, little history
	Doctors     int     `json:"doctors"`
	Visits      int     `json:"visits"`
	BookingP50  float64 `json:"booking_p50_ms"`
	BookingP99  float64 `json:"booking_p99_ms"`
	SearchP50   float64 `json:"search_p50_ms"`
	SearchP99   float64 `json:"search_p99_ms"`
	Bookings    int     `json:"bookings"`
	SearchCount int     `json:"searches"`
}

func (r *Report) loaded(s *site) {
	r.Clinics = append(r.Clinics, Clinic{s.name, engineName(s.engine), s.doctors, s.visits, s.bytes, s.loaded.Seconds()})
}

func (r *Report) grown(s *site, booked, searched *Load) {
	r.Growth = append(r.Growth, Growth{
		Engine: engineName(s.engine), Thin: s.size == "", Doctors: s.doctors, Visits: s.visits,
		BookingP50: milliseconds(booked.Percentile(50)), BookingP99: milliseconds(booked.Percentile(99)),
		SearchP50: milliseconds(searched.Percentile(50)), SearchP99: milliseconds(searched.Percentile(99)),
		Bookings: booked.Done(), SearchCount: searched.Done(),
	})
}

// newReport asks what it will be measured on.
func newReport(ctx context.Context, c Config) (Report, error) {
	r := Report{
		Began: time.Now(), Cores: runtime.NumCPU(), Go: runtime.Version(), Slice: c.Slice.String(), Turns: c.Slices,
		Machine: fieldOf("/proc/cpuinfo", "model name"), Memory: fieldOf("/proc/meminfo", "MemTotal"),
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		r.Busy = strings.TrimSpace(string(text))
	}
	// Outside of a clone there is no commit to tell.
	if out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output(); err == nil {
		r.Commit = strings.TrimSpace(string(out))
	}
	if c.Postgres == "" {
		return r, nil
	}
	var err error
	r.Postgres, err = describePostgres(ctx, c.Postgres)
	return r, err
}

// fieldOf is a value in one of the system's files of names and values; "" where
// there is none.
func fieldOf(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// describePostgres tells the version, and whether what it commits is on the disk.
func describePostgres(ctx context.Context, dsn string) (about string, err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return "", fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	err = conn.QueryRow(ctx, `
		SELECT 'PostgreSQL ' || current_setting('server_version')
		       || ', fsync ' || current_setting('fsync')
		       || ', synchronous_commit ' || current_setting('synchronous_commit')
		       || ', shared_buffers ' || current_setting('shared_buffers')
		       || ', in ' || current_setting('data_directory')`).Scan(&about)
	return about, err
}

func (r *runner) add(result Result) {
	r.report.Results = append(r.report.Results, result)
	if result.Failed > 0 {
		r.say("%d requests failed: %s: %s", result.Failed, result.What, result.Failure)
	}
}

// write prints the table and leaves everything in the folder.
func (r *runner) write() error {
	r.report.Ended = time.Now()
	table := r.report.table()
	fmt.Fprint(r.config.Out, table)
	all, err := json.MarshalIndent(r.report, "", "  ")
	if err != nil {
		return err
	}
	if err := removePlots(r.config.Folder); err != nil {
		return err
	}
	files := r.report.plots()
	files["table.md"] = []byte(table)
	files["results.json"] = append(all, '\n')
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(r.config.Folder, name), content, 0o600); err != nil {
			return err
		}
	}
	r.say("results are in %s", r.config.Folder)
	return nil
}

// removePlots removes those of a run before: they would pass for this one's.
func removePlots(folder string) error {
	for _, name := range []string{"history.svg", "doctors.svg", "mixed-*-on-*.svg"} {
		old, err := filepath.Glob(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		for _, plot := range old {
			if err := os.Remove(plot); err != nil {
				return err
			}
		}
	}
	return nil
}

// table is everything for people, in Markdown.
func (r Report) table() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Turno measured on %s\n\n", r.Began.Format("2006-01-02 15:04"))
	fmt.Fprintf(&b, "%s, %d cores, %s; load before: %s; %s, commit %s; %s\n", r.Machine, r.Cores, r.Memory, r.Busy, r.Go, r.Commit, r.Postgres)
	fmt.Fprintf(&b, "%d slices of %s a side, in turn. Rates are medians of slices, latencies in ms over all of them.\n", r.Turns, r.Slice)
	fmt.Fprint(&b, "The last column is what others published, seen on other machines.\n\n")
	lines := [][]string{{"clinic", "doctors", "visits", "MB", "loaded in s"}}
	for _, c := range r.Clinics {
		lines = append(lines, []string{c.Name + " on " + c.Engine, thousands(c.Doctors), thousands(c.Visits), thousands(int(c.Bytes / 1_000_000)), fmt.Sprintf("%.1f", c.Seconds)})
	}
	writeTable(&b, lines)
	lines = [][]string{{"row", "what", "where", "/s", "p50", "p95", "p99", "max", "reached", "target", "failed", "known, elsewhere"}}
	for _, one := range r.Results {
		lines = append(lines, one.cells())
	}
	writeTable(&b, lines)
	for _, m := range r.Mixed {
		b.WriteString(m.summary())
	}
	return b.String()
}

func (r Result) cells() []string {
	cells := []string{r.Row, r.What, r.Where, "", "", "", "", "", "", r.Target, "", r.Known}
	if r.Done > 0 {
		cells[3] = figure(r.Rate)
		for i, latency := range []float64{r.P50, r.P95, r.P99, r.Max} {
			cells[4+i] = figure(latency)
		}
	}
	if r.Unit != "" {
		cells[8] = figure(r.Reached) + " " + r.Unit
	}
	if r.Note != "" {
		cells[8] = strings.TrimSpace(cells[8] + " (" + r.Note + ")")
	}
	if r.Failed > 0 {
		cells[10] = thousands(r.Failed)
	}
	return cells
}

// figure writes a number with what people can take in of it.
func figure(v float64) string {
	switch {
	case v >= 100:
		return thousands(int(v + 0.5))
	case v == float64(int(v)):
		return fmt.Sprint(int(v))
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// writeTable writes lines under a head, in columns that align.
func writeTable(b *bytes.Buffer, lines [][]string) {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for n, line := range lines {
		for i, cell := range line {
			fmt.Fprintf(b, "| %s%s ", cell, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
		}
		b.WriteString("|\n")
		if n > 0 {
			continue
		}
		for _, width := range widths {
			b.WriteString("|" + strings.Repeat("-", width+2))
		}
		b.WriteString("|\n")
	}
	b.WriteString("\n")
}

// engines are those that Turno knows, as flags name them.
func engines() map[string]sqldb.Engine {
	return map[string]sqldb.Engine{"sqlite": sqldb.SQLite, "postgres": sqldb.Postgres}
}

// ParseEngine reads "sqlite" or "postgres".
func ParseEngine(name string) (sqldb.Engine, error) {
	engine, known := engines()[name]
	if !known {
		return "", fmt.Errorf("%q is no engine: there are sqlite and postgres", name)
	}
	return engine, nil
}
