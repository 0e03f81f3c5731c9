package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/api"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
)

// scenario is a whole request and what is to come back.
type scenario struct {
	name    string
	as      *person
	method  string
	path    string
	body    string
	headers []string // name, value, name, value ...
	status  int
	code    string
	fields  []string // the locations that errors[] names, in order
}

func (s scenario) run(t *testing.T, c *clinic) {
	t.Helper()
	got := c.ask(s.as, s.method, s.path, s.body, s.headers...)
	if got.status != s.status || got.code() != s.code {
		t.Fatalf("status %d with code %q, want %d with %q\n%s", got.status, got.code(), s.status, s.code, got.body)
	}
	if s.status < http.StatusBadRequest {
		return
	}
	var p httpx.Problem
	if err := json.Unmarshal(got.body, &p); err != nil {
		t.Fatal(err)
	}
	if ct := got.header.Get("Content-Type"); ct != httpx.ProblemType {
		t.Errorf("Content-Type is %q", ct)
	}
	if p.Type != "about:blank" || p.Title != http.StatusText(s.status) || p.Status != s.status || p.Detail == "" {
		t.Errorf("the problem is %+v", p)
	}
	var fields []string
	for _, field := range p.Errors {
		fields = append(fields, field.Location)
		if field.Message == "" || strings.Contains(field.Message, "hunter2") {
			t.Errorf("the message of %s is %q", field.Location, field.Message)
		}
	}
	if diff := cmp.Diff(s.fields, fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestTheProtocol(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		doctor := "/api/v1/doctors/" + c.doctor.UserID.String()
		const visits = "/api/v1/appointments"
		nowhere := visits + "/0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d6e"
		huge := `{"reason": "` + strings.Repeat("x", httpx.MaxBody) + `"}`
		for _, s := range []scenario{
			{name: "an unknown path is a problem", method: "GET", path: "/api/v1/nothing", status: 404, code: "not_found"},
			{name: "so is a wrong method", method: "DELETE", path: visits, status: 405, code: "method_not_allowed"},
			{name: "an id that is none", as: c.patient, method: "GET", path: visits + "/42", status: 422, code: "invalid", fields: []string{"path.id"}},
			{name: "an id of nothing", as: c.patient, method: "GET", path: nowhere, status: 404, code: "not_found"},
			{name: "strangers learn nothing of their input", method: "POST", path: visits, body: `{"x": 1}`, status: 401, code: "unauthenticated"},
			{name: "a missing body", as: c.patient, method: "POST", path: visits, status: 422, code: "invalid", fields: []string{"body"}},
			{name: "an optional body may be missing", as: c.patient, method: "POST", path: nowhere + "/cancel", status: 404, code: "not_found"},
			{name: "a body that is not JSON", as: c.patient, method: "POST", path: visits, body: `{"reason": "hunter2`, status: 400, code: "malformed"},
			{name: "a body of another type", as: c.patient, method: "POST", path: visits, body: `<a/>`, headers: []string{"Content-Type", "application/xml"}, status: 415, code: "unsupported_media_type"},
			{name: "a form from an old browser", as: c.patient, method: "POST", path: visits, body: `{}`, headers: []string{"Content-Type", "text/plain"}, status: 415, code: "unsupported_media_type"},
			{name: "a body that is too large", as: c.patient, method: "POST", path: visits, body: huge, status: 413, code: "too_large"},
			{name: "missing fields are named", as: c.patient, method: "POST", path: visits, body: `{}`, status: 422, code: "invalid", fields: []string{"body.doctor_id", "body.scheduled_at"}},
			{name: "so are unknown ones", as: c.patient, method: "POST", path: nowhere + "/cancel", body: `{"cause": "hunter2"}`, status: 422, code: "invalid", fields: []string{"body.cause"}},
			{name: "so are mistyped ones", as: c.patient, method: "POST", path: nowhere + "/cancel", body: `{"reason": 7}`, status: 422, code: "invalid", fields: []string{"body.reason"}},
			{name: "null is as good as absent", as: c.patient, method: "POST", path: nowhere + "/cancel", body: `{"reason": null}`, status: 404, code: "not_found"},
			{name: "an id in a body", as: c.patient, method: "POST", path: visits, body: `{"doctor_id": "hunter2", "scheduled_at": "2027-01-05T10:00:00Z"}`, status: 422, code: "invalid", fields: []string{"body.doctor_id"}},
			{name: "an instant without an offset", as: c.patient, method: "POST", path: nowhere + "/reschedule", body: `{"scheduled_at": "2027-01-05T10:00:00"}`, status: 422, code: "invalid", fields: []string{"body.scheduled_at"}},
			{name: "a year that JSON has no room for", as: c.patient, method: "POST", path: nowhere + "/reschedule", body: `{"scheduled_at": "9999-12-31T23:59:59-12:00"}`, status: 422, code: "invalid", fields: []string{"body.scheduled_at"}},
			{name: "a NUL in a body", as: c.patient, method: "POST", path: nowhere + "/cancel", body: "{\"reason\": \"\x00\"}", status: 422, code: "invalid", fields: []string{"body"}},
			{name: "a NUL in disguise", as: c.patient, method: "POST", path: nowhere + "/cancel", body: `{"reason": "\u0000"}`, status: 422, code: "invalid", fields: []string{"body"}},
			{name: "half a character", as: c.patient, method: "POST", path: nowhere + "/cancel", body: `{"reason": "\ud800"}`, status: 422, code: "invalid", fields: []string{"body"}},
			{name: "half a character in a name", as: c.patient, method: "POST", path: nowhere + "/cancel", body: `{"\udc00": ""}`, status: 422, code: "invalid", fields: []string{"body"}},
			{name: "two halves of one", as: c.patient, method: "POST", path: nowhere + "/cancel", body: `{"reason": "\ud83d\ude00"}`, status: 404, code: "not_found"},
			{name: "a backslash is no NUL", as: c.patient, method: "POST", path: nowhere + "/cancel", body: `{"reason": "\\u0000"}`, status: 404, code: "not_found"},
			{name: "text that is not UTF-8", as: c.patient, method: "POST", path: nowhere + "/cancel", body: "{\"reason\": \"\xff\"}", status: 422, code: "invalid", fields: []string{"body"}},
			{name: "a NUL in a query", method: "GET", path: "/api/v1/doctors?q=%00", status: 422, code: "invalid", fields: []string{"query.q"}},
			{name: "a broken query", method: "GET", path: "/api/v1/doctors?q=%zz", status: 422, code: "invalid", fields: []string{"query"}},
			{name: "a path that is not UTF-8", method: "GET", path: "/api/v1/doctors/%ff/slots", status: 422, code: "invalid", fields: []string{"path"}},
			{name: "a limit that is too high", method: "GET", path: "/api/v1/doctors?limit=101", status: 422, code: "invalid", fields: []string{"query.limit"}},
			{name: "a cursor that we did not make", method: "GET", path: "/api/v1/doctors?cursor=hunter2", status: 422, code: "invalid", fields: []string{"query.cursor"}},
			{name: "a rating that is no number", method: "GET", path: "/api/v1/doctors?min_rating=NaN", status: 422, code: "invalid", fields: []string{"query.min_rating"}},
			{name: "an order that there is not", method: "GET", path: "/api/v1/doctors?sort=hunter2", status: 422, code: "invalid", fields: []string{"query.sort"}},
			{name: "an instant that is none", method: "GET", path: doctor + "/slots?from=hunter2", status: 422, code: "invalid", fields: []string{"query.from"}},
			{name: "a year that no clinic needs", method: "GET", path: doctor + "/slots?from=0001-02-03T00:00:00Z", status: 422, code: "invalid", fields: []string{"query.from"}},
			{name: "an offset may be written as it is", method: "GET", path: doctor + "/slots?from=2027-01-05T10:00:00+01:00", status: 200},
			{name: "more than 62 days", method: "GET", path: doctor + "/slots?from=2027-01-01T00:00:00Z&to=2027-04-01T00:00:00Z", status: 422, code: "invalid", fields: []string{"query.to"}},
			{name: "a time that there is not", as: c.doctor, method: "PUT", path: doctor + "/availability", body: `[{"day_of_week": "Monday", "start_time": "09:00", "end_time": "25:00"}]`, status: 422, code: "invalid", fields: []string{"body[0].end_time"}},
			{name: "a token that is none", as: &person{token: "hunter2"}, method: "GET", path: "/api/v1/doctors", status: 401, code: "unauthenticated"},
			{name: "a scheme that is none", method: "GET", path: "/api/v1/doctors", headers: []string{"Authorization", "Basic aHVudGVyMg=="}, status: 401, code: "unauthenticated"},
		} {
			t.Run(s.name, func(t *testing.T) { s.run(t, c) })
		}
		if c.log.Len() > 0 {
			t.Errorf("errors were logged:\n%s", c.log)
		}
	})
}

