package web_test

import (
	"net/url"

	"github.com/turno-health/turno/internal/web/webtest"
)

func practiceRows() map[string]accessRow {
	practice := "in 403 403 403 yes 403 yes yes" // of one doctor
	answer := "in 403 404 403 yes 404 yes yes"   // to a visit
	hidden := "in 404 404 404 yes 404 yes yes"
	return map[string]accessRow{
		"GET /schedule":                      {want: practice, path: ofDoctor("/schedule")},
		"GET /schedule/events":               {want: practice, path: ofDoctor("/schedule/events")},
		"POST /schedule/confirm-all":         {want: hidden, path: ofDoctor("/schedule/confirm-all")},
		"POST /schedule/complete-rest":       {want: hidden, path: ofDoctor("/schedule/complete-rest"), form: fields("day", "2027-01-04")},
		"POST /schedule/visits/{id}/confirm": {want: answer, path: aRequest("/confirm")},
		"POST /schedule/visits/{id}/came":    {want: answer, path: aRequest("/came")},
		"POST /schedule/visits/{id}/missed":  {want: answer, path: aRequest("/missed")},
	}
}

// ofDoctor is a path of the doctor's practice, as staff name it.
func ofDoctor(path string) func(*webtest.Clinic) string {
	return func(c *webtest.Clinic) string {
		return path + "?" + url.Values{"doctor": {c.Doctor.UserID.String()}}.Encode()
	}
}

// aRequest is the path of what is done with a visit that the patient asked for,
// each time another.
func aRequest(what string) func(*webtest.Clinic) string {
	return func(c *webtest.Clinic) string {
		return "/schedule/visits/" + c.Request(c.OpenTime(3)).ID.String() + what
	}
}
