package web_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/web"
	"github.com/turno-health/turno/internal/web/assets"
	"github.com/turno-health/turno/internal/web/webtest"
)

func TestWhatProtectsAPage(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	v := c.Visitor(t)
	answer := v.Get("/no-such-page")
	if answer.Status != http.StatusNotFound || !answer.Says("We can't find this page") {
		t.Errorf("an unknown address: %d, %s", answer.Status, answer.Text())
	}
	policy := answer.Header.Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("Content-Security-Policy: %s", policy)
	}
	for name, want := range map[string]string{
		"Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
	} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if inline := answer.Find("[style], style, script:not([src]), [onclick]"); inline.Length() > 0 {
		t.Error("the page has script or style in it")
	}
}

// A method that a page does not know is told which it knows.
func TestOtherMethodsAreRefusedWithThoseThatThereAre(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		for _, tt := range []struct{ method, path, allow string }{
			{"PUT", "/", "GET, HEAD"},
			{"DELETE", "/doctors", "GET, HEAD"},
			{"POST", "/doctors", "GET, HEAD"},
			{"OPTIONS", "/login", "GET, HEAD, POST"},
			{"PATCH", "/appointments/" + c.Patient.UserID.String() + "/cancel", "GET, HEAD, POST"},
			{"GET", "/logout", "POST"},
			{"HEAD", "/admin/book/patient", "POST"},
			{"PROPFIND", "/no-such-page", ""},
			{"PUT", "/robots.txt", "GET, HEAD"},
			{"POST", assets.URL("turno.css"), "GET, HEAD"},
		} {
			request, err := http.NewRequestWithContext(t.Context(), tt.method, c.URL+tt.path, http.NoBody)
			c.Must(err)
			response, err := http.DefaultTransport.RoundTrip(request)
			c.Must(err)
			response.Body.Close()
			want := http.StatusMethodNotAllowed
			if tt.allow == "" {
				want = http.StatusNotFound
			}
			if got := response.Header.Get("Allow"); response.StatusCode != want || got != tt.allow {
				t.Errorf("%s %s: %d, Allow %q, want %d, %q", tt.method, tt.path, response.StatusCode, got, want, tt.allow)
			}
		}
	})
}

// A window that is closed while its page is being made is no failure of ours: the
// log of failures does not hear of it.
func TestAReaderWhoLeavesIsNobodysFault(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		pages, err := web.New(c.Site)
		c.Must(err)
		ctx, leave := context.WithCancel(t.Context())
		leave()
		request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/schedule/events", http.NoBody)
		request.AddCookie(&http.Cookie{Name: "turno_session", Value: c.NewToken(c.Doctor.Username)})
		var failures strings.Builder
		answer := httptest.NewRecorder()
		httpx.Chain{Logger: slog.New(slog.NewTextHandler(&failures, &slog.HandlerOptions{Level: slog.LevelWarn})), Now: c.Clock.Now}.
			Wrap(pages).ServeHTTP(answer, request)
		if answer.Code != httpx.StatusClientClosed || failures.Len() > 0 {
			t.Errorf("the answer is %d, and the log says %s", answer.Code, failures.String())
		}
	})
}

// Browsers take no cookie of this prefix from another host or without https.
func TestCookiesBelongToThisHost(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	for https, want := range map[bool]string{false: "turno_session turno_device", true: "__Host-turno_session __Host-turno_device"} {
		c.Site.HTTPS = https
		form := strings.NewReader(url.Values{"login": {c.Patient.Username}, "password": {webtest.Password}}.Encode())
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+"/login", form)
		c.Must(err)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := http.DefaultTransport.RoundTrip(request)
		c.Must(err)
		response.Body.Close()
		names := map[string]bool{}
		next, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+"/account", http.NoBody)
		c.Must(err)
		for _, cookie := range response.Cookies() {
			if cookie.MaxAge > 0 {
				names[cookie.Name] = cookie.Path == "/" && cookie.Domain == "" && cookie.HttpOnly && cookie.Secure == https
				next.AddCookie(cookie)
			}
		}
		for name := range strings.FieldsSeq(want) {
			if !names[name] {
				t.Errorf("with https %t the cookies are %v, without a good %s", https, response.Header.Values("Set-Cookie"), name)
			}
		}
		home, err := http.DefaultTransport.RoundTrip(next)
		c.Must(err)
		home.Body.Close()
		if home.StatusCode != http.StatusOK {
			t.Errorf("with https %t the account is answered with %d", https, home.StatusCode)
		}
	}
}

func TestAFormFromAnotherSiteDoesNothing(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	v := c.Visitor(t)
	answer := v.PostFrom("cross-site", "/language", url.Values{"language": {"es"}})
	if answer.Status != http.StatusForbidden || !answer.Says("This request came from another site") {
		t.Errorf("%d: %s", answer.Status, answer.Text())
	}
	if v.Get("/design").Find("html").AttrOr("lang", "") != "en" {
		t.Error("the language has changed all the same")
	}
}

// Whatever a form does, and whoever is signed in: one that another site sends does
// nothing, and no page of ours may be asked to send it. Only what mail programs send
// (RFC 8058) comes from elsewhere: its link says whom it is about, not a cookie.
func TestNoFormIsTakenFromAnotherSite(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	for _, who := range []webtest.Person{{}, c.Patient, c.Doctor, c.Full} {
		v := c.Visitor(t)
		if who.Username != "" {
			v = c.As(t, who)
		}
		for _, route := range web.Routes(c.Site) {
			path, posts := strings.CutPrefix(route.Pattern, "POST ")
			if !posts || path == "/unsubscribe" {
				continue
			}
			for _, site := range []string{"cross-site", "same-site"} {
				if got := v.PostFrom(site, path, url.Values{"next": {"https://example.com/"}}); got.Status != http.StatusForbidden || !got.Says("This request came from another site") {
					t.Errorf("%s from a %s page, as %q: %d at %s", route.Pattern, site, who.Username, got.Status, got.Path)
				}
			}
		}
	}
}

