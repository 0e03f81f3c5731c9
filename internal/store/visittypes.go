package store

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

const selectVisitType = `
		SELECT id, doctor_id, name, minutes, mode, audience, instructions, active
		  FROM visit_types`

func scanVisitType(row sqldb.Scanner) (t turno.VisitType, err error) {
	err = row.Scan(&t.ID, &t.DoctorID, &t.Name, &t.Minutes, &t.Mode, &t.Audience, &t.Instructions, &t.Active)
	return t, err
}

// VisitTypes lists a doctor's visit types by name.
func VisitTypes(tx *sqldb.Tx, doctorID uuid.UUID) ([]turno.VisitType, error) {
	types, err := sqldb.All(tx, scanVisitType, selectVisitType+`
		 WHERE doctor_id = $1
		 ORDER BY name`, doctorID)
	if err != nil {
		return nil, fmt.Errorf("list visit types: %w", err)
	}
	return types, nil
}

// VisitTypeByID reads one: a turno.KindNotFound error when there is none.
func VisitTypeByID(tx *sqldb.Tx, id uuid.UUID) (turno.VisitType, error) {
	t, err := sqldb.One(tx, scanVisitType, selectVisitType+` WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRows) {
		return t, turno.NotFound("visit type")
	}
	if err != nil {
		return t, fmt.Errorf("read a visit type: %w", err)
	}
	return t, nil
}

// InsertVisitType adds one, and reports false when the doctor has one so named.
func InsertVisitType(tx *sqldb.Tx, t turno.VisitType) (bool, error) {
	rows, err := tx.Exec(`
		INSERT INTO visit_types (id, doctor_id, name, minutes, mode, audience, instructions, active)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (doctor_id, name) DO NOTHING`,
		t.ID, t.DoctorID, t.Name, t.Minutes, t.Mode, t.Audience, t.Instructions, t.Active)
	if err != nil {
		return false, fmt.Errorf("add a visit type: %w", err)
	}
	return rows == 1, nil
}

// UpdateVisitType writes one, and reports false when another of the doctor's is
// so named.
func UpdateVisitType(tx *sqldb.Tx, t turno.VisitType) (bool, error) {
	rows, err := tx.Exec(`
		UPDATE visit_types
		   SET name = $3,
		       minutes = $4,
		       mode = $5,
		       audience = $6,
		       instructions = $7,
		       active = $8
		 WHERE id = $1
		   AND NOT EXISTS (SELECT 1
		                     FROM visit_types other
		                    WHERE other.doctor_id = $2
		                      AND other.name = $3
		                      AND other.id <> $1)`,
		t.ID, t.DoctorID, t.Name, t.Minutes, t.Mode, t.Audience, t.Instructions, t.Active)
	if err != nil {
		return false, fmt.Errorf("change a visit type: %w", err)
	}
	return rows == 1, nil
}
