package booking

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Changes is what became of several visits: each is changed or refused.
type Changes struct {
	Changed []turno.Appointment
	Refused []Refusal
}

// Refusal says why one visit could not be changed.
type Refusal struct {
	ID  uuid.UUID
	Err *turno.Error
}

// maxChanges is how many visits are changed at once, so that bookings never wait
// for it.
const maxChanges = 100

// ConfirmAll agrees to those of the visits, which are a doctor's, that are
// requests, in one transaction; each as Confirm does.
func (s *Service) ConfirmAll(ctx context.Context, c policy.Caller, doctorID uuid.UUID, ids []uuid.UUID) (Changes, error) {
	if err := policy.Check(c, policy.ConfirmAppointment, ownCalendar(c, doctorID)); err != nil {
		return Changes{}, err
	}
	if len(ids) > maxChanges {
		return Changes{}, turno.Invalid(turno.FieldError{Location: "body.ids", Message: fmt.Sprintf("At most %d visits are changed at once.", maxChanges)})
	}
	return s.changeMany(ctx, c, doctorID, confirming(), func(*sqldb.Tx) ([]uuid.UUID, error) { return ids, nil })
}

// CompleteRest says that the patients of a doctor's confirmed visits of a day, in
// the doctor's zone, came, in one transaction; each as Complete does. Visits that
// have not begun are refused.
func (s *Service) CompleteRest(ctx context.Context, c policy.Caller, doctorID uuid.UUID, day turno.Date) (Changes, error) {
	if err := policy.Check(c, policy.CompleteAppointment, ownCalendar(c, doctorID)); err != nil {
		return Changes{}, err
	}
	return s.changeMany(ctx, c, doctorID, completing(), func(tx *sqldb.Tx) ([]uuid.UUID, error) {
		doctor, err := store.DoctorByID(tx, doctorID)
		if err != nil {
			return nil, err
		}
		zone, err := s.zones.Location(doctor.TimeZone)
		if err != nil {
			return nil, err
		}
		when := dayOf(day, zone)
		visits, err := store.Visits(tx, store.VisitFilter{
			Visible: store.Visibility{All: true}, DoctorID: &doctorID, Status: turno.StatusConfirmed,
			From: when.StartsAt, To: when.EndsAt, Limit: maxChanges})
		ids := make([]uuid.UUID, len(visits))
		for i, v := range visits {
			ids[i] = v.ID
		}
		return ids, err
	})
}

// changeMany takes one step with each of a doctor's visits. They are locked in
// the order of their ids, so that two who do this never wait for each other.
func (s *Service) changeMany(ctx context.Context, c policy.Caller, doctorID uuid.UUID, next step, which func(*sqldb.Tx) ([]uuid.UUID, error)) (Changes, error) {
	var changes Changes
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		changes = Changes{}
		ids, err := which(tx)
		if err != nil {
			return err
		}
		ids = slices.Clone(ids)
		slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
		for _, id := range slices.Compact(ids) {
			if err := s.changeOne(tx, c, doctorID, id, next, &changes); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Changes{}, err
	}
	if len(changes.Changed) > 0 {
		s.config.Wake()
		s.changed(doctorID)
	}
	return changes, nil
}

// changeOne notes a refusal of the decision, which has written nothing. What
// fails to be written fails them all.
func (s *Service) changeOne(tx *sqldb.Tx, c policy.Caller, doctorID, id uuid.UUID, next step, changes *Changes) error {
	before, after, decision := s.decide(tx, c, id, next)
	if decision == nil && before.DoctorID != doctorID {
		decision = turno.NotFound("appointment")
	}
	refusal, err := asRefusal(decision)
	switch {
	case refusal != nil:
		changes.Refused = append(changes.Refused, Refusal{ID: id, Err: refusal})
	case err == nil:
		changes.Changed = append(changes.Changed, after)
		err = s.writeChange(tx, c, before, after, next.event)
	}
	return err
}

// asRefusal takes an error that is about one visit apart from those that are about
// more.
func asRefusal(err error) (*turno.Error, error) {
	switch turno.KindOf(err) {
	case turno.KindNotFound, turno.KindForbidden, turno.KindConflict, turno.KindInvalid:
		refusal, _ := errors.AsType[*turno.Error](err)
		return refusal, nil
	case turno.KindInternal, turno.KindUnauthenticated, turno.KindRateLimited, turno.KindUnavailable:
	}
	return nil, err
}
