package booking_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
)

func TestBook(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		visit, err := c.Book(t.Context(), c.ana, booking.NewVisit{
			DoctorID: c.doctor.UserID, ScheduledAt: at(1, "09:30"), Reason: strings.Repeat("ü", booking.MaxReason),
		})
		if err != nil {
			t.Fatal(err)
		}
		if visit.Status != turno.StatusPending || !visit.EndsAt.Equal(at(1, "10:00")) {
			t.Errorf("got %s until %s, want a request until 10:00", visit.Status, visit.EndsAt)
		}
		read, err := c.Appointment(t.Context(), c.ana, visit.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(visit, read); diff != "" {
			t.Errorf("the visit read is not the visit booked:\n%s", diff)
		}
		if c.busy(c.doctor.UserID) != 1 || c.busy(c.ana.UserID) != 1 {
			t.Error("a visit must take the time of both its people")
		}
	})
}

func TestBookRefuses(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		other := c.newPatient()
		second := c.newDoctor()
		c.mustBook(other, at(1, "11:00"))
		if _, err := c.Book(t.Context(), c.ana, booking.NewVisit{DoctorID: second.UserID, ScheduledAt: at(1, "13:00")}); err != nil {
			t.Fatal(err)
		}
		unknown := uuid.New()
		tests := []struct {
			name   string
			caller policy.Caller
			visit  booking.NewVisit
			code   string
		}{
			{"nobody in particular", policy.Caller{}, booking.NewVisit{ScheduledAt: at(1, "10:00")}, turno.CodeUnauthenticated},
			{"a time off the grid", c.ana, booking.NewVisit{ScheduledAt: at(1, "10:10")}, turno.CodeNotOffered},
			{"a time before the hours", c.ana, booking.NewVisit{ScheduledAt: at(1, "08:30")}, turno.CodeNotOffered},
			{"a time that has passed", c.ana, booking.NewVisit{ScheduledAt: at(0, "09:30")}, turno.CodeNotOffered},
			{"a time past the horizon", c.ana, booking.NewVisit{ScheduledAt: at(61, "09:30")}, turno.CodeNotOffered},
			{"a time that another patient has", c.ana, booking.NewVisit{ScheduledAt: at(1, "11:00")}, turno.CodeSlotTaken},
			{"a time when the patient is elsewhere", c.ana, booking.NewVisit{ScheduledAt: at(1, "13:00")}, turno.CodePatientBusy},
			{"in the name of a stranger", c.ana, booking.NewVisit{ScheduledAt: at(1, "10:00"), PatientID: other.UserID}, turno.CodeNotFound},
			{"a visit type of nobody", c.ana, booking.NewVisit{ScheduledAt: at(1, "10:00"), VisitTypeID: &unknown}, turno.CodeInvalid},
			{"a doctor who is not there", c.ana, booking.NewVisit{DoctorID: unknown, ScheduledAt: at(1, "10:00")}, turno.CodeNotFound},
			{"a visit of the doctor without a patient", c.doctor, booking.NewVisit{ScheduledAt: at(1, "10:00")}, turno.CodeForbidden},
			{"staff, too long ago", c.desk, booking.NewVisit{ScheduledAt: c.clock.Now().Add(-61 * time.Minute), PatientID: other.UserID}, turno.CodeNotOffered},
			{"staff, over another visit", c.desk, booking.NewVisit{ScheduledAt: at(1, "11:10"), PatientID: c.ana.UserID}, turno.CodeSlotTaken},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				if test.visit.DoctorID == uuid.Nil {
					test.visit.DoctorID = c.doctor.UserID
				}
				_, err := c.Book(t.Context(), test.caller, test.visit)
				e := wantCode(t, err, test.code)
				if test.code == turno.CodeSlotTaken && len(e.Alternatives) != 3 {
					t.Errorf("got %d alternatives, want 3", len(e.Alternatives))
				}
			})
		}
		if n := c.busy(c.doctor.UserID); n != 1 {
			t.Errorf("after the refusals the doctor has %d busy periods, want the one from before", n)
		}
	})
}

