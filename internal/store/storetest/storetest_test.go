package storetest_test

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestEachEngineGetsAMigratedDatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for range 3 { // were a database shared, the second round would meet the first one's row
		storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
			if !strings.Contains(t.Name(), string(db.Engine())) {
				t.Errorf("%s got a database on %s", t.Name(), db.Engine())
			}
			if got := specializations(t, db); got != 0 {
				t.Errorf("a fresh database has %d specializations", got)
			}
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				if want := clock.Now(); !tx.Now.Equal(want) {
					t.Errorf("the transaction's now is %v, the clock shows %v", tx.Now, want)
				}
				_, err := tx.Exec("INSERT INTO specializations (name, name_folded) VALUES ($1, $2)", "Cardiology", "cardiology")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := specializations(t, db); got != 1 {
				t.Errorf("%d specializations after one was added", got)
			}
		})
	}
}

func TestDSNNamesADatabaseWithoutTables(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			db, err := sqldb.Open(t.Context(), storetest.DSN(t, engine), sqldb.Options{Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			err = db.Read(t.Context(), func(tx *sqldb.Tx) error {
				_, err := tx.Query("SELECT id FROM users")
				return err
			})
			if err == nil {
				t.Error("the database has a table users already")
			}
		})
	}
}

// The test runs itself without the cluster, since failing is what it expects.
func TestWithoutPostgreSQLATestFailsAndSaysHowToGetIt(t *testing.T) {
	if os.Getenv("TURNO_STORETEST_ALONE") != "" {
		storetest.New(t, sqldb.Postgres, storetest.NewClock(storetest.Monday()))
		return
	}
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "TURNO_TEST_POSTGRES=", "TURNO_STORETEST_ALONE=1")
	output, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("the test passed without PostgreSQL")
	}
	if !strings.Contains(string(output), "scripts/with-postgres go test") {
		t.Errorf("the failure does not say how to get PostgreSQL:\n%s", output)
	}
}

func TestClockStandsStillUntilItIsTold(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock(storetest.Monday())
	if got := clock.Now(); !got.Equal(clock.Now()) || got.Weekday() != time.Monday {
		t.Errorf("the clock begins at %v", got)
	}
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() { clock.Advance(time.Minute) })
	}
	all.Wait()
	if got, want := clock.Now(), storetest.Monday().Add(time.Hour); !got.Equal(want) {
		t.Errorf("after sixty minutes the clock shows %v, want %v", got, want)
	}
	clock.Set(storetest.Monday().Add(1500 * time.Nanosecond))
	if got, want := clock.Now(), storetest.Monday().Add(time.Microsecond); !got.Equal(want) {
		t.Errorf("the clock shows %v, want whole microseconds: %v", got, want)
	}
}

func specializations(t *testing.T, db *sqldb.DB) int {
	t.Helper()
	var count int
	err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM specializations").Scan(&count)
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}
