package sqldb

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/turno-health/turno"
)

// A later attempt may succeed: the caller is told so, with the cause for the log.
func TestABusyDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"40001", "40P01", "55P03", "57014", "57P01"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			db := openTest(t, freshSchema(t), Options{})
			wantUnavailable(t, db.Write(t.Context(), func(tx *Tx) error {
				_, err := tx.Exec("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '" + state + "'; END $$")
				return err
			}))
		})
	}
	t.Run("a rival keeps SQLite's file locked", func(t *testing.T) {
		t.Parallel()
		path := t.TempDir() + "/test.db"
		rival, db := openTest(t, path, Options{}), openTest(t, path, Options{Patience: time.Millisecond})
		err := rival.Write(t.Context(), func(*Tx) error {
			return <-elsewhere(func() error {
				wantUnavailable(t, db.Write(context.WithoutCancel(t.Context()), func(*Tx) error { return nil }))
				return nil
			})
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestAClosedDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]string{"sqlite": t.TempDir() + "/test.db", "postgres": freshSchema(t)} {
		db, err := Open(t.Context(), dsn, Options{Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Error(name, err)
		}
		read := db.Read(t.Context(), func(*Tx) error { return nil })
		wantUnavailable(t, read)
		wantUnavailable(t, db.Write(t.Context(), func(*Tx) error { return nil }))
		wantUnavailable(t, db.WriteLong(t.Context(), func(tx *Tx) error { return insert(tx, 1) }))
		if !errors.Is(read, ErrClosed) {
			t.Errorf("%s: the cause is lost: %v", name, read)
		}
	}
}

func TestAServerThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	var listening net.ListenConfig
	gone, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := gone.Addr().String()
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	conns, err := pgxpool.New(t.Context(), "postgres://nobody@"+address+"/none?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	db := &DB{opts: Options{Now: time.Now, Retried: func(string) {}}, engine: &postgres{opts: Options{Now: time.Now}, conns: conns}}
	defer conns.Close()
	wantUnavailable(t, db.Read(t.Context(), func(tx *Tx) error {
		_, err := tx.Exec("SELECT 1")
		return err
	}))
}

func TestOtherErrorsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		refused := turno.NotFound("visit")
		if err := db.Write(t.Context(), func(*Tx) error { return refused }); err != error(refused) { //nolint:errorlint // the same error is meant
			t.Errorf("a use case's refusal became %v", err)
		}
		err := db.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.Exec("SELECT nonsense FROM nowhere")
			return err
		})
		if err == nil || turno.KindOf(err) != turno.KindInternal {
			t.Errorf("a mistake in a statement became %v", err)
		}
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		err = db.Read(ctx, func(tx *Tx) error {
			_, err := tx.Exec("SELECT 1")
			return err
		})
		if !errors.Is(err, context.Canceled) || turno.KindOf(err) != turno.KindInternal {
			t.Errorf("a caller who hung up was told %v", err)
		}
	})
}

func TestShortStatementsAreNotCompiled(t *testing.T) {
	t.Parallel()
	db := openTest(t, freshSchema(t), Options{})
	var jit string
	err := db.Read(t.Context(), func(tx *Tx) error { return tx.QueryRow("SHOW jit").Scan(&jit) })
	if err != nil || jit != "off" {
		t.Errorf("jit is %q, %v", jit, err)
	}
}

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*turno.Error](err)
	if !ok || e.Kind != turno.KindUnavailable || e.Code != turno.CodeUnavailable || e.Err == nil ||
		e.RetryAfter < time.Second || e.RetryAfter > 5*time.Second {
		t.Errorf("got %#v", err)
	}
}
