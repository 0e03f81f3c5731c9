package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	gomail "github.com/wneessen/go-mail"

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

// Mailer hands mail to one SMTP server (RFC 5321), over a connection for each: so a
// server that hangs harms nobody but who waits for it, and not longer than twice the
// timeout. It is safe for concurrent use.
type Mailer struct {
	settings SMTP
	options  []gomail.Option
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
	case TLS:
		options = append(options, gomail.WithSSL())
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("there is no protection of mail called %q", settings.Security)
	}
	if settings.TLS != nil {
		options = append(options, gomail.WithTLSConfig(settings.TLS))
	}
	if settings.Username != "" {
		method := gomail.SMTPAuthAutoDiscover
		if settings.Security == Plain {
			method = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(method), gomail.WithUsername(settings.Username), gomail.WithPassword(settings.Password))
	}
	m := &Mailer{settings: settings, options: options}
	_, err := m.client()
	return m, err
}

// client is for one mail: go-mail keeps the connection in it.
func (m *Mailer) client() (*gomail.Client, error) {
	client, err := gomail.NewClient(m.settings.Host, m.options...)
	if err != nil {
		return nil, fmt.Errorf("set up the mail server: %w", err)
	}
	return client, nil
}

// letter is a mail as it is sent.
type letter struct {
	Subject  string
	Text     string
	HTML     string
	Calendar []byte // nil: without an invitation
	Method   ical.Method
}

// send hands a letter to the mail server. The error is a *refusal. The id is that of
// the message: when a node dies between the server's answer and its note of it, the
// mail leaves twice, and readers can tell that it is one (RFC 5322, section 3.6.4).
func (m *Mailer) send(ctx context.Context, id uuid.UUID, to string, at time.Time, l letter) error {
	message, err := m.message(id, to, at, l)
	if err != nil {
		return &refusal{said: err.Error(), code: 553, ofRecipient: true} // an address that is none
	}
	client, err := m.client()
	if err != nil {
		return &refusal{said: err.Error()}
	}
	err = client.DialAndSendWithContext(ctx, message)
	if err == nil || message.IsDelivered() { // what goes wrong after the server took it is no matter
		return nil
	}
	return refusalOf(err)
}

// message is the letter after RFC 5322: multipart/alternative, the invitation last,
// as readers take the last part that they know (RFC 2046, section 5.1.4).
func (m *Mailer) message(id uuid.UUID, to string, at time.Time, l letter) (*gomail.Msg, error) {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	from := m.settings.From
	message.FromMailAddress(&from)
	if err := message.To(to); err != nil {
		return nil, fmt.Errorf("the address of a mail: %w", err)
	}
	if m.settings.ReplyTo != nil {
		message.ReplyToMailAddress(m.settings.ReplyTo)
	}
	message.Subject(l.Subject)
	message.SetDateWithValue(at)
	_, domain, _ := strings.Cut(from.Address, "@")
	message.SetMessageIDWithValue(id.String() + "@" + domain)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers of absence
	message.SetBodyString(gomail.TypeTextPlain, l.Text)
	message.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	if l.Calendar != nil {
		message.AddAlternativeString(gomail.ContentType("text/calendar; method="+string(l.Method)), string(l.Calendar),
			gomail.WithPartEncoding(gomail.EncodingB64)) // keeps CRLF as RFC 5545 wants it
	}
	return message, nil
}

// refusal is why a mail did not leave.
type refusal struct {
	said        string // by the server, for full staff; it may name the person
	code        int    // of the answer (RFC 5321, section 4.2); 0: there was none
	ofRecipient bool   // the answer was about the address
	ofMessage   bool   // the answer was about the mail
}

// Error names nobody: it goes to the log.
func (r *refusal) Error() string {
	switch {
	case r.code == 0:
		return "the mail server could not be reached, or broke off"
	case r.ofRecipient:
		return fmt.Sprintf("the mail server refused the address with %d", r.code)
	}
	return fmt.Sprintf("the mail server refused the mail with %d", r.code)
}

// permanent reports whether trying again is in vain. A server that does not like us,
// our sender or our password may be told otherwise by its owner: that is not.
func (r *refusal) permanent() bool {
	return r != nil && r.code >= 500 && (r.ofRecipient || r.ofMessage)
}

func refusalOf(err error) *refusal {
	sent, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return &refusal{said: err.Error()}
	}
	return &refusal{
		said: sent.Error(), code: sent.ErrorCode(),
		ofRecipient: sent.Reason == gomail.ErrSMTPRcptTo,
		ofMessage:   sent.Reason == gomail.ErrSMTPDataClose,
	}
}
