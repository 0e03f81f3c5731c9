package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// MailRefusals lists the kinds of mail that a user does without.
func MailRefusals(tx *sqldb.Tx, userID uuid.UUID) ([]string, error) {
	kinds, err := sqldb.All(tx, func(row sqldb.Scanner) (kind string, err error) {
		err = row.Scan(&kind)
		return kind, err
	}, `
		SELECT kind
		  FROM mail_refusals
		 WHERE user_id = $1
		 ORDER BY kind`, userID)
	if err != nil {
		return nil, fmt.Errorf("list what mail is refused: %w", err)
	}
	return kinds, nil
}

// RefusesMail reports whether a user does without a kind of mail.
func RefusesMail(tx *sqldb.Tx, userID uuid.UUID, kind string) (refuses bool, err error) {
	err = tx.QueryRow(`
		SELECT EXISTS (SELECT 1
		                 FROM mail_refusals
		                WHERE user_id = $1
		                  AND kind = $2)`, userID, kind).Scan(&refuses)
	if err != nil {
		return false, fmt.Errorf("look whether mail is refused: %w", err)
	}
	return refuses, nil
}

// RefuseMail notes that a user does without a kind of mail, or no longer; byLink says that
// the link of a mail did it. It reports whether that changed
// anything but who did it.
func RefuseMail(tx *sqldb.Tx, userID uuid.UUID, kind string, refuses, byLink bool) (bool, error) {
	statement, args := `
		DELETE FROM mail_refusals
		 WHERE user_id = $1
		   AND kind = $2`, []any{userID, kind}
	if refuses {
		statement, args = `
		INSERT INTO mail_refusals (user_id, kind, created_at, by_link)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, append(args, tx.Now, byLink)
	}
	rows, err := tx.Exec(statement, args...)
	if err == nil && rows == 0 && refuses && !byLink {
		_, err = tx.Exec(`
		UPDATE mail_refusals
		   SET by_link = $3
		 WHERE user_id = $1
		   AND kind = $2`, userID, kind, false)
	}
	if err != nil {
		return false, fmt.Errorf("refuse mail: %w", err)
	}
	return rows == 1, nil
}

// MailTaken lists the kinds of mail that a user does without by the link of a mail.
func MailTaken(tx *sqldb.Tx, userID uuid.UUID) ([]string, error) {
	kinds, err := sqldb.All(tx, func(row sqldb.Scanner) (kind string, err error) {
		err = row.Scan(&kind)
		return kind, err
	}, `
		SELECT kind
		  FROM mail_refusals
		 WHERE user_id = $1
		   AND by_link = $2
		 ORDER BY kind`, userID, true)
	if err != nil {
		return nil, fmt.Errorf("list what mail a link took: %w", err)
	}
	return kinds, nil
}
