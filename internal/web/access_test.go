package web_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web"
	"github.com/turno-health/turno/internal/web/webtest"
)

// Who may, in the order of callers. A row of three words or more may say its own.
const (
	everybody = "yes yes yes yes yes yes yes yes"
	signedIn  = "in yes yes yes yes yes yes yes"
	patients  = "in yes yes yes 403 403 403 403"
	doctors   = "in 403 403 403 yes yes 403 403"
	staff     = "in 403 403 403 403 403 yes yes"
	fullStaff = "in 403 403 403 403 403 403 yes"
	itsPeople = "in yes 404 yes yes 404 yes yes" // of a visit
)

// callers are the columns of the table: nobody, the patient, another patient, a
// proxy of the patient, the doctor, another doctor, the desk, full staff.
func callers() []string {
	return []string{"nobody", "patient", "other", "proxy", "doctor", "stranger", "desk", "full"}
}

// accessRow is what each caller gets of a route: yes, in (asked to sign in), or
// the status; and how the request is made so that nothing but who asks can refuse
// it.
type accessRow struct {
	want string
	path func(c *webtest.Clinic) string     // instead of the pattern's, for one with a name in it
	form func(c *webtest.Clinic) url.Values // what is posted

	token string // of the session, if it is to be a certain one
}

// accessTable has a row for every route, by its pattern. Each room has its own.
func accessTable() map[string]accessRow {
	table := map[string]accessRow{
		"GET /design":    {want: everybody},
		"POST /language": {want: everybody, form: fields("language", "es")},
	}
	for _, rows := range []map[string]accessRow{findRows(), visitsRows(), signinRows(), meRows(), practiceRows(), deskRows()} {
		maps.Copy(table, rows)
	}
	return table
}

// fields are a form of pairs of name and value.
func fields(pairs ...string) func(*webtest.Clinic) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return func(*webtest.Clinic) url.Values { return form }
}

// Every page and form is asked for by every kind of caller, on a real database. A
// route without a row fails: who may?
func TestEveryRouteByEveryCaller(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		table := accessTable()
		for _, route := range web.Routes(c.Site) {
			if !policy.Known(route.Action) {
				t.Errorf("%s names no action of the access table", route.Pattern)
			}
			row, ok := table[route.Pattern]
			if !ok {
				t.Errorf("%s has no row in the table: who may?", route.Pattern)
				continue
			}
			delete(table, route.Pattern)
			askAll(t, c, route.Pattern, row)
		}
		for pattern := range table {
			t.Errorf("%s has a row and is no route", pattern)
		}
	})
}

// Somebody who finds a locked window of staff gets nowhere, whatever they ask for,
// but to what everybody may see.
func TestALockedSessionOpensNothing(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	token := c.NewToken(c.Full.Username)
	c.Clock.Advance(2 * time.Hour)
	table := accessTable()
	for _, route := range web.Routes(c.Site) {
		row := table[route.Pattern]
		if !strings.HasPrefix(row.want, "in ") || route.Locked {
			continue
		}
		row.token = token
		if got := ask(t, c, route.Pattern, row, c.Full); got != "lock" && got != "401" {
			t.Errorf("%s of a locked session: %s", route.Pattern, got)
		}
	}
}

func askAll(t *testing.T, c *webtest.Clinic, pattern string, row accessRow) {
	t.Helper()
	wanted := strings.Fields(row.want)
	if len(wanted) != len(callers()) {
		t.Fatalf("%s has %d words for %d callers", pattern, len(wanted), len(callers()))
	}
	people := map[string]webtest.Person{"patient": c.Patient, "other": c.OtherPatient, "proxy": c.Mother,
		"doctor": c.Doctor, "stranger": c.OtherDoctor, "desk": c.Desk, "full": c.Full}
	for i, caller := range callers() {
		if got := ask(t, c, pattern, row, people[caller]); got != wanted[i] {
			t.Errorf("%s as %s: %s, want %s", pattern, caller, got, wanted[i])
		}
	}
}

// ask makes one request and says in the table's words what came of it.
func ask(t *testing.T, c *webtest.Clinic, pattern string, row accessRow, as webtest.Person) string {
	t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	path = strings.TrimSuffix(path, "{$}")
	if row.path != nil {
		path = row.path(c)
	}
	form := url.Values{}
	if row.form != nil {
		form = row.form(c)
	}
	// A stream has no end; its beginning is the answer.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, c.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if as.Username != "" {
		token := row.token
		if token == "" {
			token = c.NewToken(as.Username)
		}
		request.AddCookie(&http.Cookie{Name: "turno_session", Value: token})
	}
	response, err := http.DefaultTransport.RoundTrip(request) // follows no redirect
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	switch at := response.Header.Get("Location"); {
	case strings.HasPrefix(at, "/login"):
		return "in"
	case strings.HasPrefix(at, "/unlock"):
		return "lock"
	case strings.HasPrefix(at, "/confirm"):
		return "again"
	case response.StatusCode < http.StatusBadRequest:
		return "yes"
	}
	body, _ := io.ReadAll(io.LimitReader(response.Body, 300))
	if response.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%s: %d\n%s", pattern, response.StatusCode, body)
	}
	return fmt.Sprint(response.StatusCode)
}
