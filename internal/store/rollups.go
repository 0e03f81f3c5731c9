package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// Dimension is the instant of a visit by which it is counted.
type Dimension string

// The dimensions, named after the columns.
const (
	ByVisit   Dimension = "scheduled_at" // when it takes place
	ByBooking Dimension = "created_at"   // when it was booked
)

// VisitCounts are visits counted by where they are in their life.
type VisitCounts struct {
	Pending, Confirmed, Completed, Cancelled int64

	NoShows           int64 // of the cancelled: the patient did not come
	LateCancellations int64 // of the cancelled: by the patient, less than 24 hours before the start
	LeadMinutes       int64 // whole minutes from booking to start, summed; a start before the booking adds none
}

// Total is the number of visits, whatever became of them.
func (c VisitCounts) Total() int64 { return c.Pending + c.Confirmed + c.Completed + c.Cancelled }

// Add adds the visits of other to c.
func (c *VisitCounts) Add(other VisitCounts) {
	c.Pending += other.Pending
	c.Confirmed += other.Confirmed
	c.Completed += other.Completed
	c.Cancelled += other.Cancelled
	c.NoShows += other.NoShows
	c.LateCancellations += other.LateCancellations
	c.LeadMinutes += other.LeadMinutes
}

const countNames = `pending, confirmed, completed, cancelled, no_shows, late_cancellations, lead_minutes`

// countColumns counts the visits a of a query, in the order of countNames.
func countColumns(tx *sqldb.Tx) string {
	notice := minutesBetween(tx, "a.cancelled_at", "a.scheduled_at")
	lead := minutesBetween(tx, "a.created_at", "a.scheduled_at")
	return `
		       count(*) FILTER (WHERE a.status = 'pending'),
		       count(*) FILTER (WHERE a.status = 'confirmed'),
		       count(*) FILTER (WHERE a.status = 'completed'),
		       count(*) FILTER (WHERE a.status = 'cancelled'),
		       count(*) FILTER (WHERE a.cancellation_kind = 'no_show'),
		       count(*) FILTER (WHERE a.cancellation_kind = 'patient' AND ` + notice + ` < 1440),
		       CAST(COALESCE(sum(` + lead + `) FILTER (WHERE a.scheduled_at > a.created_at), 0) AS bigint)`
}

// minutesBetween is the number of whole minutes from one instant to another.
func minutesBetween(tx *sqldb.Tx, from, to string) string {
	if tx.Engine() == sqldb.SQLite {
		return "((" + to + " - " + from + ") / 60000000)"
	}
	return "CAST(floor(extract(epoch FROM " + to + " - " + from + ") / 60) AS bigint)"
}

// quarter is the length of a bucket: the offset of every zone is a multiple.
const quarter = 15 * time.Minute

// RollUp counts the visits of the quarter hours that changed anew, for at most
// so many changes, and reports whether there may be more. It counts from the
// visits themselves, so doing it twice does no harm; and it deletes exactly the
// changes that it has read, so a change committed meanwhile stays for the next
// run.
func RollUp(tx *sqldb.Tx, changes int) (more bool, err error) {
	// Two nodes must not mix: the later one could write the older count.
	if err := tx.Lock(rollUpLock()); err != nil {
		return false, fmt.Errorf("roll up visits: %w", err)
	}
	changed, err := sqldb.All(tx, scanVisitChange, `
		SELECT id, scheduled_at, created_at
		  FROM visit_changes
		 ORDER BY id
		 LIMIT $1`, changes)
	if err != nil {
		return false, fmt.Errorf("list changed visits: %w", err)
	}
	if len(changed) == 0 {
		return false, nil
	}
	b := tx.Batch()
	ids := make([]uuid.UUID, len(changed))
	counted := map[Dimension]map[time.Time]bool{ByVisit: {}, ByBooking: {}}
	for i, change := range changed {
		ids[i] = change.id
		for dimension, bucket := range change.buckets {
			if !counted[dimension][bucket] {
				counted[dimension][bucket] = true
				b.Exec(nil, rollUpBucket(tx, dimension), dimension, bucket, bucket.Add(quarter))
			}
		}
	}
	b.Exec(nil, `DELETE FROM visit_changes WHERE id = ANY($1)`, sqldb.In(ids))
	if err := b.Run(); err != nil {
		return false, fmt.Errorf("roll up visits: %w", err)
	}
	return len(changed) == changes, nil
}

func rollUpLock() uuid.UUID { return uuid.UUID([]byte("turno visits sum")) }

type visitChange struct {
	id      uuid.UUID
	buckets map[Dimension]time.Time
}

func scanVisitChange(row sqldb.Scanner) (visitChange, error) {
	var c visitChange
	var scheduled, created time.Time
	err := row.Scan(&c.id, &scheduled, &created)
	c.buckets = map[Dimension]time.Time{ByVisit: scheduled, ByBooking: created}
	return c, err
}