func TestStaffBookAnyFreeTime(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		for _, when := range []time.Time{
			c.clock.Now().Add(-60 * time.Minute), // a walk-in
			at(1, "09:10"),                       // off the grid
			at(2, "21:00"),                       // outside the hours
			at(200, "09:00"),                     // past the horizon
		} {
			visit, err := c.Book(t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: c.ana.UserID, ScheduledAt: when})
			if err != nil {
				t.Fatalf("at %s: %v", when, err)
			}
			if visit.Status != turno.StatusConfirmed {
				t.Errorf("what the practice books is %s, want confirmed", visit.Status)
			}
		}
	})
}

func TestBufferIsKeptFreeAfterAVisit(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.settings(c.doctor, func(d *turno.Doctor) { d.BufferMinutes = 10 })
		c.mustBook(c.ana, at(1, "10:00"))
		_, err := c.book(c.newPatient(), at(1, "10:30"))
		wantCode(t, err, turno.CodeSlotTaken)
		_, err = c.book(c.newPatient(), at(1, "09:30")) // its own buffer would reach into the visit
		wantCode(t, err, turno.CodeSlotTaken)
		c.mustBook(c.newPatient(), at(1, "11:00"))
	})
}

func TestATimeThatNoOtherFollowsPromisesNone(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.mustBook(c.ana, at(1, "10:00"))
		for _, away := range []turno.Interval{{StartsAt: at(0, "09:00"), EndsAt: at(1, "10:00")}, {StartsAt: at(1, "10:30"), EndsAt: at(40, "09:00")}} {
			if _, _, err := c.AddTimeOff(t.Context(), c.doctor, booking.NewTimeOff{DoctorID: c.doctor.UserID, Interval: away}); err != nil {
				t.Fatal(err)
			}
		}
		_, err := c.book(c.newPatient(), at(1, "10:00"))
		if e := wantCode(t, err, turno.CodeSlotTaken); len(e.Alternatives) != 0 || e.Message != "This time has just been taken." {
			t.Errorf("with %d other times it says %q", len(e.Alternatives), e.Message)
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		want := booking.NewVisit{
			DoctorID: c.doctor.UserID, ScheduledAt: at(1, "10:00"), Reason: "Knee.",
			Idempotency: booking.Idempotency{Key: "k1", BodyHash: []byte("hash")},
		}
		first, err := c.Book(t.Context(), c.ana, want)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Confirm(t.Context(), c.doctor, first.ID); err != nil {
			t.Fatal(err)
		}
		again, err := c.Book(t.Context(), c.ana, want)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("sent again, the request got another answer:\n%s", diff)
		}
		want.Idempotency.BodyHash = []byte("another")
		_, err = c.Book(t.Context(), c.ana, want)
		wantCode(t, err, turno.CodeIdempotencyMismatch)

		want.PatientID, want.ScheduledAt = c.ana.UserID, at(1, "10:00")
		want.Idempotency = booking.Idempotency{Key: "k2", BodyHash: []byte("hash")}
		_, err = c.Book(t.Context(), c.ana, want)
		wantCode(t, err, turno.CodeSlotTaken) // a failure is not stored
		want.ScheduledAt = at(1, "10:30")
		if _, err = c.Book(t.Context(), c.ana, want); err != nil {
			t.Errorf("a key whose request failed must be free: %v", err)
		}
		c.clock.Advance(25 * time.Hour)
		want.ScheduledAt = at(3, "10:30")
		want.Idempotency.BodyHash = []byte("yet another")
		if _, err = c.Book(t.Context(), c.ana, want); err != nil {
			t.Errorf("a key is free again after 24 hours: %v", err)
		}
	})
}

func TestOpenVisitsAreLimited(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		for i := range 10 {
			c.mustBook(c.ana, at(1+i, "10:00"))
		}
		_, err := c.book(c.ana, at(20, "10:00"))
		wantCode(t, err, turno.CodeTooManyOpenVisits)
		if _, err := c.Book(t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: c.ana.UserID, ScheduledAt: at(20, "10:00")}); err != nil {
			t.Errorf("staff are exempt: %v", err)
		}
	})
}

