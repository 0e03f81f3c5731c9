package sqldb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
)

var errOnPurpose = errors.New("on purpose")

// member is a write of a test's group and what its caller got.
type member struct {
	fn       func(*Tx) error
	ctx      context.Context //nolint:containedctx // a test's table
	err      error
	panicked any
}

// settleTogether runs members as one group of the writer, which is idle.
func settleTogether(t *testing.T, db *DB, spoil func(sql string) error, members ...*member) {
	t.Helper()
	w := db.engine.(*sqliteDB).writer
	w.discard()
	w.spoil = spoil
	if err := w.begin(); err != nil {
		t.Fatal(err)
	}
	var group []*write
	var callers sync.WaitGroup
	for _, m := range members {
		c := newWrite(m.fn)
		group = append(group, c)
		callers.Go(func() {
			defer func() { m.panicked = recover() }()
			if m.ctx == nil {
				m.ctx = context.WithoutCancel(t.Context())
			}
			m.err = c.follow(m.ctx)
		})
	}
	w.settle(group)
	callers.Wait()
	w.discard()
	w.spoil = nil
}

func adds(n int) *member { return &member{fn: func(tx *Tx) error { return insert(tx, n) }} }

func TestAGroupSharesOneCommit(t *testing.T) {
	t.Parallel()
	db := newSQLite(t, Options{})
	mustExec(t, db, createNumbers)
	var statements []string
	settleTogether(t, db, func(sql string) error {
		statements = append(statements, sql)
		return nil
	}, adds(1), adds(2))
	if diff := cmp.Diff([]string{"BEGIN IMMEDIATE", "COMMIT"}, statements); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{1, 2}, numbers(t, db)); diff != "" {
		t.Error(diff)
	}
}

func TestAGroupIsKeptApartOnlyWhereOneHasToBeUndone(t *testing.T) {
	t.Parallel()
	apart := []string{"SAVEPOINT closure", "RELEASE closure", "SAVEPOINT closure", "ROLLBACK TO closure", "RELEASE closure"}
	for name, c := range map[string]struct {
		fails func(*Tx) error
		want  []string // of the group with one that fails, between its beginning and its commit
	}{
		"one that has only read is left out": {
			func(tx *Tx) error { return errors.Join(tx.QueryRow("SELECT 1").Scan(new(int)), errOnPurpose) }, nil,
		},
		"one that has written makes all run again": {
			func(tx *Tx) error { return errors.Join(insert(tx, 2), errOnPurpose) },
			append([]string{"ROLLBACK", "BEGIN IMMEDIATE"}, apart...),
		},
		"so does one that has written by a query": {
			func(tx *Tx) error {
				return errors.Join(tx.QueryRow("INSERT INTO numbers VALUES (2) RETURNING 2").Scan(new(int)), errOnPurpose)
			},
			append([]string{"ROLLBACK", "BEGIN IMMEDIATE"}, apart...),
		},
		"and one whose statement failed": {
			func(tx *Tx) error { return tx.QueryRow("SELECT nothing").Scan(new(int)) },
			append([]string{"ROLLBACK", "BEGIN IMMEDIATE"}, apart...),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newSQLite(t, Options{})
			mustExec(t, db, createNumbers)
			var statements []string
			note := func(sql string) error {
				statements = append(statements, sql)
				return nil
			}
			fails := &member{fn: c.fails}
			settleTogether(t, db, note, adds(1), fails)
			if diff := cmp.Diff(append(append([]string{"BEGIN IMMEDIATE"}, c.want...), "COMMIT"), statements); diff != "" {
				t.Error(diff)
			}
			if fails.err == nil {
				t.Error("the one that failed was told nothing")
			}
			if c.want != nil { // more may follow: so the next group is kept apart at once
				statements = nil
				settleTogether(t, db, note, adds(3), &member{fn: c.fails})
				if diff := cmp.Diff(append(append([]string{"BEGIN IMMEDIATE"}, apart...), "COMMIT"), statements); diff != "" {
					t.Error(diff)
				}
			}
			if got := numbers(t, db); slices.Contains(got, 2) || !slices.Contains(got, 1) {
				t.Errorf("written: %v", got)
			}
		})
	}
}

