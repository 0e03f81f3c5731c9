package web_test

import (
	"net/url"
	"time"

	"github.com/turno-health/turno"
	usecase "github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/webtest"
)

func visitsRows() map[string]accessRow {
	rater := "in yes 404 403 403 404 403 403"
	return map[string]accessRow{
		"GET /book":  {want: everybody, path: booking},
		"POST /book": {want: patients, form: bookingForm},

		"GET /appointments":                  {want: signedIn},
		"GET /appointments/{id}":             {want: itsPeople, path: aVisit("")},
		"GET /appointments/{id}/visit.ics":   {want: itsPeople, path: aPastVisit("/visit.ics")},
		"GET /calendar/{secret}":             {want: everybody, path: aFeed},
		"GET /appointments/{id}/reschedule":  {want: itsPeople, path: aVisit("/reschedule")},
		"POST /appointments/{id}/reschedule": {want: itsPeople, path: aVisit("/reschedule"), form: aLaterTime},
		"GET /appointments/{id}/cancel":      {want: itsPeople, path: aVisit("/cancel")},
		"POST /appointments/{id}/cancel":     {want: itsPeople, path: aVisit("/cancel")},
		"GET /visit":                         {want: everybody, path: aLink("/visit")},
		"GET /visit/move":                    {want: everybody, path: aLink("/visit/move")},
		"POST /visit/coming":                 {want: everybody, form: aLinksForm},
		"POST /visit/cancel":                 {want: everybody, form: aLinksForm},
		"POST /visit/move":                   {want: everybody, form: aLinksForm},

		"GET /appointments/{id}/feedback":  {want: itsPeople, path: aPastVisit("/feedback")},
		"POST /appointments/{id}/feedback": {want: rater, path: aPastVisit("/feedback"), form: fields("rating", "5")},
	}
}

// aVisit is the path of a visit to come of the patient, each time another.
func aVisit(more string) func(*webtest.Clinic) string {
	return func(c *webtest.Clinic) string {
		return "/appointments/" + c.Visit(c.OpenTime(3)).ID.String() + more
	}
}

// aLink is a page of the link in a mail to the patient.
func aLink(path string) func(*webtest.Clinic) string {
	return func(c *webtest.Clinic) string { return path + "?token=" + aLinksForm(c).Get("token") }
}

// aLinksForm is what a button on such a page sends, about some visit to come.
func aLinksForm(c *webtest.Clinic) url.Values {
	coming, _, err := c.Booking.MyVisits(c.Context(), c.Patient.Caller, usecase.MyVisits{})
	c.Must(err)
	form := aLaterTime(c)
	for _, v := range coming {
		if v.Status == turno.StatusConfirmed && v.ScheduledAt.After(c.Clock.Now()) {
			form.Set("token", c.VisitLink(v.Appointment))
			return form
		}
	}
	v := c.Visit(c.OpenTime(3))
	form.Set("token", c.VisitLink(v))
	return form
}

// aPastVisit is the path of a visit that the patient came to.
func aPastVisit(more string) func(*webtest.Clinic) string {
	return func(c *webtest.Clinic) string {
		return "/appointments/" + c.PastVisit().ID.String() + more
	}
}

// aFeed is the path of the patient's calendar, each time another.
func aFeed(c *webtest.Clinic) string {
	feed, err := c.Account.MakeCalendarFeed(c.Context(), c.SignIn(c.Patient.Username, c.Patient.FullName).Caller)
	c.Must(err)
	return feed.Path
}

func bookingForm(c *webtest.Clinic) url.Values {
	return url.Values{"doctor": {c.Doctor.UserID.String()}, "when": {c.OpenTime(3).UTC().Format(time.RFC3339)}}
}

func booking(c *webtest.Clinic) string { return "/book?" + bookingForm(c).Encode() }

func aLaterTime(c *webtest.Clinic) url.Values {
	return url.Values{"at": {c.OpenTime(9).UTC().Format(time.RFC3339)}}
}
