package page

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
)

func TestIsLocal(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/":                     true,
		"/doctors?q=a%20b&at=1": true,
		"/a#b":                  true,
		"/%5cevil.example":      true, // a name with a backslash, of ours
		"":                      false,
		"doctors":               false,
		"//evil.example":        false,
		"///evil.example":       false,
		"/\\evil.example":       false,
		"\\\\evil.example":      false,
		"/\t/evil.example":      false,
		"/\n/evil.example":      false,
		"\t//evil.example":      false,
		"/\x00":                 false,
		"https://evil.example":  false,
		"data:text/html,x":      false,
		"javascript:alert(1)":   false,
		"/%zz":                  false,
	} {
		if got := IsLocal(path); got != want {
			t.Errorf("%q: %t, want %t", path, got, want)
		}
	}
}

// Wherever a path leads that IsLocal takes, it is our own host.
func FuzzIsLocal(f *testing.F) {
	for _, seed := range []string{"/", "//evil.example", "/\\evil.example", "/\t/evil.example", "/%5c%5cevil.example", "/..//evil.example", "/;//evil", "/?//evil"} {
		f.Add(seed)
	}
	base := &url.URL{Scheme: "https", Host: "turno.example.org", Path: "/login"}
	f.Fuzz(func(t *testing.T, path string) {
		if !IsLocal(path) {
			return
		}
		to, err := base.Parse(path)
		if err != nil || to.Host != base.Host || to.Scheme != base.Scheme || len(path) > 1 && (path[1] == '/' || path[1] == '\\') {
			t.Errorf("%q leads to %v (%v)", path, to, err)
		}
	})
}

func TestSecretFields(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]bool{
		"password": true, "current_password": true, "new_password": true, "repeated": true, "code": true, "recovery_code": true,
		"credential": true, "challenge": true, "token": true, "ticket": true,
		"postal_code": false, "full_name": false, "reason": false, "country_code": false,
	} {
		if got := secret(field); got != want {
			t.Errorf("%s: %t, want %t", field, got, want)
		}
	}
}

func newBox(t *testing.T) *seal.Box {
	t.Helper()
	box, err := seal.NewBox(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// browsing is a request of a browser that holds these cookies.
func browsing(t *testing.T, box *seal.Box, method, path string, form url.Values, cookies map[string]string) (*Request, *httptest.ResponseRecorder) {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewBufferString(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Referer", "http://"+r.Host+path)
	for name, value := range cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return &Request{Request: r, Words: locale.Match("en"), Site: &Site{Box: box}, Now: time.Unix(0, 0), w: w}, w
}

func TestKept(t *testing.T) {
	t.Parallel()
	box, mine, theirs := newBox(t), uuid.New(), uuid.New()
	long := strings.Repeat("It hurts when I walk, and more so in the evening. ", 40) // 2,000 characters
	form := url.Values{"reason": {long}, "password": {"secret"}, "shown_to": {mine.String()}}
	keep := func(keeps bool, form url.Values) []*http.Cookie {
		post, w := browsing(t, box, http.MethodPost, "/account/people/new", form, nil)
		post.keeps = keeps
		post.keepTyped()
		return w.Result().Cookies()
	}
	if cookies := keep(false, form); len(cookies) != 0 {
		t.Errorf("a form whose page does not ask for it is kept: %v", cookies)
	}
	if cookies := keep(true, url.Values{"reason": {long}}); len(cookies) != 0 {
		t.Errorf("a form that was shown to nobody is kept: %v", cookies)
	}
	cookies := keep(true, form)
	if len(cookies) != 1 || len(cookies[0].Value) > 4000 {
		t.Fatalf("the cookies are %v", cookies)
	}
	for _, tt := range []struct {
		name, path string
		person     uuid.UUID
		value      string
		want       url.Values
	}{
		{"on its page, without its secrets", "/account/people/new", mine, cookies[0].Value, url.Values{"reason": {long}}},
		{"on another page", "/account/profile", mine, cookies[0].Value, nil},
		{"of somebody else", "/account/people/new", theirs, cookies[0].Value, nil},
		{"signed out", "/account/people/new", uuid.Nil, cookies[0].Value, nil},
		{"made up", "/account/people/new", mine, base64.RawURLEncoding.EncodeToString([]byte(`{"Path":"/account/people/new"}`)), nil},
		{"no base64", "/account/people/new", mine, "%%%", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			get, _ := browsing(t, box, http.MethodGet, tt.path, nil, map[string]string{keptCookie: tt.value})
			get.Caller = policy.Caller{UserID: tt.person, Role: turno.RolePatient}
			kept := get.Kept()
			if diff := cmp.Diff(tt.want, kept.Values); diff != "" || kept.Kept != (tt.want != nil) {
				t.Errorf("kept is %t (-want +got):\n%s", kept.Kept, diff)
			}
		})
	}
}

func TestARefusalSaysWhenToComeAgain(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]string{time.Second: "1", 1500 * time.Millisecond: "2", 30 * time.Second: "30"} {
		limited := turno.RateLimited("Too many requests. Please wait a moment.", after)
		failed, w := browsing(t, newBox(t), http.MethodGet, "/", nil, nil)
		failed.Zone, failed.clinic = time.UTC, &turno.Location{Name: "Clinic"}
		failed.fail(limited)
		busy := httptest.NewRecorder()
		(&Site{Now: time.Now}).Busy(busy, failed.Request, limited)
		for name, answer := range map[string]*httptest.ResponseRecorder{"a page that fails": w, "a busy server": busy} {
			if got := answer.Header().Get("Retry-After"); answer.Code != http.StatusTooManyRequests || got != want {
				t.Errorf("%s: %d, Retry-After %q, want %q", name, answer.Code, got, want)
			}
		}
	}
}

func TestOnlyOurOwnSentencesAreSaid(t *testing.T) {
	t.Parallel()
	box := newBox(t)
	said, w := browsing(t, box, http.MethodGet, "/", nil, nil)
	said.Say("success", "You have signed out.")
	for value, want := range map[string][]Flash{
		w.Result().Cookies()[0].Value: {{Message: "You have signed out.", Kind: "success"}},
		base64.RawURLEncoding.EncodeToString([]byte("success\nCall 0900 123 to keep your visit.")): nil,
		base64.RawURLEncoding.EncodeToString([]byte("success")):                                    nil,
		"%%%": nil,
		"":    nil,
	} {
		r, w := browsing(t, box, http.MethodGet, "/", nil, map[string]string{flashCookie: value})
		if diff := cmp.Diff(want, r.takeFlash()); diff != "" {
			t.Errorf("%q says (-want +got):\n%s", value, diff)
		}
		if gone := w.Result().Cookies(); value != "" && (len(gone) != 1 || gone[0].MaxAge >= 0) {
			t.Errorf("%q is said again: %v", value, gone)
		}
	}
}
