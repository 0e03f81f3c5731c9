package booking_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func TestLifeOfAVisit(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		visit := c.mustBook(c.ana, at(0, "10:30"))
		steps := []struct {
			name string
			at   time.Time
			by   policy.Caller
			do   func(context.Context, policy.Caller, uuid.UUID) (turno.Appointment, error)
			code string // of the refusal, or
			want turno.Status
		}{
			{"its patient may not confirm it", at(0, "10:00"), c.ana, c.Confirm, turno.CodeForbidden, ""},
			{"another patient does not learn of it", at(0, "10:00"), c.newPatient(), c.Confirm, turno.CodeNotFound, ""},
			{"another doctor does not learn of it", at(0, "10:00"), c.newDoctor(), c.Confirm, turno.CodeNotFound, ""},
			{"a request can't be completed", at(0, "10:31"), c.doctor, c.Complete, turno.CodeInvalidTransition, ""},
			{"its doctor confirms it", at(0, "10:00"), c.doctor, c.Confirm, "", turno.StatusConfirmed},
			{"only once", at(0, "10:00"), c.doctor, c.Confirm, turno.CodeInvalidTransition, ""},
			{"it can't be completed before it begins", at(0, "10:29"), c.doctor, c.Complete, turno.CodeInvalidTransition, ""},
			{"the desk completes it", at(0, "10:30"), c.desk, c.Complete, "", turno.StatusCompleted},
			{"that was a mistake: nobody came", at(0, "12:00"), c.doctor, c.Miss, "", turno.StatusCancelled},
			{"they came after all", at(1, "23:59"), c.doctor, c.Complete, "", turno.StatusCompleted},
			{"after the next day it stays", at(2, "00:00"), c.doctor, c.Miss, turno.CodeInvalidTransition, ""},
		}
		for _, step := range steps {
			c.clock.Set(step.at)
			got, err := step.do(t.Context(), step.by, visit.ID)
			switch {
			case step.code != "":
				wantCode(t, err, step.code)
			case err != nil || got.Status != step.want:
				t.Fatalf("%s: got %s, %v, want %s", step.name, got.Status, err, step.want)
			}
		}
	})
}

func TestCancelFreesTheTime(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		visit := c.mustBook(c.ana, at(1, "10:00"))
		cancelled, err := c.Cancel(t.Context(), c.ana, visit.ID, "I am well again.")
		if err != nil {
			t.Fatal(err)
		}
		if cancelled.CancellationKind != turno.CancelledByPatient || *cancelled.CancelledBy != c.ana.UserID {
			t.Errorf("got kind %q by %v", cancelled.CancellationKind, cancelled.CancelledBy)
		}
		read, err := c.Appointment(t.Context(), c.doctor, visit.ID)
		if err != nil || read.CancellationReason != "I am well again." {
			t.Errorf("the doctor reads %q, %v", read.CancellationReason, err)
		}
		if c.busy(c.doctor.UserID)+c.busy(c.ana.UserID) != 0 {
			t.Error("a cancelled visit still keeps somebody busy")
		}
		c.mustBook(c.newPatient(), at(1, "10:00"))
		_, err = c.Cancel(t.Context(), c.ana, visit.ID, "")
		wantCode(t, err, turno.CodeInvalidTransition)

		late := c.mustBook(c.ana, at(1, "12:00"))
		c.clock.Set(at(1, "12:00"))
		_, err = c.Cancel(t.Context(), c.ana, late.ID, "")
		wantCode(t, err, turno.CodeInvalidTransition)
		if got, err := c.Cancel(t.Context(), c.desk, late.ID, ""); err != nil || got.CancellationKind != turno.CancelledByPractice {
			t.Errorf("the practice may cancel a visit that has begun: %v", err)
		}
	})
}

