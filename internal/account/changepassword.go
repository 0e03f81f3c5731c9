package account

import (
	"context"
	"fmt"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// ChangePassword replaces the caller's password, of which the current one has to
// be given, and ends all other sessions. Errors: KindInvalid, KindRateLimited.
func (s *Service) ChangePassword(ctx context.Context, c policy.Caller, current, wanted string) error {
	if err := policy.Check(c, policy.ChangePassword, 0); err != nil {
		return err
	}
	old, right, err := s.checkPassword(ctx, c, current)
	switch {
	case err != nil:
		return err
	case !right:
		return wrongCurrentPassword()
	}
	var check checks
	check.password("new_password", wanted, old.Username, old.Email)
	if err := check.err(); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, wanted)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(c.UserID); err != nil { // no sign-in is in the middle of it
			return err
		}
		user, err := store.UserByID(tx, c.UserID)
		switch {
		case err != nil:
			return err
		case !user.Active():
			return turno.Unauthenticated()
		case user.Password != old.Password:
			return wrongCurrentPassword()
		}
		if _, err := store.SetPassword(tx, c.UserID, user.Password, hash); err != nil {
			return err
		}
		return afterPasswordChange(tx, c)
	})
	if err != nil {
		return fmt.Errorf("change a password: %w", err)
	}
	return nil
}

func afterPasswordChange(tx *sqldb.Tx, c policy.Caller) error {
	if err := store.EndAccess(tx, c.UserID, c.SessionID); err != nil {
		return err
	}
	if err := store.ForgetFailures(tx, passwordSubject(c.UserID).hash); err != nil {
		return err
	}
	if err := notify(tx, c.UserID, NoticePasswordChanged); err != nil {
		return err
	}
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: &c.UserID, Action: turno.AuditUpdate, Entity: "user", EntityID: c.UserID.String(),
		SubjectID: &c.UserID, Detail: "fields=password",
	})
}

// checkPassword reads the caller's account, and says whether the password is
// theirs. A stolen session can't try for long.
func (s *Service) checkPassword(ctx context.Context, c policy.Caller, password string) (user turno.User, right bool, err error) {
	if len(password) > maxPasswordBytes {
		return turno.User{}, false, nil
	}
	done, err := s.hasher.turn(ctx)
	if err != nil {
		return turno.User{}, false, err
	}
	defer done()
	subjects := []subject{passwordSubject(c.UserID)}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		if user, err = store.UserByID(tx, c.UserID); err != nil {
			return err
		}
		return throttled(tx, subjects)
	})
	if err != nil {
		return turno.User{}, false, fmt.Errorf("check a password: %w", err)
	}
	if ok, _ := s.hasher.matches(password, user.Password); ok {
		return user, true, nil
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error { return countFailure(tx, subjects) })
	if err != nil {
		return turno.User{}, false, fmt.Errorf("count a wrong password: %w", err)
	}
	return turno.User{}, false, nil
}

func wrongCurrentPassword() error {
	return turno.Invalid(turno.FieldError{Location: "body.current_password", Message: "This is not your current password."})
}
