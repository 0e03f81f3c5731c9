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

func TestTheScheduleInARealBrowser(t *testing.T) {
	t.Parallel()
	c := busyClinic(t)
	webtest.Tour(t, c, webtest.StartChrome(t),
		webtest.Place{Name: "schedule-day", Path: "/schedule", As: c.Doctor},
		webtest.Place{Name: "schedule-week", Path: "/schedule?view=week", As: c.Doctor},
		webtest.Place{Name: "schedule-paper", Path: "/schedule?print=1", As: c.Doctor},
	)
}
