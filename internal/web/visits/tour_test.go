package visits_test

import (
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/webtest"
)

func TestTour(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	addKinds(t, c)
	open := c.OpenTime(6)
	taken, own := c.OpenTime(12), c.Visit(c.OpenTime(3))
	past := c.Visit(c.Clock.Now().Add(-50 * time.Minute))
	if _, err := c.Booking.Book(t.Context(), c.OtherPatient.Caller, booking.NewVisit{DoctorID: c.Doctor.UserID, ScheduledAt: taken}); err != nil {
		t.Fatal(err)
	}
	c.Clock.Set(past.EndsAt)
	if _, err := c.Booking.Complete(t.Context(), c.Desk.Caller, past.ID); err != nil {
		t.Fatal(err)
	}
	visit := page.VisitPath(own.ID)
	webtest.Tour(t, c, chrome,
		webtest.Place{Name: "book", Path: page.BookPath(c.Doctor.UserID, open, nil), As: c.Patient},
		webtest.Place{Name: "book-stranger", Path: "/", Prepare: func(tab *webtest.Tab) { // what the looks before hold is taken
			tab.Follow(".soonest > li:last-child a.slot")
		}},
		webtest.Place{Name: "book-taken", Path: page.BookPath(c.Doctor.UserID, taken, nil), As: c.Patient},
		webtest.Place{Name: "appointments", Path: "/appointments", As: c.Patient},
		webtest.Place{Name: "appointment", Path: visit, As: c.Mother},
		webtest.Place{Name: "appointment-past", Path: page.VisitPath(past.ID), As: c.Patient},
		webtest.Place{Name: "reschedule", Path: visit + "/reschedule?at=" + page.Machine(open), As: c.Patient},
		webtest.Place{Name: "cancel", Path: visit + "/cancel", As: c.Patient},
		webtest.Place{Name: "visit-link", Path: link(c, own)},
		webtest.Place{Name: "visit-link-move", Path: strings.Replace(link(c, own), "/visit?", "/visit/move?", 1) + "&at=" + page.Machine(open)},
		webtest.Place{Name: "visit-link-over", Path: link(c, past)},
		webtest.Place{Name: "visit-link-none", Path: "/visit?token=none"},
		webtest.Place{Name: "feedback", Path: page.VisitPath(past.ID) + "/feedback", As: c.Patient},
	)
}

// addKinds lets the doctor offer two kinds of visits.
func addKinds(t *testing.T, c *webtest.Clinic) {
	t.Helper()
	for _, kind := range []turno.VisitType{
		{Name: "Follow-up", Minutes: 30, Mode: turno.ModeVideo},
		{Name: "First visit", Minutes: 60, Mode: turno.ModeInPerson, Instructions: "Please bring your health card\nand a list of what you take."},
	} {
		kind.DoctorID, kind.Audience, kind.Active = c.Doctor.UserID, turno.AudienceAll, true
		if _, err := c.Booking.AddVisitType(t.Context(), c.Doctor.Caller, kind); err != nil {
			t.Fatal(err)
		}
	}
}
