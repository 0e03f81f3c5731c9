package httpx

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
)

func TestErrorsAsProblems(t *testing.T) {
	t.Parallel()
	slot := turno.Interval{StartsAt: standing().In(time.FixedZone("", 3600)), EndsAt: standing().Add(time.Hour)}
	taken := turno.Conflict(turno.CodeSlotTaken, "Taken.")
	taken.Alternatives = []turno.Interval{slot}
	for _, test := range []struct {
		name   string
		err    error
		status int
		header string
		body   string
	}{
		{"invalid", turno.Invalid(turno.FieldError{Location: "body.a", Message: "is wrong"}), 422, "",
			`{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"Please correct the marked fields.","code":"invalid","errors":[{"location":"body.a","message":"is wrong"}]}`},
		{"unauthenticated", turno.Unauthenticated(), 401, "WWW-Authenticate: Bearer",
			`{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Please sign in first.","code":"unauthenticated"}`},
		{"forbidden", turno.Forbidden("No."), 403, "",
			`{"type":"about:blank","title":"Forbidden","status":403,"detail":"No.","code":"forbidden"}`},
		{"not found, wrapped", fmt.Errorf("read: %w", turno.NotFound("visit")), 404, "",
			`{"type":"about:blank","title":"Not Found","status":404,"detail":"There is no such visit.","code":"not_found"}`},
		{"conflict with alternatives", taken, 409, "",
			`{"type":"about:blank","title":"Conflict","status":409,"detail":"Taken.","code":"slot_taken","alternatives":[{"starts_at":"2027-01-04T09:00:00Z","ends_at":"2027-01-04T10:00:00Z"}]}`},
		{"rate limited, rounded up", turno.RateLimited("Later.", 1500*time.Millisecond), 429, "Retry-After: 2",
			`{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"Later.","code":"rate_limited"}`},
		{"unavailable", &turno.Error{Kind: turno.KindUnavailable, Code: turno.CodeUnavailable, Message: "Busy."}, 503, "Retry-After: 1",
			`{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"Busy.","code":"unavailable"}`},
		{"internal says nothing", &turno.Error{Message: "secret"}, 500, "",
			`{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"Something went wrong on our side. Please try again.","code":"internal"}`},
		{"nor does any other error", errors.New("secret"), 500, "",
			`{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"Something went wrong on our side. Please try again.","code":"internal"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			ProblemOf(test.err).Write(w)
			header := ""
			for _, name := range []string{"WWW-Authenticate", "Retry-After"} {
				if value := w.Header().Get(name); value != "" {
					header = name + ": " + value
				}
			}
			got := []any{w.Code, header, w.Header().Get("Content-Type"), w.Body.String()}
			if diff := cmp.Diff([]any{test.status, test.header, ProblemType, test.body + "\n"}, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIfNoneMatch(t *testing.T) {
	t.Parallel()
	tag := ETag([]byte("body"))
	for header, want := range map[string]bool{
		"": false, "*": true, tag: true, `"a", ` + tag: true, tag[2:]: true, `"a"`: false, `W/""`: false,
	} {
		if got := Matches(header, tag); got != want {
			t.Errorf("If-None-Match: %s: %v", header, got)
		}
	}
	if ETag([]byte("other")) == tag {
		t.Error("two bodies share a tag")
	}
}

func TestTheNextPage(t *testing.T) {
	t.Parallel()
	current := url.URL{Scheme: "http", Host: "evil.example", Path: "/api/v1/doctors", RawQuery: "q=a+b&cursor=old"}
	if got := NextLink(current, "x=y"); got != `</api/v1/doctors?cursor=x%3Dy&q=a+b>; rel="next"` {
		t.Errorf("got %s", got)
	}
}

func TestBearerTokens(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"Bearer abc": "abc", "bearer  abc ": "abc", "Bearer": "", "Bearer ": "", "Basic abc": "", "": "",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Authorization", header)
		if got, ok := BearerToken(r); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v", header, got, ok)
		}
	}
}
