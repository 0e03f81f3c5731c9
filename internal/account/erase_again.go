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

// EraseAgain erases the people who were erased before a backup of an earlier
// time was restored, without a caller: for somebody who has the database itself
// at hand. It says how many there were. Who is not in the database is passed
// over, and so is who is erased in it.
func (s *Service) EraseAgain(ctx context.Context, ids []uuid.UUID) (int, error) {
	erased := 0
	for _, id := range ids {
		again := false
		err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
			again = false
			user, err := lockLeaving(tx, id)
			if turno.KindOf(err) == turno.KindNotFound {
				return nil
			}
			if err != nil || user.ErasedAt != nil {
				return err
			}
			again = true
			if _, err := s.erase(tx, policy.Caller{}, user); err != nil {
				return err
			}
			return store.Audit(tx, turno.AuditEntry{
				Action: turno.AuditErase, Entity: "user", EntityID: id.String(), SubjectID: &id, Detail: "again",
			})
		})
		if err != nil {
			return erased, fmt.Errorf("erase a person again: %w", err)
		}
		if again {
			erased++
		}
	}
	return erased, nil
}
