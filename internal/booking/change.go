package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Confirm agrees to a request. It changes no busy period, so it can't
// double-book.
func (s *Service) Confirm(ctx context.Context, c policy.Caller, id uuid.UUID) (turno.Appointment, error) {
	return s.change(ctx, c, id, confirming())
}

// Complete says that the patient came. It also corrects a visit that was marked
// as missed, until the end of the next day.
func (s *Service) Complete(ctx context.Context, c policy.Caller, id uuid.UUID) (turno.Appointment, error) {
	return s.change(ctx, c, id, completing())
}

// Miss says that the patient did not come. It also corrects a visit that was
// completed, until the end of the next day, while nobody has rated it.
func (s *Service) Miss(ctx context.Context, c policy.Caller, id uuid.UUID) (turno.Appointment, error) {
	return s.change(ctx, c, id, step{policy.MissAppointment, "missed",
		func(v store.VisitFacts, now time.Time, correctable bool) (turno.Appointment, error) {
			return v.Missed(now, c.UserID, correctable)
		}})
}

// Cancel calls a visit off and frees both people's time. The reason is for the
// other side to read; it may be empty.
func (s *Service) Cancel(ctx context.Context, c policy.Caller, id uuid.UUID, reason string) (turno.Appointment, error) {
	if tooLong(reason, MaxReason) {
		return turno.Appointment{}, turno.Invalid(turno.FieldError{Location: "body.reason", Message: "Please keep this under 2,000 characters."})
	}
	cancelled, err := s.change(ctx, c, id, step{policy.CancelAppointment, "cancelled",
		func(v store.VisitFacts, now time.Time, _ bool) (turno.Appointment, error) {
			kind := turno.CancelledByPatient
			if forPractice(c, v.DoctorID) {
				kind = turno.CancelledByPractice
			}
			return v.Cancelled(now, kind, c.ID(), reason)
		}})
	if err == nil {
		s.config.Observe(OutcomeCancelled)
	}
	return cancelled, err
}

// step is a step in the life of a visit: who may take it, what it is called in
// the outbox, and what becomes of the visit.
type step struct {
	action policy.Action
	event  string
	next   func(v store.VisitFacts, now time.Time, correctable bool) (turno.Appointment, error)
}

func confirming() step {
	return step{policy.ConfirmAppointment, "confirmed",
		func(v store.VisitFacts, now time.Time, _ bool) (turno.Appointment, error) {
			return v.Confirmed(now)
		}}
}

func completing() step {
	return step{policy.CompleteAppointment, "completed",
		func(v store.VisitFacts, now time.Time, correctable bool) (turno.Appointment, error) {
			return v.Completed(now, correctable)
		}}
}

// change takes a visit one step on, in one transaction.
func (s *Service) change(ctx context.Context, c policy.Caller, id uuid.UUID, next step) (turno.Appointment, error) {
	return s.changeWhile(ctx, c, id, func(*sqldb.Tx) error { return nil }, next)
}

// changeWhile is change, if stands agrees in its transaction.
func (s *Service) changeWhile(ctx context.Context, c policy.Caller, id uuid.UUID, stands func(*sqldb.Tx) error, next step) (turno.Appointment, error) {
	if err := policy.Admit(c, next.action); err != nil {
		return turno.Appointment{}, err
	}
	var changed turno.Appointment
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := stands(tx); err != nil {
			return err
		}
		before, after, err := s.decide(tx, c, id, next)
		if err != nil {
			return err
		}
		changed = after
		return s.writeChange(tx, c, before, after, next.event)
	})
	if err != nil {
		return turno.Appointment{}, err
	}
	s.config.Wake()
	s.changed(changed.DoctorID)
	return changed, nil
}

// decide locks a visit and says what the step makes of it. It writes nothing.
func (s *Service) decide(tx *sqldb.Tx, c policy.Caller, id uuid.UUID, next step) (before store.Visit, after turno.Appointment, err error) {
	v, err := store.VisitForUpdate(tx, id, c.UserID)
	if err != nil {
		return v.Visit, after, err
	}
	if err := policy.Check(c, next.action, relation(c, v)); err != nil {
		return v.Visit, after, err
	}
	if v.Appointment, err = s.open(v.Visit); err != nil {
		return v.Visit, after, err
	}
	correctable, err := s.correctable(v, tx.Now)
	if err != nil {
		return v.Visit, after, err
	}
	after, err = next.next(v, tx.Now, correctable)
	return v.Visit, after, err
}

// correctable reports whether came and did not come may still be swapped.
func (s *Service) correctable(v store.VisitFacts, now time.Time) (bool, error) {
	loc, err := s.zones.Location(v.DoctorZone)
	if err != nil {
		return false, err
	}
	return !v.Rated && now.Before(v.CorrectableUntil(loc)), nil
}

// writeChange writes a step that leaves the visit at its time. A visit that is
// called off gives its time back.
func (s *Service) writeChange(tx *sqldb.Tx, c policy.Caller, before store.Visit, after turno.Appointment, event string) error {
	var updated int64
	b := tx.Batch()
	store.UpdateVisitIn(b, &updated, s.sealed(after))
	if after.Status == turno.StatusCancelled {
		store.FreeVisitIn(b, before.Appointment)
	}
	s.noteChange(b, tx.Now, c, after, turno.AuditUpdate, event)
	store.VisitChangedIn(b, turno.NewID(), after.ScheduledAt, after.CreatedAt)
	if err := b.Run(); err != nil {
		return fmt.Errorf("write a change to a visit: %w", err)
	}
	if updated == 0 {
		return turno.Conflict(turno.CodeConflict, "This visit has just been changed by somebody else. Please look again.")
	}
	return nil
}

// sealed is a visit as the tables hold it.
func (s *Service) sealed(a turno.Appointment) store.Visit {
	return store.Visit{
		Appointment:              a,
		SealedReason:             s.seal(a.Reason, a.ID),
		SealedCancellationReason: s.seal(a.CancellationReason, a.ID),
	}
}
