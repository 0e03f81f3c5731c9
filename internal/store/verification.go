package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// DoctorToVerify is a doctor whose licence nobody has confirmed, with what it
// takes to check it.
type DoctorToVerify struct {
	ID                uuid.UUID
	FullName          string
	Email             string
	LicenseNumber     string
	SpecializationID  int
	Specialization    string
	YearsOfExperience int
	RegisteredAt      time.Time
}

// DoctorsToVerify lists active doctors who are not verified, in the order in which
// their accounts were made, after the one given (Nil: from the first).
func DoctorsToVerify(tx *sqldb.Tx, after uuid.UUID, limit int) ([]DoctorToVerify, error) {
	doctors, err := sqldb.All(tx, scanDoctorToVerify, `
		SELECT d.user_id, u.full_name, u.email, d.license_number, s.id, s.name, d.years_of_experience, u.created_at
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		  JOIN specializations s ON s.id = d.specialization_id
		 WHERE d.verified_at IS NULL
		   AND d.user_id > $1
		   AND u.deactivated_at IS NULL
		   AND u.erased_at IS NULL
		 ORDER BY d.user_id
		 `+sqldb.Limit(limit), after)
	if err != nil {
		return nil, fmt.Errorf("list doctors to verify: %w", err)
	}
	return doctors, nil
}

func scanDoctorToVerify(row sqldb.Scanner) (d DoctorToVerify, err error) {
	err = row.Scan(&d.ID, &d.FullName, &d.Email, &d.LicenseNumber, &d.SpecializationID, &d.Specialization,
		&d.YearsOfExperience, &d.RegisteredAt)
	return d, err
}

// CountDoctorsToVerify is how many DoctorsToVerify lists in all.
func CountDoctorsToVerify(tx *sqldb.Tx) (n int64, err error) {
	err = tx.QueryRow(`
		SELECT COUNT(*)
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		 WHERE d.verified_at IS NULL
		   AND u.deactivated_at IS NULL
		   AND u.erased_at IS NULL`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count doctors to verify: %w", err)
	}
	return n, nil
}
