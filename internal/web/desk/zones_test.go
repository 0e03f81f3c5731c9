package desk_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/webtest"
)

// The clinic's clocks show UTC; the doctor's, in winter, are an hour ahead.
func TestTheDeskReadsOutTheDoctorsOwnHour(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		at := c.OpenTime(0)
		visit := c.Visit(at)
		desk := inside(t, c, c.Desk)
		if a := desk.Get("/admin/day"); a.Says("Madrid time") || a.Says("Doctors whose clocks") {
			t.Error("clocks that agree are told apart")
		}
		_, err := c.Account.UpdateDoctor(t.Context(), c.Full.Caller, c.Doctor.UserID, account.DoctorPatch{TimeZone: new("Europe/Madrid")})
		c.Must(err)
		theirs := at.Add(time.Hour).Format("15:04") + " Madrid time"
		path := "/admin/appointments/" + visit.ID.String()
		book := "/admin/book?" + url.Values{"doctor": {c.Doctor.UserID.String()}, "at": {at.Format(time.RFC3339)}}.Encode()
		for _, test := range []struct {
			page string
			path string
			says []string
		}{
			{"the day", "/admin/day", []string{theirs, "Cardiology · Madrid time", "Times are in UTC, as at the clinic. Doctors whose clocks go otherwise have their own time beside each visit."}},
			{"the visits", "/admin/appointments", []string{theirs}},
			{"a visit", path, []string{at.Format("15:04"), "(UTC) · " + theirs + " where the doctor is"}},
			{"moving it", path + "/move", []string{theirs + " where the doctor is", "Times are in UTC, as at the clinic. The doctor's own are in Madrid time."}},
			{"finding the patient", book, []string{theirs + " where the doctor is"}},
			{"booking", book + "&patient=" + c.Patient.UserID.String(), []string{theirs + " where the doctor is", "In UTC, as at the clinic."}},
			{"a walk-in", "/admin/book", []string{"Cardiology · Madrid time", "In UTC, as at the clinic."}},
		} {
			t.Run(test.page, func(t *testing.T) { webtest.Want(t, desk.Get(test.path), http.StatusOK, test.says...) })
		}
	})
}

// Two names of one zone are one choice.
func TestUTCIsThereOnce(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	full := inside(t, c, c.Full)
	for _, zone := range []string{"UTC", "Etc/UTC"} {
		a := full.Get("/admin?zone=" + url.QueryEscape(zone))
		options := a.Find(`select[name="zone"] option`)
		if chosen, _ := options.Filter("[selected]").Attr("value"); options.Length() != 1 || options.Text() != "UTC" || chosen != zone {
			t.Errorf("with %s the zones are %q, and %q is chosen", zone, options.Text(), chosen)
		}
	}
}
