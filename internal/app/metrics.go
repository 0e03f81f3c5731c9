package app

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/jobs"
)

// metrics is everything that a node counts. docs/operations.md says what to
// watch.
type metrics struct {
	registry *prometheus.Registry
	http     *httpx.Metrics
	jobs     *jobs.Metrics
	bookings *prometheus.CounterVec
	retries  *prometheus.CounterVec
}

func newMetrics() (*metrics, error) {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		bookings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "turno_bookings_total",
			Help: "Attempts to take or free time, by outcome: booked, held, moved, cancelled, slot_taken, patient_busy, not_offered.",
		}, []string{"outcome"}),
		retries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "turno_database_retries_total",
			Help: "Transactions that were tried again, by reason: serialization, deadlock, busy, connection.",
		}, []string{"reason"}),
	}
	about := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "turno_build_info",
		Help:        "Always 1; the label says which version this is.",
		ConstLabels: prometheus.Labels{"version": buildOf().version},
	})
	about.Set(1)
	for _, c := range []prometheus.Collector{
		m.bookings, m.retries, about,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := m.registry.Register(c); err != nil {
			return nil, fmt.Errorf("register the metrics: %w", err)
		}
	}
	var err error
	if m.http, err = httpx.NewMetrics(m.registry); err != nil {
		return nil, fmt.Errorf("register the metrics of requests: %w", err)
	}
	m.jobs, err = jobs.NewMetrics(m.registry)
	return m, err
}

// watch registers gauges of what a node knows of open times.
func (m *metrics) watch(index *freetime.Index) error {
	for _, gauge := range []prometheus.GaugeFunc{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "turno_open_times_doctors",
			Help: "Doctors whose open times this node has in memory for searches.",
		}, func() float64 { return float64(index.Size()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "turno_open_times_age_seconds",
			Help: "How long ago this node last read what changed in calendars; above 0.9 searches wait for it.",
		}, func() float64 { return index.Age().Seconds() }),
	} {
		if err := m.registry.Register(gauge); err != nil {
			return fmt.Errorf("register the metrics of open times: %w", err)
		}
	}
	return nil
}

func (m *metrics) observe(o booking.Outcome) { m.bookings.WithLabelValues(string(o)).Inc() }
func (m *metrics) retried(reason string)     { m.retries.WithLabelValues(reason).Inc() }
