package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

const selectTimeOff = `
		SELECT id, doctor_id, starts_at, ends_at, reason, created_at
		  FROM time_off`

func scanTimeOff(row sqldb.Scanner) (t turno.TimeOff, err error) {
	err = row.Scan(&t.ID, &t.DoctorID, &t.StartsAt, &t.EndsAt, &t.Reason, &t.CreatedAt)
	return t, err
}

// TimeOffFrom lists a doctor's time off that is not over.
func TimeOffFrom(tx *sqldb.Tx, doctorID uuid.UUID) ([]turno.TimeOff, error) {
	return TimeOffSince(tx, doctorID, tx.Now)
}

// TimeOffSince lists a doctor's time off that was not over at an instant.
func TimeOffSince(tx *sqldb.Tx, doctorID uuid.UUID, since time.Time) ([]turno.TimeOff, error) {
	off, err := sqldb.All(tx, scanTimeOff, selectTimeOff+`
		 WHERE doctor_id = $1
		   AND ends_at > $2
		 ORDER BY starts_at`, doctorID, since)
	if err != nil {
		return nil, fmt.Errorf("list time off: %w", err)
	}
	return off, nil
}

// TimeOffBetween lists a doctor's time off that overlaps [from, to).
func TimeOffBetween(tx *sqldb.Tx, doctorID uuid.UUID, from, to time.Time) ([]turno.TimeOff, error) {
	off, err := sqldb.All(tx, scanTimeOff, selectTimeOff+`
		 WHERE doctor_id = $1
		   AND starts_at < $3
		   AND ends_at > $2
		 ORDER BY starts_at`, doctorID, from, to)
	if err != nil {
		return nil, fmt.Errorf("list time off: %w", err)
	}
	return off, nil
}

// TimeOffByID reads one; false when there is none.
func TimeOffByID(tx *sqldb.Tx, id uuid.UUID) (turno.TimeOff, bool, error) {
	var off turno.TimeOff
	var found bool
	b := tx.Batch()
	sqldb.BatchOne(b, &off, &found, scanTimeOff, selectTimeOff+` WHERE id = $1`, id)
	if err := b.Run(); err != nil {
		return off, false, fmt.Errorf("read time off: %w", err)
	}
	return off, found, nil
}

// InsertTimeOffIn adds a row as a part of a batch; its period is claimed apart.
func InsertTimeOffIn(b *sqldb.Batch, t turno.TimeOff) {
	b.Exec(nil, `
		INSERT INTO time_off (id, doctor_id, starts_at, ends_at, reason, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, t.ID, t.DoctorID, t.StartsAt, t.EndsAt, t.Reason, t.CreatedAt)
}

// DeleteTimeOffIn removes a row and its period as a part of a batch.
func DeleteTimeOffIn(b *sqldb.Batch, t turno.TimeOff) {
	FreeIn(b, turno.BusyPeriod{OwnerID: t.DoctorID, Interval: t.Interval, Kind: turno.BusyTimeOff, TimeOffID: &t.ID})
	b.Exec(nil, `DELETE FROM time_off WHERE id = $1`, t.ID)
}