func TestMove(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		visit := c.mustBook(c.ana, at(1, "10:00"))
		c.mustBook(c.newPatient(), at(1, "12:00"))
		if _, err := c.Confirm(t.Context(), c.doctor, visit.ID); err != nil {
			t.Fatal(err)
		}
		_, err := c.Move(t.Context(), c.ana, visit.ID, at(1, "12:00"))
		if e := wantCode(t, err, turno.CodeSlotTaken); len(e.Alternatives) != 3 {
			t.Errorf("got %d alternatives", len(e.Alternatives))
		}
		_, err = c.Move(t.Context(), c.ana, visit.ID, at(1, "10:10"))
		wantCode(t, err, turno.CodeNotOffered)
		_, err = c.Move(t.Context(), c.newPatient(), visit.ID, at(1, "11:00"))
		wantCode(t, err, turno.CodeNotFound)

		moved, err := c.Move(t.Context(), c.ana, visit.ID, at(1, "11:00"))
		if err != nil || moved.Status != turno.StatusPending || !moved.EndsAt.Equal(at(1, "11:30")) {
			t.Fatalf("a patient's move asks again: %s until %s, %v", moved.Status, moved.EndsAt, err)
		}
		c.mustBook(c.newPatient(), at(1, "10:00")) // the old time is free

		// The desk moves it over its own time, and the status stays.
		if _, err := c.Confirm(t.Context(), c.desk, visit.ID); err != nil {
			t.Fatal(err)
		}
		moved, err = c.Move(t.Context(), c.desk, visit.ID, at(1, "11:15"))
		if err != nil || moved.Status != turno.StatusConfirmed {
			t.Fatalf("the desk's move over its own time: %s, %v", moved.Status, err)
		}
		if again, err := c.Move(t.Context(), c.desk, visit.ID, at(1, "11:15")); err != nil || again.Sequence != moved.Sequence {
			t.Errorf("a move to where it is changes nothing: %v", err)
		}
		if _, err := c.Cancel(t.Context(), c.desk, visit.ID, ""); err != nil {
			t.Fatal(err)
		}
		_, err = c.Move(t.Context(), c.desk, visit.ID, at(1, "11:15"))
		wantCode(t, err, turno.CodeInvalidTransition) // also to where it was
		c.sound()
	})
}

// sound fails when the tables hold any broken promise.
func (c *clinic) sound() {
	c.t.Helper()
	err := c.db.Read(c.t.Context(), func(tx *sqldb.Tx) error {
		flaws, err := store.Flaws(tx)
		for _, f := range flaws {
			if f.Rows > 0 {
				c.t.Errorf("%s: %d rows", f.Name, f.Rows)
			}
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func TestFeedback(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		rate := func(rating int) {
			t.Helper()
			patient := c.newPatient()
			visit, err := c.Book(t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: patient.UserID, ScheduledAt: c.clock.Now()})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.GiveFeedback(t.Context(), patient, visit.ID, rating, "")
			wantCode(t, err, turno.CodeInvalidTransition) // not completed yet
			if _, err := c.Complete(t.Context(), c.doctor, visit.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := c.GiveFeedback(t.Context(), patient, visit.ID, rating, "Kind."); err != nil {
				t.Fatal(err)
			}
			_, err = c.GiveFeedback(t.Context(), patient, visit.ID, rating, "Again.")
			wantCode(t, err, turno.CodeAlreadyRated)
			_, err = c.GiveFeedback(t.Context(), c.doctor, visit.ID, 5, "")
			wantCode(t, err, turno.CodeForbidden)
			_, err = c.Miss(t.Context(), c.doctor, visit.ID)
			wantCode(t, err, turno.CodeInvalidTransition) // a rated visit took place
			c.clock.Advance(30 * time.Minute)
		}
		for _, rating := range []int{5, 4, 4} {
			rate(rating)
		}
		found, _, err := c.SearchDoctors(t.Context(), policy.Caller{}, booking.Search{Sort: booking.SortRating})
		if err != nil || len(found) != 1 || found[0].Rating != 4.33 || found[0].RatingCount != 3 {
			t.Fatalf("got %+v, %v, want a mean of 4.33 of 3", found, err)
		}
		items, next, err := c.Feedback(t.Context(), policy.Caller{}, c.doctor.UserID, 2, "")
		if err != nil || len(items) != 2 || items[0].Rating != 4 {
			t.Fatalf("got %+v, %v, want the newest two", items, err)
		}
		items, next, err = c.Feedback(t.Context(), policy.Caller{}, c.doctor.UserID, 2, next)
		if err != nil || len(items) != 1 || items[0].Rating != 5 || next != "" {
			t.Errorf("got %+v, next %q, %v, want the oldest and the end", items, next, err)
		}
		c.sound()
	})
}

func TestJobs(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		request := c.mustBook(c.ana, at(0, "10:30"))
		kept := c.mustBook(c.newPatient(), at(0, "11:00"))
		if _, err := c.Confirm(t.Context(), c.doctor, kept.ID); err != nil {
			t.Fatal(err)
		}
		c.clock.Set(at(0, "10:59"))
		if n, err := c.ExpirePending(t.Context()); n != 0 || err != nil {
			t.Errorf("a request lives until its end: %d expired, %v", n, err)
		}
		c.clock.Set(at(0, "11:40"))
		if n, err := c.ExpirePending(t.Context()); n != 1 || err != nil {
			t.Errorf("got %d expired, %v, want the one request", n, err)
		}
		expired, err := c.Appointment(t.Context(), c.ana, request.ID)
		if err != nil || expired.CancellationKind != turno.CancelledExpired || expired.CancelledBy != nil {
			t.Errorf("got %+v, %v, want it expired by the system", expired, err)
		}
		left, err := c.Appointment(t.Context(), c.doctor, kept.ID)
		if err != nil || left.Status != turno.StatusConfirmed {
			t.Errorf("a past confirmed visit waits for an answer, got %s, %v", left.Status, err)
		}
		c.clock.Set(at(1, "11:31"))
		if n, err := c.ClearPast(t.Context()); n != 2 || err != nil {
			t.Errorf("got %d periods cleared, %v, want the 2 of the visit that ended a day ago", n, err)
		}
		c.sound()
	})
}

