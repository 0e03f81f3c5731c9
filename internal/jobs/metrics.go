package jobs

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Metrics counts what ran. A nil *Metrics counts nothing.
type Metrics struct {
	runs         *prometheus.CounterVec
	auditDefault prometheus.Gauge
}

// NewMetrics registers turno_jobs_total by job and result (done, failed), and
// turno_audit_default_rows: entries of the trail in no monthly partition, which
// should be none.
func NewMetrics(registry prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "turno_jobs_total",
			Help: "Jobs that ran, by the name of the event or task and by result.",
		}, []string{"job", "result"}),
		auditDefault: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "turno_audit_default_rows",
			Help: "Entries of the trail outside every monthly partition. Anything but 0 needs attention.",
		}),
	}
	for _, c := range []prometheus.Collector{m.runs, m.auditDefault} {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("register the metrics of jobs: %w", err)
		}
	}
	return m, nil
}

func (m *Metrics) count(job string, err error) {
	if m == nil {
		return
	}
	result := "done"
	if err != nil {
		result = "failed"
	}
	m.runs.WithLabelValues(job, result).Inc()
}

// add counts what a queue did at once.
func (m *Metrics) add(queue string, done int, err error) {
	if m == nil {
		return
	}
	if done > 0 {
		m.runs.WithLabelValues(queue, "done").Add(float64(done))
	}
	if err != nil {
		m.count(queue, err)
	}
}

func (m *Metrics) measureAudit(ctx context.Context, db *sqldb.DB) error {
	if m == nil {
		return nil
	}
	return db.Read(ctx, func(tx *sqldb.Tx) error {
		rows, err := store.AuditRowsOutsideMonths(tx)
		if err == nil {
			m.auditDefault.Set(float64(rows))
		}
		return err
	})
}
