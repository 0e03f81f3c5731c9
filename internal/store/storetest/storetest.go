package storetest

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// maxConns lets rivals in one test truly race, and many tests share a cluster
// of 300 connections.
const maxConns = 16

// patience is how long a write waits for another process. A loaded machine
// under the race detector is slow, and a lock that never comes must not hang.
const patience = 2 * time.Minute

// deadline is for the statements of one transaction, on both engines.
const deadline = 3 * time.Minute

// Engines lists both engines, as the names of subtests.
func Engines() []sqldb.Engine { return []sqldb.Engine{sqldb.SQLite, sqldb.Postgres} }

// Each runs test once for each engine, as parallel subtests named "sqlite" and
// "postgres", each with an empty database of the newest version. The databases'
// clock stands still at Monday. Being parallel, the subtests may begin after
// Each returned: clean up with t.Cleanup, not with defer.
func Each(t *testing.T, test func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	EachWithClock(t, func(t *testing.T, db *sqldb.DB, _ *Clock) { test(t, db) })
}

// EachWithClock is Each for a test that moves time: every engine has a clock of
// its own, which begins at Monday.
func EachWithClock(t *testing.T, test func(t *testing.T, db *sqldb.DB, clock *Clock)) {
	t.Helper()
	for _, engine := range Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clock := NewClock(Monday())
			test(t, New(t, engine, clock), clock)
		})
	}
}

// New opens an empty database of the newest version, whose transactions take
// their time from clock. It is closed and removed when the test ends.
func New(t testing.TB, engine sqldb.Engine, clock *Clock) *sqldb.DB {
	t.Helper()
	if engine == sqldb.Postgres {
		return open(t, copyTemplate(t), clock)
	}
	db := open(t, DSN(t, engine), clock)
	if err := store.Migrate(t.Context(), db); err != nil {
		t.Fatalf("storetest: %v", err)
	}
	return db
}

// DSN names a database without any table: a file that does not exist yet, or a
// new database on the test cluster. It is for tests that start a server, which
// migrates by itself. It is removed when the test ends, even while in use.
func DSN(t testing.TB, engine sqldb.Engine) string {
	t.Helper()
	if engine == sqldb.Postgres {
		return createDatabase(t, "template0")
	}
	return filepath.Join(t.TempDir(), "turno.db")
}

func open(t testing.TB, dsn string, clock *Clock) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), dsn, options(t, clock))
	if err != nil {
		t.Fatalf("storetest: open: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("storetest: close: %v", err)
		}
	})
	return db
}

func options(t testing.TB, clock *Clock) sqldb.Options {
	return sqldb.Options{
		Now:      clock.Now,
		Logger:   slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		MaxConns: maxConns,
		Patience: patience,
		Deadline: deadline,
	}
}

// cleanupContext is for work after the test, whose own context has ended.
func cleanupContext(t testing.TB) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(t.Context()), patience)
}
