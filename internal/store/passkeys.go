package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// Passkey is a key pair of which a user's device keeps the private half
// (WebAuthn level 3, section 4: credential record).
type Passkey struct {
	ID             uuid.UUID
	UserID         uuid.UUID
	CredentialID   []byte
	PublicKey      []byte // COSE
	SignCount      int64
	BackupEligible bool
	Name           string
	CreatedAt      time.Time
	LastUsedAt     *time.Time
}

// InsertPasskey adds a passkey. One that exists is a unique violation.
func InsertPasskey(tx *sqldb.Tx, p Passkey) error {
	_, err := tx.Exec(`
		INSERT INTO passkeys
		       (id, user_id, credential_id, public_key, sign_count, backup_eligible, name, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.ID, p.UserID, p.CredentialID, p.PublicKey, p.SignCount, p.BackupEligible, p.Name, p.CreatedAt)
	if err != nil {
		return fmt.Errorf("add a passkey: %w", err)
	}
	return nil
}

// PasskeysOf lists a user's passkeys, the first one first.
func PasskeysOf(tx *sqldb.Tx, userID uuid.UUID) ([]Passkey, error) {
	passkeys, err := sqldb.All(tx, scanPasskey, `
		SELECT id, user_id, credential_id, public_key, sign_count, backup_eligible, name, created_at, last_used_at
		  FROM passkeys
		 WHERE user_id = $1
		 ORDER BY created_at, id`, userID)
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	return passkeys, nil
}

func scanPasskey(row sqldb.Scanner) (p Passkey, err error) {
	err = row.Scan(&p.ID, &p.UserID, &p.CredentialID, &p.PublicKey, &p.SignCount, &p.BackupEligible, &p.Name, &p.CreatedAt, &p.LastUsedAt)
	return p, err
}

// UsePasskey notes that a passkey has just been used, and how often it says so
// itself.
func UsePasskey(tx *sqldb.Tx, id uuid.UUID, signCount int64) error {
	_, err := tx.Exec(`
		UPDATE passkeys
		   SET sign_count = $2,
		       last_used_at = $3
		 WHERE id = $1`, id, signCount, tx.Now)
	if err != nil {
		return fmt.Errorf("use a passkey: %w", err)
	}
	return nil
}

// RenamePasskey gives one passkey of a user another name, and reports whether
// there was one.
func RenamePasskey(tx *sqldb.Tx, userID, id uuid.UUID, name string) (bool, error) {
	rows, err := tx.Exec(`
		UPDATE passkeys
		   SET name = $3
		 WHERE id = $1
		   AND user_id = $2`, id, userID, name)
	if err != nil {
		return false, fmt.Errorf("rename a passkey: %w", err)
	}
	return rows == 1, nil
}

// DeletePasskey takes one passkey of a user away, and reports whether there was
// one.
func DeletePasskey(tx *sqldb.Tx, userID, id uuid.UUID) (bool, error) {
	rows, err := tx.Exec(`
		DELETE FROM passkeys
		 WHERE id = $1
		   AND user_id = $2`, id, userID)
	if err != nil {
		return false, fmt.Errorf("delete a passkey: %w", err)
	}
	return rows == 1, nil
}

// PasskeyChallenge is what a browser was asked to sign.
type PasskeyChallenge struct {
	TokenHash []byte
	UserID    *uuid.UUID // nil: whoever has a passkey
	Challenge string     // JSON, as the library wants it back
	ExpiresAt time.Time
}

// InsertPasskeyChallenge adds a challenge.
func InsertPasskeyChallenge(tx *sqldb.Tx, c PasskeyChallenge) error {
	_, err := tx.Exec(`
		INSERT INTO passkey_challenges (token_hash, user_id, challenge, expires_at)
		VALUES ($1, $2, $3, $4)`, c.TokenHash, c.UserID, c.Challenge, c.ExpiresAt)
	if err != nil {
		return fmt.Errorf("add a challenge: %w", err)
	}
	return nil
}

// TakePasskeyChallenge reads a challenge and takes it away, so that it serves
// once; false when there is none, or none any more.
func TakePasskeyChallenge(tx *sqldb.Tx, hash []byte) (c PasskeyChallenge, found bool, err error) {
	c, err = sqldb.One(tx, scanPasskeyChallenge, `
		DELETE FROM passkey_challenges
		 WHERE token_hash = $1
		RETURNING token_hash, user_id, challenge, expires_at`, hash)
	if errors.Is(err, sqldb.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("take a challenge: %w", err)
	}
	return c, tx.Now.Before(c.ExpiresAt), nil
}

func scanPasskeyChallenge(row sqldb.Scanner) (c PasskeyChallenge, err error) {
	err = row.Scan(&c.TokenHash, &c.UserID, &c.Challenge, &c.ExpiresAt)
	return c, err
}