func TestOnlyPeopleOfAVisitReadIt(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		mother := c.newPatient()
		c.write(func(tx *sqldb.Tx) error {
			return store.PutProxy(tx, turno.Proxy{PatientID: c.ana.UserID, ProxyUserID: mother.UserID, Relation: "mother"})
		})
		visit, err := c.Book(t.Context(), mother, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: c.ana.UserID, ScheduledAt: at(1, "10:00")})
		if err != nil {
			t.Fatalf("a proxy books for her child: %v", err)
		}
		for name, reader := range map[string]policy.Caller{"the patient": c.ana, "a proxy": mother, "the doctor": c.doctor, "the desk": c.desk} {
			if _, err := c.Appointment(t.Context(), reader, visit.ID); err != nil {
				t.Errorf("%s may read it: %v", name, err)
			}
			items, _, err := c.Appointments(t.Context(), reader, booking.VisitFilter{})
			if err != nil || len(items) != 1 {
				t.Errorf("%s lists %d visits, %v, want 1", name, len(items), err)
			}
		}
		stranger := c.newPatient()
		_, err = c.Appointment(t.Context(), stranger, visit.ID)
		wantCode(t, err, turno.CodeNotFound)
		if items, _, err := c.Appointments(t.Context(), stranger, booking.VisitFilter{PatientID: &c.ana.UserID}); err != nil || len(items) != 0 {
			t.Errorf("a stranger lists %d visits, %v, want none", len(items), err)
		}
		var reads int
		if err := c.db.Read(t.Context(), func(tx *sqldb.Tx) error {
			return tx.QueryRow(`SELECT COUNT(*) FROM audit_logs WHERE action_type = 'READ'`).Scan(&reads)
		}); err != nil || reads != 2 {
			t.Errorf("got %d READ rows, %v, want one for the doctor and one for the desk", reads, err)
		}
	})
}

func TestErasingAPersonCallsTheirVisitsOff(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		anas, others := c.mustBook(c.ana, at(1, "10:00")), c.mustBook(c.newPatient(), at(1, "11:00"))
		for _, erased := range []struct {
			person, by policy.Caller
			visit      turno.Appointment
			kind       turno.CancellationKind
		}{{c.ana, c.ana, anas, turno.CancelledByPatient}, {c.doctor, c.desk, others, turno.CancelledByPractice}} {
			c.write(func(tx *sqldb.Tx) error {
				_, err := c.CancelOpenVisits(tx, erased.by, erased.person.UserID)
				return err
			})
			if got, err := c.Appointment(t.Context(), c.desk, erased.visit.ID); err != nil || got.CancellationKind != erased.kind {
				t.Errorf("got %q, %v, want it cancelled by %q", got.CancellationKind, err, erased.kind)
			}
		}
		if n := c.busy(c.doctor.UserID); n != 0 {
			t.Errorf("the doctor has %d busy periods left", n)
		}
		c.sound()
	})
}
