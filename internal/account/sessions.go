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
// answer's Address is for the caller to fill in. Errors: KindUnauthenticated, with
// CodeSessionLocked for a session that Unlock revives.
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

// StillSignedIn is nil while the caller's session counts, whatever its token is by
// now. It does not note a use. Errors: as Authenticate.
func (s *Service) StillSignedIn(ctx context.Context, c policy.Caller) error {
	if err := policy.Check(c, policy.ReadMe, 0); err != nil {
		return err
	}
	err := s.db.Read(ctx, func(tx *sqldb.Tx) error {
		session, found, err := store.SessionByID(tx, c.SessionID)
		if err != nil {
			return err
		}
		_, err = s.usable(tx, session, found)
		return err
	})
	if err != nil {
		return fmt.Errorf("look at a session: %w", err)
	}
	return nil
}

// lookUpSession also says whether the note of the last use is too old.
func (s *Service) lookUpSession(ctx context.Context, token string) (caller policy.Caller, stale bool, err error) {
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		caller, stale = policy.Caller{}, false
		session, found, err := store.SessionByToken(tx, tokenHash(token))
		if err != nil {
			return err
		}
		if session, err = s.usable(tx, session, found); err != nil {
			return err
		}
		caller = s.callerOf(session, tx.Now)
		stale = tx.Now.Sub(session.LastSeenAt) >= touchEvery
		return nil
	})
	if err != nil {
		return policy.Caller{}, false, fmt.Errorf("authenticate: %w", err)
	}
	return caller, stale, nil
}

// liveSession reads a session that is not over; it may be locked. Errors:
// KindUnauthenticated.
func (s *Service) liveSession(tx *sqldb.Tx, token string) (store.SignedIn, error) {
	session, found, err := store.SessionByToken(tx, tokenHash(token))
	if err != nil {
		return session, err
	}
	return s.live(tx, session, found)
}

// usable is a session that is neither over nor locked. Errors: KindUnauthenticated.
func (s *Service) usable(tx *sqldb.Tx, session store.SignedIn, found bool) (store.SignedIn, error) {
	session, err := s.live(tx, session, found)
	if err == nil && s.locked(session, tx.Now) {
		err = sessionLocked()
	}
	return session, err
}

func (s *Service) live(tx *sqldb.Tx, session store.SignedIn, found bool) (store.SignedIn, error) {
	over := !tx.Now.Before(session.ExpiresAt) || session.User.Role == turno.RolePatient && s.idle(session, tx.Now)
	if !found || !session.User.Active() || over {
		return session, turno.Unauthenticated()
	}
	return session, nil
}

// idle reports whether a session has not been used for too long.
func (s *Service) idle(session store.SignedIn, now time.Time) bool {
	idle, _ := s.lifetimes(session.User.Role)
	return now.Sub(session.LastSeenAt) >= idle
}

// callerOf is who a session belongs to.
func (s *Service) callerOf(session store.SignedIn, now time.Time) policy.Caller {
	return policy.Caller{
		UserID: session.User.ID, Role: session.User.Role, StaffLevel: session.User.StaffLevel,
		SessionID: session.ID, AuthenticatedAt: session.AuthenticatedAt,
		MustSetUp: s.overdue(session.User, now),
	}
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
	idle, absolute := s.lifetimes(c.Role)
	if c.Role != turno.RolePatient {
		idle = absolute // a locked one lives on
	}
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
