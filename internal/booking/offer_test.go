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
)

func TestAnOfferSaysWhetherAStartCanBeHad(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.mustBook(c.newPatient(), at(1, "10:00"))
		if _, err := c.Hold(t.Context(), c.ana, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(1, "11:00")}); err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name         string
			by           policy.Caller
			start        string
			want         booking.OfferState
			alternatives int
		}{
			{"a free slot is open to anybody", policy.Caller{}, "12:00", booking.OfferOpen, 0},
			{"a booked one is taken", c.ana, "10:00", booking.OfferTaken, 3},
			{"what somebody else holds is taken", policy.Caller{}, "11:00", booking.OfferTaken, 3},
			{"what I hold is held for me", c.ana, "11:00", booking.OfferHeld, 0},
			{"off the grid nothing is offered", c.ana, "12:10", booking.OfferNotOffered, 3},
			{"but the practice books any free time", c.desk, "12:10", booking.OfferOpen, 0},
		}
		for _, test := range tests {
			got, err := c.Offer(t.Context(), test.by, booking.OfferQuery{DoctorID: c.doctor.UserID, StartsAt: at(1, test.start)})
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			if got.State != test.want || len(got.Alternatives) != test.alternatives {
				t.Errorf("%s: got %s with %d alternatives, want %s with %d", test.name, got.State, len(got.Alternatives), test.want, test.alternatives)
			}
			if (got.Hold != nil) != (test.want == booking.OfferHeld) {
				t.Errorf("%s: got the hold %v", test.name, got.Hold)
			}
			if got.Doctor.FullName != "Person 2" || got.Doctor.Email != "" || got.Doctor.LicenseNumber != "" {
				t.Errorf("%s: got the doctor %+v, want what is public", test.name, got.Doctor)
			}
		}
		_, err := c.Offer(t.Context(), c.ana, booking.OfferQuery{DoctorID: turno.NewID(), StartsAt: at(1, "12:00")})
		wantCode(t, err, turno.CodeNotFound)
	})
}

func TestADoctorsNoticeDoesNotRunOutWhileSomebodyHoldsTheTime(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.settings(c.doctor, func(d *turno.Doctor) { d.MinNoticeMinutes = 60 })
		start := at(1, "10:00")
		c.clock.Set(start.Add(-62 * time.Minute))
		if _, err := c.Hold(t.Context(), c.ana, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: start}); err != nil {
			t.Fatal(err)
		}
		c.clock.Advance(4 * time.Minute)
		for caller, want := range map[policy.Caller]booking.OfferState{c.ana: booking.OfferHeld, {}: booking.OfferNotOffered} {
			offer, err := c.Offer(t.Context(), caller, booking.OfferQuery{DoctorID: c.doctor.UserID, StartsAt: start})
			if err != nil || offer.State != want {
				t.Errorf("58 minutes before, it is %q (%v), want %q", offer.State, err, want)
			}
		}
		if _, err := c.Book(t.Context(), c.ana, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: start}); err != nil {
			t.Errorf("what is held can't be booked: %v", err)
		}
	})
}

