package store

import (
	"fmt"
	"time"

	"github.com/turno-health/turno/internal/sqldb"
)

// CountWaitingRequests is the number of visits that wait to be confirmed and are
// not over.
func CountWaitingRequests(tx *sqldb.Tx) (n int64, err error) {
	err = tx.QueryRow(`
		SELECT COUNT(*)
		  FROM appointments
		 WHERE status = 'pending'
		   AND ends_at > $1`, tx.Now).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count waiting requests: %w", err)
	}
	return n, nil
}

// CountUnansweredVisits is the number of confirmed visits that are over and of
// which nobody has said whether they took place. Those of the last hours are
// counted one by one, as some are not over; the older ones from the rollups, of
// which it reads only the quarter hours that have such visits. The visits of quarter
// hours that the job has not reached are counted for each: as a join, PostgreSQL
// expects so many that it reads two million visits to find them.
func CountUnansweredVisits(tx *sqldb.Tx) (int64, error) {
	recent := tx.Now.Add(-LongestVisit).Truncate(quarter)
	var late, counted, changed int64
	for _, part := range []struct {
		sql  string
		args []any
		into *int64
	}{
		{`
		SELECT COUNT(*)
		  FROM appointments
		 WHERE scheduled_at >= $1
		   AND scheduled_at < $2
		   AND ends_at <= $2
		   AND status = 'confirmed'`, []any{recent, tx.Now}, &late},
		{`
		SELECT CAST(COALESCE(SUM(confirmed), 0) AS bigint)
		  FROM visit_rollups
		 WHERE dimension = 'scheduled_at'
		   AND confirmed > 0
		   AND bucket < $1
		   AND bucket NOT IN (SELECT scheduled_at FROM visit_changes)`, []any{recent}, &counted},
		{`
		SELECT CAST(COALESCE(SUM((SELECT COUNT(*)
		                            FROM appointments a
		                           WHERE a.scheduled_at >= changed.bucket
		                             AND a.scheduled_at < ` + quarterAfter(tx, "changed.bucket") + `
		                             AND a.status = 'confirmed')), 0) AS bigint)
		  FROM (SELECT DISTINCT scheduled_at AS bucket
		          FROM visit_changes
		         WHERE scheduled_at < $1) changed`, []any{recent}, &changed},
	} {
		if err := tx.QueryRow(part.sql, part.args...).Scan(part.into); err != nil {
			return 0, fmt.Errorf("count unanswered visits: %w", err)
		}
	}
	return late + counted + changed, nil
}

// CountNewPatients is the number of patients who registered, or were entered, since
// the instant.
func CountNewPatients(tx *sqldb.Tx, since time.Time) (n int64, err error) {
	err = tx.QueryRow(`
		SELECT COUNT(*)
		  FROM users
		 WHERE role = 'patient'
		   AND created_at >= $1`, since).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count new patients: %w", err)
	}
	return n, nil
}
