package store

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

const patientColumns = userColumns + `,
       p.date_of_birth, COALESCE(CAST(p.gender AS text), ''), COALESCE(p.contact_number, '')`

func scanPatient(row sqldb.Scanner) (p turno.Patient, err error) {
	err = row.Scan(append(userDest(&p.User), &p.DateOfBirth, &p.Gender, &p.ContactNumber)...)
	return p, err
}

// PatientByID reads a patient: a turno.KindNotFound error when there is none.
func PatientByID(tx *sqldb.Tx, id uuid.UUID) (turno.Patient, error) {
	p, err := sqldb.One(tx, scanPatient, `
		SELECT `+patientColumns+`
		  FROM patients p
		  JOIN users u ON u.id = p.user_id
		 WHERE p.user_id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRows) {
		return p, turno.NotFound("patient")
	}
	if err != nil {
		return p, fmt.Errorf("read a patient: %w", err)
	}
	return p, nil
}

// InsertPatient adds the profile of a user who is a patient.
func InsertPatient(tx *sqldb.Tx, p turno.Patient) error {
	_, err := tx.Exec(`
		INSERT INTO patients (user_id, date_of_birth, gender, contact_number)
		VALUES ($1, $2, $3, $4)`,
		p.ID, p.DateOfBirth, nullable(p.Gender), nullable(p.ContactNumber))
	if err != nil {
		return fmt.Errorf("add a patient: %w", err)
	}
	return nil
}

// UpdatePatient writes a patient's profile. The caller holds tx.Lock of the id
// since before it read the patient.
func UpdatePatient(tx *sqldb.Tx, p turno.Patient) error {
	_, err := tx.Exec(`
		UPDATE patients
		   SET date_of_birth = $2,
		       gender = $3,
		       contact_number = $4
		 WHERE user_id = $1`,
		p.ID, p.DateOfBirth, nullable(p.Gender), nullable(p.ContactNumber))
	if err != nil {
		return fmt.Errorf("change a patient: %w", err)
	}
	return nil
}

// monthsKnown is how long after a visit its doctor may read the record
// (SECURITY.md).
const monthsKnown = 24

// KnowsPatient reports whether a doctor has a visit of the patient, not
// cancelled, in the future or within the last 24 months. One that the doctor
// booked does not count: nobody opens a record by making a visit
// (docs/decisions/0012).
func KnowsPatient(tx *sqldb.Tx, doctorID, patientID uuid.UUID) (knows bool, err error) {
	err = tx.QueryRow(`
		SELECT EXISTS (SELECT 1
		                 FROM appointments
		                WHERE patient_id = $1
		                  AND doctor_id = $2
		                  AND status <> 'cancelled'
		                  AND scheduled_at >= $3
		                  AND (booked_by IS NULL OR booked_by <> $2))`,
		patientID, doctorID, tx.Now.AddDate(0, -monthsKnown, 0)).Scan(&knows)
	if err != nil {
		return false, fmt.Errorf("does the doctor know the patient: %w", err)
	}
	return knows, nil
}
