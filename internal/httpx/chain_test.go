package httpx

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/metric"
)

func standing() time.Time { return time.Date(2027, time.January, 4, 9, 0, 0, 0, time.UTC) }

// chain is a server with one route, and its log.
func chain(t *testing.T, metrics *Metrics, handle http.HandlerFunc) (http.Handler, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	mux := http.NewServeMux()
	mux.HandleFunc("GET /people/{id}", handle)
	logger := slog.New(slog.NewTextHandler(&log, nil))
	return Chain{Logger: logger, Now: standing, Metrics: metrics}.Wrap(Routed(mux)), &log
}

func get(t *testing.T, handler http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func TestTheLogHoldsNothingPersonal(t *testing.T) {
	t.Parallel()
	handler, log := chain(t, nil, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("secret body")) })
	get(t, handler, "/people/secret-id?q=secret-query", "Authorization", "Bearer secret-token", "X-Request-Id", "abc.1")
	line := log.String()
	if strings.Contains(line, "secret") || strings.Contains(line, "192.0.2") {
		t.Errorf("the log gives away: %s", line)
	}
	for _, wanted := range []string{`route="GET /people/{id}"`, "status=200", "request_id=abc.1", "bytes=11"} {
		if !strings.Contains(line, wanted) {
			t.Errorf("the log lacks %s: %s", wanted, line)
		}
	}
}

func TestARequestIDCannotForgeTheLog(t *testing.T) {
	t.Parallel()
	handler, _ := chain(t, nil, func(http.ResponseWriter, *http.Request) {})
	for _, given := range []string{"", "two words", "line\nbreak", strings.Repeat("x", 65)} {
		if got := get(t, handler, "/people/1", "X-Request-Id", given).Header().Get("X-Request-Id"); got == given || len(got) != 36 {
			t.Errorf("%q became %q", given, got)
		}
	}
}

func TestAPanicIsAProblemAndIsLogged(t *testing.T) {
	t.Parallel()
	handler, log := chain(t, nil, func(http.ResponseWriter, *http.Request) { panic("secret cause") })
	got := get(t, handler, "/people/1")
	if got.Code != http.StatusInternalServerError || got.Header().Get("Content-Type") != ProblemType {
		t.Errorf("answered %d, %s", got.Code, got.Header().Get("Content-Type"))
	}
	if strings.Contains(got.Body.String(), "secret") || !strings.Contains(log.String(), "secret cause") {
		t.Errorf("told %s\nlogged %s", got.Body, log)
	}
}

func TestTheLogTellsWhatAClientIsNot(t *testing.T) {
	t.Parallel()
	handler, log := chain(t, nil, func(w http.ResponseWriter, r *http.Request) {
		err := errors.New("the disk is full")
		Fail(r.Context(), err)
		ProblemOf(err).Write(w)
	})
	got := get(t, handler, "/people/1")
	if strings.Contains(got.Body.String(), "disk") || !strings.Contains(log.String(), "the disk is full") {
		t.Errorf("told %s\nlogged %s", got.Body, log)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := metric.NewRegistry()
	metrics := NewMetrics(registry)
	handler, _ := chain(t, metrics, func(http.ResponseWriter, *http.Request) {})
	get(t, handler, "/people/1")
	get(t, handler, "/people/2")
	get(t, handler, "/nowhere")
	scraped := func(peer, token string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil)
		r.RemoteAddr = peer
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		ServeMetrics(registry, "scraper").ServeHTTP(w, r)
		return w
	}
	body := scraped("127.0.0.1:9", "").Body.String()
	for _, line := range []string{
		`turno_http_requests_total{class="2xx",method="GET",route="GET /people/{id}"} 2`,
		`turno_http_requests_total{class="4xx",method="GET",route="none"} 1`,
		`turno_http_request_duration_seconds_count{class="2xx",method="GET",route="GET /people/{id}"} 2`,
	} {
		if !strings.Contains(body, line) {
			t.Errorf("the metrics lack %s:\n%s", line, body)
		}
	}
	for _, test := range []struct {
		name    string
		got     *httptest.ResponseRecorder
		allowed bool
	}{
		{"this machine may look", scraped("[::1]:9", ""), true},
		{"a proxy on this machine may not", scraped("127.0.0.1:9", "", "X-Forwarded-For", "203.0.113.7"), false},
		{"strangers may not", scraped("203.0.113.7:9", ""), false},
		{"nor with a wrong token", scraped("203.0.113.7:9", "guess"), false},
		{"a scraper with the token may", scraped("203.0.113.7:9", "scraper"), true},
	} {
		if allowed := test.got.Code == http.StatusOK; allowed != test.allowed {
			t.Errorf("%s: status %d", test.name, test.got.Code)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	now := standing()
	limiter := NewLimiter(60, func() time.Time { return now })
	allowed := func() (n int) {
		for limiter.Allow("203.0.113.7") == nil {
			n++
		}
		return n
	}
	if got := allowed(); got != 60 {
		t.Errorf("%d requests at once, want 60", got)
	}
	now = now.Add(2 * time.Second)
	if got := allowed(); got != 2 {
		t.Errorf("%d requests after two seconds, want 2", got)
	}
	if err := limiter.Allow("203.0.113.8"); err != nil {
		t.Errorf("another address was refused: %v", err)
	}
	if err := limiter.Allow("203.0.113.7"); turno.KindOf(err) != turno.KindRateLimited || ProblemOf(err).GetHeaders().Get("Retry-After") != "1" {
		t.Errorf("refused with %v", err)
	}
	if NewLimiter(0, nil).Allow("203.0.113.7") != nil {
		t.Error("no limit is a limit")
	}
}
