package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// TOTPSecret is what an authenticator app makes one-time codes from (RFC 6238).
type TOTPSecret struct {
	ID          uuid.UUID
	UserID      uuid.UUID
	Sealed      []byte // with the id as context
	CreatedAt   time.Time
	ConfirmedAt *time.Time // nil: being set up
	LastStep    int64      // of the newest code that was used
}

// PutPendingTOTP begins to set a user's app up; one begun before is forgotten.
func PutPendingTOTP(tx *sqldb.Tx, s TOTPSecret) error {
	_, err := tx.Exec(`
		DELETE FROM totp_secrets
		 WHERE user_id = $1
		   AND confirmed_at IS NULL`, s.UserID)
	if err != nil {
		return fmt.Errorf("forget a pending secret: %w", err)
	}
	_, err = tx.Exec(`
		INSERT INTO totp_secrets (id, user_id, secret, created_at)
		VALUES ($1, $2, $3, $4)`, s.ID, s.UserID, s.Sealed, s.CreatedAt)
	if err != nil {
		return fmt.Errorf("add a secret: %w", err)
	}
	return nil
}

// TOTPOf reads a user's app, the one that counts or the one being set up; false
// when there is none.
func TOTPOf(tx *sqldb.Tx, userID uuid.UUID, confirmed bool) (s TOTPSecret, found bool, err error) {
	condition := "confirmed_at IS NULL"
	if confirmed {
		condition = "confirmed_at IS NOT NULL"
	}
	s, err = sqldb.One(tx, scanTOTP, `
		SELECT id, user_id, secret, created_at, confirmed_at, last_step
		  FROM totp_secrets
		 WHERE user_id = $1
		   AND `+condition, userID)
	if errors.Is(err, sqldb.ErrNoRows) {
		return s, false, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("read a secret: %w", err)
	}
	return s, true, nil
}

func scanTOTP(row sqldb.Scanner) (s TOTPSecret, err error) {
	err = row.Scan(&s.ID, &s.UserID, &s.Sealed, &s.CreatedAt, &s.ConfirmedAt, &s.LastStep)
	return s, err
}

// ConfirmTOTP makes the app that was being set up the one that counts.
func ConfirmTOTP(tx *sqldb.Tx, s TOTPSecret) error {
	_, err := tx.Exec(`
		DELETE FROM totp_secrets
		 WHERE user_id = $1
		   AND confirmed_at IS NOT NULL`, s.UserID)
	if err != nil {
		return fmt.Errorf("replace a secret: %w", err)
	}
	_, err = tx.Exec(`
		UPDATE totp_secrets
		   SET confirmed_at = $2
		 WHERE id = $1`, s.ID, tx.Now)
	if err != nil {
		return fmt.Errorf("confirm a secret: %w", err)
	}
	return nil
}

// UseTOTPStep notes that the code of a step was given. False: that one, or a
// later one, was given before.
func UseTOTPStep(tx *sqldb.Tx, id uuid.UUID, step int64) (bool, error) {
	rows, err := tx.Exec(`
		UPDATE totp_secrets
		   SET last_step = $2
		 WHERE id = $1
		   AND last_step < $2`, id, step)
	if err != nil {
		return false, fmt.Errorf("use a one-time code: %w", err)
	}
	return rows == 1, nil
}

// DeleteTOTP takes a user's apps away, and reports whether one counted.
func DeleteTOTP(tx *sqldb.Tx, userID uuid.UUID) (bool, error) {
	confirmed, err := tx.Exec(`
		DELETE FROM totp_secrets
		 WHERE user_id = $1
		   AND confirmed_at IS NOT NULL`, userID)
	if err != nil {
		return false, fmt.Errorf("delete a secret: %w", err)
	}
	_, err = tx.Exec(`
		DELETE FROM totp_secrets
		 WHERE user_id = $1`, userID)
	if err != nil {
		return false, fmt.Errorf("delete a pending secret: %w", err)
	}
	return confirmed > 0, nil
}

// ReplaceRecoveryCodes gives a user these codes, as hashes, and no others.
func ReplaceRecoveryCodes(tx *sqldb.Tx, userID uuid.UUID, hashes [][]byte) error {
	b := tx.Batch()
	b.Exec(nil, `
		DELETE FROM recovery_codes
		 WHERE user_id = $1`, userID)
	for _, hash := range hashes {
		b.Exec(nil, `
		INSERT INTO recovery_codes (user_id, code_hash, created_at)
		VALUES ($1, $2, $3)`, userID, hash, tx.Now)
	}
	if err := b.Run(); err != nil {
		return fmt.Errorf("replace the recovery codes: %w", err)
	}
	return nil
}

// UseRecoveryCode takes a code away, and reports whether it was there.
func UseRecoveryCode(tx *sqldb.Tx, userID uuid.UUID, hash []byte) (bool, error) {
	rows, err := tx.Exec(`
		DELETE FROM recovery_codes
		 WHERE user_id = $1
		   AND code_hash = $2`, userID, hash)
	if err != nil {
		return false, fmt.Errorf("use a recovery code: %w", err)
	}
	return rows == 1, nil
}

// SecondFactors is what a user can show beside the password.
type SecondFactors struct {
	TOTPSince     *time.Time // nil: no app
	Passkeys      int
	RecoveryCodes int // left
}

// SecondFactorsOf counts what a user can show beside the password.
func SecondFactorsOf(tx *sqldb.Tx, userID uuid.UUID) (f SecondFactors, err error) {
	err = tx.QueryRow(`
		SELECT (SELECT confirmed_at
		          FROM totp_secrets
		         WHERE user_id = $1
		           AND confirmed_at IS NOT NULL),
		       (SELECT COUNT(*)
		          FROM passkeys
		         WHERE user_id = $1),
		       (SELECT COUNT(*)
		          FROM recovery_codes
		         WHERE user_id = $1)`, userID).Scan(&f.TOTPSince, &f.Passkeys, &f.RecoveryCodes)
	if err != nil {
		return f, fmt.Errorf("read the second factors: %w", err)
	}
	return f, nil
}
