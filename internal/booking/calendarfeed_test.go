package booking_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func (c *clinic) calendar(by policy.Caller) booking.Calendar {
	c.t.Helper()
	calendar, err := c.Calendar(c.t.Context(), by, func(booking.Calendar) bool { return false })
	if err != nil {
		c.t.Fatal(err)
	}
	return calendar
}

// line is what a test compares of an entry.
type line struct {
	id        uuid.UUID
	starts    time.Time
	status    turno.Status
	calledOff bool
	sequence  int
}

// forAna books as the desk does: the visit is confirmed.
func (c *clinic) forAna(when time.Time) turno.Appointment {
	c.t.Helper()
	visit, err := c.Book(c.t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: c.ana.UserID, ScheduledAt: when})
	c.must(err)
	return visit
}

func (c *clinic) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func lines(calendar booking.Calendar) []line {
	all := []line{}
	for _, e := range calendar.Entries {
		all = append(all, line{e.ID, e.Interval.StartsAt, e.Status, e.CalledOff, e.Sequence})
	}
	return all
}

func wantLines(t *testing.T, when string, calendar booking.Calendar, want ...line) {
	t.Helper()
	if want == nil {
		want = []line{}
	}
	if diff := cmp.Diff(want, lines(calendar), cmp.AllowUnexported(line{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

func TestACalendarFollowsTheLifeOfAVisit(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		ctx := t.Context()
		wantLines(t, "nothing yet", c.calendar(c.ana))
		visit := c.mustBook(c.ana, at(1, "10:00"))
		for _, reader := range []policy.Caller{c.ana, c.doctor} {
			wantLines(t, "requested", c.calendar(reader), line{visit.ID, at(1, "10:00").UTC(), turno.StatusPending, false, 0})
		}
		_, err := c.Confirm(ctx, c.doctor, visit.ID)
		c.must(err)
		wantLines(t, "confirmed", c.calendar(c.ana), line{visit.ID, at(1, "10:00").UTC(), turno.StatusConfirmed, false, 1})
		_, err = c.Move(ctx, c.doctor, visit.ID, at(2, "11:00"))
		c.must(err)
		wantLines(t, "moved, and not there twice", c.calendar(c.ana), line{visit.ID, at(2, "11:00").UTC(), turno.StatusConfirmed, false, 2})
		_, err = c.Cancel(ctx, c.ana, visit.ID, "a secret reason")
		c.must(err)
		off := line{visit.ID, at(2, "11:00").UTC(), turno.StatusCancelled, true, 3}
		wantLines(t, "called off, for programs to take it away", c.calendar(c.ana), off)
		c.clock.Advance(29 * 24 * time.Hour)
		wantLines(t, "a month long", c.calendar(c.doctor), off)
		c.clock.Advance(2 * 24 * time.Hour)
		wantLines(t, "and no longer", c.calendar(c.doctor))
	})
}

func TestWhatIsLongOverOrWasCalledOffLongAgoIsInNoCalendar(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		ctx := t.Context()
		came, missed, far := c.forAna(at(0, "10:30")), c.forAna(at(0, "11:00")), c.forAna(at(60, "10:00"))
		_, err := c.Cancel(ctx, c.desk, far.ID, "")
		c.must(err)
		c.clock.Set(at(0, "12:00"))
		_, err = c.Complete(ctx, c.doctor, came.ID)
		c.must(err)
		_, err = c.Miss(ctx, c.doctor, missed.ID)
		c.must(err)
		past := []line{{came.ID, at(0, "10:30").UTC(), turno.StatusCompleted, false, 1}, {missed.ID, at(0, "11:00").UTC(), turno.StatusCancelled, false, 1}}
		wantLines(t, "a missed one has had its time", c.calendar(c.doctor), append(past, line{far.ID, at(60, "10:00").UTC(), turno.StatusCancelled, true, 1})...)
		c.clock.Set(at(29, "12:00"))
		wantLines(t, "the past month", c.calendar(c.doctor), append(past, line{far.ID, at(60, "10:00").UTC(), turno.StatusCancelled, true, 1})...)
		c.clock.Set(at(31, "12:00"))
		wantLines(t, "a visit to come that was called off over a month ago too", c.calendar(c.doctor))
	})
}