func TestAnOfferNamesTheVisitTypesThatTheCallerMayChoose(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.visitType("Check-up", 30, turno.AudienceAll)
		long := c.visitType("First visit", 60, turno.AudienceAll)
		c.visitType("Follow-up", 15, turno.AudienceKnown)
		staff := c.visitType("Surgery", 120, turno.AudienceStaff)
		c.mustBook(c.newPatient(), at(1, "10:30"))
		seen := c.newPatient()
		visit, err := c.Book(t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: seen.UserID, ScheduledAt: c.clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Complete(t.Context(), c.desk, visit.ID); err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name    string
			by      policy.Caller
			patient uuid.UUID
			want    map[string]bool // by name: whether it fits at 10:00, with 10:30 taken
		}{
			{"a newcomer", c.ana, uuid.Nil, map[string]bool{"Check-up": true, "First visit": false}},
			{"a patient seen before", seen, uuid.Nil, map[string]bool{"Check-up": true, "First visit": false, "Follow-up": true}},
			{"an anonymous visitor, who may be known", policy.Caller{}, uuid.Nil, map[string]bool{"Check-up": true, "First visit": false, "Follow-up": true}},
			{"a stranger learns nothing of another", c.ana, seen.UserID, map[string]bool{"Check-up": true, "First visit": false}},
			{"the desk", c.desk, c.ana.UserID, map[string]bool{"Check-up": true, "First visit": false, "Follow-up": true, "Surgery": false}},
		}
		for _, test := range tests {
			got, err := c.Offer(t.Context(), test.by, booking.OfferQuery{DoctorID: c.doctor.UserID, PatientID: test.patient, StartsAt: at(1, "10:00")})
			if err != nil {
				t.Fatal(err)
			}
			fits := map[string]bool{}
			for _, choice := range got.Choices {
				fits[choice.Type.Name] = choice.Fits
			}
			if diff := cmp.Diff(test.want, fits); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
			if got.Chosen.Type.Name != "Check-up" {
				t.Errorf("%s: got %q chosen, want what fits and is as long as a slot", test.name, got.Chosen.Type.Name)
			}
		}
		got, err := c.Offer(t.Context(), c.ana, booking.OfferQuery{DoctorID: c.doctor.UserID, StartsAt: at(1, "10:00"), VisitTypeID: &long.ID})
		if err != nil || got.State != booking.OfferTooShort || !got.Slot.EndsAt.Equal(at(1, "11:00")) {
			t.Errorf("a long visit before a taken time: %s until %s, %v", got.State, got.Slot.EndsAt, err)
		}
		got, err = c.Offer(t.Context(), c.ana, booking.OfferQuery{DoctorID: c.doctor.UserID, StartsAt: at(1, "16:30"), VisitTypeID: &long.ID})
		if err != nil || got.State != booking.OfferTooShort || len(got.Alternatives) == 0 {
			t.Errorf("a long visit before the end of the hours: %s with %d others, %v", got.State, len(got.Alternatives), err)
		}
		_, err = c.Book(t.Context(), c.ana, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: at(1, "16:30"), VisitTypeID: &long.ID})
		if turno.CodeOf(err) != turno.CodeNotOffered || !strings.Contains(err.Error(), "end too soon") {
			t.Errorf("booking it: %v", err)
		}
		_, err = c.Offer(t.Context(), c.ana, booking.OfferQuery{DoctorID: c.doctor.UserID, StartsAt: at(1, "10:00"), VisitTypeID: &staff.ID})
		wantCode(t, err, turno.CodeInvalid)
	})
}

func TestWhoseVisitTakesAStartIsToldToThemAlone(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		visit := c.mustBook(c.ana, at(1, "10:00"))
		for name, test := range map[string]struct {
			by   policy.Caller
			want *uuid.UUID
		}{
			"the patient": {c.ana, &visit.ID}, "somebody else": {c.newPatient(), nil}, "a visitor": {policy.Caller{}, nil},
		} {
			got, err := c.Offer(t.Context(), test.by, booking.OfferQuery{DoctorID: c.doctor.UserID, StartsAt: at(1, "10:00")})
			if err != nil || got.State != booking.OfferTaken {
				t.Errorf("%s: %s, %v", name, got.State, err)
			}
			if diff := cmp.Diff(test.want, got.Yours); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

// Half an hour is free: a kind of visit for patients who are known would fill it,
// a shorter one is for everybody.
func TestAVisitorIsOfferedWhatEverybodyMayHave(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.visitType("Follow-up", 30, turno.AudienceKnown)
		c.visitType("First visit", 20, turno.AudienceAll)
		got, err := c.Offer(t.Context(), policy.Caller{}, booking.OfferQuery{DoctorID: c.doctor.UserID, StartsAt: at(1, "10:00")})
		if err != nil || got.Chosen.Type.Name != "First visit" {
			t.Errorf("chosen is %+v, %v", got.Chosen, err)
		}
	})
}

