package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// DueMails lists waiting mails whose time has come: those never tried, the longest due
// first, then those tried least. So what fails again and again keeps none waiting.
func DueMails(tx *sqldb.Tx, limit int) ([]uuid.UUID, error) {
	most := sqldb.Limit(limit)
	ids, err := sqldb.All(tx, func(row sqldb.Scanner) (id uuid.UUID, err error) {
		var attempts int
		var at time.Time
		err = row.Scan(&id, &attempts, &at)
		return id, err
	}, `
		SELECT *
		  FROM (SELECT id, attempts, attempt_at
		          FROM mails
		         WHERE state = 'waiting'
		           AND attempt_at <= $1
		           AND attempts = 0
		         ORDER BY attempt_at, id
		         `+most+`) AS fresh
		UNION ALL
		SELECT *
		  FROM (SELECT id, attempts, attempt_at
		          FROM mails
		         WHERE state = 'waiting'
		           AND attempt_at <= $1
		           AND attempts > 0
		         ORDER BY attempts, attempt_at, id
		         `+most+`) AS tried
		 ORDER BY attempts, attempt_at, id
		 `+most, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("list due mails: %w", err)
	}
	return ids, nil
}

// TakeMails takes due mails, so that nobody else does until an instant; it returns
// those that nobody else had taken. Should whoever took them die, they are due again
// by then.
func TakeMails(tx *sqldb.Tx, ids []uuid.UUID, until time.Time) ([]uuid.UUID, error) {
	taken, err := sqldb.All(tx, scanID, `
		UPDATE mails
		   SET attempt_at = $1
		 WHERE id = ANY($2)
		   AND state = 'waiting'
		   AND attempt_at <= $3
		RETURNING id`, until, sqldb.In(ids), tx.Now)
	if err != nil {
		return nil, fmt.Errorf("take due mails: %w", err)
	}
	return taken, nil
}

// GiveBackMails makes mails due that were taken until an instant and not tried. What
// others have taken since, or tried, it leaves to them.
func GiveBackMails(tx *sqldb.Tx, ids []uuid.UUID, until time.Time) error {
	_, err := tx.Exec(`
		UPDATE mails
		   SET attempt_at = $1
		 WHERE id = ANY($2)
		   AND state = 'waiting'
		   AND attempt_at = $3`, tx.Now, sqldb.In(ids), until)
	if err != nil {
		return fmt.Errorf("give mails back: %w", err)
	}
	return nil
}

// WaitingMails is how many mails wait, since when, and why the last one did not leave.
type WaitingMails struct {
	Count     int64
	OldestAt  *time.Time // nil: none waits
	LastError string     // empty: none has been tried
}

// CountWaitingMails counts them.
func CountWaitingMails(tx *sqldb.Tx) (w WaitingMails, err error) {
	err = tx.QueryRow(`
		SELECT COUNT(*), MIN(created_at), COALESCE((
		       SELECT last_error
		         FROM mails
		        WHERE state = 'waiting'
		          AND last_error <> ''
		        ORDER BY attempt_at DESC, id DESC
		        LIMIT 1), '')
		  FROM mails
		 WHERE state = 'waiting'`).Scan(&w.Count, &w.OldestAt, &w.LastError)
	if err != nil {
		return WaitingMails{}, fmt.Errorf("count waiting mails: %w", err)
	}
	return w, nil
}
