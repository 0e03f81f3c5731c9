package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// Visit is an appointment as the tables hold it: its free texts are sealed.
type Visit struct {
	turno.Appointment
	SealedReason             []byte
	SealedCancellationReason []byte
}

const visitColumns = `
       a.id, a.patient_id, a.doctor_id, a.scheduled_at, a.ends_at, a.status, a.visit_type_id, a.location_id,
       a.booked_by, a.reason, a.sequence, COALESCE(CAST(a.cancellation_kind AS text), ''), a.cancelled_at,
       a.cancelled_by, a.cancellation_reason, a.coming_at, a.created_at, a.updated_at`

func scanVisit(row sqldb.Scanner) (v Visit, err error) {
	err = row.Scan(v.dest()...)
	return v, err
}

func (v *Visit) dest() []any {
	return []any{&v.ID, &v.PatientID, &v.DoctorID, &v.ScheduledAt, &v.EndsAt, &v.Status, &v.VisitTypeID, &v.LocationID,
		&v.BookedBy, &v.SealedReason, &v.Sequence, &v.CancellationKind, &v.CancelledAt,
		&v.CancelledBy, &v.SealedCancellationReason, &v.ComingAt, &v.CreatedAt, &v.UpdatedAt}
}

// A visit is accepted only under the rules that it was checked against: the
// calendar's version has not moved since, and the licence is verified.
const insertVisit = `
INSERT INTO appointments
       (id, patient_id, doctor_id, scheduled_at, ends_at, status, visit_type_id, location_id,
        booked_by, reason, created_at, updated_at)
SELECT $1, $2, user_id, $4, $5, $6, $7, $8, $9, $10, $11, $11
  FROM doctors
 WHERE user_id = $3
   AND calendar_version = $12
   AND verified_at IS NOT NULL`

// InsertVisitIn adds a visit as a part of a batch. inserted is 0 when the
// doctor's calendar has changed since version: read it again, decide again.
func InsertVisitIn(b *sqldb.Batch, inserted *int64, v Visit, version int64) {
	b.Exec(inserted, insertVisit, v.ID, v.PatientID, v.DoctorID, v.ScheduledAt, v.EndsAt, v.Status, v.VisitTypeID,
		v.LocationID, v.BookedBy, v.SealedReason, v.CreatedAt, version)
}

// UpdateVisitIn writes what can change in the life of a visit, as a part of a
// batch, provided that its sequence is still the one before.
func UpdateVisitIn(b *sqldb.Batch, updated *int64, v Visit) {
	b.Exec(updated, `
		UPDATE appointments
		   SET scheduled_at = $3,
		       ends_at = $4,
		       status = $5,
		       cancellation_kind = $6,
		       cancelled_at = $7,
		       cancelled_by = $8,
		       cancellation_reason = $9,
		       coming_at = CASE WHEN scheduled_at = $3 THEN coming_at END,
		       sequence = $2,
		       updated_at = $10
		 WHERE id = $1
		   AND sequence = $2 - 1`,
		v.ID, v.Sequence, v.ScheduledAt, v.EndsAt, v.Status, nullable(v.CancellationKind), v.CancelledAt,
		v.CancelledBy, v.SealedCancellationReason, v.UpdatedAt)
}

// SetComing notes that somebody comes to a confirmed visit, if it is still at the time.
// Saying it again changes nothing. It is no change that anybody has to hear of, so the
// sequence stays.
func SetComing(tx *sqldb.Tx, id uuid.UUID, scheduledAt time.Time) (bool, error) {
	rows, err := tx.Exec(`
		UPDATE appointments
		   SET coming_at = $3
		 WHERE id = $1
		   AND scheduled_at = $2
		   AND status = 'confirmed'
		   AND coming_at IS NULL`, id, scheduledAt, tx.Now)
	if err != nil {
		return false, fmt.Errorf("note that somebody comes: %w", err)
	}
	return rows == 1, nil
}

