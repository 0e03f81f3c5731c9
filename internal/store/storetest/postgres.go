package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// clusterVariable names a superuser's postgres:// URL on a cluster whose
// databases may be made and dropped at will.
const clusterVariable = "TURNO_TEST_POSTGRES"

// templateLock is the advisory lock, on the cluster's own database, of whoever
// makes a template: "turnotpl" in ASCII.
const templateLock int64 = 0x7475726e6f74706c

// copyTemplate makes a database of the newest version and returns its URL,
// without running the migrations again.
func copyTemplate(t testing.TB) string {
	t.Helper()
	return createDatabase(t, template(t))
}

// createDatabase makes a database from a template and returns its URL. It is
// dropped when the test ends, whoever is connected to it.
func createDatabase(t testing.TB, template string) string {
	t.Helper()
	name := "turno_test_" + strings.ToLower(rand.Text())
	if err := administer(t.Context(), t, func(ctx context.Context, conn *pgx.Conn) error {
		return execute(ctx, conn, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(template))
	}); err != nil {
		t.Fatalf("storetest: %v", err)
	}
	t.Cleanup(func() { dropDatabase(t, name) })
	return databaseURL(t, name)
}

func dropDatabase(t testing.TB, name string) {
	ctx, cancel := cleanupContext(t)
	defer cancel()
	if err := administer(ctx, t, func(ctx context.Context, conn *pgx.Conn) error {
		return execute(ctx, conn, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
	}); err != nil {
		t.Errorf("storetest: %v", err)
	}
}

// template returns the name of a migrated database to copy, and makes it when
// it is the first to ask. The name holds a hash of the migrations, so packages
// tested at the same time share it and a changed migration gets another.
func template(t testing.TB) string {
	t.Helper()
	name := templateName(t)
	err := administer(t.Context(), t, func(ctx context.Context, conn *pgx.Conn) error {
		if exists, err := databaseExists(ctx, conn, name); exists || err != nil {
			return err
		}
		if err := execute(ctx, conn, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
			return err // the lock ends with the connection
		}
		if exists, err := databaseExists(ctx, conn, name); exists || err != nil {
			return err
		}
		return makeTemplate(ctx, t, conn, name)
	})
	if err != nil {
		t.Fatalf("storetest: make the template: %v", err)
	}
	return name
}

// makeTemplate migrates a database under another name first: one that carries
// the right name is complete, even if a test was killed half way.
func makeTemplate(ctx context.Context, t testing.TB, conn *pgx.Conn, name string) error {
	unfinished := name + "_unfinished"
	if err := execute(ctx, conn, "DROP DATABASE IF EXISTS "+quote(unfinished)+" WITH (FORCE)"); err != nil {
		return err
	}
	if err := execute(ctx, conn, "CREATE DATABASE "+quote(unfinished)+" TEMPLATE template0"); err != nil {
		return err
	}
	if err := migrate(ctx, t, databaseURL(t, unfinished)); err != nil {
		return err
	}
	return execute(ctx, conn, "ALTER DATABASE "+quote(unfinished)+" RENAME TO "+quote(name))
}

func migrate(ctx context.Context, t testing.TB, dsn string) error {
	db, err := sqldb.Open(ctx, dsn, options(t, NewClock(Monday())))
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	if err := store.Migrate(ctx, db); err != nil {
		_ = db.Close() // the first error is the telling one
		return err
	}
	return db.Close()
}

func templateName(t testing.TB) string {
	t.Helper()
	migrations := store.Migrations(sqldb.Postgres)
	files, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		t.Fatalf("storetest: list the migrations: %v", err)
	}
	hash := sha256.New()
	for _, file := range files {
		text, err := fs.ReadFile(migrations, file)
		if err != nil {
			t.Fatalf("storetest: read a migration: %v", err)
		}
		_, _ = fmt.Fprintf(hash, "%s %d\n%s", file, len(text), text) // a hash never fails
	}
	return fmt.Sprintf("turno_template_%x", hash.Sum(nil)[:8])
}

func databaseExists(ctx context.Context, conn *pgx.Conn, name string) (bool, error) {
	var exists bool
	err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err != nil {
		return false, fmt.Errorf("look for database %s: %w", name, err)
	}
	return exists, nil
}

// administer runs f with a connection to the cluster's own database, since
// databases can't be made or dropped inside a transaction or from themselves.
func administer(ctx context.Context, t testing.TB, f func(context.Context, *pgx.Conn) error) (err error) {
	t.Helper()
	conn, err := pgx.Connect(ctx, clusterURL(t).String())
	if err != nil {
		return fmt.Errorf("connect to the cluster in %s: %w", clusterVariable, err)
	}
	defer func() {
		if closeErr := conn.Close(ctx); err == nil {
			err = closeErr
		}
	}()
	return f(ctx, conn)
}

func execute(ctx context.Context, conn *pgx.Conn, sql string, args ...any) error {
	if _, err := conn.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// databaseURL gives sessions longer than the product does: how fast the machine is
// must not decide a test.
func databaseURL(t testing.TB, name string) string {
	t.Helper()
	u := clusterURL(t)
	u.Path = "/" + name
	settings := u.Query()
	settings.Set("lock_timeout", "2min")
	settings.Set("statement_timeout", "3min")
	u.RawQuery = settings.Encode()
	return u.String()
}

func clusterURL(t testing.TB) *url.URL {
	t.Helper()
	value := os.Getenv(clusterVariable)
	if value == "" {
		t.Fatalf("This test needs PostgreSQL, and %s is not set. Run \"make test\", or: scripts/with-postgres go test ./...", clusterVariable)
	}
	u, err := url.Parse(value)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		t.Fatalf("%s must be a URL like postgres://postgres@127.0.0.1:5432/postgres", clusterVariable)
	}
	return u
}