// Nobody is proposed the follow-up whom the doctor has never seen, though it is as
// long as a slot and everybody may have it.
func TestANewcomerIsProposedTheFirstVisit(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.visitType("Follow-up", 30, turno.AudienceAll)
		first := c.visitType("First visit", 60, turno.AudienceNew)
		c.visitType("Procedure", 90, turno.AudienceAll)
		c.mustBook(c.newPatient(), at(1, "11:30"))
		seen := c.newPatient()
		visit, err := c.Book(t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: seen.UserID, ScheduledAt: c.clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Complete(t.Context(), c.desk, visit.ID); err != nil {
			t.Fatal(err)
		}
		for name, test := range map[string]struct {
			by    policy.Caller
			start string
			want  string
		}{
			"a newcomer":                              {c.ana, "10:00", "First visit"},
			"a visitor whom nobody knows yet":         {policy.Caller{}, "10:00", "First visit"},
			"somebody whom the doctor has seen":       {seen, "10:00", "Follow-up"},
			"a newcomer, before a time that is taken": {c.ana, "11:00", "Follow-up"},
		} {
			got, err := c.Offer(t.Context(), test.by, booking.OfferQuery{DoctorID: c.doctor.UserID, StartsAt: at(1, test.start)})
			if err != nil || got.Chosen.Type.Name != test.want || len(got.Choices) != 3 {
				t.Errorf("%s: chosen is %+v of %d, %v", name, got.Chosen.Type, len(got.Choices), err)
			}
		}
		again, err := c.Book(t.Context(), seen, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: at(1, "13:00"), VisitTypeID: &first.ID})
		if err != nil || again.EndsAt.Sub(again.ScheduledAt) != time.Hour {
			t.Errorf("somebody whom the doctor has seen may have it too: %+v, %v", again, err)
		}
	})
}

func TestNobodyLosesASlotBySigningIn(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		browser, anonymous := turno.NewID(), policy.Caller{Address: "192.0.2.9"}
		hold := func(by policy.Caller, browser uuid.UUID, start string) turno.Hold {
			t.Helper()
			h, err := c.Hold(t.Context(), by, booking.NewHold{DoctorID: c.doctor.UserID, StartsAt: at(1, start), Browser: browser})
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		before := hold(c.ana, uuid.Nil, "09:00") // of another device
		held := hold(anonymous, browser, "10:00")
		taken, err := c.TakeOverHold(t.Context(), c.ana, browser)
		if err != nil || taken == nil || taken.ID != held.ID || !taken.ExpiresAt.Equal(held.ExpiresAt) {
			t.Fatalf("got %+v, %v, want what the browser held", taken, err)
		}
		if got, err := c.CurrentHold(t.Context(), c.ana, browser); err != nil || got == nil || got.ID != held.ID || got.Anonymous {
			t.Errorf("got %+v, %v, want it to be hers", got, err)
		}
		if got, err := c.CurrentHold(t.Context(), anonymous, browser); err != nil || got != nil {
			t.Errorf("got %+v, %v, want nothing left to the browser", got, err)
		}
		if again := hold(c.ana, browser, "10:00"); again.ID != held.ID {
			t.Error("asking for the same slot renews it")
		}
		c.mustBook(c.newPatient(), before.StartsAt) // given back
		_, err = c.book(c.newPatient(), at(1, "10:00"))
		wantCode(t, err, turno.CodeSlotTaken)
		c.mustBook(c.ana, at(1, "10:00"))

		hold(anonymous, browser, "12:00") // without TakeOverHold in between
		if got := hold(c.ana, browser, "12:00"); got.HolderID != c.ana.UserID {
			t.Errorf("got a hold of %s", got.HolderID)
		}
		hold(anonymous, browser, "13:00")
		if got, err := c.TakeOverHold(t.Context(), c.desk, browser); err != nil || got != nil {
			t.Errorf("got %+v, %v: the practice holds nothing", got, err)
		}
		c.mustBook(c.newPatient(), at(1, "13:00"))
		c.sound()
	})
}