// nullable is nil for the empty string, as a column that may be NULL wants it.
func nullable[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

// VisitFacts is a visit with what the use cases need to know beside it.
type VisitFacts struct {
	Visit
	DoctorZone  string
	AutoConfirm bool
	ActsFor     bool // the caller is a proxy of the patient
	Rated       bool
}

// VisitForUpdate reads a visit and locks it until the transaction ends, so that
// what is decided about it still holds when it is written.
func VisitForUpdate(tx *sqldb.Tx, id, callerID uuid.UUID) (VisitFacts, error) {
	if tx.Engine() == sqldb.Postgres {
		if _, err := tx.Exec(`SELECT 1 FROM appointments WHERE id = $1 FOR NO KEY UPDATE`, id); err != nil {
			return VisitFacts{}, fmt.Errorf("lock a visit: %w", err)
		}
	}
	return VisitByID(tx, id, callerID)
}

// VisitByID reads a visit: a turno.KindNotFound error when there is none.
func VisitByID(tx *sqldb.Tx, id, callerID uuid.UUID) (VisitFacts, error) {
	v, err := sqldb.One(tx, scanVisitFacts, `
		SELECT `+visitColumns+`,
		       d.time_zone,
		       d.auto_confirm,
		       EXISTS (SELECT 1
		                 FROM patient_proxies p
		                WHERE p.patient_id = a.patient_id
		                  AND p.proxy_user_id = $2
		                  AND (p.ends_at IS NULL OR p.ends_at > $3)),
		       EXISTS (SELECT 1 FROM feedback f WHERE f.appointment_id = a.id)
		  FROM appointments a
		  JOIN doctors d ON d.user_id = a.doctor_id
		 WHERE a.id = $1`, id, callerID, tx.Now)
	if errors.Is(err, sqldb.ErrNoRows) {
		return v, turno.NotFound("appointment")
	}
	if err != nil {
		return v, fmt.Errorf("read a visit: %w", err)
	}
	return v, nil
}

func scanVisitFacts(row sqldb.Scanner) (v VisitFacts, err error) {
	err = row.Scan(append(v.dest(), &v.DoctorZone, &v.AutoConfirm, &v.ActsFor, &v.Rated)...)
	return v, err
}

// VisitFilter chooses visits; zero fields choose all.
type VisitFilter struct {
	Visible   Visibility
	Status    turno.Status
	DoctorID  *uuid.UUID
	PatientID *uuid.UUID
	From, To  time.Time // of scheduled_at
	Newest    bool      // the latest first
	AfterTime time.Time // keyset: the last visit seen
	AfterID   uuid.UUID
	Limit     int
}

// Visibility is whose visits a caller may list.
type Visibility struct {
	All    bool
	UserID uuid.UUID // as the patient, the doctor, or a proxy of the patient
}

// Visits lists visits in the order of their time.
func Visits(tx *sqldb.Tx, f VisitFilter) ([]Visit, error) {
	var w sqldb.Where
	if !f.Visible.All {
		me := w.Arg(f.Visible.UserID)
		now := w.Arg(tx.Now)
		w.Add(`(a.doctor_id = ` + me + `
		     OR a.patient_id = ` + me + `
		     OR a.patient_id IN (SELECT p.patient_id
		                           FROM patient_proxies p
		                          WHERE p.proxy_user_id = ` + me + `
		                            AND (p.ends_at IS NULL OR p.ends_at > ` + now + `)))`)
	}
	if f.Status != "" {
		w.Add("a.status = $?", f.Status)
	}
	if f.DoctorID != nil {
		w.Add("a.doctor_id = $?", *f.DoctorID)
	}
	if f.PatientID != nil {
		w.Add("a.patient_id = $?", *f.PatientID)
	}
	if !f.From.IsZero() {
		w.Add("a.scheduled_at >= $?", f.From)
	}
	if !f.To.IsZero() {
		w.Add("a.scheduled_at < $?", f.To)
	}
	order, beyond := "a.scheduled_at, a.id", ">"
	if f.Newest {
		order, beyond = "a.scheduled_at DESC, a.id DESC", "<"
	}
	if f.AfterID != uuid.Nil {
		w.Add("(a.scheduled_at, a.id) "+beyond+" ($?, $?)", f.AfterTime, f.AfterID)
	}
	visits, err := sqldb.All(tx, scanVisit, `
		SELECT `+visitColumns+`
		  FROM appointments a
		 `+w.SQL()+`
		 ORDER BY `+order+`
		 `+sqldb.Limit(f.Limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list visits: %w", err)
	}
	return visits, nil
}

// OpenVisitsBetween lists a doctor's pending and confirmed visits that overlap
// [from, to), and locks them.
func OpenVisitsBetween(tx *sqldb.Tx, doctorID uuid.UUID, from, to time.Time) ([]Visit, error) {
	forUpdate := ""
	if tx.Engine() == sqldb.Postgres {
		forUpdate = " FOR NO KEY UPDATE"
	}
	visits, err := sqldb.All(tx, scanVisit, `
		SELECT `+visitColumns+`
		  FROM appointments a
		 WHERE a.doctor_id = $1
		   AND a.scheduled_at < $3
		   AND a.scheduled_at > $4
		   AND a.ends_at > $2
		   AND a.status IN ('pending', 'confirmed')
		 ORDER BY a.scheduled_at`+forUpdate,
		doctorID, from, to, from.Add(-LongestVisit))
	if err != nil {
		return nil, fmt.Errorf("list visits in the way: %w", err)
	}
	return visits, nil
}

// OpenVisitsOf lists the pending and confirmed visits of a person, as the patient
// or as the doctor, that are not over at the instant.
func OpenVisitsOf(tx *sqldb.Tx, personID uuid.UUID, at time.Time) ([]Visit, error) {
	visits, err := sqldb.All(tx, scanVisit, `
		SELECT `+visitColumns+`
		  FROM appointments a
		 WHERE (a.patient_id = $1 OR a.doctor_id = $1)
		   AND a.scheduled_at > $3
		   AND a.ends_at > $2
		   AND a.status IN ('pending', 'confirmed')
		 ORDER BY a.scheduled_at`, personID, at, at.Add(-LongestVisit))
	if err != nil {
		return nil, fmt.Errorf("list open visits of a person: %w", err)
	}
	return visits, nil
}

// PendingPast lists requests whose time has passed without an answer.
func PendingPast(tx *sqldb.Tx, limit int) ([]uuid.UUID, error) {
	ids, err := sqldb.All(tx, scanID, `
		SELECT id
		  FROM appointments
		 WHERE status = 'pending'
		   AND ends_at <= $1
		 ORDER BY ends_at
		 `+sqldb.Limit(limit), tx.Now)
	if err != nil {
		return nil, fmt.Errorf("list requests that passed: %w", err)
	}
	return ids, nil
}

// LongestVisit bounds how far back a visit that still runs can have begun.
const LongestVisit = 8 * time.Hour

func scanID(row sqldb.Scanner) (id uuid.UUID, err error) {
	err = row.Scan(&id)
	return id, err
}

// VisitChangedIn notes, as a part of a batch, that the counts of the quarter
// hours of these instants are to be rolled up again.
func VisitChangedIn(b *sqldb.Batch, id uuid.UUID, scheduledAt, createdAt time.Time) {
	const quarter = 15 * time.Minute
	b.Exec(nil, `
		INSERT INTO visit_changes (id, scheduled_at, created_at)
		VALUES ($1, $2, $3)`, id, scheduledAt.Truncate(quarter), createdAt.Truncate(quarter))
}
