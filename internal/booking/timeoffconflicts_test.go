package booking_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

// starting are the local readings of the starts, with the day of the month.
func starting(slots []turno.Interval) (all []string) {
	for _, slot := range slots {
		all = append(all, slot.StartsAt.In(madrid()).Format("2 15:04"))
	}
	return all
}

func TestVisitsInTheWayOfTimeOffComeWithAlternatives(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		first, second := c.mustBook(c.ana, at(1, "12:00")), c.mustBook(c.newPatient(), at(1, "12:30"))
		c.mustBook(c.newPatient(), at(1, "11:30")) // before it, and it stays
		other := c.newDoctor()
		if _, err := c.Book(t.Context(), c.ana, booking.NewVisit{DoctorID: other.UserID, ScheduledAt: at(1, "11:00")}); err != nil {
			t.Fatal(err)
		}
		got, err := c.TimeOffConflicts(t.Context(), c.doctor, c.doctor.UserID, turno.Interval{StartsAt: at(1, "12:00"), EndsAt: at(2, "00:00")})
		if err != nil || got.Count != 2 || len(got.Visits) != 2 {
			t.Fatalf("got %+v, %v, want the two visits", got, err)
		}
		if v := got.Visits[0]; v.ID != first.ID || v.PatientName != "Person 3" {
			t.Errorf("got %s of %s first, want Ana's", v.ID, v.PatientName)
		}
		// 11:00 is nearest, but Ana is elsewhere then. The other patient takes it.
		if diff := cmp.Diff([]string{"5 10:30", "5 10:00", "5 09:00"}, starting(got.Visits[0].Alternatives)); diff != "" {
			t.Errorf("Ana's alternatives (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"5 11:00", "5 09:30", "4 16:30"}, starting(got.Visits[1].Alternatives)); diff != "" {
			t.Errorf("the other's alternatives (-want +got):\n%s", diff)
		}
		if got.Visits[1].ID != second.ID {
			t.Error("the visits are not in order")
		}
		none, err := c.TimeOffConflicts(t.Context(), c.desk, c.doctor.UserID, turno.Interval{StartsAt: at(2, "12:00"), EndsAt: at(3, "00:00")})
		if err != nil || none.Count != 0 {
			t.Errorf("got %+v, %v, want nothing in the way", none, err)
		}
		for name, by := range map[string]policy.Caller{"a patient": c.ana, "another doctor": other} {
			if _, err := c.TimeOffConflicts(t.Context(), by, c.doctor.UserID, turno.Interval{StartsAt: at(1, "12:00"), EndsAt: at(2, "00:00")}); turno.CodeOf(err) != turno.CodeForbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestVisitsAreMovedOutOfTheWayOrNothingIsChanged(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		first, second, third := c.mustBook(c.newPatient(), at(1, "12:00")), c.mustBook(c.newPatient(), at(1, "12:30")), c.mustBook(c.newPatient(), at(1, "13:00"))
		c.mustBook(c.newPatient(), at(1, "09:00"))
		other := c.newDoctor()
		elsewhere, err := c.Book(t.Context(), c.newPatient(), booking.NewVisit{DoctorID: other.UserID, ScheduledAt: at(1, "12:00")})
		if err != nil {
			t.Fatal(err)
		}
		off := booking.NewTimeOff{DoctorID: c.doctor.UserID, Interval: turno.Interval{StartsAt: at(1, "12:00"), EndsAt: at(2, "00:00")}}
		before := c.busy(c.doctor.UserID)

		done, err := c.MoveOutOfTheWay(t.Context(), c.doctor, off, []booking.Relocation{
			{first.ID, at(1, "11:00")}, {second.ID, at(1, "11:00")}, {third.ID, at(1, "09:00")}, {elsewhere.ID, at(1, "10:00")}, {turno.NewID(), at(1, "10:30")}})
		wantCode(t, err, turno.CodeConflict)
		var codes []string
		for _, r := range done.Refused {
			codes = append(codes, r.Err.Code)
		}
		if diff := cmp.Diff([]string{turno.CodeSlotTaken, turno.CodeSlotTaken, turno.CodeNotFound, turno.CodeNotFound}, codes); diff != "" || done.Moved != nil {
			t.Errorf("refused, with %d moved (-want +got):\n%s", len(done.Moved), diff)
		}
		_, err = c.MoveOutOfTheWay(t.Context(), c.doctor, off, []booking.Relocation{{first.ID, at(1, "11:00")}})
		if e := wantCode(t, err, turno.CodeAppointmentsInTheWay); len(e.Appointments) != 2 {
			t.Errorf("got %d left in the way, want 2", len(e.Appointments))
		}
		_, err = c.MoveOutOfTheWay(t.Context(), c.doctor, off, []booking.Relocation{{first.ID, at(1, "15:00")}, {first.ID, at(1, "11:00")}})
		if e := wantCode(t, err, turno.CodeInvalid); len(e.Fields) != 2 {
			t.Errorf("got the fields %v, want the time within and the visit named twice", e.Fields)
		}
		if got, err := c.Appointment(t.Context(), c.doctor, first.ID); err != nil || !got.ScheduledAt.Equal(at(1, "12:00")) || c.busy(c.doctor.UserID) != before {
			t.Fatalf("something was changed: %s, %v", got.ScheduledAt, err)
		}

		off.CancelVisits = true
		done, err = c.MoveOutOfTheWay(t.Context(), c.doctor, off, []booking.Relocation{{first.ID, at(1, "11:00")}, {second.ID, at(1, "11:30")}})
		if err != nil || len(done.Moved) != 2 || len(done.Cancelled) != 1 || done.Cancelled[0].ID != third.ID {
			t.Fatalf("got %+v, %v, want two moved and one cancelled", done, err)
		}
		if list, err := c.TimeOff(t.Context(), c.doctor, c.doctor.UserID); err != nil || len(list) != 1 || list[0].ID != done.TimeOff.ID {
			t.Errorf("got the time off %v, %v", list, err)
		}
		_, err = c.MoveOutOfTheWay(t.Context(), c.ana, off, nil)
		wantCode(t, err, turno.CodeForbidden)
		_, err = c.MoveOutOfTheWay(t.Context(), c.doctor, off, make([]booking.Relocation, 101))
		wantCode(t, err, turno.CodeInvalid)
		c.sound()
	})
}

func TestOnlyVisitsThatSomebodyAgreedToCancelAreCancelled(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		shown := c.mustBook(c.ana, at(1, "12:00"))
		since := c.mustBook(c.newPatient(), at(1, "12:30"))
		earlier := c.mustBook(c.newPatient(), at(1, "09:00"))
		off := booking.NewTimeOff{DoctorID: c.doctor.UserID, Interval: turno.Interval{StartsAt: at(1, "12:00"), EndsAt: at(2, "00:00")},
			Cancel: []uuid.UUID{earlier.ID, shown.ID}}
		_, _, err := c.AddTimeOff(t.Context(), c.doctor, off)
		if e := wantCode(t, err, turno.CodeAppointmentsInTheWay); len(e.Appointments) != 1 || e.Appointments[0].ID != since.ID {
			t.Errorf("got %v in the way, want the one that nobody was shown", e.Appointments)
		}
		if got, err := c.Appointment(t.Context(), c.doctor, shown.ID); err != nil || got.Status != shown.Status {
			t.Fatalf("the other is %s by now: %v", got.Status, err)
		}
		off.Cancel = append(off.Cancel, since.ID)
		_, cancelled, err := c.AddTimeOff(t.Context(), c.doctor, off)
		if err != nil || len(cancelled) != 2 {
			t.Fatalf("got %d cancelled, %v, want those in the way", len(cancelled), err)
		}
		if got, err := c.Appointment(t.Context(), c.doctor, earlier.ID); err != nil || got.Status != earlier.Status {
			t.Errorf("a visit that is not in the way is %s: %v", got.Status, err)
		}
		c.sound()
	})
}

