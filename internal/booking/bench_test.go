package booking_test

import (
	"database/sql"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// BenchmarkBookOnSQLite compares bookings by 32 clients with the bare rows of a
// booking, each committed by itself with the same driver and the same
// durability, in slices that take turns. x/bare is how many bookings are made in
// the time of one bare commit: at least 1 is wanted.
func BenchmarkBookOnSQLite(b *testing.B) {
	const clients, slice = 32, 320 // 20 days of 16 slots
	clock := storetest.NewClock(storetest.Monday())
	c := newClinic(b, storetest.New(b, sqldb.SQLite, clock), clock)
	c.Service = booking.New(c.db, booking.Config{Box: c.box})
	bare := newBareRows(b, clock)

	var booked, committed time.Duration
	done := 0
	for b.Loop() {
		doctor, patients := c.newDoctor(), make([]policy.Caller, clients)
		for i := range patients {
			patients[i] = c.newPatient()
		}
		booked += inParallel(clients, slice, func(client, i int) error {
			when := at(1+i/16, "09:00").Add(time.Duration(i%16) * 30 * time.Minute)
			_, err := c.Book(b.Context(), patients[client], booking.NewVisit{DoctorID: doctor.UserID, ScheduledAt: when, Reason: "A cough."})
			return err
		}, b.Error)
		committed += inParallel(clients, slice, func(_, i int) error { return bare.commit(done + i) }, b.Error)
		done += slice
	}
	b.ReportMetric(float64(done)/booked.Seconds(), "bookings/s")
	b.ReportMetric(float64(done)/committed.Seconds(), "bare/s")
	b.ReportMetric(committed.Seconds()/booked.Seconds(), "x/bare")
}

// inParallel lets so many clients do 0 to n-1 and says how long that took.
func inParallel(clients, n int, do func(client, i int) error, fail func(...any)) time.Duration {
	began := time.Now()
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for i := client; i < n; i += clients {
				if err := do(client, i); err != nil {
					fail(err)
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

// bareRows is a file with the four rows of a booking and their keys, and nothing
// that guards them.
type bareRows struct{ file *sql.DB }

func newBareRows(b *testing.B, clock *storetest.Clock) bareRows {
	b.Helper()
	db, err := sqldb.Open(b.Context(), filepath.Join(b.TempDir(), "bare.db"), sqldb.Options{Now: clock.Now})
	if err != nil {
		b.Fatal(err)
	}
	file, err := db.JobsDB()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = file.Close(), db.Close() })
	_, err = file.ExecContext(b.Context(), `
		CREATE TABLE visits (id BLOB PRIMARY KEY, patient BLOB, doctor BLOB, starts INTEGER, ends INTEGER, status TEXT) STRICT;
		CREATE INDEX visits_by_doctor ON visits (doctor, starts);
		CREATE INDEX visits_by_patient ON visits (patient, starts);
		CREATE TABLE periods (owner BLOB, starts INTEGER, ends INTEGER, visit BLOB, PRIMARY KEY (owner, starts)) STRICT, WITHOUT ROWID;
		CREATE TABLE trail (id BLOB PRIMARY KEY, who BLOB, what TEXT, at INTEGER) STRICT`)
	if err != nil {
		b.Fatal(err)
	}
	return bareRows{file}
}

func (r bareRows) commit(i int) error {
	tx, err := r.file.Begin()
	if err != nil {
		return err
	}
	visit, doctor, patient := turno.NewID(), turno.NewID(), turno.NewID()
	for _, row := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO visits VALUES (?, ?, ?, ?, ?, 'pending')`, []any{visit[:], patient[:], doctor[:], i, i + 1}},
		{`INSERT INTO periods VALUES (?, ?, ?, ?)`, []any{doctor[:], i, i + 1, visit[:]}},
		{`INSERT INTO periods VALUES (?, ?, ?, ?)`, []any{patient[:], i, i + 1, visit[:]}},
		{`INSERT INTO trail VALUES (?, ?, 'CREATE', ?)`, []any{visit[:], patient[:], i}},
	} {
		if _, err := tx.Exec(row.sql, row.args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}
