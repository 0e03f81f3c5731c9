package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/prove"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

type proveCommand struct {
	config.Database
	Clients int  `help:"Clients that race each other." default:"64"`
	Rounds  int  `help:"Rounds of each race." default:"200"`
	Check   bool `help:"Race nobody; look for broken promises in the database as it is."`
}

// Help is shown by turno prove --help.
func (proveCommand) Help() string {
	return "Examples:\n\n  turno prove\n  turno prove --database postgres://turno@localhost/turno\n  turno prove --check --database clinic.db\n\n" +
		"The races run in a file beside the SQLite database, or in a schema of their own in PostgreSQL, which is dropped. The exit status is 1 if anybody was double-booked."
}

// Run races, or checks.
func (c *proveCommand) Run(ctx context.Context, p *Program) error {
	if c.Clients < 2 || c.Rounds < 1 {
		return usage("--clients is at least 2, and --rounds at least 1")
	}
	if c.Check {
		return c.check(ctx, p)
	}
	var results []prove.Result
	err := c.inScratch(ctx, func(db *sqldb.DB) (err error) {
		results, err = c.race(ctx, p, db)
		return err
	})
	if err != nil {
		return err
	}
	return report(p, results)
}

func (c *proveCommand) race(ctx context.Context, p *Program, db *sqldb.DB) ([]prove.Result, error) {
	if err := store.Migrate(ctx, db); err != nil {
		return nil, err
	}
	began := time.Now()
	total := int64(len(prove.Races()) * c.Rounds)
	done := int64(0)
	bar := p.progress()
	defer bar.finish()
	fmt.Fprintf(p.Stdout, "%d clients, %d rounds of each race, on %s.\n\n", c.Clients, c.Rounds, db.Engine())
	return prove.Run(ctx, db, prove.Config{
		Clients: c.Clients,
		Rounds:  c.Rounds,
		Elapsed: func() time.Duration { return time.Since(began) },
		Progress: func(race string, _, _ int) {
			done++
			bar.show(done, total, race)
		},
	})
}

// report prints a line for each race and fails when one was not as it must be.
func report(p *Program, results []prove.Result) error {
	broken := 0
	for _, r := range results {
		verdict := "ok    "
		if !r.OK() {
			verdict = "BROKEN"
			broken++
		}
		fmt.Fprintf(p.Stdout, "%s  %-55s %5d won (of %d), %6d lost, %d errors, %s\n",
			verdict, r.Race, r.Winners, r.Expected, r.Losers, len(r.Errors), r.Took.Round(time.Millisecond))
		for _, f := range r.Flaws {
			if f.Rows > 0 {
				fmt.Fprintf(p.Stdout, "        %s: %d\n", f.Name, f.Rows)
			}
		}
		for i, err := range r.Errors {
			if i < 3 {
				fmt.Fprintf(p.Stdout, "        %v\n", err)
			}
		}
	}
	if broken > 0 {
		return advise(fmt.Errorf("%d races broke the promise that nobody is ever in two places at once", broken), "Please report it")
	}
	fmt.Fprintln(p.Stdout, "\nNobody was ever in two places at once.")
	return nil
}

// inScratch hands over an empty database on the same disk or server as the real
// one, and removes it.
func (c *proveCommand) inScratch(ctx context.Context, use func(*sqldb.DB) error) (err error) {
	dsn := ""
	if c.IsPostgres() {
		var drop func() error
		if dsn, drop, err = scratchSchema(ctx, c.Database.Database); err != nil {
			return adviseOpen(c.Database, err)
		}
		defer func() { err = errors.Join(err, drop()) }()
	} else {
		folder, err := os.MkdirTemp(filepath.Dir(c.Database.Database), ".turno-prove-*")
		if err != nil {
			return fmt.Errorf("make a place for the races: %w", err)
		}
		defer func() { _ = os.RemoveAll(folder) }()
		dsn = filepath.Join(folder, "prove.db")
	}
	db, err := sqldb.Open(ctx, dsn, sqldb.Options{Now: time.Now, Patience: commandPatience})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return use(db)
}

// scratchSchema makes an empty schema and returns the URL of sessions that work
// in it. They see public behind it, for the operators of btree_gist.
func scratchSchema(ctx context.Context, dsn string) (scratch string, drop func() error, err error) {
	name := "turno_prove_" + turno.NewID().String()
	schema := pgx.Identifier{name}.Sanitize()
	if err := execute(ctx, dsn, "CREATE SCHEMA "+schema); err != nil {
		return "", nil, err
	}
	drop = func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commandPatience)
		defer cancel()
		return execute(ctx, dsn, "DROP SCHEMA "+schema+" CASCADE")
	}
	scratch, err = withSettings(dsn, map[string]string{"search_path": schema + ",public"})
	return scratch, drop, err
}

func execute(ctx context.Context, dsn, sql string) (err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

func (c *proveCommand) check(ctx context.Context, p *Program) (err error) {
	d := c.Database
	if d.IsPostgres() { // looking through everything takes its time
		if d.Database, err = withSettings(d.Database, map[string]string{"statement_timeout": "0"}); err != nil {
			return err
		}
	}
	db, err := p.openExisting(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var flaws []store.Flaw
	if err := db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		flaws, err = store.Flaws(tx)
		return err
	}); err != nil {
		return err
	}
	broken := int64(0)
	for _, f := range flaws {
		fmt.Fprintf(p.Stdout, "%6d  %s\n", f.Rows, f.Name)
		broken += f.Rows
	}
	if broken > 0 {
		return advise(errors.New("the database breaks promises"), "Please report it, with the lines above")
	}
	return nil
}
