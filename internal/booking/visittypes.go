package booking

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// VisitTypes lists a doctor's visit types by name. The public sees those that
// patients can book.
func (s *Service) VisitTypes(ctx context.Context, c policy.Caller, doctorID uuid.UUID) (types []turno.VisitType, err error) {
	if err := policy.Check(c, policy.ReadVisitTypes, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		if _, err := visibleCalendar(tx, c, doctorID); err != nil {
			return err
		}
		types, err = store.VisitTypes(tx, doctorID)
		return err
	})
	if !forPractice(c, doctorID) {
		types = slices.DeleteFunc(types, func(t turno.VisitType) bool { return !t.Active || t.Audience == turno.AudienceStaff })
	}
	return types, err
}

// AddVisitType lets a doctor offer another kind of visit. The name is unique for
// the doctor.
func (s *Service) AddVisitType(ctx context.Context, c policy.Caller, t turno.VisitType) (turno.VisitType, error) {
	if err := policy.Check(c, policy.WriteVisitTypes, ownCalendar(c, t.DoctorID)); err != nil {
		return turno.VisitType{}, err
	}
	t.ID, t.Active = turno.NewID(), true
	t.Mode, t.Audience = cmp.Or(t.Mode, turno.ModeInPerson), cmp.Or(t.Audience, turno.AudienceAll)
	if err := checkVisitType(&t); err != nil {
		return turno.VisitType{}, err
	}
	err := s.changeCalendar(ctx, c, t.DoctorID, "visit_type", turno.AuditCreate, t.ID, func(tx *sqldb.Tx) error {
		added, err := store.InsertVisitType(tx, t)
		if err == nil && !added {
			err = sameName()
		}
		return err
	})
	if err != nil {
		return turno.VisitType{}, err
	}
	return t, nil
}

// VisitTypePatch changes the fields of a visit type that are not nil.
type VisitTypePatch struct {
	Name         *string
	Minutes      *int
	Mode         *turno.VisitMode
	Audience     *turno.Audience
	Instructions *string
	Active       *bool

	Version turno.Version // VisitType.Version when the change was begun
}

// UpdateVisitType changes a visit type. Visits already booked keep their length.
func (s *Service) UpdateVisitType(ctx context.Context, c policy.Caller, id uuid.UUID, p VisitTypePatch) (turno.VisitType, error) {
	if err := policy.Admit(c, policy.WriteVisitTypes); err != nil {
		return turno.VisitType{}, err
	}
	var t turno.VisitType
	err := s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		t, err = store.VisitTypeByID(tx, id)
		return err
	})
	if err != nil {
		return t, err
	}
	if err := policy.Check(c, policy.WriteVisitTypes, ownCalendar(c, t.DoctorID)); err != nil {
		return turno.VisitType{}, err
	}
	err = s.changeCalendar(ctx, c, t.DoctorID, "visit_type", turno.AuditUpdate, id, func(tx *sqldb.Tx) error {
		var err error
		if t, err = store.VisitTypeByID(tx, id); err != nil {
			return err
		}
		if err := p.Version.Check(t.Version()); err != nil {
			return err
		}
		p.apply(&t)
		if err := checkVisitType(&t); err != nil {
			return err
		}
		updated, err := store.UpdateVisitType(tx, t)
		if err == nil && !updated {
			err = sameName()
		}
		return err
	})
	if err != nil {
		return turno.VisitType{}, err
	}
	return t, nil
}

func (p VisitTypePatch) apply(t *turno.VisitType) {
	set(&t.Name, p.Name)
	set(&t.Minutes, p.Minutes)
	set(&t.Mode, p.Mode)
	set(&t.Audience, p.Audience)
	set(&t.Instructions, p.Instructions)
	set(&t.Active, p.Active)
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

func sameName() error {
	return turno.Conflict(turno.CodeConflict, "There is a visit type of this name already.")
}

func checkVisitType(t *turno.VisitType) error {
	t.Name = strings.TrimSpace(t.Name)
	var fields []turno.FieldError
	if strings.ContainsFunc(t.Name, func(r rune) bool { return !turno.FitsName(r) }) {
		fields = append(fields, turno.FieldError{Location: "body.name", Message: "This contains characters that can't be used."})
	} else if !turno.CanBeSeen(t.Name) || tooLong(t.Name, 100) {
		fields = append(fields, turno.FieldError{Location: "body.name", Message: "A name has 1 to 100 characters."})
	}
	if t.Minutes < 5 || t.Minutes > 480 {
		fields = append(fields, turno.FieldError{Location: "body.minutes", Message: "A visit takes 5 to 480 minutes."})
	}
	if !slices.Contains([]turno.VisitMode{turno.ModeInPerson, turno.ModePhone, turno.ModeVideo}, t.Mode) {
		fields = append(fields, turno.FieldError{Location: "body.mode", Message: "A visit is in_person, phone or video."})
	}
	if !slices.Contains([]turno.Audience{turno.AudienceAll, turno.AudienceNew, turno.AudienceKnown, turno.AudienceStaff}, t.Audience) {
		fields = append(fields, turno.FieldError{Location: "body.audience", Message: "The audience is all, new, known or staff."})
	}
	if tooLong(t.Instructions, 2000) {
		fields = append(fields, turno.FieldError{Location: "body.instructions", Message: "Please keep this under 2,000 characters."})
	}
	if len(fields) > 0 {
		return turno.Invalid(fields...)
	}
	return nil
}