func TestNobodyIsAnsweredBeforeTheCommit(t *testing.T) {
	t.Parallel()
	db := newSQLite(t, Options{})
	mustExec(t, db, createNumbers)
	a, b := adds(1), adds(2)
	settleTogether(t, db, func(sql string) error {
		if sql != "COMMIT" {
			return nil
		}
		if got := numbers(t, db); got != nil {
			t.Errorf("visible before the commit: %v", got)
		}
		return errOnPurpose // so whoever was answered now was told a lie
	}, a, b)
	if a.err == nil || b.err == nil {
		t.Errorf("answered though nothing could be committed: %v, %v", a.err, b.err)
	}
	if got := numbers(t, db); got != nil {
		t.Errorf("written: %v", got)
	}
}

func TestAnErrorOrAPanicLeavesTheOthers(t *testing.T) {
	t.Parallel()
	db := newSQLite(t, Options{})
	mustExec(t, db, createNumbers)
	fails := &member{fn: func(tx *Tx) error { return errors.Join(insert(tx, 2), errOnPurpose) }}
	breaks := &member{fn: func(tx *Tx) error { return errors.Join(insert(tx, 3), insert(tx, 3)) }}
	panicky := &member{fn: func(tx *Tx) error { _ = insert(tx, 4); panic("oh") }}
	first, last := adds(1), adds(5)
	settleTogether(t, db, nil, first, fails, breaks, panicky, last)
	if diff := cmp.Diff([]int{1, 5}, numbers(t, db)); diff != "" {
		t.Error(diff)
	}
	if first.err != nil || last.err != nil || !errors.Is(fails.err, errOnPurpose) || !IsUniqueViolation(breaks.err) {
		t.Errorf("got %v, %v, %v, %v", first.err, last.err, fails.err, breaks.err)
	}
	if panicky.panicked != "oh" {
		t.Errorf("the panic became %v", panicky.panicked)
	}
}

func TestWhenTheGroupIsLostEachRunsAgainAlone(t *testing.T) {
	t.Parallel()
	// How often the first runs: with the others, kept apart from the one that fails, alone.
	for failing, wanted := range map[string]int{
		"ROLLBACK": 2, "SAVEPOINT closure": 2, "RELEASE closure": 3, "ROLLBACK TO closure": 3, "COMMIT": 3,
	} {
		t.Run(failing, func(t *testing.T) {
			t.Parallel()
			db := newSQLite(t, Options{})
			mustExec(t, db, createNumbers)
			runs := 0
			first := &member{fn: func(tx *Tx) error { runs++; return insert(tx, 1) }}
			fails := &member{fn: func(tx *Tx) error { return errors.Join(insert(tx, 2), errOnPurpose) }}
			last := adds(3)
			once := true
			settleTogether(t, db, func(sql string) error {
				if sql == failing && once {
					once = false
					return errOnPurpose
				}
				return nil
			}, first, fails, last)
			if diff := cmp.Diff([]int{1, 3}, numbers(t, db)); diff != "" {
				t.Error(diff)
			}
			if first.err != nil || last.err != nil || !errors.Is(fails.err, errOnPurpose) {
				t.Errorf("got %v, %v, %v", first.err, fails.err, last.err)
			}
			if runs != wanted {
				t.Errorf("the first ran %d times", runs)
			}
		})
	}
}

// Another process takes the file between the loss of a group and the first that runs
// again. Whoever else was in the group hears of that one wait and has none of their own.
func TestWhenTheGroupIsLostOneWaitIsForAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	rival, db := openTest(t, path, Options{}), openTest(t, path, Options{Patience: 20 * time.Millisecond})
	mustExec(t, db, createNumbers)
	holds, release := make(chan struct{}), make(chan struct{})
	var held <-chan error
	lost := false
	first, last := adds(1), adds(2)
	settleTogether(t, db, func(sql string) error {
		if sql == "COMMIT" {
			lost = true
			return errOnPurpose
		}
		if lost && held == nil {
			held = elsewhere(func() error {
				return rival.Write(context.WithoutCancel(t.Context()), func(*Tx) error {
					close(holds)
					<-release
					return nil
				})
			})
			<-holds
		}
		return nil
	}, first, last)
	close(release)
	if err := <-held; err != nil {
		t.Error(err)
	}
	if !IsBusy(first.err) || !errors.Is(last.err, first.err) {
		t.Errorf("they were told %v and %v, want one error", first.err, last.err)
	}
	if got := numbers(t, db); got != nil {
		t.Errorf("written: %v", got)
	}
}

