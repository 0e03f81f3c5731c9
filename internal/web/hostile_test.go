package web_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/turno-health/turno/internal/web"
	"github.com/turno-health/turno/internal/web/webtest"
)

// hostileValues are what a stranger may write into a query, encoded.
func hostileValues() map[string]string {
	return map[string]string{
		"NUL": "%00", "no UTF-8": "%ff", "no encoding": "%zz", "half a pair": "%ed%a0%80",
		"more than a column holds": "3000000000", "more than any number": "99999999999999999999", "below zero": "-2147483649",
		"no number": "NaN", "infinite": "Inf", "quotes": "'%22%3C%3E;--", "wildcards": "%25_%5C", "a far day": "9999-12-31", "no day": "2026-02-30",
		"the first instant": "0001-01-01T00:00:00Z", "the last instant": "9999-12-31T23:59:59Z", "a far week": "9999-W52",
		"no id": "00000000-0000-0000-0000-000000000000", "long": strings.Repeat("a", 5000), "nothing": "",
	}
}

// queryFields are the parameters that pages read.
func queryFields() []string {
	return []string{"q", "specialization", "rating", "from", "to", "sort", "cursor", "view", "week", "day", "date", "doctor", "at", "type", "patient", "after",
		"ahead", "past", "reviews", "token", "account", "queue", "role", "next", "entity", "entity_id", "state", "person", "action", "subject", "actor", "days", "all", "off", "print", "change"}
}

// What strangers write into addresses is refused or shown as nothing found, on both
// engines: it never breaks a page.
func TestNoQueryBreaksAPage(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		visit := c.Visit(c.OpenTime(0))
		table := accessTable()
		patient := c.NewToken(c.Patient.Username)
		tokens := map[string]string{"patient": patient, "doctor": c.NewToken(c.Doctor.Username), "full": c.NewToken(c.Full.Username)}
		for _, route := range web.Routes(c.Site) {
			path, isGet := strings.CutPrefix(route.Pattern, "GET ")
			if !isGet || route.Stream {
				continue
			}
			path = strings.TrimSuffix(path, "{$}")
			if row := table[route.Pattern]; row.path != nil {
				path = row.path(c)
			}
			path, _, _ = strings.Cut(path, "?")
			token := "" // of the first who may open the page
			for i, caller := range callers() {
				if strings.Fields(table[route.Pattern].want)[i] == "yes" && token == "" {
					token = tokens[caller]
				}
			}
			for name, value := range hostileValues() {
				hostile(t, c, token, path+"?"+strings.Join(queryFields(), "="+value+"&")+"="+value, name)
			}
			for _, field := range queryFields() { // and alone, so that no other is refused before
				name := "more than a column holds"
				if slices.Contains([]string{"from", "to", "day", "date", "at"}, field) {
					name = "the last instant"
				}
				hostile(t, c, token, path+"?"+field+"="+hostileValues()[name], name)
			}
		}
		for _, path := range []string{"/doctors/%00", "/appointments/%ff", "/appointments/" + visit.ID.String() + "%00"} {
			hostile(t, c, patient, path, "a path")
		}
	})
}

func hostile(t *testing.T, c *webtest.Clinic, token, path, name string) {
	t.Helper()
	// The test's own context is not used: a stream that slipped in would never end.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Opaque = path // as it is, also when it is not well formed
	if token != "" {
		request.AddCookie(&http.Cookie{Name: "turno_session", Value: token})
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatalf("%.80s: %v", path, err)
	}
	response.Body.Close()
	if response.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%s in %.80s is answered with %d", name, path, response.StatusCode)
	}
}

// Numbers in forms and paths are no larger than a column holds either.
func TestNoNumberBreaksAForm(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		full := c.As(t, c.Full)
		for _, path := range []string{"/admin/specializations/3000000000", "/admin/specializations/3000000000/delete"} {
			if answer := full.Post(path, url.Values{"name": {"Dermatology"}}); answer.Status != http.StatusNotFound {
				t.Errorf("%s is answered with %d: %s", path, answer.Status, answer.Text())
			}
		}
		form := url.Values{"username": {"amara"}, "email": {"amara@example.org"}, "password": {webtest.Password}, "full_name": {"Amara Okafor"},
			"specialization_id": {"3000000000"}, "license_number": {"GMC-1"}, "years_of_experience": {"3000000000"}, "time_zone": {"UTC"}}
		if answer := c.Visitor(t).Post("/register/doctor", form); answer.Status != http.StatusUnprocessableEntity {
			t.Errorf("a doctor of field 3000000000 is answered with %d: %s", answer.Status, answer.Text())
		}
	})
}
