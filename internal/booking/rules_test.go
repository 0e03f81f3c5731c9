package booking_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// rivals book one open slot after the other, and count what was accepted, also
// of what they began to ask for when the change was known.
func (c *clinic) rivals(n int, changed *atomic.Bool, late, accepted *atomic.Int64) *sync.WaitGroup {
	slots, err := c.Slots(c.t.Context(), policy.Caller{}, c.doctor.UserID, at(1, "00:00"), at(59, "00:00"), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range n {
		patient := c.newPatient()
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(slots) {
					return
				}
				began := changed.Load()
				_, err := c.Book(c.t.Context(), policy.Caller{UserID: patient.UserID, Role: turno.RolePatient},
					booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: slots[i].StartsAt})
				if err == nil {
					accepted.Add(1)
					if began {
						late.Add(1)
					}
				}
			}
		})
	}
	return &all
}

// A visit that begins to be booked after the change was acknowledged is refused,
// and one accepted before it was written before it.
func TestNoVisitIsAcceptedUnderOldRules(t *testing.T) {
	t.Parallel()
	changes := map[string]func(t *testing.T, c *clinic){
		"the licence is no longer verified": func(t *testing.T, c *clinic) {
			t.Helper()
			c.write(func(tx *sqldb.Tx) error {
				if err := tx.Lock(c.doctor.UserID); err != nil {
					return err
				}
				if err := store.SetVerification(tx, c.doctor.UserID, nil, nil, ""); err != nil {
					return err
				}
				return store.BumpCalendar(tx, c.doctor.UserID)
			})
		},
		"the doctor has new hours": func(t *testing.T, c *clinic) {
			t.Helper()
			if _, _, err := c.ReplaceAvailability(t.Context(), c.doctor, c.doctor.UserID, nil); err != nil {
				t.Error(err)
			}
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, func(t *testing.T, c *clinic) {
				c.Service = booking.New(c.db, booking.Config{Box: c.box})
				var changed atomic.Bool
				var late, accepted atomic.Int64
				all := c.rivals(8, &changed, &late, &accepted)
				for accepted.Load() < 20 { // until the rivals are under way
					runtime.Gosched()
				}
				change(t, c)
				known := c.busy(c.doctor.UserID) // whatever is written now was decided before
				changed.Store(true)
				all.Wait()
				if late.Load() > 0 {
					t.Errorf("%d visits were accepted after the change was acknowledged", late.Load())
				}
				if now := c.busy(c.doctor.UserID); now != known {
					t.Errorf("%d visits were written after the change was acknowledged", now-known)
				}
				c.sound()
			})
		})
	}
}

// Who changes the tables by hand takes no lock: what was read may be untrue when it
// is written, which is no fault of those who book.
func TestBookingsAndHoldsLookAgainWhenTablesAreChangedByHand(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.Service = booking.New(c.db, booking.Config{Box: c.box})
		slots, err := c.Slots(t.Context(), policy.Caller{}, c.doctor.UserID, at(1, "00:00"), at(29, "00:00"), nil)
		if err != nil {
			t.Fatal(err)
		}
		var people, hand sync.WaitGroup
		var over atomic.Bool
		var lastly atomic.Int64
		for range 4 {
			caller := policy.Caller{UserID: c.newPatient().UserID, Role: turno.RolePatient}
			people.Go(func() {
				for i := lastly.Add(1) - 1; int(i) < len(slots); i = lastly.Add(1) - 1 {
					_, err := c.Hold(t.Context(), caller, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: slots[i].StartsAt})
					if err == nil {
						_, err = c.Book(t.Context(), caller, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: slots[i].StartsAt})
					}
					if err != nil && turno.KindOf(err) == turno.KindInternal {
						t.Errorf("%s: %v", slots[i].StartsAt, err)
					}
				}
			})
		}
		hand.Go(func() {
			for !over.Load() {
				c.write(func(tx *sqldb.Tx) error {
					_, err := tx.Exec(`UPDATE doctors SET calendar_version = calendar_version + 1 WHERE user_id = $1`, c.doctor.UserID)
					return err
				})
			}
		})
		people.Wait()
		over.Store(true)
		hand.Wait()
		c.sound()
	})
}