// Where mail is sent, an address that may be anybody's books no more than one visit.
func TestWhoHasNotVerifiedTheirEmailHasOneOpenVisit(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		unproven, verified, without := c.newPatient(), c.newPatient(), c.newPatient()
		c.write(func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE users SET email_verified_at = $2 WHERE id = $1`, verified.UserID, tx.Now)
			if err == nil {
				_, err = tx.Exec(`UPDATE users SET email = $2 WHERE id = $1`, without.UserID, turno.NoMailAddress(without.UserID))
			}
			return err
		})
		anybody := c.Service
		c.Service = booking.New(c.db, booking.Config{Box: c.box, MaxOpenVisits: 10, ProveEmail: true})
		c.mustBook(unproven, at(1, "10:00"))
		_, err := c.book(unproven, at(2, "10:00"))
		wantCode(t, err, turno.CodeTooManyOpenVisits)
		if _, err := c.Book(t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: unproven.UserID, ScheduledAt: at(2, "10:00")}); err != nil {
			t.Errorf("staff are exempt: %v", err)
		}
		for when, who := range map[string]policy.Caller{"10:00": verified, "10:30": without} {
			c.mustBook(who, at(3, when))
			if _, err := c.book(who, at(4, when)); err != nil {
				t.Errorf("another visit of somebody verified, or without an address: %v", err)
			}
		}
		if _, err := anybody.Book(t.Context(), unproven, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: at(5, "10:00")}); err != nil {
			t.Errorf("where no mail is sent: %v", err)
		}
	})
}

func TestVisitTypes(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		add := func(name string, minutes int, audience turno.Audience) *uuid.UUID {
			v, err := c.AddVisitType(t.Context(), c.doctor, turno.VisitType{DoctorID: c.doctor.UserID, Name: name, Minutes: minutes, Audience: audience})
			if err != nil {
				t.Fatal(err)
			}
			return &v.ID
		}
		first, followUp, procedure := add("First visit", 40, turno.AudienceAll), add("Follow-up", 15, turno.AudienceKnown), add("Procedure", 60, turno.AudienceStaff)
		book := func(by policy.Caller, typeID *uuid.UUID, when time.Time) (turno.Appointment, error) {
			return c.Book(t.Context(), by, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: c.ana.UserID, VisitTypeID: typeID, ScheduledAt: when})
		}
		visit, err := book(c.ana, first, at(0, "10:30"))
		if err != nil || visit.EndsAt.Sub(visit.ScheduledAt) != 40*time.Minute {
			t.Fatalf("a first visit takes 40 minutes: %v until %v, %v", visit.ScheduledAt, visit.EndsAt, err)
		}
		_, err = book(c.ana, first, at(0, "16:30"))
		wantCode(t, err, turno.CodeNotOffered) // the whole length must fit
		_, err = book(c.ana, followUp, at(2, "10:00"))
		wantCode(t, err, turno.CodeInvalid) // not known yet
		_, err = book(c.ana, procedure, at(2, "10:00"))
		wantCode(t, err, turno.CodeInvalid)
		if _, err = book(c.desk, procedure, at(2, "10:00")); err != nil {
			t.Errorf("staff book what is for staff: %v", err)
		}
		c.clock.Set(at(0, "11:30"))
		if _, err = c.Confirm(t.Context(), c.doctor, visit.ID); err == nil {
			t.Error("a visit that is over can't be confirmed")
		}
		c.clock.Set(at(0, "11:00"))
		if _, err = c.Confirm(t.Context(), c.doctor, visit.ID); err != nil {
			t.Fatal(err)
		}
		if _, err = c.Complete(t.Context(), c.doctor, visit.ID); err != nil {
			t.Fatal(err)
		}
		if _, err = book(c.ana, followUp, at(3, "10:00")); err != nil {
			t.Errorf("once seen, a patient is known: %v", err)
		}
	})
}
