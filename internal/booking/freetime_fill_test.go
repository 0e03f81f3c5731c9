package booking_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/sqldb"
)

func TestAClockThatIsSetBackWhileCalendarsAreReadHidesNobody(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.addMany(150, 2) // so that they are read in two parts
		var looks atomic.Int64
		now := func() time.Time { // asked before each look
			if looks.Add(1) == 2 {
				c.clock.Advance(-time.Second)
			}
			return time.Now()
		}
		index := freetime.New(c.db, freetime.Config{Now: now})
		index.Start(t.Context())
		defer index.Stop()
		if !index.AwaitFilled(t.Context()) || index.Size() != 151 {
			t.Errorf("%d doctors are known, want 151", index.Size())
		}
	})
}

// A zone that this machine does not know, say: the others can still be found.
func TestADoctorWhoseHoursCannotBeComputedIsLeftOut(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		lost := c.newDoctor()
		c.write(func(tx *sqldb.Tx) error {
			_, err := tx.Exec("UPDATE doctors SET time_zone = 'Moon/Base' WHERE user_id = $1", lost.UserID)
			return err
		})
		index := freetime.New(c.db, freetime.Config{Now: time.Now})
		index.Start(t.Context())
		defer index.Stop()
		patience, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if !index.AwaitFilled(patience) {
			t.Fatal("it waits for a calendar that nobody can compute")
		}
		c.Service = booking.New(c.db, booking.Config{Box: c.box, FreeTime: index})
		if !c.offers(&searchNode{Service: c.Service, db: c.db, index: index}, at(1, "09:00")) {
			t.Error("the other doctor is not offered")
		}
	})
}
