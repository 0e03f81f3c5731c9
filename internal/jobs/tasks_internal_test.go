package jobs

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestAStepThatWasRolledBackIsNotDone(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			db := openImpatient(t, engine)
			steps := 0
			task := repeat(db, func(tx *sqldb.Tx) (more bool, err error) {
				if steps++; steps == 1 {
					return true, nil
				}
				return false, outlast(tx)
			})
			if err := task(t.Context()); err == nil {
				t.Error("a step that the database's deadline ended is reported as done")
			}
		})
	}
}

// outlast does something until the database allows no more. SQLite looks at its
// deadline between statements, PostgreSQL within one.
func outlast(tx *sqldb.Tx) error {
	statement := "SELECT pg_sleep(100)"
	if tx.Engine() == sqldb.SQLite {
		<-tx.Context().Done()
		statement = "SELECT 1"
	}
	_, err := tx.Exec(statement)
	return err
}

// openImpatient opens an empty database that allows a statement 100 milliseconds.
func openImpatient(t *testing.T, engine sqldb.Engine) *sqldb.DB {
	t.Helper()
	dsn := storetest.DSN(t, engine)
	if engine == sqldb.Postgres {
		separator := "?"
		if strings.Contains(dsn, "?") {
			separator = "&"
		}
		dsn += separator + "statement_timeout=100"
	}
	clock := storetest.NewClock(storetest.Monday())
	db, err := sqldb.Open(t.Context(), dsn, sqldb.Options{Now: clock.Now, Deadline: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestATaskWhoseTimeIsUpGoesOnAtItsNextTurn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for _, task := range []struct {
			name string
			run  func(ctx context.Context, step func() error) error
		}{
			{"repeat", func(ctx context.Context, step func() error) error {
				return repeat(db, func(*sqldb.Tx) (bool, error) { return true, step() })(ctx)
			}},
			{"untilNone", func(ctx context.Context, step func() error) error {
				return untilNone(func(context.Context) (int, error) { return 1, step() })(ctx)
			}},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			err := task.run(ctx, func() error {
				<-ctx.Done()
				return ctx.Err()
			})
			if err != nil {
				t.Errorf("%s: %v", task.name, err)
			}
			if err := task.run(t.Context(), func() error { return context.DeadlineExceeded }); err == nil {
				t.Errorf("%s: a deadline while there is time is no failure", task.name)
			}
		}
	})
}

func TestRiverKnowsATurnUntilTheNextHasEnded(t *testing.T) {
	t.Parallel()
	remembered := riverConfig(Config{}).CompletedJobRetentionPeriod
	for _, task := range Tasks(nil, Booking{}, 6, nil) {
		if remembered < 2*task.Every+jobTimeout {
			t.Errorf("turns of %s may be %v apart, and are known for %v", task.Name, 2*task.Every, remembered)
		}
	}
}

func TestTheTableOfTasksHasThemAll(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	every := map[time.Duration]string{
		time.Minute: "minute", 10 * time.Minute: "10 minutes", time.Hour: "hour", 6 * time.Hour: "6 hours", 24 * time.Hour: "day",
	}
	for _, task := range Tasks(nil, Booking{}, 6, nil) {
		if !stands(string(text), "| "+every[task.Every]+" |", "`"+task.Name+"`") {
			t.Errorf(`docs/design.md, "By the clock": %s is missing, or not with %q`, task.Name, every[task.Every])
		}
	}
}

// stands reports whether a line has all the parts.
func stands(text string, parts ...string) bool {
	for line := range strings.Lines(text) {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			return true
		}
	}
	return false
}
