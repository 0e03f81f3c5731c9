package notify

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// TryAddressAgain forgets that a mail server refused somebody's address: the person
// says that it is right. What it kept from leaving goes now, where that is still true.
// It is for staff, and the front desk does so for patients only. Doing it for an address
// that is not refused changes nothing. Errors: KindForbidden, KindNotFound.
func (s *Service) TryAddressAgain(ctx context.Context, c policy.Caller, userID uuid.UUID) error {
	if err := policy.Check(c, policy.RetryAddress, 0); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(userID); err != nil {
			return err
		}
		user, err := store.UserByID(tx, userID)
		if err != nil {
			return err
		}
		if user.Role != turno.RolePatient {
			if err := policy.Check(c, policy.WriteUser, 0); err != nil {
				return err
			}
		}
		if user.EmailRefusedAt == nil {
			return nil
		}
		if err := store.MarkAddress(tx, userID, user.Email, nil); err != nil {
			return err
		}
		if err := store.RetryMails(tx, userID, user.Email, *user.EmailRefusedAt); err != nil {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: c.ID(), Action: turno.AuditUpdate, Entity: "user", EntityID: userID.String(), SubjectID: &userID, Detail: "address_tried_again",
		})
	})
	if err != nil {
		return fmt.Errorf("try an address again: %w", err)
	}
	return nil
}
