package sqldb

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// eachEngine runs a test on a fresh database of each kind.
func eachEngine(t *testing.T, run func(t *testing.T, db *DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, openTest(t, filepath.Join(t.TempDir(), "test.db"), Options{}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, openTest(t, freshSchema(t), Options{}))
	})
}

func newSQLite(t testing.TB, o Options) *DB {
	t.Helper()
	return openTest(t, filepath.Join(t.TempDir(), "test.db"), o)
}

func openTest(t testing.TB, dsn string, o Options) *DB {
	t.Helper()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Deadline == 0 {
		o.Deadline = 3 * time.Minute // speed decides no test
	}
	db, err := Open(t.Context(), dsn, o)
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

// freshSchema makes a schema for the test and returns a URL that works in it.
func freshSchema(t testing.TB) string {
	t.Helper()
	server := os.Getenv("TURNO_TEST_POSTGRES")
	if server == "" {
		t.Fatal("TURNO_TEST_POSTGRES is not set: make test starts a PostgreSQL and sets it")
	}
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("sqldb_%d", time.Now().UnixNano())
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = conn.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE")
		_ = conn.Close(ctx)
	})
	dsn, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	query := dsn.Query()
	query.Set("search_path", schema)
	dsn.RawQuery = query.Encode()
	return dsn.String()
}

// mustExec runs statements of both engines, each in its own transaction.
func mustExec(t testing.TB, db *DB, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		err := db.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.Exec(sql)
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

func insert(tx *Tx, n int) error {
	_, err := tx.Exec("INSERT INTO numbers (n) VALUES ($1)", n)
	return err
}

func numbers(t testing.TB, db *DB) (all []int) {
	t.Helper()
	err := db.Read(context.WithoutCancel(t.Context()), func(tx *Tx) (err error) {
		all, err = All(tx, scanInt, "SELECT n FROM numbers ORDER BY n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func scanInt(s Scanner) (n int, err error) { return n, s.Scan(&n) }

const createNumbers = "CREATE TABLE numbers (n integer PRIMARY KEY)"
