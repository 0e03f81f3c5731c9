package sqldb

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/turno-health/turno"
)

// openCounted opens a database of one connection whose round trips are counted.
func openCounted(t *testing.T) (*DB, *atomic.Int64) {
	t.Helper()
	dsn := freshSchema(t)
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	trips := &atomic.Int64{}
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return &countedConn{Conn: conn, trips: trips}, err
	}
	o := Options{Now: time.Now, MaxConns: 1, Retried: func(string) {}}
	e, err := openPool(t.Context(), config, dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.close() })
	return &DB{opts: o, engine: e}, trips
}

// countedConn counts how often something was sent after something was read.
type countedConn struct {
	net.Conn
	trips *atomic.Int64
	sent  atomic.Bool
}

func (c *countedConn) Write(b []byte) (int, error) {
	if !c.sent.Swap(true) {
		c.trips.Add(1)
	}
	return c.Conn.Write(b)
}

func (c *countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.sent.Store(false)
	}
	return n, err
}

func TestRoundTrips(t *testing.T) {
	t.Parallel()
	db, trips := openCounted(t)
	mustExec(t, db, createNumbers)
	readBatch := func(tx *Tx) error {
		var all []int
		b := tx.Batch()
		b.ShareLock(turno.NewID())
		BatchAll(b, &all, scanInt, "SELECT n FROM numbers")
		BatchAll(b, &all, scanInt, "SELECT n FROM numbers WHERE n = $1", 1)
		return b.Run()
	}
	writeBatch := func(tx *Tx) error {
		b := tx.Batch()
		b.Exec(nil, "DELETE FROM numbers WHERE n = $1", 1)
		b.Exec(nil, "INSERT INTO numbers (n) VALUES ($1)", 1)
		return b.Run()
	}
	tests := map[string]struct {
		run  func(*Tx) error
		want int64
	}{
		"nothing":                         {func(*Tx) error { return nil }, 0},
		"one statement":                   {func(tx *Tx) error { _, err := tx.Exec("DELETE FROM numbers"); return err }, 2},
		"a read batch and a write batch":  {func(tx *Tx) error { return errors.Join(readBatch(tx), writeBatch(tx)) }, 3},
		"a query, read to its end":        {func(tx *Tx) error { _, err := All(tx, scanInt, "SELECT n FROM numbers"); return err }, 2},
		"a closure that fails at the end": {func(tx *Tx) error { return errors.Join(writeBatch(tx), errOnPurpose) }, 2},
	}
	for name, test := range tests {
		_ = db.Write(t.Context(), test.run) // prepares the statements
		before := trips.Load()
		_ = db.Write(t.Context(), test.run)
		if got := trips.Load() - before; got != test.want {
			t.Errorf("%s: %d round trips, want %d", name, got, test.want)
		}
	}
}

func TestDeadlocksAreRetried(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var reasons []string
	db := openTest(t, freshSchema(t), Options{Retried: func(reason string) {
		mu.Lock()
		defer mu.Unlock()
		reasons = append(reasons, reason)
	}})
	mustExec(t, db, createNumbers)
	a, b := turno.NewID(), turno.NewID()
	var meeting, callers sync.WaitGroup
	meeting.Add(2)
	for n, order := range [][2]int{{0, 1}, {1, 0}} {
		ids := [...]any{a, b}
		first := true
		callers.Go(func() {
			err := db.Write(t.Context(), func(tx *Tx) error {
				if _, err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(CAST(CAST($1 AS uuid) AS text)))", ids[order[0]]); err != nil {
					return err
				}
				if first {
					first = false
					meeting.Done()
					meeting.Wait()
				}
				if _, err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(CAST(CAST($1 AS uuid) AS text)))", ids[order[1]]); err != nil {
					return errors.New("some other error") // what failed counts, not what is said
				}
				return insert(tx, n)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if diff := cmp.Diff([]string{"deadlock"}, reasons); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{0, 1}, numbers(t, db)); diff != "" {
		t.Error(diff)
	}
}

func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	retried := 0
	db := openTest(t, freshSchema(t), Options{Retried: func(string) { retried++ }})
	runs := 0
	err := db.Write(t.Context(), func(tx *Tx) error {
		runs++
		_, err := tx.Exec("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")
		return err
	})
	if !IsBusy(err) || runs != 4 || retried != 3 {
		t.Errorf("%d runs, %d retries, %v", runs, retried, err)
	}
}

func TestALostConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	db := openTest(t, freshSchema(t), Options{})
	mustExec(t, db, createNumbers)
	runs := 0
	err := db.Write(t.Context(), func(tx *Tx) error {
		if err := insert(tx, 1); err != nil {
			return err
		}
		if runs++; runs == 1 {
			terminate(t, tx)
		}
		return insert(tx, 2)
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, %v", runs, err)
	}
	if diff := cmp.Diff([]int{1, 2}, numbers(t, db)); diff != "" {
		t.Error(diff)
	}
}

// terminate ends the server's side of the transaction's connection.
func terminate(t *testing.T, tx *Tx) {
	t.Helper()
	s := tx.session.(*postgresSession)
	other, err := pgx.ConnectConfig(t.Context(), s.pool.Config().ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close(t.Context()) }()
	if _, err := other.Exec(t.Context(), "SELECT pg_terminate_backend($1, 5000)", s.conn.Conn().PgConn().PID()); err != nil {
		t.Fatal(err)
	}
}

func TestACommitThatRollsBackIsAnError(t *testing.T) {
	t.Parallel()
	db := openTest(t, freshSchema(t), Options{})
	mustExec(t, db, createNumbers)
	err := db.Write(t.Context(), func(tx *Tx) error {
		err := insert(tx, 1)
		s := tx.session.(*postgresSession)
		_, _ = s.conn.Exec(t.Context(), "SELECT 1/0") // behind the transaction's back
		return err
	})
	if !errors.Is(err, errRolledBack) {
		t.Errorf("got %v", err)
	}
}

func TestAPanicRollsBackAndFreesTheConnection(t *testing.T) {
	t.Parallel()
	db := openTest(t, freshSchema(t), Options{MaxConns: 1})
	mustExec(t, db, createNumbers)
	if !panics(func() {
		_ = db.Write(t.Context(), func(tx *Tx) error { _ = insert(tx, 1); panic("oh") })
	}) {
		t.Error("the panic was swallowed")
	}
	if got := numbers(t, db); got != nil {
		t.Errorf("written: %v", got)
	}
}
