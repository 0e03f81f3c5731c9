package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/turno-health/turno/internal/demo"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
)

// Config is what a run is told.
type Config struct {
	Engines  []sqldb.Engine
	Postgres string // the URL of a superuser, in whose cluster databases are made
	Sizes    []demo.Size
	Doctors  []int // thin clinics with so many doctors, for search
	Rows     []string
	Clients  int           // who ask at once; twice as many fight for one time
	Slices   int           // how often each side of a comparison has its turn
	Slice    time.Duration // how long a turn is
	Mixed    time.Duration // of mixed load at the end; 0 is none
	Binary   string        // the program; "" builds it
	Folder   string        // for the results, and for databases while it runs
	Out, Err io.Writer     // the table; what is being done
}

// Validate says what is wrong with the settings.
func (c Config) Validate() error {
	for _, row := range c.Rows {
		if !slices.Contains(RowNames(), row) {
			return fmt.Errorf("%q is no row: there are %s", row, strings.Join(RowNames(), ", "))
		}
	}
	switch {
	case c.needsClinics() && (len(c.Engines) == 0 || len(c.Sizes)+len(c.Doctors) == 0):
		return errors.New("there is nothing to measure: name an engine, and a size or a number of doctors")
	case c.Slices < 1 || c.Slice < 10*time.Millisecond:
		return errors.New("at least one slice of 10ms is needed")
	case c.Clients < 1 || c.Clients > 1000:
		return errors.New("there are 1 to 1,000 clients")
	case c.Mixed < 0:
		return errors.New("mixed load takes no less than no time")
	case slices.Contains(c.Engines, sqldb.Postgres) && c.Postgres == "":
		return errors.New("PostgreSQL is measured in a cluster whose superuser's URL is given: scripts/with-postgres starts one")
	}
	for _, n := range c.Doctors {
		if n < 1 || n > 100_000 {
			return errors.New("a clinic has 1 to 100,000 doctors")
		}
	}
	return nil
}

// needsClinics reports whether anything is to be measured that needs a server.
func (c Config) needsClinics() bool {
	return c.Mixed > 0 || len(c.Rows) == 0 || slices.ContainsFunc(rows(), func(r row) bool {
		return r.engine != nil && slices.Contains(c.Rows, r.name)
	})
}

// row is something that is measured, once or on each engine.
type row struct {
	name   string
	once   func(*runner, context.Context) error
	engine func(*runner, context.Context, *stage) error
}

// rows are in the order in which they are measured: memory last, as it tells what
// serving all of them took.
func rows() []row {
	return []row{
		{name: "binary", once: (*runner).measureBinary},
		{name: "algebra", once: (*runner).measureAlgebra},
		{name: "start", engine: (*runner).measureStart},
		{name: "bookings", engine: (*runner).measureBookings},
		{name: "contention", engine: (*runner).measureContention},
		{name: "slots", engine: (*runner).measureSlots},
		{name: "search", engine: (*runner).measureSearch},
		{name: "growth", engine: (*runner).measureGrowth},
		{name: "pages", engine: (*runner).measurePages},
		{name: "memory", engine: (*runner).measureMemory},
	}
}

// RowNames are the rows that can be asked for.
func RowNames() []string {
	var names []string
	for _, r := range rows() {
		names = append(names, r.name)
	}
	return names
}

// stage is an engine with its clinics.
type stage struct {
	engine sqldb.Engine
	sized  []*site // smallest first
	thin   []*site
}

func (s *stage) all() []*site { return slices.Concat(s.sized, s.thin) }

// home is the clinic for what does not depend on size.
func (s *stage) home() *site { return s.all()[0] }

// crowded is the clinic with most doctors.
func (s *stage) crowded() *site {
	return slices.MaxFunc(s.all(), func(a, b *site) int { return a.doctors - b.doctors })
}

// runner is one run.
type runner struct {
	config Config
	data   string // the folder of databases
	binary string
	key    string
	box    *seal.Box
	report Report
	ends   []func(context.Context) error

	connected []*Client // of the row that is measured
}

// Run measures, prints a table, and writes it into the folder with all figures
// and plots. It fails when something could not be measured, never because of a
// figure, and then writes what it has. Whatever it started and made, it ends and
// removes.
func Run(ctx context.Context, c Config) (err error) {
	if err := c.Validate(); err != nil {
		return err
	}
	r := &runner{config: c}
	defer func() { err = errors.Join(err, r.end(ctx)) }()
	if err := r.prepare(ctx); err != nil {
		return err
	}
	err = r.measureAll(ctx)
	if err != nil && len(r.report.Results) == 0 {
		return err
	}
	return errors.Join(err, r.write())
}

