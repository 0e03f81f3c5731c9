package httpx

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/turno-health/turno"
)

// Metrics counts requests and how long they took, by route, method and class of
// status ("2xx"). The errors are those of class 5xx. Streams are counted, but not how
// long they stayed open.
type Metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// NewMetrics registers the metrics.
func NewMetrics(registerer prometheus.Registerer) (*Metrics, error) {
	labels := []string{"route", "method", "class"}
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "turno_http_requests_total",
			Help: "Requests answered.",
		}, labels),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "turno_http_request_duration_seconds",
			Help:    "Time from a request to the end of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, labels),
	}
	for _, collector := range []prometheus.Collector{m.requests, m.seconds} {
		if err := registerer.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Metrics) count(method, route string, status int) {
	if m != nil {
		m.requests.WithLabelValues(route, knownMethod(method), class(status)).Inc()
	}
}

func (m *Metrics) time(method, route string, status int, took time.Duration) {
	if m != nil {
		m.seconds.WithLabelValues(route, knownMethod(method), class(status)).Observe(took.Seconds())
	}
}

func class(status int) string { return strconv.Itoa(status/100) + "xx" }

// register makes the metrics of a gate.
func (g *Gate) register(registerer prometheus.Registerer) error {
	g.refused = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "turno_http_refused_total",
		Help: "Requests answered 503 because the server had too much to do.",
	})
	for _, collector := range []prometheus.Collector{
		g.refused,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "turno_http_in_flight",
			Help: "Requests that are worked on.",
		}, func() float64 { return float64(len(g.seats)) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "turno_http_waiting",
			Help: "Requests that wait to be worked on.",
		}, func() float64 { return float64(g.waiting.Load()) }),
	} {
		if err := registerer.Register(collector); err != nil {
			return err
		}
	}
	return nil
}

// ServeMetrics answers scrapers: those on this machine that come directly, not
// through a proxy, and those that send the token as a bearer. An empty token
// lets in nobody.
func ServeMetrics(gatherer prometheus.Gatherer, token string) http.Handler {
	metrics := promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !fromThisMachine(r) && !bears(r, token) {
			ProblemOf(turno.NotFound("page")).Write(w)
			return
		}
		metrics.ServeHTTP(w, r)
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
