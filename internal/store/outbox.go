package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// Event is a row of the outbox: something happened that others act on after the
// commit. Key makes it happen once, whatever crashes or retries; the payload
// holds ids only.
type Event struct {
	ID      uuid.UUID
	Key     string // unique: "appointment.booked/<id>/<sequence>"
	Name    string // "appointment.booked"
	Payload string // JSON
	RunAt   time.Time
}

const insertEvent = `
INSERT INTO outbox (id, key, event, payload, run_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key) DO NOTHING`

// EnqueueIn adds an event as a part of a batch.
func EnqueueIn(b *sqldb.Batch, now time.Time, e Event) {
	b.Exec(nil, insertEvent, e.ID, e.Key, e.Name, e.Payload, e.RunAt, now)
}

// Enqueue adds an event.
func Enqueue(tx *sqldb.Tx, e Event) error {
	if _, err := tx.Exec(insertEvent, e.ID, e.Key, e.Name, e.Payload, e.RunAt, tx.Now); err != nil {
		return fmt.Errorf("enqueue %s: %w", e.Name, err)
	}
	return nil
}

// VisitEvent is what happened to a visit: "booked", "confirmed", "moved" and so
// on. The sequence in its key makes each change happen once.
func VisitEvent(a turno.Appointment, what string) Event {
	return Event{
		ID:      turno.NewID(),
		Key:     fmt.Sprintf("appointment.%s/%s/%d", what, a.ID, a.Sequence),
		Name:    "appointment." + what,
		Payload: fmt.Sprintf(`{"appointment_id":%q,"sequence":%d}`, a.ID, a.Sequence),
		RunAt:   a.UpdatedAt,
	}
}
