package practice_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/store/storetest"
	"github.com/turno-health/turno/internal/web/webtest"
)

// busyClinic is a clinic at twenty to twelve on a day with visits in every state.
func busyClinic(t *testing.T) *webtest.Clinic {
	t.Helper()
	c := webtest.OnSQLite(t, storetest.NewClock(time.Now().UTC().Truncate(24*time.Hour).Add(9*time.Hour)))
	must := func(_ turno.Appointment, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var visits []turno.Appointment
	for i, p := range []webtest.Person{c.Patient, c.OtherPatient, c.Mother, c.NewPatient("ibrahim", "Ibrahim Diallo"), c.NewPatient("sofia", "Sofía Navarro de la Torre Blanca")} {
		visit, err := c.Booking.Book(t.Context(), c.Desk.Caller, booking.NewVisit{
			DoctorID: c.Doctor.UserID, PatientID: p.UserID, ScheduledAt: onDay(c, 9, 30+30*i)})
		must(visit, err)
		visits = append(visits, visit)
	}
	ask := func(p webtest.Person, days, hour int, reason string) {
		must(c.Booking.Book(t.Context(), p.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, ScheduledAt: onDay(c, 24*days+hour, 0), Reason: reason}))
	}
	ask(c.Patient, 0, 13, "Chest pain on exertion, since two weeks or so; it goes away when I rest.")
	ask(c.OtherPatient, 1, 15, "")
	ask(c.Mother, 1, 16, "Cough")
	must(c.Booking.Cancel(t.Context(), c.Patient.Caller, visits[0].ID, "I am well again."))
	c.Clock.Set(onDay(c, 11, 40))
	must(c.Booking.Complete(t.Context(), c.Doctor.Caller, visits[1].ID))
	must(c.Booking.Miss(t.Context(), c.Doctor.Caller, visits[2].ID))
	return c
}

func TestTour(t *testing.T) {
	t.Parallel()
	c := busyClinic(t)
	if _, err := c.Booking.AddVisitType(t.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: "First visit", Minutes: 40, Instructions: "Bring your papers."}); err != nil {
		t.Fatal(err)
	}
	open, err := c.Booking.AddExtraHours(t.Context(), c.Doctor.Caller, c.Doctor.UserID, turno.Interval{StartsAt: onDay(c, 48+21, 0), EndsAt: onDay(c, 48+22, 0)})
	if err != nil {
		t.Fatal(err)
	}
	asked := askedAt(t, c, onDay(c, 13, 0))
	webtest.Tour(t, c, webtest.StartChrome(t),
		webtest.Place{Name: "schedule-day", Path: "/schedule", As: c.Doctor},
		webtest.Place{Name: "schedule-week", Path: "/schedule?view=week", As: c.Doctor},
		webtest.Place{Name: "schedule-paper", Path: "/schedule?print=1", As: c.Doctor},
		webtest.Place{Name: "schedule-visit", Path: "/schedule/visits/" + asked, As: c.Doctor},
		webtest.Place{Name: "schedule-move", Path: "/schedule/visits/" + asked + "/move", As: c.Doctor},
		webtest.Place{Name: "schedule-cancel", Path: "/schedule/visits/" + asked + "/cancel", As: c.Doctor},
		webtest.Place{Name: "schedule-find", Path: "/schedule/book?q=pa", As: c.Doctor},
		webtest.Place{Name: "schedule-book", Path: "/schedule/book?patient=" + c.Patient.UserID.String() + "&at=" + open.StartsAt.Format(time.RFC3339), As: c.Doctor},
		webtest.Place{Name: "schedule-hours", Path: "/schedule/hours", As: c.Doctor},
		webtest.Place{Name: "schedule-preview", Path: "/schedule/hours", As: c.Doctor, Prepare: func(tab *webtest.Tab) { tab.Follow(`.save-bar button[value="preview"]`) }},
		webtest.Place{Name: "schedule-extra", Path: "/schedule/hours/extra", As: c.Doctor},
		webtest.Place{Name: "schedule-types", Path: "/schedule/hours/types", As: c.Doctor},
		webtest.Place{Name: "schedule-time-off", Path: "/schedule/time-off", As: c.Doctor},
		webtest.Place{Name: "schedule-in-the-way", Path: "/schedule/time-off", As: c.Doctor, Prepare: func(tab *webtest.Tab) { tab.Follow(`button[value="block"]`) }},
		webtest.Place{Name: "schedule-feedback", Path: "/schedule/feedback", As: c.Doctor},
	)
}

func askedAt(t *testing.T, c *webtest.Clinic, at time.Time) string {
	t.Helper()
	found, _, err := c.Booking.Appointments(t.Context(), c.Doctor.Caller, booking.VisitFilter{From: at, To: at.Add(time.Minute)})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d visits at %v: %v", len(found), at, err)
	}
	return found[0].ID.String()
}
