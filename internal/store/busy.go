package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// Give this time of this person away, unless any of it is given away already.
//
// Zero rows means taken, on both engines: no error and no aborted transaction.
// This is the only statement that writes a busy period.
const insertBusy = `
INSERT INTO busy_periods
       (owner_id, starts_at, ends_at, kind, appointment_id, hold_id, time_off_id, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING`

// ClaimIn takes a busy period as a part of a batch. taken is 1 when the period
// was free, 0 when it was not; the caller must demand 1.
func ClaimIn(b *sqldb.Batch, taken *int64, p turno.BusyPeriod) {
	b.Exec(taken, insertBusy, claimArgs(p)...)
}

// Claim takes a busy period, and reports false when any of it is taken already.
func Claim(tx *sqldb.Tx, p turno.BusyPeriod) (bool, error) {
	rows, err := tx.Exec(insertBusy, claimArgs(p)...)
	if err != nil {
		return false, fmt.Errorf("claim a busy period: %w", err)
	}
	return rows == 1, nil
}

func claimArgs(p turno.BusyPeriod) []any {
	return []any{p.OwnerID, p.StartsAt, p.EndsAt, p.Kind, p.AppointmentID, p.HoldID, p.TimeOffID, p.ExpiresAt}
}

// A period is deleted by its key, and by what it is for, so that nobody frees
// somebody else's time.
const deleteBusy = `
DELETE FROM busy_periods
 WHERE owner_id = $1
   AND starts_at = $2
   AND kind = $3
   AND COALESCE(appointment_id, hold_id, time_off_id) = $4`

// FreeIn gives a busy period back as a part of a batch.
func FreeIn(b *sqldb.Batch, p turno.BusyPeriod) {
	b.Exec(nil, deleteBusy, p.OwnerID, p.StartsAt, p.Kind, p.CauseID())
}

// FreeVisitIn gives both periods of a visit back as a part of a batch.
func FreeVisitIn(b *sqldb.Batch, a turno.Appointment) {
	for _, owner := range []uuid.UUID{a.DoctorID, a.PatientID} {
		b.Exec(nil, deleteBusy, owner, a.ScheduledAt, turno.BusyAppointment, a.ID)
	}
}

// Which time of this person is given away between these instants?
//
// As no two periods overlap, only the last one to start by the first instant can
// reach beyond it. So the range of the index has two ends, and what came before
// costs nothing.
const selectBusy = `
SELECT owner_id, starts_at, ends_at, kind, appointment_id, hold_id, time_off_id, expires_at
  FROM busy_periods
 WHERE owner_id = $1
   AND starts_at >= COALESCE((SELECT MAX(starts_at)
                                FROM busy_periods
                               WHERE owner_id = $1
                                 AND starts_at <= $2), $2)
   AND starts_at < $3
   AND ends_at > $2
 ORDER BY starts_at`

// BusyIn reads the busy periods of a person that overlap [from, to), expired
// holds included, as a part of a batch.
func BusyIn(b *sqldb.Batch, into *[]turno.BusyPeriod, owner uuid.UUID, from, to time.Time) {
	sqldb.BatchAll(b, into, scanBusy, selectBusy, owner, from, to)
}

// BusyOf reads the busy periods of many people that overlap [from, to), in order
// of their start.
func BusyOf(tx *sqldb.Tx, owners []uuid.UUID, from, to time.Time) (map[uuid.UUID][]turno.BusyPeriod, error) {
	periods, err := sqldb.All(tx, scanBusy, `
		SELECT owner_id, starts_at, ends_at, kind, appointment_id, hold_id, time_off_id, expires_at
		  FROM busy_periods
		 WHERE owner_id = ANY($1)
		   AND starts_at < $3
		   AND ends_at > $2
		 ORDER BY owner_id, starts_at`, sqldb.In(owners), from, to)
	if err != nil {
		return nil, fmt.Errorf("read busy periods: %w", err)
	}
	byOwner := make(map[uuid.UUID][]turno.BusyPeriod, len(owners))
	for _, p := range periods {
		byOwner[p.OwnerID] = append(byOwner[p.OwnerID], p)
	}
	return byOwner, nil
}

// OwnersWithPast is whose periods ended before the instant, holds aside; at most so
// many people. It looks through all periods, so it is for a Read, which nobody waits
// for.
func OwnersWithPast(tx *sqldb.Tx, before time.Time, limit int) ([]uuid.UUID, error) {
	owners, err := sqldb.All(tx, scanID, `
		SELECT DISTINCT owner_id
		  FROM busy_periods
		 WHERE ends_at < $1
		   AND kind <> 'hold'
		 `+sqldb.Limit(limit), before)
	if err != nil {
		return nil, fmt.Errorf("find past busy periods: %w", err)
	}
	return owners, nil
}

// ClearPast removes the periods of these people that ended before the instant, holds
// aside. The visits stay; so the cost of searching and booking does not grow with
// history.
func ClearPast(tx *sqldb.Tx, owners []uuid.UUID, before time.Time) (int64, error) {
	rows, err := tx.Exec(`
		DELETE FROM busy_periods
		 WHERE owner_id = ANY($1)
		   AND starts_at < $2
		   AND ends_at < $2
		   AND kind <> 'hold'`, sqldb.In(owners), before)
	if err != nil {
		return 0, fmt.Errorf("clear past busy periods: %w", err)
	}
	return rows, nil
}

func scanBusy(row sqldb.Scanner) (p turno.BusyPeriod, err error) {
	err = row.Scan(&p.OwnerID, &p.StartsAt, &p.EndsAt, &p.Kind, &p.AppointmentID, &p.HoldID, &p.TimeOffID, &p.ExpiresAt)
	return p, err
}
