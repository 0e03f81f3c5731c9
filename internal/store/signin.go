package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// SignInFailures is how often signing in has failed for an account, a device or
// an address, none of which it names.
type SignInFailures struct {
	Count  int
	LastAt time.Time
}

// FailuresOf reads the failures of a subject; zero when there are none.
func FailuresOf(tx *sqldb.Tx, subjectHash []byte) (SignInFailures, error) {
	var f SignInFailures
	var found bool
	b := tx.Batch()
	sqldb.BatchOne(b, &f, &found, scanFailures, `
		SELECT failures, last_failure_at
		  FROM sign_in_failures
		 WHERE subject_hash = $1`, subjectHash)
	if err := b.Run(); err != nil {
		return f, fmt.Errorf("read sign-in failures: %w", err)
	}
	return f, nil
}

func scanFailures(row sqldb.Scanner) (f SignInFailures, err error) {
	err = row.Scan(&f.Count, &f.LastAt)
	return f, err
}

// AddFailure counts one more failure of a subject. Earlier ones are forgotten
// when the last of them was before quietSince.
func AddFailure(tx *sqldb.Tx, subjectHash []byte, quietSince time.Time) error {
	_, err := tx.Exec(`
		INSERT INTO sign_in_failures (subject_hash, failures, last_failure_at)
		VALUES ($1, 1, $2)
		ON CONFLICT (subject_hash) DO UPDATE
		   SET failures = CASE WHEN sign_in_failures.last_failure_at < $3 THEN 1
		                       ELSE sign_in_failures.failures + 1 END,
		       last_failure_at = excluded.last_failure_at`, subjectHash, tx.Now, quietSince)
	if err != nil {
		return fmt.Errorf("count a sign-in failure: %w", err)
	}
	return nil
}

// ForgetFailures clears the count of a subject.
func ForgetFailures(tx *sqldb.Tx, subjectHash []byte) error {
	_, err := tx.Exec(`
		DELETE FROM sign_in_failures
		 WHERE subject_hash = $1`, subjectHash)
	if err != nil {
		return fmt.Errorf("forget sign-in failures: %w", err)
	}
	return nil
}

// KnowsDevice reports whether the user has signed in on the device before.
func KnowsDevice(tx *sqldb.Tx, userID uuid.UUID, tokenHash []byte) (known bool, err error) {
	err = tx.QueryRow(`
		SELECT EXISTS (SELECT 1
		                 FROM devices
		                WHERE token_hash = $1
		                  AND user_id = $2)`, tokenHash, userID).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("look for a device: %w", err)
	}
	return known, nil
}

// HasDevice reports whether the user has signed in on any device before.
func HasDevice(tx *sqldb.Tx, userID uuid.UUID) (has bool, err error) {
	err = tx.QueryRow(`
		SELECT EXISTS (SELECT 1
		                 FROM devices
		                WHERE user_id = $1)`, userID).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("look for devices: %w", err)
	}
	return has, nil
}

// PutDevice notes that the user signed in on the device.
func PutDevice(tx *sqldb.Tx, userID uuid.UUID, tokenHash []byte) error {
	_, err := tx.Exec(`
		INSERT INTO devices (token_hash, user_id, created_at, last_used_at)
		VALUES ($1, $2, $3, $3)
		ON CONFLICT (token_hash, user_id) DO UPDATE
		   SET last_used_at = excluded.last_used_at`, tokenHash, userID, tx.Now)
	if err != nil {
		return fmt.Errorf("remember a device: %w", err)
	}
	return nil
}

// ForgetDevices makes every device of a user a stranger again.
func ForgetDevices(tx *sqldb.Tx, userID uuid.UUID) error {
	_, err := tx.Exec(`
		DELETE FROM devices
		 WHERE user_id = $1`, userID)
	if err != nil {
		return fmt.Errorf("forget devices: %w", err)
	}
	return nil
}
