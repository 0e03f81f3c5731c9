package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// Reset is a wish for a new password. The token of its link is kept nowhere.
type Reset struct {
	ID        uuid.UUID
	UserID    uuid.UUID
	TokenHash []byte // nil until the link is made
	CreatedAt time.Time
	ExpiresAt time.Time
}

// InsertReset adds a wish beside earlier ones of the user: whoever asks for another
// takes nobody's link away. It does nothing, at the same cost, when there is no
// such user.
func InsertReset(tx *sqldb.Tx, r Reset) error {
	_, err := tx.Exec(`
		INSERT INTO password_resets (id, user_id, token_hash, created_at, expires_at)
		SELECT $1, u.id, $3, $4, $5
		  FROM users u
		 WHERE u.id = $2`, r.ID, r.UserID, r.TokenHash, r.CreatedAt, r.ExpiresAt)
	if err != nil {
		return fmt.Errorf("add a password reset: %w", err)
	}
	return nil
}

// DeleteResets removes all wishes of a user: no link that was sent works any more.
func DeleteResets(tx *sqldb.Tx, userID uuid.UUID) error {
	_, err := tx.Exec(`
		DELETE FROM password_resets
		 WHERE user_id = $1`, userID)
	if err != nil {
		return fmt.Errorf("delete the password resets of a user: %w", err)
	}
	return nil
}

// SetResetToken gives a wish the token of its link; false when there is no such
// wish, or none any more.
func SetResetToken(tx *sqldb.Tx, id uuid.UUID, hash []byte, expiresAt time.Time) (bool, error) {
	rows, err := tx.Exec(`
		UPDATE password_resets
		   SET token_hash = $2,
		       expires_at = $3
		 WHERE id = $1
		   AND expires_at > $4`, id, hash, expiresAt, tx.Now)
	if err != nil {
		return false, fmt.Errorf("set the token of a password reset: %w", err)
	}
	return rows == 1, nil
}

// ResetByToken reads a wish by the hash of its token; false when there is none,
// or none any more.
func ResetByToken(tx *sqldb.Tx, hash []byte) (r Reset, found bool, err error) {
	r, err = sqldb.One(tx, scanReset, `
		SELECT id, user_id, token_hash, created_at, expires_at
		  FROM password_resets
		 WHERE token_hash = $1
		   AND expires_at > $2`, hash, tx.Now)
	if errors.Is(err, sqldb.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("read a password reset: %w", err)
	}
	return r, true, nil
}

func scanReset(row sqldb.Scanner) (r Reset, err error) {
	err = row.Scan(&r.ID, &r.UserID, &r.TokenHash, &r.CreatedAt, &r.ExpiresAt)
	return r, err
}
