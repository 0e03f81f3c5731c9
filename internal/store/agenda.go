package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// DayCounts are the figures of a doctor's day.
type DayCounts struct {
	Day        int // visits of the day that were not called off
	Left       int // of these, open and not over
	Waiting    int // requests that are not over, of any day
	Unanswered int // confirmed visits that are over
}

// CountDay counts a doctor's visits: those of the day [from, to), and those that
// wait for an answer and began after since, which must not be after from.
func CountDay(tx *sqldb.Tx, doctorID uuid.UUID, from, to, since time.Time) (c DayCounts, err error) {
	err = tx.QueryRow(`
		SELECT COUNT(*) FILTER (WHERE scheduled_at >= $2 AND scheduled_at < $3
		                          AND (status <> 'cancelled' OR cancellation_kind = 'no_show')),
		       COUNT(*) FILTER (WHERE scheduled_at >= $2 AND scheduled_at < $3
		                          AND status IN ('pending', 'confirmed') AND ends_at > $5),
		       COUNT(*) FILTER (WHERE status = 'pending' AND ends_at > $5),
		       COUNT(*) FILTER (WHERE status = 'confirmed' AND ends_at <= $5)
		  FROM appointments
		 WHERE doctor_id = $1
		   AND scheduled_at >= $4`, doctorID, from, to, since, tx.Now).
		Scan(&c.Day, &c.Left, &c.Waiting, &c.Unanswered)
	if err != nil {
		return c, fmt.Errorf("count the visits of a day: %w", err)
	}
	return c, nil
}

// VisitTime is when a visit is.
type VisitTime struct {
	ID uuid.UUID
	turno.Interval
}

// OpenVisitTimes lists when a doctor's pending and confirmed visits are that end
// after the instant, soonest first.
func OpenVisitTimes(tx *sqldb.Tx, doctorID uuid.UUID, after time.Time) ([]VisitTime, error) {
	times, err := sqldb.All(tx, func(row sqldb.Scanner) (v VisitTime, err error) {
		err = row.Scan(&v.ID, &v.StartsAt, &v.EndsAt)
		return v, err
	}, `
		SELECT id, scheduled_at, ends_at
		  FROM appointments
		 WHERE doctor_id = $1
		   AND scheduled_at > $3
		   AND ends_at > $2
		   AND status IN ('pending', 'confirmed')
		 ORDER BY scheduled_at`, doctorID, after, after.Add(-LongestVisit))
	if err != nil {
		return nil, fmt.Errorf("list when visits are: %w", err)
	}
	return times, nil
}

// DoctorsVisitedBetween lists the doctors of a specialization, or of all when it
// is 0, who have visits in [from, to) that were not called off.
func DoctorsVisitedBetween(tx *sqldb.Tx, specializationID int, from, to time.Time) ([]uuid.UUID, error) {
	var w sqldb.Where
	w.Add("a.scheduled_at > $?", from.Add(-LongestVisit))
	w.Add("a.scheduled_at < $?", to)
	w.Add("a.ends_at > $?", from)
	w.Add("(a.status <> 'cancelled' OR a.cancellation_kind = 'no_show')")
	if specializationID != 0 {
		w.Add("d.specialization_id = $?", specializationID)
	}
	ids, err := sqldb.All(tx, scanID, `
		SELECT DISTINCT a.doctor_id
		  FROM appointments a
		  JOIN doctors d ON d.user_id = a.doctor_id
		 `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list the doctors of a day: %w", err)
	}
	return ids, nil
}

// PatientsOfVisits is whose the visits are, by the visit; those that are not with
// the doctor are missing.
func PatientsOfVisits(tx *sqldb.Tx, doctorID uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	type pair struct{ visit, patient uuid.UUID }
	pairs, err := sqldb.All(tx, func(row sqldb.Scanner) (p pair, err error) {
		err = row.Scan(&p.visit, &p.patient)
		return p, err
	}, `
		SELECT id, patient_id
		  FROM appointments
		 WHERE id = ANY($2)
		   AND doctor_id = $1`, doctorID, sqldb.In(ids))
	if err != nil {
		return nil, fmt.Errorf("list whose visits these are: %w", err)
	}
	patients := make(map[uuid.UUID]uuid.UUID, len(pairs))
	for _, p := range pairs {
		patients[p.visit] = p.patient
	}
	return patients, nil
}
