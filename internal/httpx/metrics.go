package httpx

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/metric"
)

// Metrics counts requests and how long they took, by route, method and class of
// status ("2xx"). The errors are those of class 5xx. Streams are counted, but not how
// long they stayed open.
type Metrics struct {
	requests *metric.Counter
	seconds  *metric.Histogram
}

// NewMetrics registers the metrics.
func NewMetrics(registry *metric.Registry) *Metrics {
	bounds := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	return &Metrics{
		requests: registry.Counter("turno_http_requests_total", "Requests answered.", "class", "method", "route"),
		seconds:  registry.Histogram("turno_http_request_duration_seconds", "Time from a request to the end of its answer.", bounds, "class", "method", "route"),
	}
}

func (m *Metrics) count(method, route string, status int) {
	if m != nil {
		m.requests.Inc(class(status), knownMethod(method), route)
	}
}

func (m *Metrics) time(method, route string, status int, took time.Duration) {
	if m != nil {
		m.seconds.Observe(took.Seconds(), class(status), knownMethod(method), route)
	}
}

func class(status int) string { return strconv.Itoa(status/100) + "xx" }

// register makes the metrics of a gate.
func (g *Gate) register(registry *metric.Registry) {
	g.refused = registry.Counter("turno_http_refused_total", "Requests answered 503 because the server had too much to do.")
	registry.Gauge("turno_http_in_flight", "Requests that are worked on.", func() float64 { return float64(len(g.seats)) })
	registry.Gauge("turno_http_waiting", "Requests that wait to be worked on.", func() float64 { return float64(g.waiting.Load()) })
}

// ServeMetrics answers scrapers: those on this machine that come directly, not
// through a proxy, and those that send the token as a bearer. An empty token
// lets in nobody.
func ServeMetrics(registry *metric.Registry, token string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !fromThisMachine(r) && !bears(r, token) {
			ProblemOf(turno.NotFound("page")).Write(w)
			return
		}
		w.Header().Set("Content-Type", metric.ContentType)
		if _, err := registry.WriteTo(w); err == nil { // else the scraper went away
			metric.WriteProcess(w)
		}
	})
}

func fromThisMachine(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}

func bears(r *http.Request, token string) bool {
	given, ok := BearerToken(r)
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(token))
	return ok && token != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
