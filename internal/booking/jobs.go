package booking

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// chunk is how much a job does in one transaction, so that people's bookings
// never wait for it.
const chunk = 200

// ExpirePending cancels requests whose time has passed without an answer, and
// says how many. One that fails does not keep the others waiting.
func (s *Service) ExpirePending(ctx context.Context) (int, error) {
	total := 0
	for {
		var ids []uuid.UUID
		err := s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
			ids, err = store.PendingPast(tx, chunk)
			return err
		})
		if err != nil {
			return total, err
		}
		for _, id := range ids {
			if failed := s.expire(ctx, id); failed != nil {
				err = errors.Join(err, failed)
			} else {
				total++
			}
		}
		if err != nil || len(ids) < chunk {
			return total, err
		}
	}
}

// expire cancels one request in nobody's name, unless it was answered meanwhile.
func (s *Service) expire(ctx context.Context, id uuid.UUID) error {
	var doctorID uuid.UUID
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		v, err := store.VisitForUpdate(tx, id, uuid.Nil)
		if err != nil {
			return err
		}
		doctorID = v.DoctorID
		expired, err := v.Cancelled(tx.Now, turno.CancelledExpired, nil, "")
		if turno.CodeOf(err) == turno.CodeInvalidTransition {
			return nil
		}
		if err != nil {
			return err
		}
		return s.writeChange(tx, policy.Caller{}, v.Visit, expired, "expired")
	})
	if err == nil {
		s.config.Wake()
		s.changed(doctorID)
	}
	return err
}

// SweepHolds frees the time of holds that have expired, and says how many. An
// expired hold blocks nobody, but nobody has told the open pages yet.
func (s *Service) SweepHolds(ctx context.Context) (int, error) {
	swept := 0
	var touched []uuid.UUID
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		touched = touched[:0]
		expired, err := store.ExpiredHolds(tx, chunk)
		if err != nil {
			return err
		}
		b := tx.Batch()
		for _, p := range expired {
			store.ClearExpiredIn(b, p, tx.Now)
			touched = append(touched, p.OwnerID)
		}
		swept = len(expired)
		return b.Run()
	})
	if err == nil {
		s.changed(touched...)
	}
	return swept, err
}

// ClearPast removes busy periods that ended over a day ago, of some people at a time;
// the visits stay. So the cost of searching and booking does not grow with history.
func (s *Service) ClearPast(ctx context.Context) (total int64, err error) {
	const keep, people = 24 * time.Hour, 100
	for {
		var owners []uuid.UUID
		var before time.Time
		if err := s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
			before = tx.Now.Add(-keep)
			owners, err = store.OwnersWithPast(tx, before, people)
			return err
		}); err != nil || len(owners) == 0 {
			return total, err
		}
		var cleared int64
		if err := s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
			cleared, err = store.ClearPast(tx, owners, before)
			return err
		}); err != nil {
			return total, err
		}
		total += cleared
	}
}

// OpenVisits lists every visit of a person that is not over, be they its patient
// or its doctor, soonest first, inside the transaction that ends their standing.
func (s *Service) OpenVisits(tx *sqldb.Tx, personID uuid.UUID) ([]turno.Appointment, error) {
	visits, err := store.OpenVisitsOf(tx, personID, tx.Now)
	if err != nil {
		return nil, err
	}
	return s.openAll(visits)
}

// CancelOpenVisits calls off every visit of a person that is not over, be they
// its patient or its doctor, inside the transaction that erases them, or the last
// who acts for them. It returns the doctors, whose calendars will have changed once
// that commits.
func (s *Service) CancelOpenVisits(tx *sqldb.Tx, c policy.Caller, personID uuid.UUID) (doctorIDs []uuid.UUID, err error) {
	visits, err := store.OpenVisitsOf(tx, personID, tx.Now)
	if err != nil {
		return nil, err
	}
	acts, err := store.ActsFor(tx, c.UserID, personID)
	if err != nil {
		return nil, err
	}
	for _, v := range visits {
		kind := turno.CancelledByPractice
		if (c.Is(v.PatientID) || acts && v.PatientID == personID) && tx.Now.Before(v.ScheduledAt) {
			kind = turno.CancelledByPatient
		}
		cancelled, err := v.Cancelled(tx.Now, kind, c.ID(), "")
		if err != nil {
			return nil, err
		}
		if err := s.writeChange(tx, c, v, cancelled, "cancelled"); err != nil {
			return nil, err
		}
		doctorIDs = append(doctorIDs, v.DoctorID)
	}
	return doctorIDs, nil
}
