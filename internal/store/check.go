package store

import (
	"fmt"
	"strings"

	"github.com/turno-health/turno/internal/sqldb"
)

// Flaw is a sort of broken promise, and how many rows break it.
type Flaw struct {
	Name string // a sentence
	Rows int64
}

type flawQuery struct{ name, query string }

// flawQueries are the questions whose answer must be zero rows. $1 is now;
// periods of visits that ended over a day ago may be gone.
func flawQueries() []flawQuery {
	return []flawQuery{
		{"two busy periods of one person overlap", `
		SELECT COUNT(*)
		  FROM (SELECT starts_at, MAX(ends_at) OVER before AS taken_until
		          FROM busy_periods
		        WINDOW before AS (PARTITION BY owner_id ORDER BY starts_at
		                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) p
		 WHERE p.starts_at < p.taken_until`},
		{"two open visits of one doctor overlap", overlappingVisits("doctor_id")},
		{"two open visits of one patient overlap", overlappingVisits("patient_id")},
		{"an open visit lacks the doctor's busy period", missingPeriod("doctor_id")},
		{"an open visit lacks the patient's busy period", missingPeriod("patient_id")},
		{"a cancelled visit still keeps somebody busy", `
		SELECT COUNT(*)
		  FROM busy_periods p
		  JOIN appointments a ON a.id = p.appointment_id
		 WHERE a.status = 'cancelled'`},
		{"a busy period belongs to neither person of its visit, or to another time", `
		SELECT COUNT(*)
		  FROM busy_periods p
		  JOIN appointments a ON a.id = p.appointment_id
		 WHERE (p.owner_id <> a.doctor_id AND p.owner_id <> a.patient_id)
		    OR p.starts_at <> a.scheduled_at`},
		{"time off lacks its busy period", `
		SELECT COUNT(*)
		  FROM time_off t
		 WHERE t.ends_at > $1
		   AND NOT EXISTS (SELECT 1
		                     FROM busy_periods p
		                    WHERE p.owner_id = t.doctor_id
		                      AND p.starts_at = t.starts_at
		                      AND p.ends_at = t.ends_at
		                      AND p.time_off_id = t.id)`},
		{"a doctor's rating does not add up", `
		SELECT COUNT(*)
		  FROM doctors d
		  LEFT JOIN (SELECT doctor_id, COUNT(*) AS n, SUM(rating) AS total
		               FROM feedback
		              GROUP BY doctor_id) f ON f.doctor_id = d.user_id
		 WHERE d.rating_count <> COALESCE(f.n, 0)
		    OR d.rating_sum <> COALESCE(f.total, 0)`},
	}
}

// overlappingVisits asks for open visits that begin before an earlier one of the
// same person ends.
func overlappingVisits(person string) string {
	return strings.ReplaceAll(`
		SELECT COUNT(*)
		  FROM (SELECT scheduled_at, MAX(ends_at) OVER before AS taken_until
		          FROM appointments
		         WHERE status IN ('pending', 'confirmed')
		        WINDOW before AS (PARTITION BY person ORDER BY scheduled_at, id
		                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) v
		 WHERE v.scheduled_at < v.taken_until`, "person", person)
}

// missingPeriod asks for half-written visits.
func missingPeriod(person string) string {
	return strings.ReplaceAll(`
		SELECT COUNT(*)
		  FROM appointments a
		 WHERE a.status IN ('pending', 'confirmed')
		   AND a.ends_at > $1
		   AND NOT EXISTS (SELECT 1
		                     FROM busy_periods p
		                    WHERE p.owner_id = a.person
		                      AND p.starts_at = a.scheduled_at
		                      AND p.ends_at >= a.ends_at
		                      AND p.appointment_id = a.id)`, "person", person)
}

// Flaws looks for every broken promise in the tables, and lists each sort that
// was looked for with its count; all zero is a sound database.
func Flaws(tx *sqldb.Tx) ([]Flaw, error) {
	var found []Flaw
	for _, f := range flawQueries() {
		var args []any
		if strings.Contains(f.query, "$1") {
			args = append(args, tx.Now)
		}
		flaw := Flaw{Name: f.name}
		if err := tx.QueryRow(f.query, args...).Scan(&flaw.Rows); err != nil {
			return nil, fmt.Errorf("check whether %s: %w", f.name, err)
		}
		found = append(found, flaw)
	}
	return found, nil
}