// How many visits are there in this quarter of an hour?
func rollUpBucket(tx *sqldb.Tx, d Dimension) string {
	return `
		INSERT INTO visit_rollups
		       (dimension, bucket, ` + countNames + `)
		SELECT $1, $2, ` + countColumns(tx) + `
		  FROM appointments a
		 WHERE a.` + string(d) + ` >= $2
		   AND a.` + string(d) + ` < $3
		` + onRollUpConflict
}

const onRollUpConflict = `
		    ON CONFLICT (dimension, bucket) DO UPDATE
		   SET pending = excluded.pending,
		       confirmed = excluded.confirmed,
		       completed = excluded.completed,
		       cancelled = excluded.cancelled,
		       no_shows = excluded.no_shows,
		       late_cancellations = excluded.late_cancellations,
		       lead_minutes = excluded.lead_minutes`

// RebuildRollups counts every visit anew, and forgets all changes. It reads the
// whole history: for an import, or after a repair by hand.
func RebuildRollups(tx *sqldb.Tx) error {
	if err := tx.Lock(rollUpLock()); err != nil {
		return fmt.Errorf("rebuild the rollups: %w", err)
	}
	statements := []string{`DELETE FROM visit_changes`, `DELETE FROM visit_rollups`}
	for _, d := range []Dimension{ByVisit, ByBooking} {
		bucket := bucketOf(tx, "a."+string(d))
		statements = append(statements, `
			INSERT INTO visit_rollups
			       (dimension, bucket, `+countNames+`)
			SELECT '`+string(d)+`', `+bucket+`, `+countColumns(tx)+`
			  FROM appointments a
			 GROUP BY `+bucket)
	}
	for _, sql := range statements {
		if _, err := tx.Exec(sql); err != nil {
			return fmt.Errorf("rebuild the rollups: %w", err)
		}
	}
	return nil
}

// bucketOf is the start of the quarter hour of an instant.
func bucketOf(tx *sqldb.Tx, instant string) string {
	if tx.Engine() == sqldb.SQLite {
		return "(" + instant + " - " + instant + " % 900000000)"
	}
	return "date_bin('15 minutes', " + instant + ", '2000-01-01 00:00:00+00')"
}

// EachVisitCount calls f with counts of everybody's visits in [from, to), by
// quarter of an hour (UTC), in no order. The counts are what counting the visits
// now would give: quarter hours that the job has not reached are counted live.
// Call it in one Read, whose view does not move.
func EachVisitCount(tx *sqldb.Tx, d Dimension, from, to time.Time, f func(at time.Time, c VisitCounts)) error {
	if err := eachCount(tx, f, `
		SELECT bucket, `+countNames+`
		  FROM visit_rollups
		 WHERE dimension = $1
		   AND bucket >= $2
		   AND bucket < $3
		   AND bucket NOT IN (SELECT `+string(d)+` FROM visit_changes)`, d, from, to); err != nil {
		return err
	}
	return eachCount(tx, f, `
		SELECT changed.bucket, `+countColumns(tx)+`
		  FROM (SELECT DISTINCT `+string(d)+` AS bucket
		          FROM visit_changes
		         WHERE `+string(d)+` >= $1
		           AND `+string(d)+` < $2) changed
		 CROSS JOIN appointments a
		 WHERE a.`+string(d)+` >= changed.bucket
		   AND a.`+string(d)+` < `+quarterAfter(tx, "changed.bucket")+`
		 GROUP BY changed.bucket`, from, to)
}

// quarterAfter is the end of the quarter hour that begins at an instant.
func quarterAfter(tx *sqldb.Tx, instant string) string {
	if tx.Engine() == sqldb.SQLite {
		return instant + " + 900000000"
	}
	return instant + " + interval '15 minutes'"
}

// EachVisitCountOf is EachVisitCount for one doctor, by instant rather than by
// quarter hour. It reads the visits through the index by doctor: a person's work
// stays small.
func EachVisitCountOf(tx *sqldb.Tx, doctorID uuid.UUID, d Dimension, from, to time.Time, f func(at time.Time, c VisitCounts)) error {
	at := "a." + string(d)
	return eachCount(tx, f, `
		SELECT `+at+`, `+countColumns(tx)+`
		  FROM appointments a
		 WHERE a.doctor_id = $1
		   AND `+at+` >= $2
		   AND `+at+` < $3
		 GROUP BY `+at, doctorID, from, to)
}

func eachCount(tx *sqldb.Tx, f func(time.Time, VisitCounts), sql string, args ...any) error {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return fmt.Errorf("count visits: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at time.Time
		var c VisitCounts
		if err := rows.Scan(&at, &c.Pending, &c.Confirmed, &c.Completed, &c.Cancelled,
			&c.NoShows, &c.LateCancellations, &c.LeadMinutes); err != nil {
			return fmt.Errorf("count visits: %w", err)
		}
		f(at, c)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("count visits: %w", err)
	}
	return nil
}
