package turno

import "github.com/google/uuid"

// NewID makes a UUIDv7 (RFC 9562): ordered by time, so that indexes stay
// compact, and unguessable enough for a key. Nothing is ever authorised by
// knowing an id.
func NewID() uuid.UUID {
	return uuid.Must(uuid.NewV7())
}
