package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// WaitingEvents lists committed events of these names that are due and not yet
// relayed, the longest due first.
func WaitingEvents(tx *sqldb.Tx, names []string, limit int) ([]Event, error) {
	events, err := sqldb.All(tx, scanEvent, `
		SELECT id, key, event, payload, run_at
		  FROM outbox
		 WHERE relayed_at IS NULL
		   AND run_at <= $1
		   AND event = ANY($2)
		 ORDER BY run_at
		 `+sqldb.Limit(limit), tx.Now, sqldb.In(names))
	if err != nil {
		return nil, fmt.Errorf("list waiting events: %w", err)
	}
	return events, nil
}

// CountWaitingEvents is how many events are due and not yet relayed, and since when
// the first of them is due.
func CountWaitingEvents(tx *sqldb.Tx) (n int64, oldest *time.Time, err error) {
	err = tx.QueryRow(`
		SELECT COUNT(*), MIN(run_at)
		  FROM outbox
		 WHERE relayed_at IS NULL
		   AND run_at <= $1`, tx.Now).Scan(&n, &oldest)
	if err != nil {
		return 0, nil, fmt.Errorf("count waiting events: %w", err)
	}
	return n, oldest, nil
}

// MarkRelayed notes that these events are in the hands of the jobs.
func MarkRelayed(tx *sqldb.Tx, ids []uuid.UUID) error {
	_, err := tx.Exec(`
		UPDATE outbox
		   SET relayed_at = $1
		 WHERE relayed_at IS NULL
		   AND id = ANY($2)`, tx.Now, sqldb.In(ids))
	if err != nil {
		return fmt.Errorf("mark events as relayed: %w", err)
	}
	return nil
}

// TakeEvents marks events as relayed, and returns those that nobody had marked before:
// theirs is to be done in this transaction.
func TakeEvents(tx *sqldb.Tx, ids []uuid.UUID) ([]uuid.UUID, error) {
	taken, err := sqldb.All(tx, scanID, `
		UPDATE outbox
		   SET relayed_at = $1
		 WHERE relayed_at IS NULL
		   AND id = ANY($2)
		RETURNING id`, tx.Now, sqldb.In(ids))
	if err != nil {
		return nil, fmt.Errorf("take events: %w", err)
	}
	return taken, nil
}

func scanEvent(row sqldb.Scanner) (e Event, err error) {
	err = row.Scan(&e.ID, &e.Key, &e.Name, &e.Payload, &e.RunAt)
	return e, err
}
