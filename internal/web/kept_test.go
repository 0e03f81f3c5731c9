package web_test

import (
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
	"github.com/turno-health/turno/internal/web/webtest"
)

// keptRow is a form on a page of staff or a doctor, with something typed into it.
type keptRow struct {
	page         string // that it is on
	to           string // where it is sent
	field, typed string
}

func keptRows(c *webtest.Clinic) map[string]keptRow {
	visit := c.Visit(c.OpenTime(0)).ID.String()
	booking := "/admin/book?" + url.Values{"doctor": {c.Doctor.UserID.String()}, "at": {page.Machine(c.OpenTime(2))}}.Encode()
	place, err := c.Account.CreateLocation(c.Context(), c.Full.Caller, turno.Location{Name: "Second house", TimeZone: "UTC", Country: "ES"})
	c.Must(err)
	kind, err := c.Booking.AddVisitType(c.Context(), c.Doctor.Caller, turno.VisitType{DoctorID: c.Doctor.UserID, Name: "Check-up", Minutes: 20})
	c.Must(err)
	field, err := c.Account.CreateSpecialization(c.Context(), c.Full.Caller, "Surgery")
	c.Must(err)
	person, house := "/admin/users/"+c.Patient.UserID.String(), "/admin/locations/"+place.ID.String()
	return map[string]keptRow{
		"POST /admin/book":                     {booking + "&patient=" + c.Patient.UserID.String(), "/admin/book", "reason", "Half a reason"},
		"POST /admin/book/patient":             {booking, "/admin/book/patient", "full_name", "Half Aname"},
		"POST /admin/appointments/{id}/cancel": {"/admin/appointments/" + visit, "/admin/appointments/" + visit + "/cancel", "reason", "Half a reason"},
		"POST /admin/users":                    {"/admin/users/new?role=doctor", "/admin/users", "license_number", "HALF 1"},
		"POST /admin/users/{id}":               {person, person, "full_name", "Pablo Half"},
		"POST /admin/locations":                {"/admin/locations/new", "/admin/locations", "name", "Half a house"},
		"POST /admin/locations/{id}":           {house, house, "directions", "Half a way"},
		"POST /schedule/hours":                 {"/schedule/hours", "/schedule/hours", "end-Monday-0", "17:35"},
		"POST /schedule/hours/extra":           {"/schedule/hours/extra", "/schedule/hours/extra", "starts_at", "06:35"},
		"POST /schedule/hours/types":           {"/schedule/hours/types", "/schedule/hours/types", "name", "Half a kind"},
		"POST /schedule/hours/types/{id}":      {"/schedule/hours/types", "/schedule/hours/types/" + kind.ID.String(), "name", "Half a change"},
		"POST /schedule/book":                  {"/schedule/book?patient=" + c.Patient.UserID.String(), "/schedule/book", "time", "17:35"},
		"POST /schedule/visits/{id}/move":      {"/schedule/visits/" + visit + "/move", "/schedule/visits/" + visit + "/move", "time", "17:35"},
		"POST /admin/appointments/{id}/move":   {"/admin/appointments/" + visit + "/move", "/admin/appointments/" + visit + "/move", "time", "17:35"},
		"POST /admin/specializations":          {"/admin/specializations", "/admin/specializations", "name", "Half a field"},
		"POST /admin/specializations/{id}":     {"/admin/specializations", "/admin/specializations/" + strconv.Itoa(field.ID), "name", "Half another"},
		"POST /schedule/time-off":              {"/schedule/time-off", "/schedule/time-off", "reason", "Half a holiday"},
		"POST /schedule/book/patient":          {"/schedule/book?doctor=" + c.Doctor.UserID.String(), "/schedule/book/patient", "full_name", "Half Aname"},
		"POST /schedule/visits/{id}/cancel":    {"/schedule/visits/" + visit + "/cancel", "/schedule/visits/" + visit + "/cancel", "reason", "Half a reason"},
	}
}

// Without scripts too, what staff and doctors had typed when their session locked
// is in the form again once they have unlocked it.
func TestWhatWasTypedComesBackAfterUnlocking(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		rows := keptRows(c)
		for _, route := range web.Routes(c.Site) {
			_, path, _ := strings.Cut(route.Pattern, " ")
			if !route.Keeps || !strings.HasPrefix(path, "/admin") && !strings.HasPrefix(path, "/schedule") {
				continue
			}
			row, ok := rows[route.Pattern]
			if !ok {
				t.Errorf("%s keeps a form and has no row in the table", route.Pattern)
				continue
			}
			delete(rows, route.Pattern)
			who := c.Full
			if strings.HasPrefix(path, "/schedule") && path != "/schedule/book/patient" {
				who = c.Doctor
			}
			if got := typedAgain(t, c, who, row); got != row.typed {
				t.Errorf("%s: after unlocking the field holds %q, want %q", route.Pattern, got, row.typed)
			}
		}
		for pattern := range rows {
			t.Errorf("%s has a row and keeps nothing", pattern)
		}
	})
}

