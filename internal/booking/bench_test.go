package booking_test

import (
	"testing"
	"time"

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
	bare := storetest.NewBareRows(b)

	var booked, committed time.Duration
	done := 0
	for b.Loop() {
		doctor, patients := c.newDoctor(), make([]policy.Caller, clients)
		for i := range patients {
			patients[i] = c.newPatient()
		}
		booked += storetest.InParallel(clients, slice, func(client, i int) error {
			when := at(1+i/16, "09:00").Add(time.Duration(i%16) * 30 * time.Minute)
			_, err := c.Book(b.Context(), patients[client], booking.NewVisit{DoctorID: doctor.UserID, ScheduledAt: when, Reason: "A cough."})
			return err
		}, b.Error)
		committed += storetest.InParallel(clients, slice, func(_, i int) error { return bare.Commit(done + i) }, b.Error)
		done += slice
	}
	b.ReportMetric(float64(done)/booked.Seconds(), "bookings/s")
	b.ReportMetric(float64(done)/committed.Seconds(), "bare/s")
	b.ReportMetric(committed.Seconds()/booked.Seconds(), "x/bare")
}
