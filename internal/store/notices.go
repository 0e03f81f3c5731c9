package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// Notice is something that happened to an account, for its owner to see.
type Notice struct {
	ID        uuid.UUID
	UserID    uuid.UUID
	Kind      string
	CreatedAt time.Time
	SeenAt    *time.Time
}

// InsertNotice adds a notice.
func InsertNotice(tx *sqldb.Tx, n Notice) error {
	_, err := tx.Exec(`
		INSERT INTO notices (id, user_id, kind, created_at)
		VALUES ($1, $2, $3, $4)`, n.ID, n.UserID, n.Kind, n.CreatedAt)
	if err != nil {
		return fmt.Errorf("add a notice: %w", err)
	}
	return nil
}

// NoticesOf lists a user's notices, the newest first: those not seen yet, or all.
func NoticesOf(tx *sqldb.Tx, userID uuid.UUID, all bool) ([]Notice, error) {
	notices, err := sqldb.All(tx, scanNotice, `
		SELECT id, user_id, kind, created_at, seen_at
		  FROM notices
		 WHERE user_id = $1
		   AND (seen_at IS NULL OR $2)
		 ORDER BY created_at DESC, id DESC`, userID, all)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return notices, nil
}

func scanNotice(row sqldb.Scanner) (n Notice, err error) {
	err = row.Scan(&n.ID, &n.UserID, &n.Kind, &n.CreatedAt, &n.SeenAt)
	return n, err
}

// SeeNotices notes that a user has seen every notice there is.
func SeeNotices(tx *sqldb.Tx, userID uuid.UUID) error {
	_, err := tx.Exec(`
		UPDATE notices
		   SET seen_at = $2
		 WHERE user_id = $1
		   AND seen_at IS NULL`, userID, tx.Now)
	if err != nil {
		return fmt.Errorf("see notices: %w", err)
	}
	return nil
}

// EraseAccess takes away what a user signed in with beside the password, and the
// notices about it.
func EraseAccess(tx *sqldb.Tx, userID uuid.UUID) error {
	b := tx.Batch()
	for _, table := range []string{"totp_secrets", "recovery_codes", "passkeys", "notices"} {
		b.Exec(nil, `
		DELETE FROM `+table+`
		 WHERE user_id = $1`, userID)
	}
	if err := b.Run(); err != nil {
		return fmt.Errorf("erase the second factors: %w", err)
	}
	return nil
}
