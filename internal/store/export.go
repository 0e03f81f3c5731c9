package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// NamedVisit is a visit with the name of its doctor and of its type.
type NamedVisit struct {
	Visit
	DoctorName string
	TypeName   string // empty without a type
}

// ExportVisits lists every visit of a patient, the first one first.
func ExportVisits(tx *sqldb.Tx, patientID uuid.UUID) ([]NamedVisit, error) {
	visits, err := sqldb.All(tx, scanNamedVisit, `
		SELECT `+visitColumns+`, u.full_name, COALESCE(t.name, '')
		  FROM appointments a
		  JOIN users u ON u.id = a.doctor_id
		  LEFT JOIN visit_types t ON t.id = a.visit_type_id
		 WHERE a.patient_id = $1
		 ORDER BY a.scheduled_at, a.id`, patientID)
	if err != nil {
		return nil, fmt.Errorf("export visits: %w", err)
	}
	return visits, nil
}

func scanNamedVisit(row sqldb.Scanner) (v NamedVisit, err error) {
	err = row.Scan(append(v.dest(), &v.DoctorName, &v.TypeName)...)
	return v, err
}

// ExportFeedback lists every feedback that a patient gave, the first one first.
func ExportFeedback(tx *sqldb.Tx, patientID uuid.UUID) ([]turno.Feedback, error) {
	given, err := sqldb.All(tx, scanGivenFeedback, `
		SELECT id, patient_id, doctor_id, appointment_id, rating, COALESCE(comments, ''), created_at
		  FROM feedback
		 WHERE patient_id = $1
		 ORDER BY created_at, id`, patientID)
	if err != nil {
		return nil, fmt.Errorf("export feedback: %w", err)
	}
	return given, nil
}

func scanGivenFeedback(row sqldb.Scanner) (f turno.Feedback, err error) {
	err = row.Scan(&f.ID, &f.PatientID, &f.DoctorID, &f.AppointmentID, &f.Rating, &f.Comments, &f.CreatedAt)
	return f, err
}

// ExportExtraHours lists a doctor's extra hours, past ones too, the first one
// first.
func ExportExtraHours(tx *sqldb.Tx, doctorID uuid.UUID) ([]turno.ExtraHours, error) {
	hours, err := sqldb.All(tx, scanExtraHours, selectExtraHours+`
		 WHERE doctor_id = $1
		 ORDER BY starts_at`, doctorID)
	if err != nil {
		return nil, fmt.Errorf("export extra hours: %w", err)
	}
	return hours, nil
}

// ExportTimeOff lists a doctor's time off, past ones too, the first one first.
func ExportTimeOff(tx *sqldb.Tx, doctorID uuid.UUID) ([]turno.TimeOff, error) {
	off, err := sqldb.All(tx, scanTimeOff, selectTimeOff+`
		 WHERE doctor_id = $1
		 ORDER BY starts_at, id`, doctorID)
	if err != nil {
		return nil, fmt.Errorf("export time off: %w", err)
	}
	return off, nil
}

// Device is when a user first and last signed in on one device.
type Device struct {
	CreatedAt  time.Time
	LastUsedAt time.Time
}

// ExportDevices lists the devices that a user signed in on, the first one first.
func ExportDevices(tx *sqldb.Tx, userID uuid.UUID) ([]Device, error) {
	devices, err := sqldb.All(tx, scanDevice, `
		SELECT created_at, last_used_at
		  FROM devices
		 WHERE user_id = $1
		 ORDER BY created_at, last_used_at`, userID)
	if err != nil {
		return nil, fmt.Errorf("export devices: %w", err)
	}
	return devices, nil
}

func scanDevice(row sqldb.Scanner) (d Device, err error) {
	err = row.Scan(&d.CreatedAt, &d.LastUsedAt)
	return d, err
}

// ExportTrail lists what a user did, and what others did with the user's record:
// the newest entries up to the limit, the first of them first.
func ExportTrail(tx *sqldb.Tx, userID uuid.UUID, limit int) ([]turno.AuditEntry, error) {
	entries, err := sqldb.All(tx, scanTrail, `
		SELECT id, action_by, action_type, entity, entity_id, subject_id, COALESCE(action_detail, ''), created_at
		  FROM audit_logs
		 WHERE action_by = $1
		    OR subject_id = $1
		 ORDER BY created_at DESC, id DESC
		 `+sqldb.Limit(limit), userID)
	if err != nil {
		return nil, fmt.Errorf("export the trail: %w", err)
	}
	slices.Reverse(entries)
	return entries, nil
}

func scanTrail(row sqldb.Scanner) (e turno.AuditEntry, err error) {
	err = row.Scan(&e.ID, &e.ActionBy, &e.Action, &e.Entity, &e.EntityID, &e.SubjectID, &e.Detail, &e.CreatedAt)
	return e, err
}

// EraseTexts removes what a person wrote in their own words: why they came, why
// they cancelled, what they said of the doctor, why a doctor was away, what they
// and those who act for them are to each other; and the answers kept for them. The visits and the ratings stay.
func EraseTexts(tx *sqldb.Tx, userID uuid.UUID) error {
	b := tx.Batch()
	b.Exec(nil, `
		UPDATE appointments
		   SET reason = NULL,
		       cancellation_reason = NULL,
		       updated_at = $2
		 WHERE patient_id = $1
		   AND (reason IS NOT NULL OR cancellation_reason IS NOT NULL)`, userID, tx.Now)
	b.Exec(nil, `
		UPDATE feedback
		   SET comments = NULL
		 WHERE patient_id = $1
		   AND comments IS NOT NULL`, userID)
	b.Exec(nil, `
		UPDATE time_off
		   SET reason = ''
		 WHERE doctor_id = $1
		   AND reason <> ''`, userID)
	b.Exec(nil, `
		UPDATE patient_proxies
		   SET relation = ''
		 WHERE (patient_id = $1 OR proxy_user_id = $1)
		   AND relation <> ''`, userID)
	b.Exec(nil, `
		DELETE FROM idempotent_answers
		 WHERE user_id = $1`, userID)
	b.Exec(nil, `
		DELETE FROM mail_refusals
		 WHERE user_id = $1`, userID)
	b.Exec(nil, `
		DELETE FROM mails
		 WHERE user_id = $1
		    OR appointment_id IN (SELECT id FROM appointments WHERE patient_id = $1)`, userID)
	if err := b.Run(); err != nil {
		return fmt.Errorf("erase texts: %w", err)
	}
	return nil
}

// AnonymiseDoctor takes from a doctor's profile what names the person.
func AnonymiseDoctor(tx *sqldb.Tx, id uuid.UUID) error {
	_, err := tx.Exec(`
		UPDATE doctors
		   SET license_number = $2,
		       bio = '',
		       verified_at = NULL,
		       verified_by = NULL,
		       verification_note = ''
		 WHERE user_id = $1`, id, "erased-"+id.String())
	if err != nil {
		return fmt.Errorf("anonymise a doctor: %w", err)
	}
	return nil
}
