package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// AnswerLifetime is how long a stored answer is given again.
const AnswerLifetime = 24 * time.Hour

// IdempotencyKey names one request of one user.
type IdempotencyKey struct {
	UserID   uuid.UUID
	Route    string // "POST /appointments"
	Key      string // the client's, at most 255 characters
	BodyHash []byte
}

// ClaimAnswerIn takes the key for this transaction, as the first part of a
// batch. claimed is 0 when another request has used it in the last 24 hours; one
// that still runs is waited for.
func ClaimAnswerIn(b *sqldb.Batch, claimed *int64, k IdempotencyKey, now time.Time) {
	b.Exec(claimed, `
		INSERT INTO idempotent_answers (user_id, route, key, body_hash, created_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (user_id, route, key) DO UPDATE
		   SET body_hash = excluded.body_hash,
		       created_at = excluded.created_at,
		       answer = NULL
		 WHERE idempotent_answers.created_at <= $6`,
		k.UserID, k.Route, k.Key, k.BodyHash, now, now.Add(-AnswerLifetime))
}

// StoreAnswerIn keeps the answer, as a part of a batch.
func StoreAnswerIn(b *sqldb.Batch, k IdempotencyKey, answer []byte) {
	b.Exec(nil, `
		UPDATE idempotent_answers
		   SET answer = $4
		 WHERE user_id = $1
		   AND route = $2
		   AND key = $3`, k.UserID, k.Route, k.Key, answer)
}

// StoredAnswer reads what was answered under the key. Another body under the
// same key is a turno.KindInvalid error.
func StoredAnswer(tx *sqldb.Tx, k IdempotencyKey) ([]byte, error) {
	var hash, answer []byte
	err := tx.QueryRow(`
		SELECT body_hash, answer
		  FROM idempotent_answers
		 WHERE user_id = $1
		   AND route = $2
		   AND key = $3`, k.UserID, k.Route, k.Key).Scan(&hash, &answer)
	if err != nil {
		return nil, fmt.Errorf("read a stored answer: %w", err)
	}
	if string(hash) != string(k.BodyHash) {
		return nil, &turno.Error{Kind: turno.KindInvalid, Code: turno.CodeIdempotencyMismatch,
			Message: "This Idempotency-Key was used for another request. Use a new key for a new request."}
	}
	return answer, nil
}