func TestWhoseVisitsACalendarShows(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		mother, ends := c.newPatient(), at(20, "00:00")
		c.write(func(tx *sqldb.Tx) error {
			return store.PutProxy(tx, turno.Proxy{PatientID: c.ana.UserID, ProxyUserID: mother.UserID, Relation: "mother", EndsAt: &ends, CreatedAt: tx.Now})
		})
		other := c.newPatient()
		hers, own := c.mustBook(c.ana, at(30, "10:00")), c.mustBook(mother, at(30, "11:00"))
		c.mustBook(other, at(30, "12:00"))
		type shown struct {
			id           uuid.UUID
			mine, caring bool
		}
		look := func(reader policy.Caller) []shown {
			var all []shown
			for _, e := range c.calendar(reader).Entries {
				all = append(all, shown{e.ID, e.Mine, e.Caring})
			}
			return all
		}
		want := []shown{{hers.ID, false, true}, {own.ID, true, false}}
		if diff := cmp.Diff(want, look(mother), cmp.AllowUnexported(shown{})); diff != "" {
			t.Errorf("of whom she cares for, and her own (-want +got):\n%s", diff)
		}
		if got := len(look(c.doctor)); got != 3 {
			t.Errorf("the doctor sees %d of all 3", got)
		}
		if got := len(look(c.newDoctor())); got != 0 {
			t.Errorf("another doctor sees %d", got)
		}
		c.clock.Set(at(20, "00:00"))
		if diff := cmp.Diff(want[1:], look(mother), cmp.AllowUnexported(shown{})); diff != "" {
			t.Errorf("once she cares no more (-want +got):\n%s", diff)
		}
		for _, nobody := range []policy.Caller{{}, c.desk} {
			if _, err := c.Calendar(t.Context(), nobody, func(booking.Calendar) bool { return false }); err == nil {
				t.Errorf("%s has a calendar", nobody.Role)
			}
		}
	})
}

func TestADoctorsCalendarHasTheTimeOffAndNoReason(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		off, _, err := c.AddTimeOff(t.Context(), c.doctor, booking.NewTimeOff{DoctorID: c.doctor.UserID,
			Interval: turno.Interval{StartsAt: at(1, "09:00"), EndsAt: at(3, "17:00")}, Reason: "an operation of my own"})
		c.must(err)
		calendar := c.calendar(c.doctor)
		if len(calendar.TimeOff) != 1 || calendar.TimeOff[0].ID != off.ID || calendar.TimeOff[0].Reason != "" || calendar.Zone != "Europe/Madrid" {
			t.Errorf("the time off is %+v in %s", calendar.TimeOff, calendar.Zone)
		}
		if got := c.calendar(c.ana).TimeOff; len(got) != 0 {
			t.Errorf("a patient sees %+v", got)
		}
		c.clock.Set(at(34, "00:00"))
		if got := c.calendar(c.doctor).TimeOff; len(got) != 0 {
			t.Errorf("long after: %+v", got)
		}
	})
}

func TestTheTrailNotesWhoseVisitsACalendarHandsToADoctor(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.mustBook(c.ana, at(1, "10:00"))
		c.mustBook(c.ana, at(2, "10:00"))
		ben := c.newPatient()
		c.mustBook(ben, at(1, "11:00"))
		reads := func() (n int) {
			c.t.Helper()
			c.must(c.db.Read(t.Context(), func(tx *sqldb.Tx) error {
				return tx.QueryRow(`SELECT COUNT(*) FROM audit_logs WHERE action_type = 'READ' AND entity = 'calendar_feed' AND action_by = $1`, c.doctor.UserID).Scan(&n)
			}))
			return n
		}
		if _, err := c.Calendar(t.Context(), c.doctor, func(booking.Calendar) bool { return true }); err != nil || reads() != 0 {
			t.Errorf("a program that holds it already is handed nothing: %v, %d noted", err, reads())
		}
		c.calendar(c.ana)
		if n := reads(); n != 0 {
			t.Errorf("one's own: %d noted", n)
		}
		c.calendar(c.doctor)
		c.calendar(c.doctor)
		if n := reads(); n != 2 {
			t.Errorf("%d noted, want one of each patient", n)
		}
		cleo := c.newPatient()
		c.mustBook(cleo, at(1, "12:00"))
		c.calendar(c.doctor)
		if n := reads(); n != 3 {
			t.Errorf("%d noted, want the new patient too", n)
		}
		c.clock.Advance(time.Hour)
		c.calendar(c.doctor)
		if n := reads(); n != 6 {
			t.Errorf("%d noted, want each again in another hour", n)
		}
	})
}
