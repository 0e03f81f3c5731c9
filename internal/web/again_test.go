package web_test

import (
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/turno-health/turno/internal/web/ui"
	"github.com/turno-health/turno/internal/web/webtest"
)

// A form with a NUL in it, as some programs paste one, comes back with everything
// else that was typed.
func TestAFormWithANULComesBack(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		rows := keptRows(c)
		visit := c.Visit(c.OpenTime(1)).ID.String()
		rows["POST /account/profile"] = keptRow{"/account/profile", "/account/profile", "full_name", "Pablo Half"}
		rows["POST /account/people/new"] = keptRow{"/account/people/new", "/account/people/new", "full_name", "Half a child"}
		rows["POST /account/people"] = keptRow{"/account/people", "/account/people", "username", "half"}
		rows["POST /account/erase"] = keptRow{"/account/erase", "/account/erase", "username", "pablo"}
		rows["POST /appointments/{id}/cancel"] = keptRow{"/appointments/" + visit + "/cancel", "/appointments/" + visit + "/cancel", "reason", "Half a reason"}
		book := "/book?" + url.Values{"doctor": {c.Doctor.UserID.String()}, "at": {c.OpenTime(3).Format("2006-01-02T15:04:05Z07:00")}}.Encode()
		rows["POST /book"] = keptRow{book, "/book", "reason", "Half a reason"}
		rows["POST /register"] = keptRow{"/register", "/register", "full_name", "Half Aname"}
		rows["POST /register/doctor"] = keptRow{"/register/doctor", "/register/doctor", "license_number", "HALF 1"}
		for pattern, row := range rows {
			who := c.Full
			switch {
			case strings.HasPrefix(row.to, "/register"):
				who = webtest.Person{}
			case strings.HasPrefix(row.to, "/account"), strings.HasPrefix(row.to, "/appointments"), row.to == "/book":
				who = c.Patient
			case strings.HasPrefix(row.to, "/schedule") && pattern != "POST /schedule/book/patient":
				who = c.Doctor
			}
			status, page := sentWithNUL(t, c, who, row)
			field := page.Find(`main form[action$="` + row.to + `"] [name="` + row.field + `"], main form[action^="` + row.to + `?"] [name="` + row.field + `"]`).First()
			typed := field.AttrOr("value", "")
			if field.Is("textarea") {
				typed = field.Text()
			}
			said := strings.Contains(page.Find("body").Text(), "Characters that can't be used were taken out here.")
			if status != http.StatusUnprocessableEntity || typed != row.typed || !said {
				t.Errorf("%s answers %d, the field holds %q, and it is said: %t", pattern, status, typed, said)
			}
		}
	})
}

// What a form keeps nowhere, such as a password, is asked for again.
func TestAFormThatKeepsNothingComesBackToo(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		for _, tt := range []struct {
			row keptRow
			who webtest.Person
			say string
		}{
			{keptRow{"/login", "/login", "login", "pablo"}, webtest.Person{}, "Characters that can't be used were taken out here."},
			{keptRow{"/login", "/login", "password", "secret words"}, webtest.Person{}, "Characters that can't be used were taken out here."},
			{keptRow{"/forgot", "/forgot", "login", "pablo"}, webtest.Person{}, "This contains characters that can't be used."},
			{keptRow{"/account/password", "/account/password", "current_password", "secret words"}, c.Patient, "This contains characters that can't be used."},
		} {
			status, page := sentWithNUL(t, c, tt.who, tt.row)
			field := page.Find(`main form[action^="` + tt.row.to + `"] [name="` + tt.row.field + `"]`)
			if status != http.StatusUnprocessableEntity || field.Length() != 1 || !strings.Contains(page.Find("body").Text(), tt.say) {
				t.Errorf("%s with NUL in %s answers %d, with %d such fields: %s", tt.row.to, tt.row.field, status, field.Length(), page.Find("main").Text())
			}
			if typed := field.AttrOr("value", ""); typed != "" && typed != "pablo" {
				t.Errorf("%s shows %q", tt.row.to, typed)
			}
		}
	})
}

func sentWithNUL(t *testing.T, c *webtest.Clinic, who webtest.Person, row keptRow) (int, *goquery.Document) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	c.Must(err)
	form := url.Values{row.field: {row.typed[:2] + "\x00" + row.typed[2:]}}
	if who.Username != "" {
		site, err := url.Parse(c.URL)
		c.Must(err)
		jar.SetCookies(site, []*http.Cookie{{Name: "turno_session", Value: c.NewToken(who.Username)}})
		form.Set(ui.ShownToField, who.UserID.String())
	}
	if start, ok := strings.CutPrefix(row.field, "end-"); ok {
		form.Set("start-"+start, "09:00")
	}
	at, err := url.Parse(row.page)
	c.Must(err)
	maps.Copy(form, at.Query()) // as hidden fields of the form, and in its address
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+row.to+"?"+at.RawQuery, strings.NewReader(form.Encode()))
	c.Must(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Referer", c.URL+row.page)
	response, err := (&http.Client{Jar: jar}).Do(request)
	c.Must(err)
	defer response.Body.Close()
	document, err := goquery.NewDocumentFromReader(response.Body)
	c.Must(err)
	return response.StatusCode, document
}
