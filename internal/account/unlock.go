package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// locked reports whether a live session has been left alone for so long that
// whoever sits there now must show who they are. Only those of staff and doctors
// lock; a patient's ends.
func (s *Service) locked(session store.SignedIn, now time.Time) bool {
	return session.User.Role != turno.RolePatient && s.idle(session, now)
}

func sessionLocked() error {
	return &turno.Error{
		Kind: turno.KindUnauthenticated, Code: turno.CodeSessionLocked,
		Message: "This session is locked. Please give your password to go on.",
	}
}

// SessionUser says whose session a token is of, locked or not, for the page that
// asks for the password. Errors: KindUnauthenticated when it is over.
func (s *Service) SessionUser(ctx context.Context, token string) (user turno.User, err error) {
	if err := policy.Check(policy.Caller{}, policy.Unlock, 0); err != nil {
		return turno.User{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		session, err := s.liveSession(tx, token)
		user = session.User
		return err
	})
	if err != nil {
		return turno.User{}, fmt.Errorf("read a session: %w", err)
	}
	user.Password = ""
	return user, nil
}

// Unlock revives a session that is locked, from an address, by its owner's
// password. Errors: KindUnauthenticated with CodeWrongCredentials, or with
// CodeUnauthenticated when the session is over; KindRateLimited.
func (s *Service) Unlock(ctx context.Context, address, token, password string) (policy.Caller, error) {
	user, err := s.SessionUser(ctx, token)
	if err != nil {
		return policy.Caller{}, err
	}
	c := policy.Caller{UserID: user.ID, Role: user.Role, StaffLevel: user.StaffLevel, Address: address}
	if err := policy.Check(c, policy.Unlock, 0); err != nil {
		return policy.Caller{}, err
	}
	if err := s.addressThrottled(ctx, address); err != nil {
		return policy.Caller{}, err
	}
	user, right, err := s.checkPassword(ctx, c, password)
	if err != nil {
		return policy.Caller{}, err
	}
	if !right {
		return policy.Caller{}, s.failedUnlock(ctx, c)
	}
	return s.renewing(ctx, address, func(tx *sqldb.Tx) (store.SignedIn, error) {
		session, err := s.lockedOwner(tx, token, user.ID)
		if err == nil && session.User.Password != user.Password {
			return session, wrongPassword()
		}
		return session, err
	}, "unlocked")
}

// UnlockWithPasskey is Unlock by a passkey of the session's owner, as
// BeginPasskeySignIn asked for it.
func (s *Service) UnlockWithPasskey(ctx context.Context, address, token string, in PasskeyAnswer) (policy.Caller, error) {
	if err := policy.Check(policy.Caller{Address: address}, policy.Unlock, 0); err != nil {
		return policy.Caller{}, err
	}
	answer, err := s.answered(ctx, in)
	if err != nil {
		return policy.Caller{}, err
	}
	c, err := s.renewing(ctx, address, func(tx *sqldb.Tx) (store.SignedIn, error) {
		user, err := s.checkPasskey(tx, answer)
		if err != nil {
			return store.SignedIn{}, err
		}
		return s.lockedOwner(tx, token, user.ID)
	}, "unlocked passkey")
	return c, s.noteRefusal(ctx, answer, err)
}

// ConfirmIdentity proves by the password that the caller is still who signed in,
// for what CheckRecent asks. Errors: KindInvalid, KindRateLimited.
func (s *Service) ConfirmIdentity(ctx context.Context, c policy.Caller, password string) (policy.Caller, error) {
	if err := policy.Check(c, policy.Confirm, 0); err != nil {
		return policy.Caller{}, err
	}
	user, right, err := s.checkPassword(ctx, c, password)
	switch {
	case err != nil:
		return policy.Caller{}, err
	case !right:
		return policy.Caller{}, turno.Invalid(turno.FieldError{Location: "body.password", Message: "This is not your password."})
	}
	return s.renewing(ctx, c.Address, func(tx *sqldb.Tx) (store.SignedIn, error) {
		session, err := s.ownSession(tx, c)
		if err == nil && session.User.Password != user.Password {
			return session, turno.Unauthenticated()
		}
		return session, err
	}, "confirmed")
}

// ConfirmWithPasskey is ConfirmIdentity by a passkey of the caller's, as
// BeginPasskeySignIn asked for it.
func (s *Service) ConfirmWithPasskey(ctx context.Context, c policy.Caller, in PasskeyAnswer) (policy.Caller, error) {
	if err := policy.Check(c, policy.Confirm, 0); err != nil {
		return policy.Caller{}, err
	}
	answer, err := s.answered(ctx, in)
	if err != nil {
		return policy.Caller{}, err
	}
	renewed, err := s.renewing(ctx, c.Address, func(tx *sqldb.Tx) (store.SignedIn, error) {
		user, err := s.checkPasskey(tx, answer)
		if err != nil {
			return store.SignedIn{}, err
		}
		if user.ID != c.UserID {
			return store.SignedIn{}, wrongPasskey()
		}
		return s.ownSession(tx, c)
	}, "confirmed passkey")
	return renewed, s.noteRefusal(ctx, answer, err)
}

