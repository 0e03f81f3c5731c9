package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

const selectHold = `
		SELECT id, doctor_id, visit_type_id, starts_at, ends_at, holder_id, anonymous, expires_at, created_at
		  FROM holds`

// KeptHold is a hold with when it began.
type KeptHold struct {
	turno.Hold
	CreatedAt time.Time
}

func scanHold(row sqldb.Scanner) (h KeptHold, err error) {
	err = row.Scan(&h.ID, &h.DoctorID, &h.VisitTypeID, &h.StartsAt, &h.EndsAt, &h.HolderID, &h.Anonymous, &h.ExpiresAt, &h.CreatedAt)
	return h, err
}

// LiveHoldsIn reads the holds that the holders have not ended, expired or not, as
// a part of a batch: one for each at most.
func LiveHoldsIn(b *sqldb.Batch, into *[]KeptHold, holders ...uuid.UUID) {
	sqldb.BatchAll(b, into, scanHold, selectHold+`
		 WHERE holder_id = ANY($1)
		   AND ended_at IS NULL`, sqldb.In(holders))
}

// HoldByID reads a hold that has not ended; false when there is none.
func HoldByID(tx *sqldb.Tx, id uuid.UUID) (KeptHold, bool, error) {
	var h KeptHold
	var found bool
	b := tx.Batch()
	sqldb.BatchOne(b, &h, &found, scanHold, selectHold+`
		 WHERE id = $1
		   AND ended_at IS NULL`, id)
	if err := b.Run(); err != nil {
		return h, false, fmt.Errorf("read a hold: %w", err)
	}
	return h, found, nil
}

// HoldLimits is what keeps people from hoarding time.
type HoldLimits struct {
	Unused      int        // holds of the holder on the doctor since the instant, that led to no booking
	OldestAt    *time.Time // when the first of them began
	FromAddress int        // live anonymous holds of the address
}

// HoldLimitsIn reads the counts as a part of a batch.
func HoldLimitsIn(b *sqldb.Batch, l *HoldLimits, holderID, doctorID uuid.UUID, address string, since, now time.Time) {
	var found bool
	sqldb.BatchOne(b, l, &found, scanHoldLimits, `
		SELECT COUNT(*),
		       MIN(created_at),
		       (SELECT COUNT(*)
		          FROM holds
		         WHERE address = $3
		           AND anonymous
		           AND ended_at IS NULL
		           AND expires_at > $5
		           AND holder_id <> $1)
		  FROM holds
		 WHERE holder_id = $1
		   AND doctor_id = $2
		   AND created_at > $4
		   AND NOT used`, holderID, doctorID, address, since, now)
}

func scanHoldLimits(row sqldb.Scanner) (l HoldLimits, err error) {
	err = row.Scan(&l.Unused, &l.OldestAt, &l.FromAddress)
	return l, err
}

// InsertHoldIn adds a hold as a part of a batch. inserted is 0 when the holder
// has a live one.
func InsertHoldIn(b *sqldb.Batch, inserted *int64, h turno.Hold, address string, now time.Time) {
	b.Exec(inserted, `
		INSERT INTO holds
		       (id, doctor_id, visit_type_id, starts_at, ends_at, holder_id, anonymous, address, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT DO NOTHING`,
		h.ID, h.DoctorID, h.VisitTypeID, h.StartsAt, h.EndsAt, h.HolderID, h.Anonymous, address, now, h.ExpiresAt)
}

// GiveHoldIn makes an anonymous hold that of a user who has no other, as a part
// of a batch.
func GiveHoldIn(b *sqldb.Batch, id, userID uuid.UUID) {
	b.Exec(nil, `
		UPDATE holds
		   SET holder_id = $2,
		       anonymous = $3
		 WHERE id = $1
		   AND ended_at IS NULL`, id, userID, false)
}

// EndHoldIn ends a hold as a part of a batch; used tells whether it led to a
// booking. Its busy period is freed apart, by FreeIn.
func EndHoldIn(b *sqldb.Batch, id uuid.UUID, used bool, now time.Time) {
	b.Exec(nil, `
		UPDATE holds
		   SET ended_at = $2,
		       used = $3
		 WHERE id = $1
		   AND ended_at IS NULL`, id, now, used)
}

// ClearExpiredIn ends a hold that has expired and frees its time, as a part of a
// batch, unless it was renewed meanwhile.
func ClearExpiredIn(b *sqldb.Batch, p turno.BusyPeriod, now time.Time) {
	b.Exec(nil, `
		DELETE FROM busy_periods
		 WHERE owner_id = $1
		   AND starts_at = $2
		   AND hold_id = $3
		   AND expires_at <= $4`, p.OwnerID, p.StartsAt, p.HoldID, now)
	b.Exec(nil, `
		UPDATE holds
		   SET ended_at = $2
		 WHERE id = $1
		   AND ended_at IS NULL
		   AND expires_at <= $2`, p.HoldID, now)
}

// RenewHoldIn lets a hold and its period live longer, as a part of a batch.
func RenewHoldIn(b *sqldb.Batch, renewed *int64, h turno.Hold) {
	b.Exec(nil, `
		UPDATE holds
		   SET expires_at = $2
		 WHERE id = $1
		   AND ended_at IS NULL`, h.ID, h.ExpiresAt)
	b.Exec(renewed, `
		UPDATE busy_periods
		   SET expires_at = $3
		 WHERE owner_id = $1
		   AND starts_at = $2
		   AND hold_id = $4`, h.DoctorID, h.StartsAt, h.ExpiresAt, h.ID)
}

// ExpiredHolds lists busy periods of holds that have expired.
func ExpiredHolds(tx *sqldb.Tx, limit int) ([]turno.BusyPeriod, error) {
	periods, err := sqldb.All(tx, scanBusy, `
		SELECT owner_id, starts_at, ends_at, kind, appointment_id, hold_id, time_off_id, expires_at
		  FROM busy_periods
		 WHERE expires_at IS NOT NULL
		   AND expires_at <= $1
		 ORDER BY owner_id, starts_at
		 `+sqldb.Limit(limit), tx.Now)
	if err != nil {
		return nil, fmt.Errorf("list expired holds: %w", err)
	}
	return periods, nil
}
