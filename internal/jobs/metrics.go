package jobs

import (
	"context"
	"sync/atomic"

	"github.com/turno-health/turno/internal/metric"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Metrics counts what ran. A nil *Metrics counts nothing.
type Metrics struct {
	runs         *metric.Counter
	auditDefault atomic.Int64
}

// NewMetrics registers turno_jobs_total by job and result (done, failed, postponed), and
// turno_audit_default_rows: entries of the trail in no monthly partition, which
// should be none.
func NewMetrics(registry *metric.Registry) *Metrics {
	m := &Metrics{runs: registry.Counter("turno_jobs_total", "Jobs that ran, by the name of the event or task and by result.", "job", "result")}
	registry.Gauge("turno_audit_default_rows", "Entries of the trail outside every monthly partition. Anything but 0 needs attention.",
		func() float64 { return float64(m.auditDefault.Load()) })
	return m
}

func (m *Metrics) count(job string, err error) {
	if m == nil {
		return
	}
	result := "done"
	switch {
	case isPostponed(err):
		result = "postponed"
	case err != nil:
		result = "failed"
	}
	m.runs.Inc(job, result)
}

// add counts what a queue did at once.
func (m *Metrics) add(queue string, done int, err error) {
	if m == nil {
		return
	}
	if done > 0 {
		m.runs.Add(done, queue, "done")
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
			m.auditDefault.Store(rows)
		}
		return err
	})
}
