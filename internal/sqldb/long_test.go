package sqldb

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestALongWriteHasNoDeadline(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		db := newSQLite(t, Options{})
		limited := func(write func(context.Context, func(*Tx) error) error) (limited bool) {
			if err := write(t.Context(), func(tx *Tx) error {
				_, limited = tx.Context().Deadline()
				return nil
			}); err != nil {
				t.Error(err)
			}
			return limited
		}
		if !limited(db.Write) || limited(db.WriteLong) {
			t.Error("not Write alone is limited")
		}
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db := openTest(t, freshSchema(t)+"&statement_timeout=100", Options{MaxConns: 1})
		sleep := func(tx *Tx) error {
			_, err := tx.Exec("SELECT pg_sleep(0.3)")
			return err
		}
		if err := db.WriteLong(t.Context(), sleep); err != nil {
			t.Error(err)
		}
		if err := db.Write(t.Context(), sleep); err == nil {
			t.Error("the connection keeps no deadline")
		}
	})
}

func TestALongWriteIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		mustExec(t, db, createNumbers)
		broken := errors.New("broken")
		if err := db.WriteLong(t.Context(), func(tx *Tx) error { return errors.Join(insert(tx, 1), broken) }); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if err := db.WriteLong(ctx, func(tx *Tx) error {
			err := insert(tx, 2)
			cancel()
			return errors.Join(err, insert(tx, 3))
		}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = db.WriteLong(t.Context(), func(tx *Tx) error {
				_ = insert(tx, 4)
				panic(broken)
			})
		}()
		if err := db.WriteLong(t.Context(), func(tx *Tx) error { return insert(tx, 5) }); err != nil {
			t.Error(err)
		}
		mustExec(t, db, "INSERT INTO numbers VALUES (6)") // nothing is locked any more
		if diff := cmp.Diff([]int{5, 6}, numbers(t, db)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAWriteWaitsForALongOne(t *testing.T) {
	t.Parallel()
	db := newSQLite(t, Options{})
	mustExec(t, db, createNumbers)
	began, short := make(chan struct{}), make(chan error)
	go func() {
		<-began
		short <- db.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.Exec("UPDATE numbers SET n = n + 1")
			return err
		})
	}()
	if err := db.WriteLong(t.Context(), func(tx *Tx) error {
		close(began)
		return insert(tx, 1)
	}); err != nil {
		t.Error(err)
	}
	if err := <-short; err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]int{2}, numbers(t, db)); diff != "" {
		t.Error(diff)
	}
}
