package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/web"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/webtest"
)

// Whoever has the address of a calendar reads it: it is a secret that stands in a
// path, where logs like to look.
func TestTheAddressOfACalendarIsInNoLogAndGuessingIsLimited(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	feed, err := c.Account.MakeCalendarFeed(t.Context(), c.Patient.Caller)
	c.Must(err)
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	pages, err := web.New(&page.Site{
		Account: c.Account, Booking: c.Booking, Insight: c.Site.Insight, Box: c.Site.Box, Logger: logger,
		Now: c.Clock.Now, AnonymousPerMinute: 4,
	})
	c.Must(err)
	server := httpx.Chain{Logger: logger, Now: c.Clock.Now}.Wrap(pages)
	ask := func(method, path string) int {
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody))
		return answer.Code
	}
	secret := strings.TrimSuffix(strings.TrimPrefix(feed.Path, "/calendar/"), ".ics")
	for _, asked := range []struct {
		method, path string
		want         int
	}{
		{"GET", feed.Path, http.StatusOK},
		{"HEAD", feed.Path, http.StatusOK},
		{"POST", feed.Path, http.StatusMethodNotAllowed},
		{"GET", "/calendar/" + secret + "x.ics", http.StatusNotFound},
		{"GET", feed.Path, http.StatusTooManyRequests}, // the fifth of an address in a minute
	} {
		if got := ask(asked.method, asked.path); got != asked.want {
			t.Errorf("%s %s: %d, want %d", asked.method, asked.path, got, asked.want)
		}
	}
	if strings.Contains(log.String(), secret) || strings.Contains(log.String(), ".ics") {
		t.Errorf("the log has the address:\n%s", log.String())
	}
	if n := strings.Count(log.String(), `"route":"GET /calendar/{secret}"`); n != 4 {
		t.Errorf("the log has the route %d times, want 4:\n%s", n, log.String())
	}
}