func TestCookies(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		cookie := httpx.SessionCookie + "=" + c.patient.token
		booking := bookBody(c.doctor.UserID, at(10, 0))
		for _, s := range []scenario{
			{name: "a session cookie signs in", method: "GET", path: "/api/v1/appointments", headers: []string{"Cookie", cookie}, status: 200},
			{name: "an expired one is refused", method: "GET", path: "/api/v1/doctors", headers: []string{"Cookie", httpx.SessionCookie + "=hunter2"}, status: 401, code: "unauthenticated"},
			{name: "another site can't use it", method: "POST", path: "/api/v1/appointments", body: booking, headers: []string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site"}, status: 403, code: "cross_origin"},
			{name: "an old browser of another site neither", method: "POST", path: "/api/v1/appointments", body: booking, headers: []string{"Cookie", cookie, "Origin", "https://evil.example"}, status: 403, code: "cross_origin"},
			{name: "our own pages can", method: "POST", path: "/api/v1/appointments", body: booking, headers: []string{"Cookie", cookie, "Sec-Fetch-Site", "same-origin"}, status: 201},
			{name: "a bearer token is nobody's cookie", as: c.patient, method: "POST", path: "/api/v1/appointments", body: booking, headers: []string{"Sec-Fetch-Site", "cross-site"}, status: 409, code: "slot_taken"},
		} {
			t.Run(s.name, func(t *testing.T) { s.run(t, c) })
		}
	})
}

