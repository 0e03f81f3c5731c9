package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Config is what sending needs to be told.
type Config struct {
	Now       turno.Now               // required
	PublicURL string                  // how people reach the pages
	ResetLink ResetLink               // required to send
	VerifyURL func(turno.User) string // the link that verifies an address; required to send
	VisitLink VisitLink               // required to send
	Less      Less                    // required to send
	Mailer    *Mailer                 // nil: mail is kept to be read by full staff
}

// ResetLink makes the link for a wish for a new password, in place of one made before.
// The error is of turno.KindNotFound when the wish has expired.
type ResetLink func(ctx context.Context, id uuid.UUID) (url string, err error)

// VisitLink makes the token of the link by which who is mailed about a visit acts
// without signing in. It is empty for who has to sign in.
type VisitLink func(v turno.Appointment, reader turno.User) string

// Less makes the link by which somebody gets no more mail of a topic.
type Less func(userID uuid.UUID, topic account.MailTopic) string

// Service makes mails (Handlers) and lets them go (Deliver). It is safe for concurrent use.
type Service struct {
	db     *sqldb.DB
	config Config
	zones  openings.Zones
}

// New makes the service on a migrated database.
func New(db *sqldb.DB, c Config) *Service {
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	return &Service{db: db, config: c}
}

// Sends reports whether mail leaves, rather than being kept.
func (s *Service) Sends() bool { return s.config.Mailer != nil }

// Handler makes the mails that an event asks for. It changes nothing but rows of the
// transaction.
type Handler = func(tx *sqldb.Tx, payload string) error

// Handlers are what is done about each event, by its name. The payload is the JSON
// that the event carries. Each is idempotent.
func (s *Service) Handlers() map[string]Handler {
	handlers := map[string]Handler{
		reminderDue:             s.remind,
		account.ResetRequested:  s.resetRequested,
		account.AddressGiven:    s.addressGiven,
		account.SignedInAnew:    s.signedInAnew,
		account.LicenceVerified: s.licenceVerified,
		"appointment.completed": s.visitCompleted,
		feedbackDue:             s.askForFeedback,
	}
	for what, kind := range map[string]Kind{
		"booked": KindBooked, "confirmed": KindConfirmed, "moved": KindMoved, "cancelled": KindCancelled, "expired": KindExpired,
	} {
		handlers["appointment."+what] = func(tx *sqldb.Tx, payload string) error { return s.visitChanged(tx, kind, payload) }
	}
	return handlers
}

// Kind is what a mail is about.
type Kind string

// The kinds.
const (
	KindBooked    Kind = "booked"
	KindConfirmed Kind = "confirmed"
	KindMoved     Kind = "moved"
	KindCancelled Kind = "cancelled"
	KindExpired   Kind = "expired" // nobody answered the request in time

	KindReminderDay  Kind = "reminder_24h"
	KindReminderSoon Kind = "reminder_2h"

	KindFeedback Kind = "feedback" // asks how a visit was

	KindPasswordReset   Kind = "password_reset"
	KindVerifyEmail     Kind = "verify_email"
	KindAddressChanged  Kind = account.MailAddressChanged // to the address that it was; About is that
	KindNewSignIn       Kind = "new_sign_in"
	KindLicenceVerified Kind = "licence_verified"
)

// aboutVisit reports whether a mail of the kind tells of a visit.
func (k Kind) aboutVisit() bool {
	switch k {
	case KindPasswordReset, KindVerifyEmail, KindAddressChanged, KindNewSignIn, KindLicenceVerified:
		return false
	case KindBooked, KindConfirmed, KindMoved, KindCancelled, KindExpired, KindReminderDay, KindReminderSoon, KindFeedback:
	}
	return true
}

// reminds reports whether a mail of the kind tells of a visit that is near.
func (k Kind) reminds() bool { return k == KindReminderDay || k == KindReminderSoon }

// topic is what somebody unsubscribes from who does not want mail of the kind; "" for
// mail that has to be.
func (k Kind) topic() account.MailTopic {
	switch k {
	case KindReminderDay, KindReminderSoon:
		return account.TopicReminders
	case KindFeedback:
		return account.TopicFeedback
	case KindBooked, KindConfirmed, KindMoved, KindCancelled, KindExpired, KindPasswordReset, KindVerifyEmail, KindAddressChanged, KindNewSignIn, KindLicenceVerified:
	}
	return ""
}

// unwanted reports whether somebody does without mail of the kind.
func unwanted(tx *sqldb.Tx, userID uuid.UUID, kind Kind) (bool, error) {
	if kind.topic() == "" {
		return false, nil
	}
	return store.RefusesMail(tx, userID, string(kind))
}

// decode reads what an event carries.
func decode(payload string, into any) error {
	if err := json.Unmarshal([]byte(payload), into); err != nil {
		return fmt.Errorf("read an event: %w", err)
	}
	return nil
}

// zone is the first of the zones that is one, or else UTC.
func (s *Service) zone(names ...string) *time.Location {
	for _, name := range names {
		if loc, err := s.zones.Location(name); err == nil && name != "" {
			return loc
		}
	}
	return time.UTC
}

// sender is whom mail comes from.
func (s *Service) sender() mail.Address {
	if s.config.Mailer == nil {
		return mail.Address{Address: "clinic" + turno.NoMailDomain}
	}
	return s.config.Mailer.settings.From
}

// visitPage is where a visit is read, changed and cancelled.
func (s *Service) visitPage(id uuid.UUID) string {
	return s.config.PublicURL + "/appointments/" + id.String()
}
