package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/turno-health/turno/internal/bench"
	"github.com/turno-health/turno/internal/demo"
)

// flags are kong's (github.com/alecthomas/kong).
type flags struct {
	Engines  []string      `help:"Databases: sqlite, postgres." default:"sqlite,postgres"`
	Postgres string        `help:"URL of a superuser of a PostgreSQL cluster in which databases may be made and dropped." env:"TURNO_TEST_POSTGRES" placeholder:"URL"`
	Sizes    []string      `help:"Clinics with two years of history: s (20 thousand visits), m (2 million), l (10 million), or none." default:"s,m" xor:"sizes"`
	Doctors  []int         `help:"Clinics with so many doctors and little history; 0 is none." default:"100,1000,10000" xor:"doctors"`
	Rows     []string      `help:"What to measure; all when none is named: ${rows}." placeholder:"ROW"`
	Clients  int           `help:"Who ask at once; twice as many fight for one time." default:"32"`
	Slice    time.Duration `help:"How long a turn of one side of a comparison is." default:"1s" xor:"slice"`
	Slices   int           `help:"How many turns each side has." default:"5"`
	Mixed    time.Duration `help:"Then mixed load at 70 % of capacity for so long, on the first clinic of each engine." default:"0s" placeholder:"10m"`
	Binary   string        `help:"The program; without one it is built." placeholder:"FILE"`
	Folder   string        `help:"Where results go, and databases while it runs: on the disk that is to be measured." default:"bench/results"`
	Short    bool          `help:"A first impression in a few minutes: size s, 100 doctors, short turns." xor:"sizes,doctors,slice"`
}

func main() { os.Exit(start()) }

// start lets the first signal end the run and what it started; one that comes more
// than a second later kills it. A terminal sends it to all of a group, and the script
// that started this passes it on.
func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { time.Sleep(time.Second); stop() })
	err := measure(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "bench: interrupted")
		return 1
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		return 1
	}
	return 0
}

func measure(ctx context.Context, args []string, out, errors io.Writer) error {
	var f flags
	helped := false
	parser, err := kong.New(&f, kong.Name("bench"), kong.Writers(out, errors), kong.Exit(func(int) { helped = true }),
		kong.Description("Measures Turno on this machine. It fails on no figure. docs/performance.md says what the figures mean."),
		kong.Vars{"rows": strings.Join(bench.RowNames(), ", ")})
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil || helped {
		return err
	}
	c, err := f.config()
	if err != nil {
		return err
	}
	c.Out, c.Err = out, errors
	return bench.Run(ctx, c)
}

func (f flags) config() (bench.Config, error) {
	c := bench.Config{
		Postgres: f.Postgres, Rows: f.Rows, Clients: f.Clients, Slices: f.Slices, Slice: f.Slice,
		Mixed: f.Mixed, Binary: f.Binary, Folder: f.Folder,
	}
	if f.Short {
		f.Sizes, f.Doctors, c.Slice = []string{"s"}, []int{100}, 250*time.Millisecond
	}
	for _, name := range f.Engines {
		engine, err := bench.ParseEngine(name)
		if err != nil {
			return c, err
		}
		c.Engines = append(c.Engines, engine)
	}
	for _, name := range f.Sizes {
		if name == "none" {
			continue
		}
		size, err := demo.ParseSize(name)
		if err != nil {
			return c, err
		}
		c.Sizes = append(c.Sizes, size)
	}
	for _, n := range f.Doctors {
		if n != 0 {
			c.Doctors = append(c.Doctors, n)
		}
	}
	return c, nil
}
