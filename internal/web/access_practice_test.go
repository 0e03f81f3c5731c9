package web_test

import (
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	visits "github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/webtest"
)

func practiceRows() map[string]accessRow {
	practice := "in 403 403 403 yes 403 yes yes" // of one doctor
	visit := "in 403 404 403 yes 404 yes yes"    // with that doctor
	return map[string]accessRow{
		"GET /schedule":                          {want: practice, path: ofDoctor("/schedule")},
		"GET /schedule/events":                   {want: practice, path: ofDoctor("/schedule/events")},
		"POST /schedule/confirm-all":             {want: practice, path: ofDoctor("/schedule/confirm-all")},
		"POST /schedule/complete-rest":           {want: practice, path: ofDoctor("/schedule/complete-rest"), form: fields("day", "2027-01-04")},
		"GET /schedule/book":                     {want: practice, path: ofDoctor("/schedule/book")},
		"POST /schedule/book":                    {want: practice, path: bookForPatient, form: aFreeTime},
		"POST /schedule/book/patient":            {want: staff, path: ofDoctor("/schedule/book/patient"), form: newPatient},
		"GET /schedule/hours":                    {want: practice, path: ofDoctor("/schedule/hours")},
		"POST /schedule/hours":                   {want: practice, path: ofDoctor("/schedule/hours"), form: longHours},
		"GET /schedule/hours/extra":              {want: practice, path: ofDoctor("/schedule/hours/extra")},
		"POST /schedule/hours/extra":             {want: practice, path: ofDoctor("/schedule/hours/extra"), form: anEvening()},
		"POST /schedule/hours/extra/{id}/delete": {want: practice, path: anOpening()},
		"GET /schedule/hours/types":              {want: practice, path: ofDoctor("/schedule/hours/types")},
		"POST /schedule/hours/types":             {want: practice, path: ofDoctor("/schedule/hours/types"), form: aKind},
		"POST /schedule/hours/types/{id}":        {want: practice, path: aType, form: aKind},
		"GET /schedule/time-off":                 {want: practice, path: ofDoctor("/schedule/time-off")},
		"POST /schedule/time-off":                {want: practice, path: ofDoctor("/schedule/time-off"), form: aDayOff()},
		"POST /schedule/time-off/{id}/delete":    {want: practice, path: anAbsence()},
		"GET /schedule/feedback":                 {want: practice, path: ofDoctor("/schedule/feedback")},
		"GET /schedule/visits/{id}":              {want: visit, path: aRequest("")},
		"GET /schedule/visits/{id}/move":         {want: visit, path: aRequest("/move")},
		"POST /schedule/visits/{id}/move":        {want: visit, path: aRequest("/move"), form: aFreeTime},
		"GET /schedule/visits/{id}/cancel":       {want: visit, path: aRequest("/cancel")},
		"POST /schedule/visits/{id}/cancel":      {want: visit, path: aRequest("/cancel")},
		"POST /schedule/visits/{id}/confirm":     {want: visit, path: aRequest("/confirm")},
		"POST /schedule/visits/{id}/came":        {want: visit, path: aRequest("/came")},
		"POST /schedule/visits/{id}/missed":      {want: visit, path: aRequest("/missed")},
	}
}

// ofDoctor is a path of the doctor's practice, as staff name it.
func ofDoctor(path string) func(*webtest.Clinic) string {
	return func(c *webtest.Clinic) string { return path + "?doctor=" + c.Doctor.UserID.String() }
}

// aRequest is the path of what is done with a visit that the patient asked for,
// each time another.
func aRequest(what string) func(*webtest.Clinic) string {
	return func(c *webtest.Clinic) string {
		return "/schedule/visits/" + c.Request(c.OpenTime(3)).ID.String() + what
	}
}

func aFreeTime(c *webtest.Clinic) url.Values {
	return url.Values{"at": {c.OpenTime(9).UTC().Format(time.RFC3339)}}
}

func bookForPatient(c *webtest.Clinic) string {
	return ofDoctor("/schedule/book")(c) + "&patient=" + c.Patient.UserID.String()
}

func longHours(*webtest.Clinic) url.Values {
	form := url.Values{"do": {"save"}, "slot_minutes": {"30"}, "buffer_minutes": {"0"}, "min_notice_minutes": {"0"}, "horizon_days": {"90"}, "time_zone": {"UTC"}}
	for _, day := range turno.Weekdays() {
		form.Set("start-"+string(day)+"-0", "08:00")
		form.Set("end-"+string(day)+"-0", "20:00")
	}
	return form
}

func aKind(*webtest.Clinic) url.Values {
	return url.Values{"name": {uuid.NewString()}, "minutes": {"40"}, "mode": {"video"}, "audience": {"staff"}, "active": {"on"}}
}

// later counts days of a far month, so that no two meet.
func later() func(*webtest.Clinic) time.Time {
	days := 0
	return func(c *webtest.Clinic) time.Time {
		days++
		return c.Clock.Now().Truncate(24*time.Hour).AddDate(0, 3, days)
	}
}

func anEvening() func(*webtest.Clinic) url.Values {
	day := later()
	return func(c *webtest.Clinic) url.Values {
		return url.Values{"date": {day(c).Format(time.DateOnly)}, "starts_at": {"21:00"}, "ends_at": {"22:00"}}
	}
}

func aDayOff() func(*webtest.Clinic) url.Values {
	day := later()
	return func(c *webtest.Clinic) url.Values {
		date := day(c).Format(time.DateOnly)
		return url.Values{"from_date": {date}, "from_time": {"00:00"}, "to_date": {date}, "to_time": {"24:00"}}
	}
}

func anOpening() func(*webtest.Clinic) string {
	day := later()
	return func(c *webtest.Clinic) string {
		at := day(c).Add(22 * time.Hour)
		hours, err := c.Booking.AddExtraHours(c.Context(), c.Doctor.Caller, c.Doctor.UserID, turno.Interval{StartsAt: at, EndsAt: at.Add(time.Hour)})
		c.Must(err)
		return ofDoctor("/schedule/hours/extra/" + hours.ID.String() + "/delete")(c)
	}
}

func anAbsence() func(*webtest.Clinic) string {
	day := later()
	return func(c *webtest.Clinic) string {
		at := day(c).AddDate(0, 1, 0)
		off, _, err := c.Booking.AddTimeOff(c.Context(), c.Doctor.Caller, visits.NewTimeOff{DoctorID: c.Doctor.UserID, Interval: turno.Interval{StartsAt: at, EndsAt: at.Add(time.Hour)}})
		c.Must(err)
		return ofDoctor("/schedule/time-off/" + off.ID.String() + "/delete")(c)
	}
}

func aType(c *webtest.Clinic) string {
	kind, err := c.Booking.AddVisitType(c.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: uuid.NewString(), Minutes: 20, Audience: turno.AudienceStaff})
	c.Must(err)
	return ofDoctor("/schedule/hours/types/" + kind.ID.String())(c)
}
