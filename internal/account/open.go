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

// Open reads anybody's account, for staff; the front desk opens patients only.
// That a patient's record was opened goes to the trail. Errors: KindForbidden,
// KindNotFound.
func (s *Service) Open(ctx context.Context, c policy.Caller, id uuid.UUID) (person Person, err error) {
	if err := policy.Check(c, policy.ListPatients, 0); err != nil {
		return Person{}, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		if person, err = readPerson(tx, id); err != nil {
			return err
		}
		if err := policy.Check(c, listAction(person.Role), 0); err != nil {
			return err
		}
		if person.Role != turno.RolePatient {
			return nil
		}
		return store.RecordRead(tx, c.UserID, id, "patient", id.String())
	})
	if err != nil {
		return Person{}, fmt.Errorf("open an account: %w", err)
	}
	return person, nil
}
