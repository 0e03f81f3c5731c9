package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// Session is one sign-in that lasts. The token itself is kept nowhere.
type Session struct {
	ID              uuid.UUID
	UserID          uuid.UUID
	TokenHash       []byte
	CreatedAt       time.Time
	AuthenticatedAt time.Time // when the password or a passkey was last given
	LastSeenAt      time.Time // exact to a minute
	ExpiresAt       time.Time // at the latest; idleness may end it sooner
	Address         string
	UserAgent       string
}

const sessionColumns = `
       s.id, s.user_id, s.token_hash, s.created_at, s.authenticated_at, s.last_seen_at,
       s.expires_at, s.address, s.user_agent`

func sessionDest(s *Session) []any {
	return []any{&s.ID, &s.UserID, &s.TokenHash, &s.CreatedAt, &s.AuthenticatedAt, &s.LastSeenAt,
		&s.ExpiresAt, &s.Address, &s.UserAgent}
}

// InsertSession adds a session.
func InsertSession(tx *sqldb.Tx, s Session) error {
	_, err := tx.Exec(`
		INSERT INTO sessions
		       (id, user_id, token_hash, created_at, authenticated_at, last_seen_at, expires_at, address, user_agent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		s.ID, s.UserID, s.TokenHash, s.CreatedAt, s.AuthenticatedAt, s.LastSeenAt, s.ExpiresAt, s.Address, s.UserAgent)
	if err != nil {
		return fmt.Errorf("add a session: %w", err)
	}
	return nil
}

// SignedIn is a session with its user.
type SignedIn struct {
	Session
	User turno.User
}

// SessionByToken reads a session by the hash of its token; false when there is
// none. Whether it has ended is for the caller to say.
func SessionByToken(tx *sqldb.Tx, hash []byte) (SignedIn, bool, error) {
	return oneSession(tx, "s.token_hash = $1", hash)
}

// SessionByID is SessionByToken for a session that is known already.
func SessionByID(tx *sqldb.Tx, id uuid.UUID) (SignedIn, bool, error) {
	return oneSession(tx, "s.id = $1", id)
}

func oneSession(tx *sqldb.Tx, condition string, arg any) (SignedIn, bool, error) {
	s, err := sqldb.One(tx, scanSignedIn, `
		SELECT `+sessionColumns+`, `+userColumns+`
		  FROM sessions s
		  JOIN users u ON u.id = s.user_id
		 WHERE `+condition, arg)
	if errors.Is(err, sqldb.ErrNoRows) {
		return s, false, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("read a session: %w", err)
	}
	return s, true, nil
}

func scanSignedIn(row sqldb.Scanner) (s SignedIn, err error) {
	err = row.Scan(append(sessionDest(&s.Session), userDest(&s.User)...)...)
	return s, err
}

// SessionsOf lists a user's sessions that have not expired or been idle since
// idleSince, the newest first.
func SessionsOf(tx *sqldb.Tx, userID uuid.UUID, idleSince time.Time) ([]Session, error) {
	sessions, err := sqldb.All(tx, scanSession, `
		SELECT `+sessionColumns+`
		  FROM sessions s
		 WHERE s.user_id = $1
		   AND s.expires_at > $2
		   AND s.last_seen_at > $3
		 ORDER BY s.created_at DESC, s.id DESC`, userID, tx.Now, idleSince)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return sessions, nil
}

func scanSession(row sqldb.Scanner) (s Session, err error) {
	err = row.Scan(sessionDest(&s)...)
	return s, err
}

// TouchSession notes that a session was used.
func TouchSession(tx *sqldb.Tx, id uuid.UUID) error {
	_, err := tx.Exec(`
		UPDATE sessions
		   SET last_seen_at = $2
		 WHERE id = $1
		   AND last_seen_at < $2`, id, tx.Now)
	if err != nil {
		return fmt.Errorf("touch a session: %w", err)
	}
	return nil
}

// RenewSession notes that the owner of a session has just proved to be there.
func RenewSession(tx *sqldb.Tx, id uuid.UUID) error {
	_, err := tx.Exec(`
		UPDATE sessions
		   SET authenticated_at = $2,
		       last_seen_at = $2
		 WHERE id = $1`, id, tx.Now)
	if err != nil {
		return fmt.Errorf("renew a session: %w", err)
	}
	return nil
}

// SetSessionToken gives a session another token; the one before counts no more.
func SetSessionToken(tx *sqldb.Tx, id uuid.UUID, hash []byte) error {
	_, err := tx.Exec(`
		UPDATE sessions
		   SET token_hash = $2
		 WHERE id = $1`, id, hash)
	if err != nil {
		return fmt.Errorf("set the token of a session: %w", err)
	}
	return nil
}

// DeleteSession ends one session of a user, and reports whether there was one.
func DeleteSession(tx *sqldb.Tx, userID, id uuid.UUID) (bool, error) {
	rows, err := tx.Exec(`
		DELETE FROM sessions
		 WHERE id = $1
		   AND user_id = $2`, id, userID)
	if err != nil {
		return false, fmt.Errorf("end a session: %w", err)
	}
	return rows == 1, nil
}

// DeleteSessionsExcept ends a user's sessions but one, or all with uuid.Nil,
// and says how many those were.
func DeleteSessionsExcept(tx *sqldb.Tx, userID, keep uuid.UUID) (int64, error) {
	rows, err := tx.Exec(`
		DELETE FROM sessions
		 WHERE user_id = $1
		   AND id <> $2`, userID, keep)
	if err != nil {
		return 0, fmt.Errorf("end the sessions of a user: %w", err)
	}
	return rows, nil
}

// EndAccess takes back whatever lets somebody in as the user: all sessions but
// one, or all with uuid.Nil, and every ticket, challenge and reset on its way. With
// all sessions goes what a calendar program comes in by.
func EndAccess(tx *sqldb.Tx, userID, keep uuid.UUID) error {
	b := tx.Batch()
	b.Exec(nil, `
		DELETE FROM sessions
		 WHERE user_id = $1
		   AND id <> $2`, userID, keep)
	for _, table := range passes() {
		b.Exec(nil, `
		DELETE FROM `+table+`
		 WHERE user_id = $1`, userID)
	}
	if keep == uuid.Nil {
		b.Exec(nil, `
		DELETE FROM calendar_feeds
		 WHERE user_id = $1`, userID)
	}
	if err := b.Run(); err != nil {
		return fmt.Errorf("end the access of a user: %w", err)
	}
	return nil
}

// passes are the tables of what becomes a session, or a password, when it is shown.
func passes() []string { return []string{"sign_in_tickets", "passkey_challenges", "password_resets"} }

// EndAllSessions signs everybody out, calendar programs too. A restored database
// holds sessions and feeds that have been ended since.
func EndAllSessions(tx *sqldb.Tx) error {
	for _, table := range append(passes(), "sessions", "calendar_feeds") {
		if _, err := tx.Exec(`DELETE FROM ` + table); err != nil {
			return fmt.Errorf("end all sessions: %w", err)
		}
	}
	return nil
}
