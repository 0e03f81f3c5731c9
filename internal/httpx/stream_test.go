package httpx

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/metric"
	"github.com/turno-health/turno/internal/metric/metrictest"
)

// streaming is a server as impatient as can be, with one stream behind the whole
// chain of middleware.
func streaming(t *testing.T, s Stream, news <-chan struct{}) (server *httptest.Server, registry *metric.Registry) {
	t.Helper()
	registry = metric.NewRegistry()
	metrics := NewMetrics(registry)
	s.Now = time.Now
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) { s.Serve(w, r, news) })
	chain := Chain{Logger: slog.New(slog.DiscardHandler), Now: time.Now, Metrics: metrics}
	server = httptest.NewUnstartedServer(chain.Wrap(SecureHeaders(false, Routed(mux))))
	server.Config.ReadTimeout = 50 * time.Millisecond
	server.Config.WriteTimeout = 50 * time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	return server, registry
}

// listen opens the stream. Its lines come through the channel, which is closed
// when the stream ends.
func listen(t *testing.T, server *httptest.Server) <-chan string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	if got := answer.Header.Get("Content-Type"); got != EventStream {
		t.Errorf("the content type is %q", got)
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(answer.Body); scanner.Scan(); {
			if scanner.Text() != "" {
				lines <- scanner.Text()
			}
		}
	}()
	return lines
}

func expectLine(t *testing.T, lines <-chan string, want string) {
	t.Helper()
	select {
	case line, open := <-lines:
		if !open || line != want {
			t.Fatalf("got line %q (open: %t), want %q", line, open, want)
		}
	case <-time.After(patience):
		t.Fatalf("waited in vain for %q", want)
	}
}

// patience is how long a test waits for what must happen.
const patience = 3 * time.Minute

func expectEnd(t *testing.T, lines <-chan string) {
	t.Helper()
	select {
	case line, open := <-lines:
		if open {
			t.Fatalf("got %q, want the end", line)
		}
	case <-time.After(patience):
		t.Fatal("the stream does not end")
	}
}

func TestAStreamOutlastsTheTimeoutsAndTellsOfChanges(t *testing.T) {
	t.Parallel()
	news := make(chan struct{}, 1)
	server, registry := streaming(t, Stream{Heartbeat: time.Hour, Gap: time.Millisecond}, news)
	lines := listen(t, server)
	expectLine(t, lines, "retry: 2000")
	for range 3 {
		time.Sleep(100 * time.Millisecond) // past the server's timeouts
		news <- struct{}{}
		expectLine(t, lines, "event: change")
		expectLine(t, lines, "data: 1")
	}
	close(news)
	expectEnd(t, lines)
	for series := range metrictest.Read(t, registry) {
		if strings.HasPrefix(series, "turno_http_request_duration_seconds") {
			t.Error("the time that a stream stayed open was counted as slowness")
		}
	}
}

func TestASilentStreamBeats(t *testing.T) {
	t.Parallel()
	server, _ := streaming(t, Stream{Heartbeat: 10 * time.Millisecond}, nil)
	lines := listen(t, server)
	expectLine(t, lines, "retry: 2000")
	for range 20 { // longer than the timeouts
		expectLine(t, lines, ":")
	}
}

func TestAStreamEndsWithTheSession(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		err   error
		lines []string
	}{
		{"signed out", turno.Unauthenticated(), []string{"event: signed_out", "data: 1"}},
		{"no answer from the database: the page comes back and finds out", errors.New("away"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			alive := func(context.Context) error {
				if asked.Add(1) < 3 {
					return nil
				}
				return tt.err
			}
			server, _ := streaming(t, Stream{Heartbeat: 10 * time.Millisecond, Alive: alive}, nil)
			lines := listen(t, server)
			for _, want := range append([]string{"retry: 2000", ":", ":"}, tt.lines...) {
				expectLine(t, lines, want)
			}
			expectEnd(t, lines)
		})
	}
}

func TestAChangeIsToldToNobodyWhoHasSignedOut(t *testing.T) {
	t.Parallel()
	news := make(chan struct{}, 1)
	var over atomic.Bool
	alive := func(context.Context) error {
		if over.Load() {
			return turno.Unauthenticated()
		}
		return nil
	}
	server, _ := streaming(t, Stream{Heartbeat: time.Hour, Gap: time.Millisecond, Alive: alive}, news)
	lines := listen(t, server)
	expectLine(t, lines, "retry: 2000")
	news <- struct{}{}
	for _, want := range []string{"event: change", "data: 1"} {
		expectLine(t, lines, want)
	}
	over.Store(true)
	news <- struct{}{}
	for _, want := range []string{"event: signed_out", "data: 1"} {
		expectLine(t, lines, want)
	}
	expectEnd(t, lines)
}

func TestAStreamNoticesThatItsPageLeft(t *testing.T) {
	t.Parallel()
	left := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(left)
		Stream{Now: time.Now}.Serve(w, r, nil)
	}))
	t.Cleanup(server.Close)
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	leave()
	select {
	case <-left:
	case <-time.After(patience):
		t.Fatal("the stream goes on for nobody")
	}
}
