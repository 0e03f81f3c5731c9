package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// CalendarFeed lets a calendar program fetch a user's visits. The secret of its
// address is kept nowhere.
type CalendarFeed struct {
	UserID     uuid.UUID
	SecretHash []byte
	CreatedAt  time.Time
}

// PutCalendarFeed gives a user a feed in place of the one before, and reports
// whether there was one.
func PutCalendarFeed(tx *sqldb.Tx, f CalendarFeed) (replaced bool, err error) {
	if replaced, err = DeleteCalendarFeed(tx, f.UserID); err != nil {
		return false, err
	}
	_, err = tx.Exec(`
		INSERT INTO calendar_feeds (user_id, secret_hash, created_at)
		VALUES ($1, $2, $3)`, f.UserID, f.SecretHash, f.CreatedAt)
	if err != nil {
		return false, fmt.Errorf("add a calendar feed: %w", err)
	}
	return replaced, nil
}

// DeleteCalendarFeed takes a user's feed away, and reports whether there was one.
func DeleteCalendarFeed(tx *sqldb.Tx, userID uuid.UUID) (bool, error) {
	rows, err := tx.Exec(`
		DELETE FROM calendar_feeds
		 WHERE user_id = $1`, userID)
	if err != nil {
		return false, fmt.Errorf("delete a calendar feed: %w", err)
	}
	return rows == 1, nil
}

// CalendarFeedOf reads a user's feed; false when there is none.
func CalendarFeedOf(tx *sqldb.Tx, userID uuid.UUID) (f CalendarFeed, found bool, err error) {
	f, err = sqldb.One(tx, scanCalendarFeed, `
		SELECT user_id, secret_hash, created_at
		  FROM calendar_feeds
		 WHERE user_id = $1`, userID)
	if errors.Is(err, sqldb.ErrNoRows) {
		return f, false, nil
	}
	if err != nil {
		return f, false, fmt.Errorf("read a calendar feed: %w", err)
	}
	return f, true, nil
}

func scanCalendarFeed(row sqldb.Scanner) (f CalendarFeed, err error) {
	err = row.Scan(&f.UserID, &f.SecretHash, &f.CreatedAt)
	return f, err
}

// CalendarFeedOwner reads whose feed has a secret, by its hash; false when there
// is none.
func CalendarFeedOwner(tx *sqldb.Tx, secretHash []byte) (turno.User, bool, error) {
	id, err := sqldb.One(tx, scanID, `
		SELECT user_id
		  FROM calendar_feeds
		 WHERE secret_hash = $1`, secretHash)
	if errors.Is(err, sqldb.ErrNoRows) {
		return turno.User{}, false, nil
	}
	if err != nil {
		return turno.User{}, false, fmt.Errorf("find a calendar feed: %w", err)
	}
	user, err := UserByID(tx, id)
	return user, err == nil, err
}
