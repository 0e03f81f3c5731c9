package store_test

import (
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// whileReading runs what is to be seen while somebody reads the trail and does not
// come to an end, as pg_dump does for hours.
func whileReading(t *testing.T, db *sqldb.DB, run func()) {
	t.Helper()
	reading, end, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.Read(t.Context(), func(tx *sqldb.Tx) error {
			_, err := store.AuditEntries(tx, store.AuditFilter{Limit: 1})
			close(reading)
			<-end
			return err
		})
	}()
	<-reading
	stop := sync.OnceFunc(func() { close(end) })
	defer stop() // also when run fails
	run()
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// On SQLite nobody waits for readers, and they for nobody.
func TestMonthsOfTheTrailWaitForAReaderAndNobodyWaitsForThem(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		clock.Set(time.Date(2031, time.May, 20, 0, 0, 0, 0, time.UTC))
		drop := store.DropAuditMonthBefore(6)
		for _, tt := range []struct {
			name string
			at   time.Time // when it is
			step func(*sqldb.Tx) error
		}{
			{"making months", clock.Now(), store.MakeAuditPartitions},
			{"dropping a month", clock.Now().AddDate(7, 0, 0), func(tx *sqldb.Tx) error { _, err := drop(tx); return err }},
		} {
			clock.Set(tt.at)
			whileReading(t, db, func() {
				began, tried := time.Now(), make(chan error, 1)
				go func() { tried <- db.Write(t.Context(), tt.step) }()
				if err := writeUntil(t, db, tried); sqldb.IsBusy(err) != (db.Engine() == sqldb.Postgres) {
					t.Errorf("%s behind a reader: %v", tt.name, err)
				}
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("%s kept the trail for %v", tt.name, took)
				}
			})
			writes(t, db, tt.step)
		}
	})
}

// writeUntil writes entries of the trail, one after the other, until something else
// has ended, and returns how.
func writeUntil(t *testing.T, db *sqldb.DB, ended <-chan error) error {
	t.Helper()
	for {
		writes(t, db, func(tx *sqldb.Tx) error {
			return store.Audit(tx, turno.AuditEntry{Action: turno.AuditUpdate, Entity: "user", EntityID: "1"})
		})
		select {
		case err := <-ended:
			return err
		default:
		}
	}
}

func TestMonthsThatAreThereNeedNoLock(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		has := func() (has bool) {
			writes(t, db, func(tx *sqldb.Tx) (err error) { has, err = store.HasAuditPartition(tx); return err })
			return has
		}
		clock.Set(time.Date(2031, time.May, 20, 0, 0, 0, 0, time.UTC))
		before := has()
		writes(t, db, store.MakeAuditPartitions)
		if diff := gocmp.Diff([]bool{db.Engine() == sqldb.SQLite, true}, []bool{before, has()}); diff != "" {
			t.Errorf("this month has its place, before and after (-want +got):\n%s", diff)
		}
		whileReading(t, db, func() { writes(t, db, store.MakeAuditPartitions) })
	})
}