// renewing notes that the owner of the session which find finds, and locks, has
// just proved to be there. how says in the trail by what.
func (s *Service) renewing(ctx context.Context, address string, find func(*sqldb.Tx) (store.SignedIn, error), how string) (c policy.Caller, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		session, err := find(tx)
		if err != nil {
			return err
		}
		if err := store.RenewSession(tx, session.ID); err != nil {
			return err
		}
		if err := store.ForgetFailures(tx, passwordSubject(session.UserID).hash); err != nil {
			return err
		}
		session.AuthenticatedAt, session.LastSeenAt = tx.Now, tx.Now
		c = s.callerOf(session, tx.Now)
		c.Address = address
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: &session.UserID, Action: turno.AuditLogin, Entity: "session", EntityID: session.ID.String(),
			SubjectID: &session.UserID, Detail: how,
		})
	})
	if err != nil {
		return policy.Caller{}, fmt.Errorf("renew a session: %w", err)
	}
	return c, nil
}

// RenewToken gives the caller's session another token; the one before counts no
// more. Errors: KindUnauthenticated when the session has ended.
func (s *Service) RenewToken(ctx context.Context, c policy.Caller) (in SignedIn, err error) {
	if err := policy.Check(c, policy.Confirm, 0); err != nil {
		return SignedIn{}, err
	}
	token := newToken()
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		session, err := s.ownSession(tx, c)
		if err != nil {
			return err
		}
		in = SignedIn{Token: token, ExpiresAt: session.ExpiresAt, User: session.User}
		in.User.Password = ""
		return store.SetSessionToken(tx, session.ID, tokenHash(token))
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("renew the token of a session: %w", err)
	}
	return in, nil
}

// lockedOwner takes the lock of who should own a session, and reads it if it is
// theirs.
func (s *Service) lockedOwner(tx *sqldb.Tx, token string, owner uuid.UUID) (store.SignedIn, error) {
	if err := tx.Lock(owner); err != nil {
		return store.SignedIn{}, err
	}
	session, err := s.liveSession(tx, token)
	if err == nil && session.UserID != owner {
		err = wrongPasskey()
	}
	return session, err
}

// ownSession takes the caller's lock, and reads the session that asks.
func (s *Service) ownSession(tx *sqldb.Tx, c policy.Caller) (store.SignedIn, error) {
	if err := tx.Lock(c.UserID); err != nil {
		return store.SignedIn{}, err
	}
	session, found, err := store.SessionByID(tx, c.SessionID)
	if err == nil && (!found || session.UserID != c.UserID || !session.User.Active() || !tx.Now.Before(session.ExpiresAt)) {
		err = turno.Unauthenticated()
	}
	return session, err
}

// addressThrottled is a KindRateLimited error while an address has to wait.
func (s *Service) addressThrottled(ctx context.Context, address string) error {
	err := s.db.Read(ctx, func(tx *sqldb.Tx) error { return throttled(tx, addressSubjects(address)) })
	if err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}

// failedUnlock counts for the address too, and answers.
func (s *Service) failedUnlock(ctx context.Context, c policy.Caller) error {
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := countFailure(tx, addressSubjects(c.Address)); err != nil {
			return err
		}
		return auditFailure(tx, c.UserID, "unlock")
	})
	if err != nil {
		return fmt.Errorf("count a failed unlocking: %w", err)
	}
	return wrongPassword()
}

// auditFailure says in the trail that somebody failed to be who they should be.
func auditFailure(tx *sqldb.Tx, userID uuid.UUID, detail string) error {
	return store.Audit(tx, turno.AuditEntry{
		Action: turno.AuditLoginFailed, Entity: "user", EntityID: userID.String(), SubjectID: &userID, Detail: detail,
	})
}

func wrongPassword() error {
	return &turno.Error{Kind: turno.KindUnauthenticated, Code: turno.CodeWrongCredentials, Message: "The password is wrong."}
}

// SignOut ends the session of a token, also one that is locked. It is nil when
// there is none.
func (s *Service) SignOut(ctx context.Context, token string) error {
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		session, found, err := store.SessionByToken(tx, tokenHash(token))
		if err != nil || !found {
			return err
		}
		if err := policy.Check(s.callerOf(session, tx.Now), policy.Logout, 0); err != nil {
			return err
		}
		if _, err := store.DeleteSession(tx, session.UserID, session.ID); err != nil {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: &session.UserID, Action: turno.AuditLogout, Entity: "session", EntityID: session.ID.String(),
			SubjectID: &session.UserID,
		})
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}
