package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Patient reads a patient's record. That somebody else opened it goes to the
// trail. Errors: KindNotFound, also for those who may not know of the patient.
func (s *Service) Patient(ctx context.Context, c policy.Caller, id uuid.UUID) (patient turno.Patient, err error) {
	if err := policy.Admit(c, policy.ReadPatient); err != nil {
		return patient, err
	}
	err = s.inPatient(ctx, c, id, func(tx *sqldb.Tx) (err error) {
		relation, err := relationToPatient(tx, c, id)
		if err != nil {
			return err
		}
		if err := policy.Check(c, policy.ReadPatient, relation); err != nil {
			return err
		}
		if patient, err = store.PatientByID(tx, id); err != nil {
			return err
		}
		patient.Password = ""
		return recordRead(tx, c, relation, id)
	})
	if err != nil {
		return turno.Patient{}, fmt.Errorf("read a patient: %w", err)
	}
	return patient, nil
}

// inPatient reads a record in a transaction that can note the reading, unless
// there is nothing to note.
func (s *Service) inPatient(ctx context.Context, c policy.Caller, id uuid.UUID, read func(*sqldb.Tx) error) error {
	if c.Is(id) {
		return s.db.Read(ctx, read)
	}
	return s.db.Write(ctx, read)
}

// recordRead notes that a doctor or staff opened the record.
func recordRead(tx *sqldb.Tx, c policy.Caller, relation policy.Relation, id uuid.UUID) error {
	if relation&(policy.Self|policy.Proxy) != 0 {
		return nil
	}
	return store.RecordRead(tx, c.UserID, id, "patient", id.String())
}

// relationToPatient finds out how the caller stands to a patient, beside being
// staff.
func relationToPatient(tx *sqldb.Tx, c policy.Caller, id uuid.UUID) (relation policy.Relation, err error) {
	if c.Is(id) {
		return policy.Self, nil
	}
	acts, err := store.ActsFor(tx, c.UserID, id)
	if err != nil {
		return 0, err
	}
	if acts {
		relation |= policy.Proxy
	}
	if c.Role != turno.RoleDoctor {
		return relation, nil
	}
	knows, err := store.KnowsPatient(tx, c.UserID, id)
	if err != nil {
		return 0, err
	}
	if knows {
		relation |= policy.KnowsPatient
	}
	return relation, nil
}

// UpdatePatient changes a patient's record. Errors: KindInvalid, KindNotFound,
// KindForbidden for a doctor who may only read it, KindConflict for one who was
// erased.
func (s *Service) UpdatePatient(ctx context.Context, c policy.Caller, id uuid.UUID, patch Patch) (patient turno.Patient, err error) {
	if err := policy.Admit(c, policy.UpdatePatient); err != nil {
		return patient, err
	}
	patch.StaffLevel, patch.Active, patch.Email = nil, nil, nil
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		relation, err := relationToPatient(tx, c, id)
		if err != nil {
			return err
		}
		if err := policy.Check(c, policy.UpdatePatient, relation); err != nil {
			return err
		}
		if _, err := store.PatientByID(tx, id); err != nil { // nobody else is changed this way
			return err
		}
		person, err := s.patchPerson(tx, c, id, patch)
		if err != nil {
			return err
		}
		patient = *person.Patient
		return nil
	})
	if err != nil {
		return turno.Patient{}, fmt.Errorf("change a patient: %w", err)
	}
	return patient, nil
}