func TestPolling(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		visit := c.newVisit("confirmed")
		for _, path := range []string{
			"/api/v1/doctors", "/api/v1/doctors/" + c.doctor.UserID.String() + "/slots",
			"/api/v1/appointments", "/api/v1/appointments/" + visit.ID.String(),
		} {
			first := c.ask(c.patient, "GET", path, "")
			want(t, first, http.StatusOK)
			tag := first.header.Get("ETag")
			second := c.ask(c.patient, "GET", path, "", "If-None-Match", `"other", `+tag)
			if second.status != http.StatusNotModified || len(second.body) != 0 || second.header.Get("ETag") != tag {
				t.Errorf("%s again: status %d, tag %q, want 304 and %q\n%s", path, second.status, second.header.Get("ETag"), tag, second.body)
			}
		}
		before := c.ask(c.patient, "GET", "/api/v1/appointments", "")
		want(t, c.ask(c.patient, "POST", "/api/v1/appointments/"+visit.ID.String()+"/cancel", ""), http.StatusOK)
		after := c.ask(c.patient, "GET", "/api/v1/appointments", "", "If-None-Match", before.header.Get("ETag"))
		want(t, after, http.StatusOK, `"status":"cancelled"`)
	})
}

func TestA304IsNoReading(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		visit := c.newVisit("confirmed")
		path := "/api/v1/appointments/" + visit.ID.String()
		tag := c.ask(c.patient, "GET", path, "").header.Get("ETag") // everybody's answer is the same
		for _, step := range []struct {
			name, tag string
			status    int
			reads     int
		}{
			{"the doctor who holds the visit is handed nothing", tag, http.StatusNotModified, 0},
			{"one who holds something else reads it", `"other"`, http.StatusOK, 1},
			{"and is noted once an hour", "", http.StatusOK, 1},
		} {
			want(t, c.ask(c.doctor, "GET", path, "", "If-None-Match", step.tag), step.status)
			if reads := c.reads(); reads != step.reads {
				t.Errorf("%s: %d READ rows, want %d", step.name, reads, step.reads)
			}
		}
	})
}

