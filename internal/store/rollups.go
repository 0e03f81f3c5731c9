package store

import (
	"fmt"
	"sort"
	"strings"
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

// sumsOfCounts sums counts up, in the order of countNames.
func sumsOfCounts() string {
	const before, after = "CAST(COALESCE(sum(", "), 0) AS bigint)"
	return before + strings.ReplaceAll(countNames, ", ", after+", "+before) + after
}

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
		 `+sqldb.Limit(changes))
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

// CountVisits counts everybody's visits between each two of begins, which are
// whole quarter hours (UTC) in their order: one VisitCounts less than begins. The
// counts are what counting the visits now would give: quarter hours that the job
// has not reached are counted live. Call it in one Read, whose view does not move.
func CountVisits(tx *sqldb.Tx, d Dimension, begins []time.Time) ([]VisitCounts, error) {
	counts := make([]VisitCounts, len(begins)-1)
	b := tx.Batch()
	for i := range counts {
		sqldb.BatchOne(b, &counts[i], nil, scanCounts, `
			SELECT `+sumsOfCounts()+`
			  FROM visit_rollups
			 WHERE dimension = $1
			   AND bucket >= $2
			   AND bucket < $3
			   AND bucket NOT IN (SELECT `+string(d)+`
			                        FROM visit_changes
			                       WHERE `+string(d)+` >= $2
			                         AND `+string(d)+` < $3)`, d, begins[i], begins[i+1])
	}
	if err := b.Run(); err != nil {
		return nil, fmt.Errorf("count visits: %w", err)
	}
	return counts, addEachCount(tx, counts, begins, `
		SELECT changed.bucket, `+countColumns(tx)+`
		  FROM (SELECT DISTINCT `+string(d)+` AS bucket
		          FROM visit_changes
		         WHERE `+string(d)+` >= $1
		           AND `+string(d)+` < $2) changed
		 CROSS JOIN appointments a
		 WHERE a.`+string(d)+` >= changed.bucket
		   AND a.`+string(d)+` < `+quarterAfter(tx, "changed.bucket")+`
		 GROUP BY changed.bucket`, begins[0], begins[len(begins)-1])
}

// quarterAfter is the end of the quarter hour that begins at an instant.
func quarterAfter(tx *sqldb.Tx, instant string) string {
	if tx.Engine() == sqldb.SQLite {
		return instant + " + 900000000"
	}
	return instant + " + interval '15 minutes'"
}

// CountVisitsOf is CountVisits for one doctor, between any instants. It reads the
// visits through the index by doctor: a person's work stays small.
func CountVisitsOf(tx *sqldb.Tx, doctorID uuid.UUID, d Dimension, begins []time.Time) ([]VisitCounts, error) {
	counts := make([]VisitCounts, len(begins)-1)
	at := "a." + string(d)
	return counts, addEachCount(tx, counts, begins, `
		SELECT `+at+`, `+countColumns(tx)+`
		  FROM appointments a
		 WHERE a.doctor_id = $3
		   AND `+at+` >= $1
		   AND `+at+` < $2
		 GROUP BY `+at, begins[0], begins[len(begins)-1], doctorID)
}

// addEachCount adds what the rows of a query count at their instants.
func addEachCount(tx *sqldb.Tx, counts []VisitCounts, begins []time.Time, sql string, args ...any) error {
	type countAt struct {
		at time.Time
		VisitCounts
	}
	rows, err := sqldb.All(tx, func(row sqldb.Scanner) (c countAt, err error) {
		err = row.Scan(append([]any{&c.at}, c.fields()...)...)
		return c, err
	}, sql, args...)
	if err != nil {
		return fmt.Errorf("count visits: %w", err)
	}
	for _, row := range rows {
		later := sort.Search(len(begins), func(i int) bool { return begins[i].After(row.at) })
		counts[later-1].Add(row.VisitCounts)
	}
	return nil
}

func scanCounts(row sqldb.Scanner) (c VisitCounts, err error) {
	err = row.Scan(c.fields()...)
	return c, err
}

// fields are the counts in the order of countNames.
func (c *VisitCounts) fields() []any {
	return []any{&c.Pending, &c.Confirmed, &c.Completed, &c.Cancelled, &c.NoShows, &c.LateCancellations, &c.LeadMinutes}
}
