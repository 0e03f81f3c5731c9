package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Config is what sending needs to be told.
type Config struct {
	Now       turno.Now // required
	PublicURL string    // how people reach the pages
	Mailer    *Mailer   // nil: mail is kept to be read by full staff
	Wake      func()    // called after a commit that left something in the outbox; nil is fine
}

// Service writes and sends. It is safe for concurrent use.
type Service struct {
	db     *sqldb.DB
	config Config
	zones  openings.Zones
	host   string // of PublicURL
}

// New makes the service on a migrated database.
func New(db *sqldb.DB, c Config) *Service {
	if c.Wake == nil {
		c.Wake = func() {}
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	s := &Service{db: db, config: c}
	if u, err := url.Parse(c.PublicURL); err == nil {
		s.host = u.Hostname()
	}
	return s
}

// Sends reports whether mail leaves, rather than being kept.
func (s *Service) Sends() bool { return s.config.Mailer != nil }

// Handlers are what is done about each event, by its name. The payload is the JSON
// that the event carries. Each is idempotent; an error asks to be called again.
func (s *Service) Handlers() map[string]func(ctx context.Context, payload string) error {
	handlers := map[string]func(context.Context, string) error{
		store.MailWaiting: s.deliver,
	}
	for what, kind := range map[string]Kind{
		"booked": KindBooked, "confirmed": KindConfirmed, "moved": KindMoved, "cancelled": KindCancelled, "expired": KindExpired,
	} {
		handlers["appointment."+what] = func(ctx context.Context, payload string) error { return s.visitChanged(ctx, kind, payload) }
	}
	return handlers
}

// SlowEvents are those whose handlers wait for another machine.
func SlowEvents() []string { return []string{store.MailWaiting} }

// Kind is what a mail is about.
type Kind string

// The kinds.
const (
	KindBooked    Kind = "booked"
	KindConfirmed Kind = "confirmed"
	KindMoved     Kind = "moved"
	KindCancelled Kind = "cancelled"
	KindExpired   Kind = "expired" // nobody answered the request in time
)

// aboutVisit reports whether a mail of the kind tells of a visit.
func (k Kind) aboutVisit() bool {
	switch k {
	case KindBooked, KindConfirmed, KindMoved, KindCancelled, KindExpired:
		return true
	}
	return false
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
