package app

import (
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/metric"
)

// metrics is everything that a node counts. docs/operations.md says what to
// watch.
type metrics struct {
	registry *metric.Registry
	http     *httpx.Metrics
	jobs     *jobs.Metrics
	bookings *metric.Counter
	retries  *metric.Counter
}

func newMetrics() *metrics {
	r := metric.NewRegistry()
	r.Fact("turno_build_info", "Always 1; the label says which version this is.", "version", buildOf().version)
	return &metrics{
		registry: r,
		http:     httpx.NewMetrics(r),
		jobs:     jobs.NewMetrics(r),
		bookings: r.Counter("turno_bookings_total",
			"Attempts to take or free time, by outcome: booked, held, moved, cancelled, slot_taken, patient_busy, not_offered.", "outcome"),
		retries: r.Counter("turno_database_retries_total",
			"Transactions that were tried again, by reason: serialization, deadlock, busy, connection.", "reason"),
	}
}

// watch registers gauges of what a node knows of open times.
func (m *metrics) watch(index *freetime.Index) {
	m.registry.Gauge("turno_open_times_doctors", "Doctors whose open times this node has in memory for searches.",
		func() float64 { return float64(index.Size()) })
	m.registry.Gauge("turno_open_times_age_seconds", "How long ago this node last read what changed in calendars; above 0.9 searches wait for it.",
		func() float64 { return index.Age().Seconds() })
}

func (m *metrics) observe(o booking.Outcome) { m.bookings.Inc(string(o)) }
func (m *metrics) retried(reason string)     { m.retries.Inc(reason) }