func TestAVisitIsNotMovedToWhereItReachesIntoTheTimeOff(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		visit := c.mustBook(c.ana, at(1, "12:00"))
		off := booking.NewTimeOff{DoctorID: c.doctor.UserID, Interval: turno.Interval{StartsAt: at(1, "12:00"), EndsAt: at(2, "00:00")}, CancelVisits: true}
		done, err := c.MoveOutOfTheWay(t.Context(), c.doctor, off, []booking.Relocation{{visit.ID, at(1, "11:50")}})
		wantCode(t, err, turno.CodeConflict)
		if len(done.Refused) != 1 || len(done.Refused[0].Err.Fields) != 1 || done.Refused[0].Err.Fields[0].Message != "The visit would reach into the time off." {
			t.Errorf("refused %v", done.Refused)
		}
		if got, err := c.Appointment(t.Context(), c.doctor, visit.ID); err != nil || got.Status != visit.Status || !got.ScheduledAt.Equal(visit.ScheduledAt) {
			t.Errorf("it is %s at %s: %v", got.Status, got.ScheduledAt, err)
		}
		if _, err = c.MoveOutOfTheWay(t.Context(), c.doctor, off, []booking.Relocation{{visit.ID, at(1, "11:30")}}); err != nil {
			t.Errorf("right before it: %v", err)
		}
		c.sound()
	})
}

