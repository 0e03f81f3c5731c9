package booking_test

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/policy"
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

// newLostDoctor works in a zone that this machine does not know.
func (c *clinic) newLostDoctor() policy.Caller {
	c.t.Helper()
	lost := c.newDoctor()
	c.write(func(tx *sqldb.Tx) error {
		_, err := tx.Exec("UPDATE doctors SET time_zone = 'Moon/Base' WHERE user_id = $1", lost.UserID)
		return err
	})
	return lost
}

// The others can still be found.
func TestADoctorWhoseHoursCannotBeComputedIsLeftOut(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.newLostDoctor()
		index := freetime.New(c.db, freetime.Config{Now: time.Now})
		index.Start(t.Context())
		defer index.Stop()
		patience, cancel := context.WithTimeout(t.Context(), patience)
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

// What the index does not say is computed: nobody else is in the way of that either.
func TestADoctorWhoseHoursCannotBeComputedHasNone(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		lost := c.newLostDoctor()
		var log strings.Builder
		c.Service = booking.New(c.db, booking.Config{Box: c.box, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		for _, order := range []string{booking.SortEarliest, booking.SortRating, booking.SortName} {
			log.Reset()
			found, _, err := c.SearchDoctors(t.Context(), policy.Caller{}, booking.Search{Sort: order, Days: 2, Zone: "Europe/Madrid"})
			if err != nil {
				t.Fatal(err)
			}
			open := map[uuid.UUID]int{}
			for _, d := range found {
				open[d.ID] = len(d.NextSlots)
			}
			if diff := cmp.Diff(map[uuid.UUID]int{c.doctor.UserID: 3, lost.UserID: 0}, open); diff != "" {
				t.Errorf("open times by %s (-want +got):\n%s", order, diff)
			}
			if !strings.Contains(log.String(), lost.UserID.String()) {
				t.Errorf("by %s, nobody is told why: %q", order, log.String())
			}
		}
	})
}
