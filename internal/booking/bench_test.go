package booking_test

import (
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/bench"
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
	bare, err := bench.OpenBare(b.Context(), filepath.Join(b.TempDir(), "bare.db"), sqldb.SQLite, clients)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = bare.Close() })

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
		committed += inParallel(clients, slice, func(_, i int) error { return bare.Commit(b.Context(), done+i) }, b.Error)
		done += slice
	}
	b.ReportMetric(float64(done)/booked.Seconds(), "bookings/s")
	b.ReportMetric(float64(done)/committed.Seconds(), "bare/s")
	b.ReportMetric(committed.Seconds()/booked.Seconds(), "x/bare")
}

// inParallel lets so many clients do 0 to n-1 and says how long that took.
func inParallel(clients, n int, do func(client, i int) error, fail func(...any)) time.Duration {
	began := time.Now()
	var next atomic.Int64
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(client, i); err != nil {
					fail(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}