func TestHoursArePreviewedAndNotSaved(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.mustBook(c.ana, at(1, "10:00"))
		outside := c.mustBook(c.newPatient(), at(1, "16:00"))
		twenty, ten, tooShort := 20, 10, 4
		draft := booking.HoursDraft{Week: everyDay(1*60, 12*60), BookingRules: turno.BookingRules{SlotMinutes: &twenty, BufferMinutes: &ten}}
		got, err := c.PreviewHours(t.Context(), c.doctor, c.doctor.UserID, draft)
		if err != nil {
			t.Fatal(err)
		}
		var mondays, changed []string
		for _, week := range got.Weeks {
			mondays = append(mondays, week.Days[0].Date.String())
			if week.Changes() {
				changed = append(changed, week.Days[0].Date.String())
			}
		}
		if diff := cmp.Diff([]string{"2027-01-04", "2027-01-11", "2027-01-18", "2027-01-25", "2027-03-22", "2027-10-25"}, mondays); diff != "" {
			t.Errorf("weeks (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"2027-03-22", "2027-10-25"}, changed); diff != "" {
			t.Errorf("weeks of a change (-want +got):\n%s", diff)
		}
		if day := got.Weeks[0].Days[0]; day.Slots != 33 || day.Visits != 17 {
			t.Errorf("got %d slots and %d visits in 11 hours, want 33 of 20 minutes, and every other with the buffer", day.Slots, day.Visits)
		}
		if day := got.Weeks[4].Days[6]; day.Slots != 30 || len(day.Remarks) != 1 || day.Remarks[0].Kind != "shorter" {
			t.Errorf("got %+v, want an hour less on the Sunday in March", day)
		}
		if got.OutsideCount != 1 || len(got.Outside) != 1 || got.Outside[0].ID != outside.ID || got.Outside[0].PatientName == "" {
			t.Errorf("got %d visits outside, %v", got.OutsideCount, got.Outside)
		}
		week, err := c.Availability(t.Context(), c.doctor, c.doctor.UserID)
		if err != nil || week[0].StartTime != 9*60 {
			t.Errorf("the hours are as before: %v, %v", week, err)
		}
		draft.SlotMinutes = &tooShort
		_, err = c.PreviewHours(t.Context(), c.doctor, c.doctor.UserID, draft)
		wantCode(t, err, turno.CodeInvalid)
		_, err = c.PreviewHours(t.Context(), c.newDoctor(), c.doctor.UserID, draft)
		wantCode(t, err, turno.CodeForbidden)
	})
}
