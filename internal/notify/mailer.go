package notify

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"github.com/turno-health/turno/internal/ical"
)

// Security is how the connection to the mail server is protected.
type Security string

// The ways.
const (
	StartTLS Security = "starttls" // begun in the clear, and refused when the server offers none
	TLS      Security = "tls"      // from the first byte
	Plain    Security = "none"     // for a server on this machine
)

// SMTP says how mail leaves.
type SMTP struct {
	Host     string
	Port     int
	Security Security
	Username string // empty: without signing in
	Password string
	From     mail.Address
	ReplyTo  *mail.Address // nil: From
	TLS      *tls.Config   // nil: what the machine trusts
	Timeout  time.Duration // of connecting, and of handing over a mail; 0: 15 seconds
}

const defaultTimeout = 15 * time.Second

// Mailer hands mail to one SMTP server (RFC 5321). It is safe for concurrent use.
type Mailer struct {
	settings SMTP
	tls      *tls.Config
	options  []gomail.Option // how to speak to the server
}

// NewMailer makes a mailer. It connects to nothing.
func NewMailer(settings SMTP) (*Mailer, error) {
	if settings.Timeout == 0 {
		settings.Timeout = defaultTimeout
	}
	options := []gomail.Option{
		gomail.WithPort(settings.Port), gomail.WithTimeout(settings.Timeout), gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	switch settings.Security {
	case TLS: // its connections begin so; servers offer no STARTTLS then (RFC 3207, section 4.2)
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("there is no protection of mail called %q", settings.Security)
	}
	own := &tls.Config{MinVersion: tls.VersionTLS12}
	if settings.TLS != nil {
		own = settings.TLS.Clone()
	}
	own.ServerName = cmp.Or(own.ServerName, settings.Host)
	options = append(options, gomail.WithTLSConfig(own))
	if settings.Username != "" {
		method := gomail.SMTPAuthAutoDiscover
		if settings.Security == Plain {
			method = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(method), gomail.WithUsername(settings.Username), gomail.WithPassword(settings.Password))
	}
	if _, err := gomail.NewClient(settings.Host, options...); err != nil {
		return nil, fmt.Errorf("set up the mail server: %w", err)
	}
	return &Mailer{settings: settings, tls: own, options: options}, nil
}

// letter is a mail as it is sent.
type letter struct {
	Subject  string
	Text     string
	HTML     string
	Calendar []byte // nil: without an invitation
	Method   ical.Method
	Less     string // the link to get no more of such mail; empty: it has to be
}

// message is the letter after RFC 5322: multipart/alternative, the invitation last,
// as readers take the last part that they know (RFC 2046, section 5.1.4).
func (m *Mailer) message(id uuid.UUID, to string, at time.Time, l letter) (*gomail.Msg, error) {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	from := m.settings.From
	message.FromMailAddress(&from)
	if err := message.To(sendable(to)); err != nil {
		return nil, fmt.Errorf("the address of a mail: %w", err)
	}
	if m.settings.ReplyTo != nil {
		message.ReplyToMailAddress(m.settings.ReplyTo)
	}
	message.SetGenHeaderPreformatted(gomail.HeaderSubject, foldedSubject(l.Subject)) // the library folds behind the colon, which some readers show as a space
	message.SetDateWithValue(at)
	_, domain, _ := strings.Cut(from.Address, "@")
	message.SetMessageIDWithValue(id.String() + "@" + domain)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers of absence
	if strings.HasPrefix(l.Less, "https://") {               // RFC 8058, section 3.1
		message.SetGenHeaderPreformatted(gomail.HeaderListUnsubscribe, "<"+l.Less+">") // in one line
		message.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	message.SetBodyString(gomail.TypeTextPlain, l.Text)
	message.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	if l.Calendar != nil {
		message.AddAlternativeString(gomail.ContentType("text/calendar; method="+string(l.Method)), string(l.Calendar),
			gomail.WithPartEncoding(gomail.EncodingB64)) // keeps CRLF as RFC 5545 wants it
	}
	return message, nil
}

// sendable is an address with its domain as all mail servers know it (RFC 5891): few
// take others (RFC 6531).
func sendable(address string) string {
	at := strings.LastIndexByte(address, '@')
	if domain, err := idna.Lookup.ToASCII(address[at+1:]); err == nil {
		return address[:at+1] + domain
	}
	return address
}
