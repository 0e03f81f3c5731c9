package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// Mail is something that is sent to a person, once. It is written when its turn
// comes, from what is true then; until then its subject and bodies are empty.
type Mail struct {
	ID            uuid.UUID
	Key           string // unique: what it is about, in which state, and for whom
	Kind          string
	UserID        uuid.UUID
	AppointmentID *uuid.UUID // nil: about an account
	Sequence      int        // of the visit when there was something to tell
	About         string     // what an account's mail is about: an id, or the browser of a new sign-in
	Recipient     string     // the address; empty until written
	State         MailState
	Subject       string
	Text, HTML    string // without secret links; cleared after 30 days
	Calendar      string // the text/calendar part, if any
	Attempts      int
	LastError     string
	RefusedSince  *time.Time // since when the mail server refuses this very mail; nil: it has not
	AttemptAt     time.Time  // when it is tried next, while it waits
	CreatedAt     time.Time
	SentAt        *time.Time // also when it was kept, dropped or given up
}

// MailState is how far a mail has come.
type MailState string

// The states. All but waiting and withheld are final.
const (
	MailIsWaiting  MailState = "waiting"
	MailIsSent     MailState = "sent"
	MailIsFailed   MailState = "failed"   // refused for good, or tried for days
	MailIsKept     MailState = "kept"     // no mail server is configured: it can be read here
	MailIsDropped  MailState = "dropped"  // what it had to tell was no longer true
	MailIsWithheld MailState = "withheld" // until the address is verified
)

// InsertMail adds a mail that is to be sent, and is due. It does nothing when there is
// one of the key already.
func InsertMail(tx *sqldb.Tx, m Mail) error {
	_, err := tx.Exec(`
		INSERT INTO mails
		       (id, key, kind, user_id, appointment_id, sequence, about, recipient, state,
		        subject, body_text, body_html, calendar, attempts, last_error, attempt_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', 'waiting', '', '', '', '', 0, '', $8, $8)
		ON CONFLICT (key) DO NOTHING`,
		m.ID, m.Key, m.Kind, m.UserID, m.AppointmentID, m.Sequence, m.About, tx.Now)
	if err != nil {
		return fmt.Errorf("add a mail: %w", err)
	}
	return nil
}

const selectMails = `
		SELECT m.id, m.key, m.kind, m.user_id, m.appointment_id, m.sequence, m.about, m.recipient, m.state,
		       m.subject, m.body_text, m.body_html, m.calendar, m.attempts, m.last_error, m.refused_since,
		       m.attempt_at, m.created_at, m.sent_at
		  FROM mails m`

func scanMail(row sqldb.Scanner) (m Mail, err error) {
	err = row.Scan(&m.ID, &m.Key, &m.Kind, &m.UserID, &m.AppointmentID, &m.Sequence, &m.About, &m.Recipient, &m.State,
		&m.Subject, &m.Text, &m.HTML, &m.Calendar, &m.Attempts, &m.LastError, &m.RefusedSince, &m.AttemptAt, &m.CreatedAt, &m.SentAt)
	return m, err
}

// MailByID reads a mail: a turno.KindNotFound error when there is none.
func MailByID(tx *sqldb.Tx, id uuid.UUID) (Mail, error) {
	m, err := sqldb.One(tx, scanMail, selectMails+`
		 WHERE m.id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRows) {
		return m, turno.NotFound("mail")
	}
	if err != nil {
		return m, fmt.Errorf("read a mail: %w", err)
	}
	return m, nil
}

// SaveMail writes what has become of a mail that waits. It reports whether it still
// waited: another node may have been faster, or the person erased.
func SaveMail(tx *sqldb.Tx, m Mail) (bool, error) {
	rows, err := tx.Exec(`
		UPDATE mails
		   SET recipient = $2,
		       state = $3,
		       subject = $4,
		       body_text = $5,
		       body_html = $6,
		       calendar = $7,
		       attempts = $8,
		       last_error = $9,
		       refused_since = $10,
		       attempt_at = $11,
		       sent_at = $12
		 WHERE id = $1
		   AND state = 'waiting'`,
		m.ID, m.Recipient, m.State, m.Subject, m.Text, m.HTML, m.Calendar, m.Attempts, m.LastError, m.RefusedSince,
		m.AttemptAt, m.SentAt)
	if err != nil {
		return false, fmt.Errorf("save a mail: %w", err)
	}
	return rows == 1, nil
}

// ReleaseMails lets the mails of a user go that waited for the address to be
// verified. What a server said of them before counts no more.
func ReleaseMails(tx *sqldb.Tx, userID uuid.UUID) error {
	_, err := tx.Exec(`
		UPDATE mails
		   SET state = 'waiting',
		       refused_since = NULL,
		       attempt_at = $2,
		       sent_at = NULL
		 WHERE user_id = $1
		   AND state = 'withheld'`, userID, tx.Now)
	if err != nil {
		return fmt.Errorf("release withheld mails: %w", err)
	}
	return nil
}

// RetryMails has the mails of a user tried anew that an address did not take since an
// instant: those about visits, and the question whether it is theirs.
func RetryMails(tx *sqldb.Tx, userID uuid.UUID, address string, since time.Time) error {
	_, err := tx.Exec(`
		UPDATE mails
		   SET state = 'waiting',
		       attempts = 0,
		       last_error = '',
		       refused_since = NULL,
		       attempt_at = $4,
		       sent_at = NULL
		 WHERE user_id = $1
		   AND recipient = $2
		   AND state = 'failed'
		   AND sent_at >= $3
		   AND (appointment_id IS NOT NULL OR kind = 'verify_email')`, userID, address, since, tx.Now)
	if err != nil {
		return fmt.Errorf("try mails again: %w", err)
	}
	return nil
}

// MarkAddress notes since when a mail server refuses a user's address for good; nil:
// it took something. It does nothing when the address is another by now, and keeps
// the first time that it was refused: mails that failed since then are tried again.
func MarkAddress(tx *sqldb.Tx, userID uuid.UUID, address string, refusedAt *time.Time) error {
	var w sqldb.Where
	marked := w.Arg(refusedAt)
	w.Add("id = $?", userID)
	w.Add("email = $?", address)
	if refusedAt != nil {
		w.Add("email_refused_at IS NULL")
	}
	_, err := tx.Exec(`
		UPDATE users
		   SET email_refused_at = `+marked+`
		 `+w.SQL(), w.Args()...)
	if err != nil {
		return fmt.Errorf("mark an address: %w", err)
	}
	return nil
}

// ClearMailBodies empties mails of more than 30 days ago. That they were sent, to
// whom and when, stays.
func ClearMailBodies(tx *sqldb.Tx) (more bool, err error) {
	return purge(tx, "the bodies of old mails", `
		UPDATE mails
		   SET subject = '',
		       body_text = '',
		       body_html = '',
		       calendar = ''
		 WHERE id IN (
		       SELECT id
		         FROM mails
		        WHERE created_at < $1
		          AND body_text <> ''
		        `+purgeLimit()+`)`, keepMailBodies)
}
