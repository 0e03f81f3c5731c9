package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

const doctorColumns = userColumns + `,
       d.specialization_id, s.name, d.license_number, d.years_of_experience, d.bio, d.location_id,
       CAST(d.rating AS double precision), d.rating_count, d.time_zone, d.slot_minutes, d.buffer_minutes,
       d.min_notice_minutes, d.horizon_days, d.auto_confirm, d.verified_at, d.verified_by,
       d.verification_note, d.calendar_version`

func scanDoctor(row sqldb.Scanner) (d turno.Doctor, err error) {
	err = row.Scan(append(userDest(&d.User),
		&d.SpecializationID, &d.Specialization, &d.LicenseNumber, &d.YearsOfExperience, &d.Bio, &d.LocationID,
		&d.Rating, &d.RatingCount, &d.TimeZone, &d.SlotMinutes, &d.BufferMinutes,
		&d.MinNoticeMinutes, &d.HorizonDays, &d.AutoConfirm, &d.VerifiedAt, &d.VerifiedBy,
		&d.VerificationNote, &d.CalendarVersion)...)
	return d, err
}

// DoctorByID reads a doctor, verified or not: a turno.KindNotFound error when
// there is none. The doctor's TimeZone hides that of the user.
func DoctorByID(tx *sqldb.Tx, id uuid.UUID) (turno.Doctor, error) {
	d, err := sqldb.One(tx, scanDoctor, `
		SELECT `+doctorColumns+`
		  FROM doctors d
		  JOIN users u ON u.id = d.user_id
		  JOIN specializations s ON s.id = d.specialization_id
		 WHERE d.user_id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRows) {
		return d, turno.NotFound("doctor")
	}
	if err != nil {
		return d, fmt.Errorf("read a doctor: %w", err)
	}
	return d, nil
}

// InsertDoctor adds the profile of a user who is a doctor, unverified, with the
// settings that the table gives by default. A taken licence number is a unique
// violation.
func InsertDoctor(tx *sqldb.Tx, d turno.Doctor) error {
	_, err := tx.Exec(`
		INSERT INTO doctors
		       (user_id, specialization_id, license_number, years_of_experience, bio, location_id, time_zone)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		d.ID, d.SpecializationID, d.LicenseNumber, d.YearsOfExperience, d.Bio, d.LocationID, d.TimeZone)
	if err != nil {
		return fmt.Errorf("add a doctor: %w", err)
	}
	return nil
}

// UpdateDoctor writes a doctor's profile and settings. The caller holds tx.Lock
// of the id since before it read the doctor. A taken licence number is a unique
// violation.
func UpdateDoctor(tx *sqldb.Tx, d turno.Doctor) error {
	_, err := tx.Exec(`
		UPDATE doctors
		   SET specialization_id = $2,
		       license_number = $3,
		       years_of_experience = $4,
		       bio = $5,
		       location_id = $6,
		       time_zone = $7,
		       slot_minutes = $8,
		       buffer_minutes = $9,
		       min_notice_minutes = $10,
		       horizon_days = $11,
		       auto_confirm = $12
		 WHERE user_id = $1`,
		d.ID, d.SpecializationID, d.LicenseNumber, d.YearsOfExperience, d.Bio, d.LocationID, d.TimeZone,
		d.SlotMinutes, d.BufferMinutes, d.MinNoticeMinutes, d.HorizonDays, d.AutoConfirm)
	if err != nil {
		return fmt.Errorf("change a doctor: %w", err)
	}
	return nil
}

// SetVerification notes who verified a doctor's licence and when; nil at takes
// the verification back.
func SetVerification(tx *sqldb.Tx, id uuid.UUID, at *time.Time, by *uuid.UUID, note string) error {
	_, err := tx.Exec(`
		UPDATE doctors
		   SET verified_at = $2,
		       verified_by = $3,
		       verification_note = $4
		 WHERE user_id = $1`, id, at, by, note)
	if err != nil {
		return fmt.Errorf("set a verification: %w", err)
	}
	return nil
}
