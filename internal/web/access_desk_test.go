package web_test

import (
	"context"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/turno-health/turno"
	usecase "github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/web/webtest"
)

// Who learns nothing of what staff alone open: patients and doctors have their own
// pages for it.
const (
	staffAlone = "in 404 404 404 404 404 yes yes"
	notYet     = "in 404 404 404 404 404 422 422" // staff may; the visit has not begun
	noNode     = "in 403 403 403 403 403 403 404" // full staff may; these tests have no node to look at
)

func deskRows() map[string]accessRow {
	rows := map[string]accessRow{
		"GET /admin/day":        {want: staff},
		"GET /admin/day/events": {want: staff},

		"GET /admin/book":          {want: staffAlone},
		"POST /admin/book":         {want: staffAlone, form: deskBooking},
		"POST /admin/book/patient": {want: staff, form: newPatient},

		"GET /admin/appointments":                {want: staff},
		"GET /admin/appointments/{id}":           {want: staffAlone, path: ofVisit("")},
		"POST /admin/appointments/{id}/confirm":  {want: staffAlone, path: confirmRequest},
		"POST /admin/appointments/{id}/attended": {want: notYet, path: ofVisit("/attended")},
		"POST /admin/appointments/{id}/missed":   {want: notYet, path: ofVisit("/missed")},
		"POST /admin/appointments/{id}/cancel":   {want: staffAlone, path: ofVisit("/cancel")},
		"GET /admin/appointments/{id}/move":      {want: staffAlone, path: ofVisit("/move")},
		"POST /admin/appointments/{id}/move":     {want: staffAlone, path: ofVisit("/move"), form: deskBooking},

		"GET /admin":        {want: fullStaff},
		"GET /admin/audit":  {want: fullStaff},
		"GET /admin/system": {want: noNode},

		"GET /admin/mail":           {want: fullStaff},
		"GET /admin/mail/{id}":      {want: fullStaff, path: ofMail("")},
		"GET /admin/mail/{id}/html": {want: fullStaff, path: ofMail("/html")},

		"POST /admin/system/jobs/{id}/retry": {want: noNode, path: func(*webtest.Clinic) string { return "/admin/system/jobs/1/retry" }},
	}
	for _, more := range []map[string]accessRow{deskPeople(), deskSettings()} {
		maps.Copy(rows, more)
	}
	return rows
}

func deskPeople() map[string]accessRow {
	patient := func(suffix string) func(*webtest.Clinic) string {
		return func(c *webtest.Clinic) string { return "/admin/users/" + c.OtherPatient.UserID.String() + suffix }
	}
	doctor := func(suffix string) func(*webtest.Clinic) string {
		return func(c *webtest.Clinic) string {
			name := "d" + turno.NewID().String()[24:]
			return "/admin/doctors/" + c.NewDoctor(name, "Dr "+name, "Field of "+name).UserID.String() + suffix
		}
	}
	return map[string]accessRow{
		"GET /admin/users":                   {want: staff},
		"GET /admin/users/new":               {want: staff},
		"POST /admin/users":                  {want: staff, form: newPatient},
		"GET /admin/users/{id}":              {want: staff, path: patient("")},
		"POST /admin/users/{id}":             {want: staff, path: patient(""), form: fields("full_name", "Olivia Orr")},
		"POST /admin/users/{id}/active":      {want: staff, path: patient("/active"), form: fields("active", "yes")},
		"POST /admin/users/{id}/try-address": {want: staff, path: patient("/try-address")},
		"POST /admin/users/{id}/reset-link":  {want: fullStaff, path: patient("/reset-link")},
		"POST /admin/users/{id}/level": {want: fullStaff, form: fields("staff_level", "desk"),
			path: func(c *webtest.Clinic) string { return "/admin/users/" + c.Desk.UserID.String() + "/level" }},

		"GET /admin/doctors":                {want: fullStaff},
		"POST /admin/doctors/{id}/verify":   {want: fullStaff, path: doctor("/verify")},
		"POST /admin/doctors/{id}/unverify": {want: fullStaff, path: doctor("/unverify")},
	}
}

