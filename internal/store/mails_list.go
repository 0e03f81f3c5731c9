package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// MailFilter chooses mails; zero fields choose all.
type MailFilter struct {
	State   MailState
	Person  uuid.UUID // to whom they are, or about whose visit
	AfterID uuid.UUID // keyset: the last mail seen
	Limit   int
}

func (f MailFilter) where() *sqldb.Where {
	w := new(sqldb.Where)
	if f.State != "" {
		w.Add("m.state = $?", string(f.State))
	}
	if f.Person != uuid.Nil {
		w.Add(`m.id IN (
		       SELECT t.id
		         FROM mails t
		        WHERE t.user_id = $?
		        UNION ALL
		       SELECT t.id
		         FROM appointments a
		         JOIN mails t ON t.appointment_id = a.id
		        WHERE a.patient_id = $?)`, f.Person, f.Person)
	}
	if f.AfterID != uuid.Nil {
		w.Add("m.id < $?", f.AfterID)
	}
	return w
}

// ListedMail is a mail without its bodies, and whom it is for.
type ListedMail struct {
	Mail
	UserName  string
	UserRole  turno.Role
	UserBirth *turno.Date // of a patient
}

// Mails lists mails, the newest first.
func Mails(tx *sqldb.Tx, f MailFilter) ([]ListedMail, error) {
	w := f.where()
	mails, err := sqldb.All(tx, func(row sqldb.Scanner) (m ListedMail, err error) {
		err = row.Scan(&m.ID, &m.Kind, &m.UserID, &m.AppointmentID, &m.Recipient, &m.State, &m.Subject,
			&m.Attempts, &m.LastError, &m.CreatedAt, &m.SentAt, &m.UserName, &m.UserRole, &m.UserBirth)
		return m, err
	}, `
		SELECT m.id, m.kind, m.user_id, m.appointment_id, m.recipient, m.state, m.subject,
		       m.attempts, m.last_error, m.created_at, m.sent_at, u.full_name, CAST(u.role AS text), p.date_of_birth
		  FROM mails m
		  JOIN users u ON u.id = m.user_id
		  LEFT JOIN patients p ON p.user_id = m.user_id
		 `+w.SQL()+`
		 ORDER BY m.id DESC
		 `+sqldb.Limit(f.Limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	return mails, nil
}

// ManyMails is as far as mails are counted to show a number: a clinic's years of mail
// are not gone through for it.
const ManyMails = 1000

// CountMails counts the mails that a filter chooses, up to its limit: what follows
// is not looked at.
func CountMails(tx *sqldb.Tx, f MailFilter) (n int, err error) {
	w := f.where()
	err = tx.QueryRow(`
		SELECT COUNT(*)
		  FROM (SELECT 1
		          FROM mails m
		         `+w.SQL()+`
		         `+sqldb.Limit(f.Limit)+`) AS counted`, w.Args()...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count mails: %w", err)
	}
	return n, nil
}

// ExportedMail is a mail as somebody takes it with them. What one says that was
// about another's visit is that person's.
type ExportedMail struct {
	Kind          string
	State         MailState
	ToMe          bool // else to somebody who acts for the person
	Recipient     string
	AppointmentID *uuid.UUID
	Subject       string
	Text          string
	CreatedAt     time.Time
	SentAt        *time.Time
}

// ExportMails lists the mails to a person and about the person's visits, the first
// one first.
func ExportMails(tx *sqldb.Tx, userID uuid.UUID) ([]ExportedMail, error) {
	mails, err := sqldb.All(tx, func(row sqldb.Scanner) (m ExportedMail, err error) {
		var about bool
		err = row.Scan(&m.Kind, &m.State, &m.ToMe, &about, &m.Recipient, &m.AppointmentID, &m.Subject, &m.Text, &m.CreatedAt, &m.SentAt)
		if !m.ToMe {
			m.Recipient = ""
		}
		if !about {
			m.AppointmentID, m.Subject, m.Text = nil, "", ""
		}
		return m, err
	}, `
		SELECT m.kind, m.state, (m.user_id = $1), (a.id IS NULL OR a.patient_id = $1), m.recipient, m.appointment_id,
		       m.subject, m.body_text, m.created_at, m.sent_at
		  FROM mails m
		  LEFT JOIN appointments a ON a.id = m.appointment_id
		 WHERE m.id IN (
		       SELECT t.id
		         FROM mails t
		        WHERE t.user_id = $1
		        UNION ALL
		       SELECT t.id
		         FROM appointments v
		         JOIN mails t ON t.appointment_id = v.id
		        WHERE v.patient_id = $1)
		 ORDER BY m.id`, userID)
	if err != nil {
		return nil, fmt.Errorf("export mails: %w", err)
	}
	return mails, nil
}

// MailedSince is how many mails of a kind were made for a user since an instant.
func MailedSince(tx *sqldb.Tx, userID uuid.UUID, kind string, since time.Time) (n int, err error) {
	err = tx.QueryRow(`
		SELECT COUNT(*)
		  FROM mails
		 WHERE user_id = $1
		   AND kind = $2
		   AND created_at >= $3`, userID, kind, since).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count what was mailed: %w", err)
	}
	return n, nil
}

// MailedTo is when a mail of a kind was last sent to a user at an address; nil: never.
func MailedTo(tx *sqldb.Tx, userID uuid.UUID, address, kind string) (*time.Time, error) {
	sent, err := sqldb.All(tx, func(row sqldb.Scanner) (at time.Time, err error) {
		err = row.Scan(&at)
		return at, err
	}, `
		SELECT sent_at
		  FROM mails
		 WHERE user_id = $1
		   AND recipient = $2
		   AND kind = $3
		   AND state = 'sent'
		 ORDER BY sent_at DESC
		 LIMIT 1`, userID, address, kind)
	if err != nil {
		return nil, fmt.Errorf("look when somebody was mailed: %w", err)
	}
	if len(sent) == 0 {
		return nil, nil //nolint:nilnil // nil: never
	}
	return &sent[0], nil
}

// MailedAboutSince reports whether a mail of a kind was made since an instant about
// any visit of a patient with a doctor.
func MailedAboutSince(tx *sqldb.Tx, patientID, doctorID uuid.UUID, kind string, since time.Time) (mailed bool, err error) {
	err = tx.QueryRow(`
		SELECT EXISTS (SELECT 1
		                 FROM mails m
		                 JOIN appointments a ON a.id = m.appointment_id
		                WHERE m.user_id = $1
		                  AND m.kind = $3
		                  AND m.created_at >= $4
		                  AND a.patient_id = $1
		                  AND a.doctor_id = $2)`, patientID, doctorID, kind, since).Scan(&mailed)
	if err != nil {
		return false, fmt.Errorf("look for what was mailed: %w", err)
	}
	return mailed, nil
}
