package api

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/turno-health/turno/internal/booking"
)

// idempotencyOf names a request by its key and by what it asks, however that was
// spaced and ordered.
func idempotencyOf(key string, body any) (booking.Idempotency, error) {
	if key == "" {
		return booking.Idempotency{}, nil
	}
	written, err := json.Marshal(body)
	if err != nil {
		return booking.Idempotency{}, fmt.Errorf("hash a request: %w", err)
	}
	sum := sha256.Sum256(written)
	return booking.Idempotency{Key: key, BodyHash: sum[:]}, nil
}
