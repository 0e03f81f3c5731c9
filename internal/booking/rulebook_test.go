package booking_test

import (
	"testing"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// The rules of a calendar are kept between bookings; another node that changes
// them tells nobody. What it changed counts from the next booking on.
func TestRulesThatAnotherNodeChangedCountAtOnce(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		elsewhere := booking.New(c.db, booking.Config{Box: c.box})
		c.mustBook(c.ana, at(1, "09:00")) // this node keeps the rules

		if _, err := elsewhere.AddExtraHours(t.Context(), c.doctor, c.doctor.UserID,
			turno.Interval{StartsAt: at(1, "20:00"), EndsAt: at(1, "21:00")}); err != nil {
			t.Fatal(err)
		}
		c.mustBook(c.ana, at(1, "20:00"))

		c.write(func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(`UPDATE doctors SET auto_confirm = $2 WHERE user_id = $1`, c.doctor.UserID, true); err != nil {
				return err
			}
			return store.BumpCalendar(tx, c.doctor.UserID)
		})
		if visit := c.mustBook(c.ana, at(1, "10:00")); visit.Status != turno.StatusConfirmed {
			t.Errorf("the visit is %s, although the doctor confirms automatically now", visit.Status)
		}

		if _, _, err := elsewhere.ReplaceAvailability(t.Context(), c.doctor, c.doctor.UserID, nil); err != nil {
			t.Fatal(err)
		}
		_, err := c.Book(t.Context(), c.ana, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: at(1, "11:00")})
		wantCode(t, err, turno.CodeNotOffered)
	})
}
