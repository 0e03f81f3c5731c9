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

// How long sessions last (SECURITY.md).
const (
	defaultStaffIdle = 15 * time.Minute
	staffAbsolute    = 12 * time.Hour
	patientIdle      = 7 * 24 * time.Hour
	patientAbsolute  = 30 * 24 * time.Hour
	touchEvery       = time.Minute
)

// lifetimes are how long a session of somebody lasts without use, and at most.
func (s *Service) lifetimes(role turno.Role) (idle, absolute time.Duration) {
	if role == turno.RolePatient {
		return patientIdle, patientAbsolute
	}
	return s.config.StaffIdle, staffAbsolute
}

// Authenticate says who a session's token belongs to, and notes the use. The
// answer's Address is for the caller to fill in. Errors: KindUnauthenticated.
func (s *Service) Authenticate(ctx context.Context, token string) (policy.Caller, error) {
	caller, stale, err := s.lookUpSession(ctx, token)
	if err != nil || !stale {
		return caller, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error { return store.TouchSession(tx, caller.SessionID) })
	if err != nil {
		return policy.Caller{}, fmt.Errorf("authenticate: %w", err)
	}
	return caller, nil
}

// AuthenticatePolling is Authenticate for a request that a page makes by itself,
// which is no sign of life: it does not note the use.
func (s *Service) AuthenticatePolling(ctx context.Context, token string) (policy.Caller, error) {
	caller, _, err := s.lookUpSession(ctx, token)
	return caller, err
}

// lookUpSession also says whether the note of the last use is too old.
func (s *Service) lookUpSession(ctx context.Context, token string) (caller policy.Caller, stale bool, err error) {
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		caller, stale = policy.Caller{}, false
		session, found, err := store.SessionByToken(tx, tokenHash(token))
		if err != nil {
			return err
		}
		user := session.User
		idle, _ := s.lifetimes(user.Role)
		unused := tx.Now.Sub(session.LastSeenAt)
		if !found || !user.Active() || !tx.Now.Before(session.ExpiresAt) || unused >= idle {
			return turno.Unauthenticated()
		}
		caller = policy.Caller{
			UserID: user.ID, Role: user.Role, StaffLevel: user.StaffLevel,
			SessionID: session.ID, AuthenticatedAt: session.AuthenticatedAt,
		}
		stale = unused >= touchEvery
		return nil
	})
	if err != nil {
		return policy.Caller{}, false, fmt.Errorf("authenticate: %w", err)
	}
	return caller, stale, nil
}

// Session is one place where somebody is signed in.
type Session struct {
	ID         uuid.UUID
	CreatedAt  time.Time
	LastSeenAt time.Time // exact to a minute
	ExpiresAt  time.Time
	Address    string
	UserAgent  string
	Current    bool // the one that asks
}

// Sessions lists where the caller is signed in, the newest first.
func (s *Service) Sessions(ctx context.Context, c policy.Caller) ([]Session, error) {
	if err := policy.Check(c, policy.ListSessions, 0); err != nil {
		return nil, err
	}
	var sessions []Session
	err := s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		sessions, err = s.sessionsOf(tx, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return sessions, nil
}

func (s *Service) sessionsOf(tx *sqldb.Tx, c policy.Caller) ([]Session, error) {
	idle, _ := s.lifetimes(c.Role)
	kept, err := store.SessionsOf(tx, c.UserID, tx.Now.Add(-idle))
	if err != nil {
		return nil, err
	}
	sessions := make([]Session, 0, len(kept))
	for _, k := range kept {
		sessions = append(sessions, Session{
			ID: k.ID, CreatedAt: k.CreatedAt, LastSeenAt: k.LastSeenAt, ExpiresAt: k.ExpiresAt,
			Address: k.Address, UserAgent: k.UserAgent, Current: k.ID == c.SessionID,
		})
	}
	return sessions, nil
}

// Logout ends the session that asks.
func (s *Service) Logout(ctx context.Context, c policy.Caller) error {
	if err := policy.Check(c, policy.Logout, 0); err != nil {
		return err
	}
	return s.endSession(ctx, c, c.SessionID, false)
}

// EndSession ends one of the caller's sessions. Errors: KindNotFound.
func (s *Service) EndSession(ctx context.Context, c policy.Caller, id uuid.UUID) error {
	if err := policy.Check(c, policy.EndSessions, 0); err != nil {
		return err
	}
	return s.endSession(ctx, c, id, true)
}

func (s *Service) endSession(ctx context.Context, c policy.Caller, id uuid.UUID, mustExist bool) error {
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		ended, err := store.DeleteSession(tx, c.UserID, id)
		switch {
		case err != nil:
			return err
		case !ended && mustExist:
			return turno.NotFound("session")
		case !ended:
			return nil
		}
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: &c.UserID, Action: turno.AuditLogout, Entity: "session", EntityID: id.String(), SubjectID: &c.UserID,
		})
	})
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// EndOtherSessions ends all of the caller's sessions but the one that asks.
func (s *Service) EndOtherSessions(ctx context.Context, c policy.Caller) error {
	if err := policy.Check(c, policy.EndSessions, 0); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		ended, err := store.DeleteSessionsExcept(tx, c.UserID, c.SessionID)
		if err != nil || ended == 0 {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: &c.UserID, Action: turno.AuditLogout, Entity: "session", EntityID: c.SessionID.String(),
			SubjectID: &c.UserID, Detail: "others=ended",
		})
	})
	if err != nil {
		return fmt.Errorf("end other sessions: %w", err)
	}
	return nil
}

// ChangePassword replaces the caller's password, of which the current one has to
// be given, and ends all other sessions. Errors: KindInvalid, KindRateLimited.
func (s *Service) ChangePassword(ctx context.Context, c policy.Caller, current, wanted string) error {
	if err := policy.Check(c, policy.ChangePassword, 0); err != nil {
		return err
	}
	old, err := s.checkCurrentPassword(ctx, c, current)
	if err != nil {
		return err
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
	if _, err := store.DeleteSessionsExcept(tx, c.UserID, c.SessionID); err != nil {
		return err
	}
	if err := store.ForgetFailures(tx, passwordSubject(c.UserID).hash); err != nil {
		return err
	}
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: &c.UserID, Action: turno.AuditUpdate, Entity: "user", EntityID: c.UserID.String(),
		SubjectID: &c.UserID, Detail: "fields=password",
	})
}

// checkCurrentPassword reads the caller's account, if the password is theirs. A
// stolen session can't try for long.
func (s *Service) checkCurrentPassword(ctx context.Context, c policy.Caller, password string) (turno.User, error) {
	if len(password) > maxPasswordBytes {
		return turno.User{}, wrongCurrentPassword()
	}
	done, err := s.hasher.turn(ctx)
	if err != nil {
		return turno.User{}, err
	}
	defer done()
	subjects := []subject{passwordSubject(c.UserID)}
	var user turno.User
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		if user, err = store.UserByID(tx, c.UserID); err != nil {
			return err
		}
		return throttled(tx, subjects)
	})
	if err != nil {
		return turno.User{}, fmt.Errorf("check the current password: %w", err)
	}
	if ok, _ := s.hasher.matches(password, user.Password); ok {
		return user, nil
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error { return countFailure(tx, subjects) })
	if err != nil {
		return turno.User{}, fmt.Errorf("count a wrong password: %w", err)
	}
	return turno.User{}, wrongCurrentPassword()
}

func wrongCurrentPassword() error {
	return turno.Invalid(turno.FieldError{Location: "body.current_password", Message: "This is not your current password."})
}
