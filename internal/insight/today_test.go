package insight_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
)

// It is Monday 4 January 2027, 09:00 UTC, in Madrid 10:00.
func TestTodaysNumbers(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		doctor := c.doctor()
		at := func(d, hour, minute int) time.Time {
			return time.Date(2027, time.January, d, hour, minute, 0, 0, time.UTC)
		}
		for _, v := range []struct {
			why    string
			start  time.Time
			change func(*turno.Appointment)
		}{
			{"today in Madrid, yesterday in UTC", at(3, 23, 0), status(turno.StatusCompleted)},
			{"yesterday", at(3, 22, 45), status(turno.StatusCompleted)},
			{"over and unanswered, today", at(4, 8, 30), nil},
			{"running", at(4, 8, 45), nil},
			{"over and unanswered, long ago", at(1, 12, 0).AddDate(-1, 0, 0), nil},
			{"over and unanswered, in the quarter hour of the next", at(1, 12, 0), nil},
			{"over and answered, in that quarter hour", at(1, 12, 5), status(turno.StatusCompleted)},
			{"missed", at(4, 7, 0), cancelled(turno.CancelledNoShow, 0)},
			{"called off", at(4, 16, 0), cancelled(turno.CancelledByPatient, 48*time.Hour)},
			{"a request", at(4, 12, 0), status(turno.StatusPending)},
			{"a request for tomorrow", at(5, 12, 0), status(turno.StatusPending)},
			{"a request whose time has passed", at(4, 8, 0), status(turno.StatusPending)},
			{"to come", at(4, 17, 0), nil},
			{"tomorrow in Madrid, today in UTC", at(4, 23, 0), nil},
		} {
			c.visit(doctor, v.start, v.change)
		}
		sunday := c.user(turno.RolePatient, "") // who registered a minute before Monday
		c.write(func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE users SET created_at = $2 WHERE id = $1`, sunday.UserID, at(3, 22, 59))
			return err
		})
		want := insight.Today{
			Day: day(2027, 1, 4), TimeZone: "Europe/Madrid",
			Visits:  insight.DayCount{Day: day(2027, 1, 4), Pending: 2, Confirmed: 3, Completed: 1, Cancelled: 2},
			NoShows: 1, Waiting: 2, Unanswered: 3, NewPatients: 1,
		}
		for _, changes := range []int{0, 5, 100} { // however far the rollups are
			if changes > 0 {
				c.rollUp(changes)
			}
			for _, caller := range []policy.Caller{c.owner, c.desk} {
				got, err := c.Today(t.Context(), caller, "")
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("after %d changes were rolled up (-want +got):\n%s", changes, diff)
				}
			}
		}
		for _, stranger := range []policy.Caller{{}, c.ana, doctor} {
			if _, err := c.Today(t.Context(), stranger, ""); err == nil {
				t.Errorf("%v reads the clinic's numbers", stranger.Role)
			}
		}
	})
}

func TestTheNextAvailableOfEachField(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		soon, closed := c.doctor(), c.doctor()
		c.write(func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`DELETE FROM availability WHERE doctor_id = $1`, closed.UserID)
			return err
		})
		got, err := c.Access(t.Context(), c.owner, insight.Days{})
		if err != nil {
			t.Fatal(err)
		}
		today := 0.0
		want := []insight.SpecializationAccess{
			{SpecializationID: 1, Name: "Field 4", Doctors: 1, ThirdNextDays: &today},
			{SpecializationID: 2, Name: "Field 5", Doctors: 1, Closed: 1},
		}
		if diff := cmp.Diff(want, got.Specializations); diff != "" {
			t.Errorf("fields (-want +got):\n%s", diff)
		}
		if own, err := c.Access(t.Context(), soon, insight.Days{}); err != nil || len(own.Specializations) != 1 {
			t.Errorf("a doctor sees %v, %v; want their own", own, err)
		}
		if _, err := c.Access(t.Context(), c.desk, insight.Days{}); turno.KindOf(err) != turno.KindForbidden {
			t.Errorf("the desk: %v", err)
		}
	})
}
