package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// purgeStep is how many rows one transaction removes at most, so that nobody
// waits long for it.
const purgeStep = 1000

func purgeLimit() string { return sqldb.Limit(purgeStep) }

// How long rows are kept that serve the machinery only.
const (
	keepIdempotentAnswers = 24 * time.Hour
	keepOutbox            = 30 * 24 * time.Hour
	keepRecordReads       = 48 * time.Hour
	keepSignInFailures    = 24 * time.Hour
	keepHolds             = 24 * time.Hour
	keepMailBodies        = 30 * 24 * time.Hour
	keepNotices           = 180 * 24 * time.Hour
	keepDevices           = 365 * 24 * time.Hour // as long as the browser keeps its cookie
)

// Each Purge function removes a bounded number of rows that have had their time,
// and reports whether there may be more.

// PurgeIdempotentAnswers removes stored answers older than 24 hours.
func PurgeIdempotentAnswers(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "stored answers", `
		DELETE FROM idempotent_answers
		 WHERE (user_id, route, key) IN (
		       SELECT user_id, route, key
		         FROM idempotent_answers
		        WHERE created_at < $1
		        `+purgeLimit()+`)`, keepIdempotentAnswers)
}

// OldEvents are some of the events that were due more than 30 days ago, also of those
// that nobody has ever handled: a mail about them would only puzzle. It looks through
// the whole outbox, so it is for a Read, which nobody waits for.
func OldEvents(tx *sqldb.Tx) ([]uuid.UUID, error) {
	ids, err := sqldb.All(tx, scanID, `
		SELECT id
		  FROM outbox
		 WHERE run_at < $1
		 `+purgeLimit(), tx.Now.Add(-keepOutbox))
	if err != nil {
		return nil, fmt.Errorf("find old events: %w", err)
	}
	return ids, nil
}

// PurgeEvents removes events.
func PurgeEvents(tx *sqldb.Tx, ids []uuid.UUID) error {
	if _, err := tx.Exec(`
		DELETE FROM outbox
		 WHERE id = ANY($1)`, sqldb.In(ids)); err != nil {
		return fmt.Errorf("purge old events: %w", err)
	}
	return nil
}

// PurgeRecordReads forgets which readings were already noted, two days on. The
// trail keeps the readings themselves.
func PurgeRecordReads(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "noted readings", `
		DELETE FROM record_reads
		 WHERE (reader_id, subject_id, hour) IN (
		       SELECT reader_id, subject_id, hour
		         FROM record_reads
		        WHERE hour < $1
		        `+purgeLimit()+`)`, keepRecordReads)
}

// PurgeSessions removes sessions that have expired.
func PurgeSessions(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "expired sessions", `
		DELETE FROM sessions
		 WHERE id IN (
		       SELECT id
		         FROM sessions
		        WHERE expires_at < $1
		        `+purgeLimit()+`)`, 0)
}

// PurgeTickets removes sign-ins that waited too long for a second factor.
func PurgeTickets(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "expired tickets", `
		DELETE FROM sign_in_tickets
		 WHERE id IN (
		       SELECT id
		         FROM sign_in_tickets
		        WHERE expires_at < $1
		        `+purgeLimit()+`)`, 0)
}

// PurgePasskeyChallenges removes challenges that nobody answered in time.
func PurgePasskeyChallenges(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "expired challenges", `
		DELETE FROM passkey_challenges
		 WHERE token_hash IN (
		       SELECT token_hash
		         FROM passkey_challenges
		        WHERE expires_at < $1
		        `+purgeLimit()+`)`, 0)
}

// PurgeResets removes wishes for a new password that have expired.
func PurgeResets(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "expired password resets", `
		DELETE FROM password_resets
		 WHERE id IN (
		       SELECT id
		         FROM password_resets
		        WHERE expires_at < $1
		        `+purgeLimit()+`)`, 0)
}

// PurgeNotices forgets notices after half a year. The trail keeps what happened.
func PurgeNotices(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "old notices", `
		DELETE FROM notices
		 WHERE id IN (
		       SELECT id
		         FROM notices
		        WHERE created_at < $1
		        `+purgeLimit()+`)`, keepNotices)
}

// PurgeDevices forgets browsers that nobody has signed in with for a year.
func PurgeDevices(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "old devices", `
		DELETE FROM devices
		 WHERE (token_hash, user_id) IN (
		       SELECT token_hash, user_id
		         FROM devices
		        WHERE last_used_at < $1
		        `+purgeLimit()+`)`, keepDevices)
}

// PurgeSignInFailures forgets failed sign-ins after a quiet day.
func PurgeSignInFailures(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "failed sign-ins", `
		DELETE FROM sign_in_failures
		 WHERE subject_hash IN (
		       SELECT subject_hash
		         FROM sign_in_failures
		        WHERE last_failure_at < $1
		        `+purgeLimit()+`)`, keepSignInFailures)
}

// PurgeHolds removes holds that ended more than a day ago.
func PurgeHolds(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "ended holds", `
		DELETE FROM holds
		 WHERE id IN (
		       SELECT id
		         FROM holds
		        WHERE ended_at < $1
		        `+purgeLimit()+`)`, keepHolds)
}

func purge(tx *sqldb.Tx, what, sql string, keep time.Duration) (bool, error) {
	rows, err := tx.Exec(sql, tx.Now.Add(-keep))
	if err != nil {
		return false, fmt.Errorf("purge %s: %w", what, err)
	}
	return rows >= purgeStep, nil
}