// typedAgain sends a form from a session that has locked, unlocks it, and tells
// what the field holds then.
func typedAgain(t *testing.T, c *webtest.Clinic, who webtest.Person, row keptRow) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	c.Must(err)
	client := &http.Client{Jar: jar}
	site, err := url.Parse(c.URL)
	c.Must(err)
	jar.SetCookies(site, []*http.Cookie{{Name: "turno_session", Value: c.NewToken(who.Username)}})
	ask := func(method, path string, form url.Values) *goquery.Document {
		request, err := http.NewRequestWithContext(t.Context(), method, c.URL+path, strings.NewReader(form.Encode()))
		c.Must(err)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Referer", c.URL+row.page)
		response, err := client.Do(request)
		c.Must(err)
		defer response.Body.Close()
		document, err := goquery.NewDocumentFromReader(response.Body)
		c.Must(err)
		return document
	}
	form := url.Values{row.field: {row.typed}, ui.ShownToField: {who.UserID.String()}}
	if start, ok := strings.CutPrefix(row.field, "end-"); ok {
		form.Set("start-"+start, "09:00")
	}
	if at, err := url.Parse(row.page); err == nil {
		maps.Copy(form, at.Query()) // as hidden fields of the form
	}
	c.Clock.Advance(2 * time.Hour)
	ask(http.MethodPost, row.to, form)
	back := ask(http.MethodPost, "/unlock", url.Values{"password": {webtest.Password}, "next": {row.page}})
	c.Clock.Advance(-2 * time.Hour)
	if !strings.Contains(back.Text(), "What you typed is still here.") {
		t.Errorf("%s does not say that it kept what was typed", row.page)
	}
	field := back.Find(`main form[action$="` + row.to + `"] [name="` + row.field + `"], main form[action^="` + row.to + `?"] [name="` + row.field + `"]`).First()
	if field.Is("textarea") {
		return field.Text()
	}
	return field.AttrOr("value", "")
}

// A patient's session does not lock, but it may end in another window.
func TestWhatWasTypedComesBackAfterSigningOutElsewhere(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		past := c.PastVisit()
		child := url.Values{"for": {"new"}, "full_name": {"Half Achild"}, "date_of_birth": {"2020-02-03"}, "relation": {"mother"}, "reason": {"A cough"}}
		for name, form := range map[string]struct {
			page, form string
			typed      url.Values
		}{
			"a booking for a child": {page.BookPath(c.Doctor.UserID, c.OpenTime(0), nil), "#book", child},
			"a rating":              {"/appointments/" + past.ID.String() + "/feedback", "main form", url.Values{"comments": {"Half a praise"}}},
			"an invitation":         {"/account/people", "main form:has([name=username])", url.Values{"username": {"half"}, "relation": {"aunt"}}},
		} {
			v := c.As(t, c.Patient)
			typing := v.Get(form.page)
			v.Post("/logout", nil)
			asked := v.Submit(typing, form.form, form.typed)
			if !strings.HasPrefix(asked.Path, "/login") {
				t.Errorf("%s: signed out, it leads to %s: %s", name, asked.Path, asked.Text())
				continue
			}
			v.Post("/login", url.Values{"login": {c.OtherPatient.Username}, "password": {webtest.Password}})
			if theirs := v.Get(form.page); theirs.Says("What you typed is still here.") {
				t.Errorf("%s: somebody else finds it", name)
			}
			v.Post("/logout", nil)
			back := v.Submit(asked, "main form", url.Values{"login": {c.Patient.Username}, "password": {webtest.Password}})
			if !back.Says("What you typed is still here.") {
				t.Errorf("%s: having signed in again, one is at %s: %s", name, back.Path, back.Text())
			}
			for field, want := range form.typed {
				at := back.Find(`main form [name="` + field + `"]`)
				got := at.AttrOr("value", at.Text())
				if field == "for" {
					got = back.Find(`[name="for"][checked]`).AttrOr("value", "")
				}
				if got != want[0] {
					t.Errorf("%s: %s holds %q, want %q", name, field, got, want[0])
				}
			}
			if again := v.Get(form.page); again.Says("What you typed is still here.") {
				t.Errorf("%s: it comes back twice", name)
			}
		}
	})
}