func TestTheLanguageIsChosenAndKept(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visitor(t)
		answer := v.Submit(v.Get("/no-such-page?x=1"), "form.languages", url.Values{"language": {"es"}})
		if answer.Path != "/no-such-page?x=1" || !answer.Says("No encontramos esta página") || answer.Find("html").AttrOr("lang", "") != "es" {
			t.Errorf("at %s in %s: %s", answer.Path, answer.Find("html").AttrOr("lang", ""), answer.Text())
		}
		for next, want := range map[string]string{"https://elsewhere.example/": "/", "//elsewhere.example": "/", `/\elsewhere.example`: "/", "/design": "/design"} {
			if got := v.Post("/language", url.Values{"language": {"en"}, "next": {next}}).Path; got != want {
				t.Errorf("after the language, %q leads to %s, want %s", next, got, want)
			}
		}
		if answer := v.Post("/language", url.Values{"language": {"tlh"}}); answer.Status != http.StatusUnprocessableEntity {
			t.Errorf("a language that we don't speak: %d", answer.Status)
		}
	})
}

// The links of a mail say its language. It holds for the pages that follow too, until
// the reader chooses another.
func TestAPageOpenedFromAMailSpeaksItsLanguage(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		speaks := func(a *webtest.Answer) string { return a.Find("html").AttrOr("lang", "") }
		stranger := c.Visitor(t)
		choose := stranger.Get("/account/mail?lang=es")
		webtest.Want(t, choose, http.StatusOK, "Entra")
		if speaks(choose) != "es" || choose.Path == "/account/mail?lang=es" {
			t.Errorf("the way to sign in, %s, speaks %s", choose.Path, speaks(choose))
		}
		if got := speaks(stranger.Get("/")); got != "es" {
			t.Errorf("what follows speaks %s", got)
		}
		english := stranger.Submit(stranger.Get("/no-such-page?x=1&lang=es"), "form.languages", url.Values{"language": {"en"}})
		if english.Path != "/no-such-page?x=1" || speaks(english) != "en" || speaks(stranger.Get("/")) != "en" {
			t.Errorf("what was chosen leads to %s, in %s", english.Path, speaks(english))
		}
		if got := speaks(stranger.Get("/?lang=es")); got != "es" {
			t.Errorf("the next mail opens in %s: the browser may be another's", got)
		}

		plain := c.Visitor(t)
		for _, tag := range []string{"", "fr", "es-MX", "xx&lang=es", "%00"} {
			if a := plain.Get("/?lang=" + tag); speaks(a) != "en" && a.Status == http.StatusOK || a.Header.Get("Set-Cookie") != "" {
				t.Errorf("a link in %q opens in %s and keeps %q", tag, speaks(a), a.Header.Get("Set-Cookie"))
			}
		}

		chosen := "en"
		if _, err := c.Account.UpdateMe(t.Context(), c.Patient.Caller, account.Patch{Locale: &chosen}); err != nil {
			t.Fatal(err)
		}
		own := c.As(t, c.Patient).Get("/?lang=es")
		if speaks(own) != chosen || own.Header.Get("Set-Cookie") != "" {
			t.Errorf("somebody who chose %s reads %s, and keeps %q", chosen, speaks(own), own.Header.Get("Set-Cookie"))
		}
	})
}

func TestAPublicPageIsAskedForAgainAndNotSentAgain(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	v := c.Visitor(t)
	first := v.Get("/")
	v.Header.Set("If-None-Match", first.Header.Get("ETag"))
	if again := v.Get("/"); again.Status != http.StatusNotModified || again.Body != "" {
		t.Errorf("%d with %d bytes; its tag was %q", again.Status, len(again.Body), first.Header.Get("ETag"))
	}
}

func TestAPageOfSomebodyIsKeptNowhere(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+"/design", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.AddCookie(&http.Cookie{Name: "turno_session", Value: c.NewToken(c.Patient.Username)})
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("Cache-Control") + response.Header.Get("ETag"); got != "no-store" {
		t.Errorf("it may be kept: %q", got)
	}
}

func TestFilesAreKeptForEver(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	v := c.Visitor(t)
	for name, mediaType := range map[string]string{
		"turno.css": "text/css; charset=utf-8", "turno.js": "text/javascript; charset=utf-8", "agenda.css": "text/css; charset=utf-8",
		"favicon.svg": "image/svg+xml", "icon-192.png": "image/png",
	} {
		answer := v.Get(assets.URL(name))
		if got := answer.Header.Get("Content-Type"); answer.Status != http.StatusOK || got != mediaType {
			t.Errorf("%s: %d, %s", name, answer.Status, got)
		}
		if got := answer.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
	}
	if answer := v.Get("/assets/0ld/turno.css"); answer.Header.Get("Cache-Control") != "no-cache" {
		t.Error("a page of another version keeps what is not its own")
	}
	if answer := v.Get(strings.Replace(assets.URL("turno.css"), "turno.css", "none.css", 1)); answer.Status != http.StatusNotFound {
		t.Errorf("a file that is not there: %d", answer.Status)
	}
	v.Header.Set("Accept-Encoding", "gzip")
	small := v.Get(assets.URL("turno.css"))
	if small.Header.Get("Content-Encoding") != "gzip" || len(small.Body) > 14_000 {
		t.Errorf("the stylesheet weighs %d bytes, %q", len(small.Body), small.Header.Get("Content-Encoding"))
	}
}