// reads counts the readings in the trail.
func (c *clinic) reads() (n int) {
	c.t.Helper()
	c.must(c.db.Read(c.t.Context(), func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT COUNT(*) FROM audit_logs WHERE action_type = 'READ'`).Scan(&n)
	}))
	return n
}

func TestPaging(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		var made, seen []string
		for range 5 {
			made = append(made, c.newVisit("confirmed").ID.String())
		}
		path := "/api/v1/appointments?limit=2&status=confirmed"
		for path != "" {
			page := c.ask(c.patient, "GET", path, "")
			want(t, page, http.StatusOK)
			for _, item := range page.decoded(t)["items"].([]any) {
				seen = append(seen, item.(map[string]any)["id"].(string))
			}
			link, more := strings.CutSuffix(page.header.Get("Link"), `>; rel="next"`)
			path = strings.TrimPrefix(link, "<")
			if _, cursor := page.decoded(t)["next_cursor"]; cursor != more {
				t.Errorf("next_cursor and Link disagree: %s, %q", page.body, link)
			}
		}
		if diff := cmp.Diff(made, seen); diff != "" {
			t.Errorf("visits over all pages (-want +got):\n%s", diff)
		}
	})
}

func TestStrangersAreCounted(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.serve(api.Config{AnonymousPerMinute: 2})
		guess := &person{token: "hunter2"}
		want(t, c.ask(nil, "GET", "/api/v1/doctors", ""), http.StatusOK)
		want(t, c.ask(guess, "GET", "/api/v1/doctors", ""), http.StatusUnauthorized)
		limited := c.ask(nil, "GET", "/api/v1/doctors", "")
		want(t, limited, http.StatusTooManyRequests, `"code":"rate_limited"`)
		if got := limited.header.Get("Retry-After"); got != "30" {
			t.Errorf("Retry-After is %q", got)
		}
		want(t, c.ask(guess, "GET", "/api/v1/doctors", ""), http.StatusTooManyRequests)
		want(t, c.ask(c.patient, "GET", "/api/v1/doctors", ""), http.StatusOK)
	})
}

func TestOurFaultsAreLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		full := func(context.Context, string) (policy.Caller, error) {
			return policy.Caller{}, errors.New("the disk is full")
		}
		c.serve(api.Config{Authenticate: full})
		got := c.ask(c.patient, "GET", "/api/v1/doctors", "")
		want(t, got, http.StatusInternalServerError, `"code":"internal"`)
		lacks(t, got, "disk")
		if !strings.Contains(c.log.String(), "the disk is full") {
			t.Errorf("the log does not say why:\n%s", c.log)
		}
	})
}

func TestTheDocument(t *testing.T) {
	t.Parallel()
	document, err := api.Document("1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		OpenAPI string `json:"openapi"`
		Info    struct{ Version string }
		Paths   map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Summary     string
			Description string
			Tags        []string
			RequestBody *struct {
				Content map[string]struct{ Example any }
			} `json:"requestBody"`
			Responses map[string]struct {
				Content map[string]struct{ Example any }
			}
		}
	}
	if err := json.Unmarshal(document, &read); err != nil {
		t.Fatal(err)
	}
	if read.OpenAPI != "3.1.0" || read.Info.Version != "1.2.3" {
		t.Errorf("OpenAPI %q of version %q", read.OpenAPI, read.Info.Version)
	}
	for path, operations := range read.Paths {
		for method, op := range operations {
			if op.OperationID == "" || op.Summary == "" || op.Description == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s is not described: %+v", method, path, op)
			}
			if op.RequestBody != nil && op.RequestBody.Content["application/json"].Example == nil {
				t.Errorf("%s %s has no example of a body", method, path)
			}
			for status, response := range op.Responses {
				for kind, media := range response.Content {
					if media.Example == nil {
						t.Errorf("%s %s has no example of %s %s", method, path, status, kind)
					}
				}
			}
		}
	}
	for _, unwanted := range []string{"$schema", "ErrorModel", "View"} {
		if strings.Contains(string(document), unwanted) {
			t.Errorf("the document mentions %s", unwanted)
		}
	}
}

func TestTheDocsPageNeedsNobodyElse(t *testing.T) {
	t.Parallel()
	server, err := api.New(api.Config{})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
		}
		return w
	}
	page := get("/docs")
	if csp := page.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
		t.Errorf("the policy is %q", csp)
	}
	for _, unwanted := range []string{"<script", "src=", "=\"http", "url(", "//cdn", "style=\""} {
		if strings.Contains(page.Body.String(), unwanted) {
			t.Errorf("the page has %s", unwanted)
		}
	}
	for _, route := range server.Routes() {
		if !strings.Contains(page.Body.String(), `id="`+route.ID+`"`) {
			t.Errorf("the page lacks %s", route.ID)
		}
	}
	get("/docs/style.css")
	for _, path := range []string{"/openapi.json", "/api/v1/openapi.json"} {
		if diff := cmp.Diff(string(server.Document()), get(path).Body.String()); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", path, diff)
		}
	}
}
