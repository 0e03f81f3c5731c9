package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// Ticket is a sign-in whose password was right and that waits for the second
// factor. The token itself is kept nowhere.
type Ticket struct {
	ID         uuid.UUID
	UserID     uuid.UUID
	TokenHash  []byte
	DeviceHash []byte // of the known device that the password came from, if it was one
	Failures   int
	CreatedAt  time.Time
	ExpiresAt  time.Time
}

// InsertTicket adds a ticket.
func InsertTicket(tx *sqldb.Tx, t Ticket) error {
	_, err := tx.Exec(`
		INSERT INTO sign_in_tickets
		       (id, user_id, token_hash, device_hash, failures, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.ID, t.UserID, t.TokenHash, t.DeviceHash, t.Failures, t.CreatedAt, t.ExpiresAt)
	if err != nil {
		return fmt.Errorf("add a ticket: %w", err)
	}
	return nil
}

// TicketByToken reads a ticket by the hash of its token; false when there is
// none, or none any more.
func TicketByToken(tx *sqldb.Tx, hash []byte) (t Ticket, found bool, err error) {
	t, err = sqldb.One(tx, scanTicket, `
		SELECT id, user_id, token_hash, device_hash, failures, created_at, expires_at
		  FROM sign_in_tickets
		 WHERE token_hash = $1
		   AND expires_at > $2`, hash, tx.Now)
	if errors.Is(err, sqldb.ErrNoRows) {
		return t, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("read a ticket: %w", err)
	}
	return t, true, nil
}

func scanTicket(row sqldb.Scanner) (t Ticket, err error) {
	err = row.Scan(&t.ID, &t.UserID, &t.TokenHash, &t.DeviceHash, &t.Failures, &t.CreatedAt, &t.ExpiresAt)
	return t, err
}

// FailTicket counts a wrong code, and takes the ticket away at the last one that
// it allows.
func FailTicket(tx *sqldb.Tx, id uuid.UUID, allowed int) error {
	_, err := tx.Exec(`
		UPDATE sign_in_tickets
		   SET failures = failures + 1
		 WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("count a wrong code: %w", err)
	}
	_, err = tx.Exec(`
		DELETE FROM sign_in_tickets
		 WHERE id = $1
		   AND failures >= $2`, id, allowed)
	if err != nil {
		return fmt.Errorf("take a ticket away: %w", err)
	}
	return nil
}

// UseTicket takes a ticket away, and reports whether it was there.
func UseTicket(tx *sqldb.Tx, id uuid.UUID) (bool, error) {
	rows, err := tx.Exec(`
		DELETE FROM sign_in_tickets
		 WHERE id = $1`, id)
	if err != nil {
		return false, fmt.Errorf("use a ticket: %w", err)
	}
	return rows == 1, nil
}
