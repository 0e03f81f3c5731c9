package booking_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

func TestAVisitIsOfferedTimesOfItsOwnLength(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		long, err := c.AddVisitType(t.Context(), c.doctor, turno.VisitType{DoctorID: c.doctor.UserID, Name: "Long", Minutes: 90})
		if err != nil {
			t.Fatal(err)
		}
		visit, err := c.Book(t.Context(), c.ana, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: at(1, "12:00"), VisitTypeID: &long.ID})
		if err != nil {
			t.Fatal(err)
		}
		inactive, shorter := false, 45
		if _, err := c.UpdateVisitType(t.Context(), c.doctor, long.ID, booking.VisitTypePatch{Active: &inactive, Minutes: &shorter}); err != nil {
			t.Fatal(err)
		}
		for name, by := range map[string]policy.Caller{"the patient": c.ana, "the doctor": c.doctor, "the desk": c.desk} {
			view, err := c.Visit(t.Context(), by, visit.ID)
			if err != nil {
				t.Fatal(err)
			}
			week, err := c.SlotWeek(t.Context(), by, view.OtherTimes(turno.Date{Year: 2027, Month: 1, Day: 6}, "Europe/Madrid"))
			if err != nil || len(week.Days[0].Slots) == 0 {
				t.Fatalf("%s is offered %v, %v", name, week.Days, err)
			}
			for _, slot := range week.Days[0].Slots {
				if slot.Duration() != 90*time.Minute {
					t.Errorf("%s is offered %s", name, slot.Duration())
				}
			}
		}
	})
}

func TestVisitsAreListedTheLatestFirst(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		first, second, third := c.mustBook(c.ana, at(1, "12:00")), c.mustBook(c.ana, at(2, "12:00")), c.mustBook(c.ana, at(3, "12:00"))
		filter := booking.VisitFilter{Newest: true, Limit: 2}
		page, next, err := c.Appointments(t.Context(), c.ana, filter)
		if err != nil || len(page) != 2 || page[0].ID != third.ID || page[1].ID != second.ID {
			t.Fatalf("got %v, %v", page, err)
		}
		_, _, err = c.Appointments(t.Context(), c.ana, booking.VisitFilter{Cursor: next})
		wantCode(t, err, turno.CodeInvalid)
		filter.Cursor = next
		if page, next, err = c.Appointments(t.Context(), c.ana, filter); err != nil || len(page) != 1 || page[0].ID != first.ID || next != "" {
			t.Errorf("then %v, %q, %v", page, next, err)
		}
	})
}
