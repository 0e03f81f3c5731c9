package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// ResetSecondFactor takes authenticator app, recovery codes and passkeys away from
// somebody who lost them all, and ends their sessions; the password stays. It has
// no caller: it is for somebody who has the database itself at hand, and knows who
// asked. Where the clinic requires a second factor, the next session can do nothing
// but set one up. The person is left a notice. login is the username, or an email:
// that has an @. Errors: KindNotFound; KindConflict
// when there is nothing to take away, or the person was erased.
func (s *Service) ResetSecondFactor(ctx context.Context, login string) (turno.User, error) {
	var user turno.User
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		byName := store.UserByUsername
		if strings.Contains(login, "@") {
			byName = store.UserByEmail
		}
		named, found, err := byName(tx, login)
		if err != nil {
			return err
		}
		if !found {
			return turno.NotFound("user")
		}
		if user, err = lockStanding(tx, named.ID); err != nil {
			return err
		}
		if err := notErased(user); err != nil {
			return err
		}
		if err := takeFactors(tx, user.ID); err != nil {
			return err
		}
		if err := store.SetFactorDue(tx, user.ID, &tx.Now); err != nil { // the next sign-in forgets it where none is required
			return err
		}
		if err := store.EndAccess(tx, user.ID, uuid.Nil); err != nil {
			return err
		}
		if err := notify(tx, user.ID, NoticeFactorReset); err != nil {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{
			Action: turno.AuditUpdate, Entity: "user", EntityID: user.ID.String(), SubjectID: &user.ID, Detail: string(NoticeFactorReset),
		})
	})
	if err != nil {
		return turno.User{}, fmt.Errorf("reset a second factor: %w", err)
	}
	return user, nil
}

// takeFactors takes away what somebody can show beside the password.
func takeFactors(tx *sqldb.Tx, userID uuid.UUID) error {
	has, err := store.SecondFactorsOf(tx, userID)
	if err != nil {
		return err
	}
	if has.TOTPSince == nil && has.Passkeys == 0 && has.RecoveryCodes == 0 {
		return turno.Conflict(turno.CodeConflict, "There is no second factor to take away.")
	}
	if _, err := store.DeleteTOTP(tx, userID); err != nil {
		return err
	}
	if err := store.ReplaceRecoveryCodes(tx, userID, nil); err != nil {
		return err
	}
	passkeys, err := store.PasskeysOf(tx, userID)
	if err != nil {
		return err
	}
	for _, passkey := range passkeys {
		if _, err := store.DeletePasskey(tx, userID, passkey.ID); err != nil {
			return err
		}
	}
	return nil
}
