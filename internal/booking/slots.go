package booking

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Slots lists the open times of a doctor that begin in [from, to), soonest
// first, for a visit of the type, or of the doctor's slot length. A zero from is
// now, a zero to two weeks later; to is at most 62 days after from. The practice
// also sees times that are not released to patients. What another node did
// less than a second ago may be missing from what patients see.
func (s *Service) Slots(ctx context.Context, c policy.Caller, doctorID uuid.UUID, from, to time.Time, visitTypeID *uuid.UUID) (open []turno.Interval, err error) {
	if err := policy.Check(c, policy.ReadSlots, 0); err != nil {
		return nil, err
	}
	if visitTypeID == nil { // else the database is asked about it anyway
		query, err := slotQuery(s.db.Now(), c, doctorID, from, to)
		if err != nil {
			return nil, err
		}
		if open, known := s.knownSlots(doctorID, query); known {
			return open, nil
		}
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		query, err := slotQuery(tx.Now, c, doctorID, from, to)
		if err != nil {
			return err
		}
		calendar, err := store.CalendarOf(tx, doctorID, query.From, query.To.Add(neighbourhood))
		if err != nil {
			return err
		}
		if !calendar.Bookable {
			return turno.NotFound("doctor")
		}
		if query.Minutes, err = minutesOf(tx, doctorID, visitTypeID, query.ForStaff); err != nil {
			return err
		}
		open, err = s.computeSlots(&calendar, query)
		return err
	})
	return open, err
}

func slotQuery(now time.Time, c policy.Caller, doctorID uuid.UUID, from, to time.Time) (schedule.Query, error) {
	const usual, longest = 14 * 24 * time.Hour, 62 * 24 * time.Hour
	if from.IsZero() {
		from = now
	}
	if to.IsZero() {
		to = from.Add(usual)
	}
	switch {
	case to.Before(from):
		return schedule.Query{}, turno.Invalid(turno.FieldError{Location: "query.to", Message: "This is before from."})
	case to.Sub(from) > longest:
		return schedule.Query{}, turno.Invalid(turno.FieldError{Location: "query.to", Message: "This is at most 62 days after from."})
	}
	return schedule.Query{From: from, To: to, Now: now, ForStaff: forPractice(c, doctorID)}, nil
}

// slotsOf lists the open times of a doctor.
func (s *Service) slotsOf(tx *sqldb.Tx, doctorID uuid.UUID, query schedule.Query) ([]turno.Interval, error) {
	if !query.From.Before(query.To) {
		return nil, nil
	}
	if open, known := s.knownSlots(doctorID, query); known {
		return open, nil
	}
	calendar, err := store.CalendarOf(tx, doctorID, query.From, query.To.Add(neighbourhood))
	if err != nil {
		return nil, err
	}
	return s.computeSlots(&calendar, query)
}

// knownSlots asks the index for the open times of a doctor. It does not know what
// the practice sees.
func (s *Service) knownSlots(doctorID uuid.UUID, query schedule.Query) (open []turno.Interval, known bool) {
	if query.ForStaff || !s.indexIsCurrent(doctorID) {
		return nil, false
	}
	return s.config.FreeTime.Slots(query, doctorID)
}

// computeSlots computes them from a calendar with what is busy around them.
func (s *Service) computeSlots(calendar *store.Calendar, query schedule.Query) ([]turno.Interval, error) {
	rules, err := s.zones.Rules(calendar)
	if err != nil {
		return nil, err
	}
	return schedule.Slots(rules, openings.Blocking(calendar.Busy, query.Now, nil), query), nil
}

// minutesOf is the length of a visit type that the caller may book; 0 stands for
// the doctor's own.
func minutesOf(tx *sqldb.Tx, doctorID uuid.UUID, typeID *uuid.UUID, practice bool) (int, error) {
	if typeID == nil {
		return 0, nil
	}
	visitType, err := store.VisitTypeByID(tx, *typeID)
	hidden := !visitType.Active || visitType.Audience == turno.AudienceStaff && !practice
	if turno.KindOf(err) == turno.KindNotFound || err == nil && (visitType.DoctorID != doctorID || hidden) {
		return 0, turno.Invalid(turno.FieldError{Location: "query.visit_type_id", Message: "This doctor has no such visit type."})
	}
	return visitType.Minutes, err
}