func deskSettings() map[string]accessRow {
	specialization := func(suffix string) func(*webtest.Clinic) string {
		return func(c *webtest.Clinic) string {
			added, err := c.Account.CreateSpecialization(context.Background(), c.Full.Caller, turno.NewID().String())
			if err != nil {
				return err.Error()
			}
			return "/admin/specializations/" + strconv.Itoa(added.ID) + suffix
		}
	}
	location := func(c *webtest.Clinic) string {
		clinic, err := c.Account.Clinic(context.Background())
		if err != nil {
			return err.Error()
		}
		return "/admin/locations/" + clinic.ID.String()
	}
	unlikeOthers := func(*webtest.Clinic) url.Values { return url.Values{"name": {turno.NewID().String()}} }
	place := func(*webtest.Clinic) url.Values {
		return url.Values{"name": {turno.NewID().String()}, "time_zone": {"Europe/Madrid"}}
	}
	annex := func(c *webtest.Clinic) string {
		added, err := c.Account.CreateLocation(context.Background(), c.Full.Caller, turno.Location{Name: turno.NewID().String(), TimeZone: "UTC"})
		if err != nil {
			return err.Error()
		}
		return "/admin/locations/" + added.ID.String() + "/delete"
	}
	return map[string]accessRow{
		"GET /admin/specializations":              {want: fullStaff},
		"POST /admin/specializations":             {want: fullStaff, form: unlikeOthers},
		"POST /admin/specializations/{id}":        {want: fullStaff, path: specialization(""), form: unlikeOthers},
		"POST /admin/specializations/{id}/delete": {want: fullStaff, path: specialization("/delete")},

		"GET /admin/locations":       {want: fullStaff},
		"GET /admin/locations/new":   {want: fullStaff},
		"POST /admin/locations":      {want: fullStaff, form: place},
		"GET /admin/locations/{id}":  {want: fullStaff, path: location},
		"POST /admin/locations/{id}": {want: fullStaff, path: location, form: fields("name", "Riverside Clinic", "time_zone", "UTC")},

		"POST /admin/locations/{id}/delete": {want: fullStaff, path: annex},
	}
}

// ofMail is a path about the first mail to the patient.
func ofMail(suffix string) func(*webtest.Clinic) string {
	return func(c *webtest.Clinic) string {
		search := notify.Search{Person: c.Patient.UserID, Limit: 100}
		mails, _, err := c.Mail.Mails(context.Background(), c.Full.Caller, search)
		if err == nil && len(mails) == 0 {
			c.Visit(c.OpenTime(0))
			c.WriteMail()
			mails, _, err = c.Mail.Mails(context.Background(), c.Full.Caller, search)
		}
		if err != nil || len(mails) == 0 {
			return "no mail"
		}
		return "/admin/mail/" + mails[len(mails)-1].ID.String() + suffix
	}
}

// ofVisit is a path about a confirmed visit, each time a new one.
func ofVisit(suffix string) func(*webtest.Clinic) string {
	return func(c *webtest.Clinic) string {
		return "/admin/appointments/" + c.Visit(c.OpenTime(0)).ID.String() + suffix
	}
}

// confirmRequest is the path to confirm a request, each time a new one.
func confirmRequest(c *webtest.Clinic) string {
	request, err := c.Booking.Book(context.Background(), c.OtherPatient.Caller, usecase.NewVisit{DoctorID: c.Doctor.UserID, ScheduledAt: c.OpenTime(5)})
	if err != nil {
		return err.Error()
	}
	return "/admin/appointments/" + request.ID.String() + "/confirm"
}

func deskBooking(c *webtest.Clinic) url.Values {
	return url.Values{"doctor": {c.Doctor.UserID.String()}, "patient": {c.Patient.UserID.String()}, "at": {c.OpenTime(0).Format(time.RFC3339)}}
}

func newPatient(c *webtest.Clinic) url.Values {
	// One of a name and birth date that another has is registered on purpose only.
	return url.Values{"role": {"patient"}, "full_name": {"Ana " + turno.NewID().String()}, "date_of_birth": {"2001-05-06"},
		"doctor": {c.Doctor.UserID.String()}, "at": {c.OpenTime(0).Format(time.RFC3339)}}
}
