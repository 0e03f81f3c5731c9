package account

import (
	"context"
	"fmt"
	"strconv"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Specializations lists the fields of medicine by name.
func (s *Service) Specializations(ctx context.Context, c policy.Caller) (all []turno.Specialization, err error) {
	if err := policy.Check(c, policy.ListSpecializations, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		all, err = store.Specializations(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list specializations: %w", err)
	}
	return all, nil
}

// SpecializationUse is a specialization with the number of its doctors.
type SpecializationUse = store.SpecializationUse

// SpecializationUses lists the fields of medicine by name with the number of their
// doctors, for whoever manages them.
func (s *Service) SpecializationUses(ctx context.Context, c policy.Caller) (all []SpecializationUse, err error) {
	if err := policy.Check(c, policy.WriteSpecializations, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		all, err = store.SpecializationUses(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count doctors by specialization: %w", err)
	}
	return all, nil
}

// CreateSpecialization adds one. Errors: KindInvalid, KindConflict when there is
// one of the name.
func (s *Service) CreateSpecialization(ctx context.Context, c policy.Caller, name string) (added turno.Specialization, err error) {
	if err := policy.Check(c, policy.WriteSpecializations, 0); err != nil {
		return added, err
	}
	var check checks
	name = check.line("name", name, 1, 100)
	if err := check.err(); err != nil {
		return added, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		id, err := store.InsertSpecialization(tx, name)
		if err != nil {
			return specializationTaken(err)
		}
		added = turno.Specialization{ID: id, Name: name}
		return auditSpecialization(tx, c, turno.AuditCreate, id)
	})
	if err != nil {
		return turno.Specialization{}, fmt.Errorf("add a specialization: %w", err)
	}
	return added, nil
}

// RenameSpecialization changes the name of one. Errors: KindInvalid,
// KindNotFound, KindConflict when there is another of the name.
func (s *Service) RenameSpecialization(ctx context.Context, c policy.Caller, id int, name string) (turno.Specialization, error) {
	changed := turno.Specialization{ID: id}
	if err := policy.Check(c, policy.WriteSpecializations, 0); err != nil {
		return changed, err
	}
	var check checks
	changed.Name = check.line("name", name, 1, 100)
	if err := check.err(); err != nil {
		return changed, err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		found, err := store.UpdateSpecialization(tx, changed)
		switch {
		case err != nil:
			return specializationTaken(err)
		case !found:
			return turno.NotFound("specialization")
		}
		return auditSpecialization(tx, c, turno.AuditUpdate, id)
	})
	if err != nil {
		return turno.Specialization{}, fmt.Errorf("rename a specialization: %w", err)
	}
	return changed, nil
}

// DeleteSpecialization removes one. Errors: KindNotFound, KindConflict with
// CodeInUse while a doctor has it.
func (s *Service) DeleteSpecialization(ctx context.Context, c policy.Caller, id int) error {
	if err := policy.Check(c, policy.WriteSpecializations, 0); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		found, err := store.DeleteSpecialization(tx, id)
		switch {
		case sqldb.IsForeignKeyViolation(err):
			return turno.Conflict(turno.CodeInUse, "Doctors have this specialization. Give them another first.")
		case err != nil:
			return err
		case !found:
			return turno.NotFound("specialization")
		}
		return auditSpecialization(tx, c, turno.AuditDelete, id)
	})
	if err != nil {
		return fmt.Errorf("delete a specialization: %w", err)
	}
	return nil
}

func specializationTaken(err error) error {
	if sqldb.IsUniqueViolation(err) {
		return turno.Conflict(turno.CodeConflict, "There is a specialization of this name already.")
	}
	return err
}

func auditSpecialization(tx *sqldb.Tx, c policy.Caller, action turno.AuditAction, id int) error {
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: c.ID(), Action: action, Entity: "specialization", EntityID: strconv.Itoa(id),
	})
}
