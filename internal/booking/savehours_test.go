package booking_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func TestHoursAndTheirRulesAreSavedTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		outside := c.mustBook(c.ana, at(1, "16:00"))
		now := func() (d turno.Doctor, week []turno.Availability, trail int) {
			c.write(func(tx *sqldb.Tx) (err error) {
				if d, err = store.DoctorByID(tx, c.doctor.UserID); err != nil {
					return err
				}
				return tx.QueryRow(`SELECT COUNT(*) FROM audit_logs WHERE entity IN ('doctor', 'availability')`).Scan(&trail)
			})
			week, err := c.Availability(t.Context(), c.doctor, c.doctor.UserID)
			if err != nil {
				t.Fatal(err)
			}
			return d, week, trail
		}
		before, weekBefore, trailBefore := now()

		// A time zone that the checks know and a week that the table refuses, or the other way round: nothing is left behind.
		twenty, nowhere := 20, "Europe/Nowhere"
		_, err := c.SaveHours(t.Context(), c.doctor, c.doctor.UserID, booking.HoursDraft{Week: everyDay(1*60, 12*60), BookingRules: turno.BookingRules{SlotMinutes: &twenty}, TimeZone: &nowhere})
		wantCode(t, err, turno.CodeInvalid)
		overlapping := append(everyDay(1*60, 12*60), everyDay(11*60, 13*60)...)
		_, err = c.SaveHours(t.Context(), c.doctor, c.doctor.UserID, booking.HoursDraft{Week: overlapping, BookingRules: turno.BookingRules{SlotMinutes: &twenty}})
		wantCode(t, err, turno.CodeInvalid)
		after, weekAfter, trailAfter := now()
		if diff := cmp.Diff(before, after); diff != "" || trailBefore != trailAfter || len(weekAfter) != len(weekBefore) {
			t.Errorf("something was saved (-before +after):\n%s", diff)
		}

		got, err := c.SaveHours(t.Context(), c.desk, c.doctor.UserID, booking.HoursDraft{Week: everyDay(9*60, 12*60), BookingRules: turno.BookingRules{SlotMinutes: &twenty}})
		if err != nil || len(got) != 1 || got[0].ID != outside.ID {
			t.Errorf("got %v outside, %v", got, err)
		}
		after, weekAfter, trailAfter = now()
		if after.SlotMinutes != 20 || weekAfter[0].EndTime != 12*60 {
			t.Errorf("saved are slots of %d minutes until %s", after.SlotMinutes, weekAfter[0].EndTime)
		}
		if after.CalendarVersion != before.CalendarVersion+1 || trailAfter != trailBefore+2 {
			t.Errorf("the version rose by %d, the trail by %d", after.CalendarVersion-before.CalendarVersion, trailAfter-trailBefore)
		}
		_, err = c.SaveHours(t.Context(), c.desk, c.doctor.UserID, booking.HoursDraft{Week: everyDay(9*60, 13*60), Version: before.HoursVersion()})
		wantCode(t, err, turno.CodeConflict)
		if again, week, _ := now(); again.CalendarVersion != after.CalendarVersion || week[0].EndTime != 12*60 {
			t.Error("a draft that was begun before somebody else saved was saved")
		}
		if _, err = c.SaveHours(t.Context(), c.desk, c.doctor.UserID, booking.HoursDraft{Week: everyDay(9*60, 13*60), Version: after.HoursVersion()}); err != nil {
			t.Errorf("a draft of what is saved: %v", err)
		}
		_, err = c.SaveHours(t.Context(), c.newDoctor(), c.doctor.UserID, booking.HoursDraft{})
		wantCode(t, err, turno.CodeForbidden)
	})
}