func TestAContextCountsOnlyInTheQueue(t *testing.T) {
	t.Parallel()
	db := newSQLite(t, Options{})
	mustExec(t, db, createNumbers)
	ctx, cancel := context.WithCancel(t.Context())
	during := &member{ctx: ctx, fn: func(tx *Tx) error {
		cancel()
		return errors.Join(insert(tx, 1), tx.Context().Err())
	}}
	settleTogether(t, db, nil, during, adds(2))
	if during.err != nil {
		t.Errorf("cancelled while it ran: %v", during.err)
	}
	err := db.Write(t.Context(), func(tx *Tx) error {
		queueing := make(chan error)
		waiting, giveUp := context.WithCancel(context.WithoutCancel(t.Context()))
		go func() {
			queueing <- db.Write(waiting, func(tx *Tx) error { return insert(tx, 3) })
		}()
		giveUp()
		if err := <-queueing; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled in the queue: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]int{1, 2}, numbers(t, db)); diff != "" {
		t.Error(diff)
	}
}

func TestAWriterThatIsEndedByATestGoesOn(t *testing.T) {
	t.Parallel()
	db := newSQLite(t, Options{})
	mustExec(t, db, createNumbers)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = db.Write(context.WithoutCancel(t.Context()), func(tx *Tx) error {
			_ = insert(tx, 1)
			runtime.Goexit() // as t.Fatal does
			return nil
		})
	}()
	<-ended
	if err := db.Write(t.Context(), func(tx *Tx) error { return insert(tx, 2) }); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]int{2}, numbers(t, db)); diff != "" {
		t.Error(diff)
	}
}

func TestManyWritersAllArrive(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		mustExec(t, db, createNumbers)
		var want []int
		var callers sync.WaitGroup
		for n := range 200 {
			if n%7 != 0 {
				want = append(want, n)
			}
			callers.Go(func() {
				err := db.Write(t.Context(), func(tx *Tx) error {
					if err := insert(tx, n); err != nil || n%7 != 0 {
						return err
					}
					return errOnPurpose
				})
				if (err == nil) != (n%7 != 0) {
					t.Errorf("%d: %v", n, err)
				}
			})
		}
		callers.Wait()
		if got := numbers(t, db); !slices.Equal(got, want) {
			t.Errorf("got %d rows, want %d", len(got), len(want))
		}
	})
}

func TestAfterCloseThereIsNothing(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), t.TempDir()+"/test.db", Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	nothing := func(*Tx) error { return nil }
	for name, err := range map[string]error{"Read": db.Read(t.Context(), nothing), "Write": db.Write(t.Context(), nothing)} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkWrite compares writers in groups with one commit each.
func BenchmarkWrite(b *testing.B) {
	for _, clients := range []int{1, 32} {
		b.Run(fmt.Sprintf("%d clients", clients), func(b *testing.B) {
			db := newSQLite(b, Options{})
			mustExec(b, db, "CREATE TABLE log (id integer PRIMARY KEY, note text)")
			b.SetParallelism(max(1, clients/2))
			b.ResetTimer()
			write := func() {
				err := db.Write(b.Context(), func(tx *Tx) error {
					_, err := tx.Exec("INSERT INTO log (note) VALUES ($1)", "x")
					return err
				})
				if err != nil {
					b.Error(err)
				}
			}
			if clients == 1 {
				for b.Loop() {
					write()
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					write()
				}
			})
		})
	}
}

func TestATransactionOverItsDeadlineIsUndoneAndMayComeAgain(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/test.db"
	db, hasty := openTest(t, path, Options{}), openTest(t, path, Options{Deadline: 50 * time.Millisecond})
	mustExec(t, db, createNumbers)
	for name, late := range map[string]func(tx *Tx) error{
		"at a statement": func(tx *Tx) error {
			if err := insert(tx, 1); err != nil {
				return err
			}
			<-tx.ctx.Done()
			return insert(tx, 2)
		},
		"at the commit": func(tx *Tx) error {
			defer func() { <-tx.ctx.Done() }()
			return insert(tx, 3)
		},
	} {
		if err := hasty.Write(t.Context(), late); turno.KindOf(err) != turno.KindUnavailable {
			t.Errorf("late %s: %v", name, err)
		}
	}
	mustExec(t, db, "INSERT INTO numbers VALUES (4)")
	if diff := cmp.Diff([]int{4}, numbers(t, db)); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}