func (r *runner) measureAll(ctx context.Context) error {
	for _, measured := range rows() {
		if measured.once != nil && r.wants(measured.name) {
			r.say("%s", measured.name)
			if err := measured.once(r, ctx); err != nil {
				return fmt.Errorf("%s: %w", measured.name, err)
			}
		}
	}
	if !r.config.needsClinics() {
		return nil
	}
	for _, engine := range r.config.Engines {
		if err := r.measure(ctx, engine); err != nil {
			return fmt.Errorf("%s: %w", engineName(engine), err)
		}
	}
	return nil
}

func (r *runner) wants(name string) bool {
	return len(r.config.Rows) == 0 || slices.Contains(r.config.Rows, name)
}

func (r *runner) say(format string, args ...any) {
	fmt.Fprintf(r.config.Err, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

// atEnd notes what has to be undone, the latest first.
func (r *runner) atEnd(undo func(context.Context) error) { r.ends = append(r.ends, undo) }

func (r *runner) end(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for _, undo := range slices.Backward(r.ends) {
		err = errors.Join(err, undo(ctx))
	}
	r.ends = nil
	return err
}

func (r *runner) prepare(ctx context.Context) (err error) {
	if err := os.MkdirAll(r.config.Folder, 0o750); err != nil {
		return err
	}
	if r.data, err = os.MkdirTemp(r.config.Folder, ".data-*"); err != nil {
		return err
	}
	r.atEnd(func(context.Context) error { return os.RemoveAll(r.data) })
	if err := r.makeKey(); err != nil {
		return err
	}
	if r.binary = r.config.Binary; r.binary != "" {
		if _, err := exec.LookPath(r.binary); err != nil {
			return fmt.Errorf("the program: %w", err)
		}
	} else {
		r.binary = filepath.Join(r.data, "turno")
		if _, err := run(ctx, "env", "CGO_ENABLED=0", "go", "build", "-trimpath", "-o", r.binary, "github.com/turno-health/turno/cmd/turno"); err != nil {
			return err
		}
	}
	r.report, err = newReport(ctx, r.config)
	return err
}

// measure makes the clinics of an engine, measures its rows and removes them.
func (r *runner) measure(ctx context.Context, engine sqldb.Engine) (err error) {
	before := r.ends
	r.ends = nil
	defer func() {
		err = errors.Join(err, r.end(ctx))
		r.ends = before
	}()
	s, err := r.newStage(ctx, engine)
	if err != nil {
		return err
	}
	opened := false
	for _, measured := range rows() {
		if measured.engine == nil || !r.wants(measured.name) {
			continue
		}
		if measured.name != "start" && !opened { // which starts servers of its own
			if err := r.openAll(ctx, s); err != nil {
				return err
			}
			opened = true
		}
		r.say("%s on %s", measured.name, engineName(engine))
		err := measured.engine(r, ctx, s)
		r.hangUp()
		if err != nil {
			return fmt.Errorf("%s: %w", measured.name, err)
		}
	}
	if r.config.Mixed == 0 {
		return nil
	}
	return r.mix(ctx, s, opened)
}

// newStage loads the clinics that the wanted rows ask.
func (r *runner) newStage(ctx context.Context, engine sqldb.Engine) (*stage, error) {
	s := &stage{engine: engine}
	for _, size := range r.config.Sizes {
		one, err := r.loadClinic(ctx, engine, size, 0)
		if err != nil {
			return nil, err
		}
		s.sized = append(s.sized, one)
		if !r.wantsEveryClinic() {
			break
		}
	}
	for _, n := range r.config.Doctors {
		if len(s.all()) > 0 && !r.wantsEveryClinic() {
			break
		}
		one, err := r.loadClinic(ctx, engine, "", n)
		if err != nil {
			return nil, err
		}
		s.thin = append(s.thin, one)
	}
	return s, nil
}

// wantsEveryClinic reports whether a row compares clinics; the others ask the
// first.
func (r *runner) wantsEveryClinic() bool {
	return slices.ContainsFunc([]string{"slots", "search", "growth", "memory"}, r.wants)
}

func (r *runner) openAll(ctx context.Context, s *stage) error {
	for _, one := range s.all() {
		if err := r.open(ctx, one); err != nil {
			return fmt.Errorf("start %s: %w", one, err)
		}
	}
	return nil
}
