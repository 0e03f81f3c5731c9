package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// State is how far a mail has come.
type State = store.MailState

// The states, in the order in which somebody looks after them.
const (
	Failed   = store.MailIsFailed   // refused for good, or tried for days
	Waiting  = store.MailIsWaiting  // to be sent, or tried again
	Withheld = store.MailIsWithheld // until the address is verified
	Sent     = store.MailIsSent
	Kept     = store.MailIsKept    // no mail server is configured
	Dropped  = store.MailIsDropped // what it had to tell was no longer true
)

// States lists them.
func States() []State { return []State{Failed, Waiting, Withheld, Sent, Kept, Dropped} }

// Search chooses mails; zero fields choose all.
type Search struct {
	State  State
	Person uuid.UUID // to whom, or about whose visit
	Limit  int       // 20 unless told, 100 at most
	Cursor string
}

// Listed is a mail without what it says, and whom it is for.
type Listed = store.ListedMail

const mailList keyset.List = "mails"

// Mails lists what was sent, is to be sent, or is kept, the newest first. It is for
// full staff.
func (s *Service) Mails(ctx context.Context, c policy.Caller, search Search) (mails []Listed, next string, err error) {
	if err := policy.Check(c, policy.ReadMails, 0); err != nil {
		return nil, "", err
	}
	after, err := mailList.Parse(search.Cursor)
	if err != nil {
		return nil, "", err
	}
	limit := keyset.Size(search.Limit)
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		mails, err = store.Mails(tx, store.MailFilter{State: search.State, Person: search.Person, AfterID: after.ID, Limit: limit + 1})
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list mails: %w", err)
	}
	mails, next = keyset.Page(mailList, mails, limit, func(m Listed) keyset.Place { return keyset.Place{ID: m.ID} })
	return mails, next, nil
}

// ManyMails is the most that CountMails counts of a state.
const ManyMails = store.ManyMails

// CountMails is how many mails there are in each state, ManyMails at most; with a
// person, of those to or about them. It is for full staff.
func (s *Service) CountMails(ctx context.Context, c policy.Caller, person uuid.UUID) (map[State]int, error) {
	if err := policy.Check(c, policy.ReadMails, 0); err != nil {
		return nil, err
	}
	counts := map[State]int{}
	err := s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		for _, state := range States() {
			if counts[state], err = store.CountMails(tx, store.MailFilter{State: state, Person: person, Limit: ManyMails}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count mails: %w", err)
	}
	return counts, nil
}

// Opened is a mail with what it says, whom it is for, and the visit that it tells
// of.
type Opened struct {
	store.Mail
	To      turno.User
	Birth   *turno.Date         // of To, when that is a patient
	Visit   *store.VisitDetails // nil: about an account
	Written bool                // false: not yet, or what it said has been cleared
	AskedAt *time.Time          // when To was last asked to confirm the address that they have; nil: never
}

// OpenMail reads a mail, for full staff. That one about a patient was opened goes to
// the trail. Errors: KindForbidden, KindNotFound.
func (s *Service) OpenMail(ctx context.Context, c policy.Caller, id uuid.UUID) (m Opened, err error) {
	if err := policy.Check(c, policy.ReadMails, 0); err != nil {
		return Opened{}, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		m = Opened{}
		subject, err := readOpened(tx, id, &m)
		if err != nil || subject == uuid.Nil {
			return err
		}
		return store.RecordRead(tx, c.UserID, subject, "mail", id.String())
	})
	if err != nil {
		return Opened{}, fmt.Errorf("open a mail: %w", err)
	}
	return m, nil
}

// readOpened reads a mail, and which patient it is about; uuid.Nil: none.
func readOpened(tx *sqldb.Tx, id uuid.UUID, m *Opened) (patientID uuid.UUID, err error) {
	if m.Mail, err = store.MailByID(tx, id); err != nil {
		return uuid.Nil, err
	}
	m.Written = m.Text != ""
	if m.To, err = store.UserByID(tx, m.UserID); err != nil {
		return uuid.Nil, err
	}
	if m.AskedAt, err = store.MailedTo(tx, m.UserID, m.To.MailAddress(), string(KindVerifyEmail)); err != nil {
		return uuid.Nil, err
	}
	if m.To.Role == turno.RolePatient {
		patient, err := store.PatientByID(tx, m.UserID)
		if err != nil {
			return uuid.Nil, err
		}
		m.Birth, patientID = &patient.DateOfBirth, m.UserID
	}
	if m.AppointmentID == nil {
		return patientID, nil
	}
	visit, err := store.VisitDetailsByID(tx, *m.AppointmentID, uuid.Nil)
	m.Visit = &visit
	return visit.PatientID, err
}
