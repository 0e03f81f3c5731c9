package sqldb

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// otherProcess names the database to which TestMain writes in the place of the
// tests, as a command beside a server does.
const otherProcess = "SQLDB_TEST_WRITE_TO"

func TestMain(m *testing.M) {
	if path := os.Getenv(otherProcess); path != "" {
		if err := writeOnce(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func writeOnce(path string) error {
	ctx := context.Background()
	db, err := Open(ctx, path, Options{Now: time.Now, Patience: 2 * time.Minute})
	if err != nil {
		return err
	}
	for n := range 3 {
		err := db.Write(ctx, func(tx *Tx) error { return insert(tx, -1-n) })
		if err != nil {
			return err
		}
	}
	return db.Close()
}

// keepBusy writes with several clients until the test has done its work.
func keepBusy(t *testing.T, db *DB, work func()) {
	t.Helper()
	var stop atomic.Bool
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for !stop.Load() {
				err := db.Write(context.WithoutCancel(t.Context()), func(tx *Tx) error {
					_, err := tx.Exec("UPDATE numbers SET n = n WHERE n = 0")
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	work()
	stop.Store(true)
	clients.Wait()
}

func TestAnotherProcessGetsItsTurn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db := openTest(t, path, Options{})
	mustExec(t, db, createNumbers, "INSERT INTO numbers VALUES (0)")
	keepBusy(t, db, func() {
		command := exec.CommandContext(t.Context(), os.Args[0])
		command.Env = append(os.Environ(), otherProcess+"="+path)
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	if got := numbers(t, db); len(got) != 4 {
		t.Errorf("the other process wrote %v", got)
	}
}

func TestAWriteSaysThatItWaits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	server := openTest(t, path, Options{})
	mustExec(t, server, createNumbers)
	waits := make(chan struct{}, 9)
	command := openTest(t, path, Options{OnWait: func() { waits <- struct{}{} }})
	impatient := openTest(t, path, Options{Patience: time.Millisecond})

	var done sync.WaitGroup
	err := server.Write(t.Context(), func(tx *Tx) error {
		if err := <-elsewhere(func() error {
			return impatient.Write(context.WithoutCancel(t.Context()), func(tx *Tx) error { return insert(tx, 2) })
		}); !IsBusy(err) {
			t.Errorf("without patience: %v", err)
		}
		done.Go(func() {
			err := command.Write(context.WithoutCancel(t.Context()), func(tx *Tx) error { return insert(tx, 1) })
			if err != nil {
				t.Error(err)
			}
		})
		<-waits
		return nil
	})
	done.Wait()
	if err != nil || len(waits) != 0 || len(numbers(t, server)) != 1 {
		t.Errorf("%v, %d more calls", err, len(waits))
	}
}

func elsewhere(fn func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- fn() }()
	return result
}

func TestJobsTakeTurnsWithTheWriter(t *testing.T) {
	t.Parallel()
	db := newSQLite(t, Options{})
	mustExec(t, db, createNumbers, "INSERT INTO numbers VALUES (0)")
	jobs, err := db.JobsDB()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	keepBusy(t, db, func() {
		for n := range 50 {
			tx, err := jobs.BeginTx(t.Context(), nil)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := tx.ExecContext(t.Context(), "INSERT INTO numbers VALUES (?)", -n-1); err != nil {
				t.Error(err)
			}
			if err := tx.Commit(); err != nil {
				t.Error(err)
			}
			var back int
			if err := jobs.QueryRowContext(t.Context(), "INSERT INTO numbers VALUES (?) RETURNING n", n+1).Scan(&back); err != nil {
				t.Error(err)
			}
		}
	})
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("100 small writes beside a busy writer took %v", took)
	}
	if err := jobs.Close(); err != nil {
		t.Error(err)
	}
	if got := numbers(t, db); len(got) != 101 {
		t.Errorf("%d rows", len(got))
	}
}

// As SQLite does for a moment when the last connection closes, or the first opens
// after a crash.
func TestAFileThatSomebodyNeedsAloneIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(db *DB) error{
		"to migrate": func(db *DB) error {
			return db.Migrate(t.Context(), folder(map[string]string{"0001_a.sql": "CREATE TABLE a (n integer)"}))
		},
		"to read":             func(db *DB) error { return db.Ping(t.Context()) },
		"to write":            func(db *DB) error { return db.Write(t.Context(), func(tx *Tx) error { return nil }) },
		"to write for long":   func(db *DB) error { return db.WriteLong(t.Context(), func(tx *Tx) error { return nil }) },
		"to see its versions": func(db *DB) error { _, _, err := db.MigrationState(t.Context(), folder(nil)); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "test.db")
			db := openTest(t, path, Options{})
			alone, err := openFile(path, "locking_mode(EXCLUSIVE)")
			if err != nil {
				t.Fatal(err)
			}
			alone.SetMaxOpenConns(1)
			if _, err := alone.ExecContext(t.Context(), "BEGIN IMMEDIATE; COMMIT"); err != nil {
				t.Fatal(err)
			}
			acted := make(chan error)
			go func() { acted <- act(db) }()
			select {
			case err := <-acted:
				t.Errorf("it did not wait: %v", err)
				_ = alone.Close()
				return
			case <-time.After(100 * time.Millisecond):
			}
			if err := alone.Close(); err != nil {
				t.Fatal(err)
			}
			if err := <-acted; err != nil {
				t.Error(err)
			}
		})
	}
}
