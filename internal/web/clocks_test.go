package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/account"
	visits "github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/webtest"
)

// madridClinic is a clinic whose clocks, and whose people's, go as those of Madrid:
// forward on 28 March 2027, back on 31 October.
func madridClinic(t *testing.T, c *webtest.Clinic) {
	t.Helper()
	places, err := c.Account.Locations(c.Context(), c.Full.Caller)
	c.Must(err)
	_, err = c.Account.UpdateLocation(c.Context(), c.Full.Caller, places[0].ID, account.LocationPatch{TimeZone: new("Europe/Madrid")})
	c.Must(err)
	_, err = c.Account.UpdateDoctor(c.Context(), c.Full.Caller, c.Doctor.UserID, account.DoctorPatch{TimeZone: new("Europe/Madrid")})
	c.Must(err)
	for _, person := range []webtest.Person{c.Patient, c.Doctor, c.Desk} {
		_, err = c.Account.UpdateMe(c.Context(), person.Caller, account.Patch{TimeZone: new("Europe/Madrid")})
		c.Must(err)
	}
}

func TestAnHourThatIsSkippedIsRefused(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		madridClinic(t, c)
		c.Visit(c.OpenTime(0)) // so that the doctor may book for the patient
		patient := c.Patient.UserID.String()
		for name, form := range map[string]struct {
			who   webtest.Person
			path  string
			field string
			typed url.Values
		}{
			"extra hours from it":        {c.Doctor, "/schedule/hours/extra", "starts_at", url.Values{"date": {"2027-03-28"}, "starts_at": {"02:30"}, "ends_at": {"04:00"}}},
			"extra hours until it":       {c.Doctor, "/schedule/hours/extra", "ends_at", url.Values{"date": {"2027-03-28"}, "starts_at": {"01:00"}, "ends_at": {"02:30"}}},
			"time off in it":             {c.Doctor, "/schedule/time-off", "from_time", url.Values{"from_date": {"2027-03-28"}, "from_time": {"02:30"}, "to_date": {"2027-03-28"}, "to_time": {"02:45"}}},
			"a visit, for its doctor":    {c.Doctor, "/schedule/book?patient=" + patient, "time", url.Values{"date": {"2027-03-28"}, "time": {"02:30"}}},
			"a visit, for the reception": {c.Desk, "/admin/book", "time", url.Values{"doctor": {c.Doctor.UserID.String()}, "patient": {patient}, "date": {"2027-03-28"}, "time": {"02:30"}}},
		} {
			refused := c.As(t, form.who).Post(form.path, form.typed)
			if refused.Status != http.StatusUnprocessableEntity || !refused.Says("There is no 02:30 on this day") || refused.Find("#f-"+form.field+"-error").Length() != 1 {
				t.Errorf("%s: %d: %s", name, refused.Status, refused.Text())
			}
			if typed := refused.Find(`[name="`+form.field+`"]`).AttrOr("value", ""); typed != "02:30" {
				t.Errorf("%s: the field holds %q", name, typed)
			}
		}
	})
}

func TestATimeThatComesTwiceHasItsOffset(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		madridClinic(t, c)
		visit, err := c.Booking.Book(c.Context(), c.Desk.Caller, visits.NewVisit{DoctorID: c.Doctor.UserID, PatientID: c.Patient.UserID,
			ScheduledAt: time.Date(2027, time.October, 31, 0, 45, 0, 0, time.UTC)})
		c.Must(err)
		for path, who := range map[string]webtest.Person{
			"/appointments": c.Patient, "/appointments/" + visit.ID.String(): c.Patient, "/appointments/" + visit.ID.String() + "/cancel": c.Patient,
			"/schedule?day=2027-10-31": c.Doctor, "/schedule/visits/" + visit.ID.String(): c.Doctor, "/admin/appointments/" + visit.ID.String(): c.Desk,
			"/admin/day?date=2027-10-31": c.Desk,
		} {
			if page := c.As(t, who).Get(path); !page.Says("02:45\u00a0CEST") && !page.Says("02:45 CEST") {
				t.Errorf("%s does not tell which 02:45 it is: %s", path, page.Text())
			}
		}
		if span := c.As(t, c.Desk).Get("/admin/appointments/" + visit.ID.String()); !span.Says("02:45 CEST–02:15 CET") {
			t.Errorf("the desk reads %s", span.Text())
		}
	})
}
