package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

const selectAvailability = `
		SELECT id, doctor_id, day_of_week, start_time, end_time, release_minutes
		  FROM availability`

func scanAvailability(row sqldb.Scanner) (a turno.Availability, err error) {
	err = row.Scan(&a.ID, &a.DoctorID, &a.DayOfWeek, &a.StartTime, &a.EndTime, &a.ReleaseMinutes)
	return a, err
}

// ReplaceAvailability makes the windows the whole week of the doctor. Windows
// that overlap fail with sqldb.IsExclusionViolation; the caller checks before.
func ReplaceAvailability(tx *sqldb.Tx, doctorID uuid.UUID, week []turno.Availability) error {
	b := tx.Batch()
	b.Exec(nil, `DELETE FROM availability WHERE doctor_id = $1`, doctorID)
	for _, w := range week {
		b.Exec(nil, `
			INSERT INTO availability (id, doctor_id, day_of_week, start_time, end_time, release_minutes)
			VALUES ($1, $2, $3, $4, $5, $6)`,
			w.ID, doctorID, w.DayOfWeek, w.StartTime, w.EndTime, w.ReleaseMinutes)
	}
	if err := b.Run(); err != nil {
		return fmt.Errorf("replace weekly hours: %w", err)
	}
	return nil
}

const selectExtraHours = `
		SELECT id, doctor_id, starts_at, ends_at
		  FROM extra_hours`

func scanExtraHours(row sqldb.Scanner) (x turno.ExtraHours, err error) {
	err = row.Scan(&x.ID, &x.DoctorID, &x.StartsAt, &x.EndsAt)
	return x, err
}

// ExtraHoursFrom lists a doctor's extra hours that are not over.
func ExtraHoursFrom(tx *sqldb.Tx, doctorID uuid.UUID) ([]turno.ExtraHours, error) {
	hours, err := sqldb.All(tx, scanExtraHours, selectExtraHours+`
		 WHERE doctor_id = $1
		   AND ends_at > $2
		 ORDER BY starts_at`, doctorID, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("list extra hours: %w", err)
	}
	return hours, nil
}

// ExtraHoursByID reads one opening; false when there is none.
func ExtraHoursByID(tx *sqldb.Tx, id uuid.UUID) (turno.ExtraHours, bool, error) {
	var hours turno.ExtraHours
	var found bool
	b := tx.Batch()
	sqldb.BatchOne(b, &hours, &found, scanExtraHours, selectExtraHours+` WHERE id = $1`, id)
	if err := b.Run(); err != nil {
		return hours, false, fmt.Errorf("read extra hours: %w", err)
	}
	return hours, found, nil
}

// InsertExtraHours adds an opening, and reports false when it overlaps another.
// The caller holds the exclusive lock of the calendar.
func InsertExtraHours(tx *sqldb.Tx, x turno.ExtraHours) (bool, error) {
	rows, err := tx.Exec(`
		INSERT INTO extra_hours (id, doctor_id, starts_at, ends_at)
		SELECT $1, $2, $3, $4
		 WHERE NOT EXISTS (SELECT 1
		                     FROM extra_hours
		                    WHERE doctor_id = $2
		                      AND starts_at < $4
		                      AND ends_at > $3)`, x.ID, x.DoctorID, x.StartsAt, x.EndsAt)
	if err != nil {
		return false, fmt.Errorf("add extra hours: %w", err)
	}
	return rows == 1, nil
}

// DeleteExtraHours removes an opening.
func DeleteExtraHours(tx *sqldb.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(`DELETE FROM extra_hours WHERE id = $1`, id); err != nil {
		return fmt.Errorf("delete extra hours: %w", err)
	}
	return nil
}
