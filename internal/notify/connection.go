package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// connection is a way to the mail server for some mails, one after the other: opened
// with the first and again after trouble. It belongs to one goroutine, which closes it.
type connection struct {
	mailer *Mailer
	client *gomail.Client
	smtp   *smtp.Client // nil: to be opened
	tcp    net.Conn     // below smtp
}

func (m *Mailer) connection() *connection { return &connection{mailer: m} }

// send hands a letter to the mail server. The id is that of the message: when a node
// dies between the server's answer and its note of it, the mail leaves twice, and
// readers can tell that it is one (RFC 5322, section 3.6.4). It takes four times the
// timeout at most.
func (c *connection) send(ctx context.Context, id uuid.UUID, to string, at time.Time, l letter) *refusal {
	message, err := c.mailer.message(id, to, at, l)
	if err != nil {
		return &refusal{said: err.Error(), code: 553, ofRecipient: true, ofMail: true} // an address that is none
	}
	used := c.smtp != nil
	refused := c.try(ctx, message)
	if used && refused.ofServer() && refused.broke() { // the server ended it since the last mail
		refused = c.try(ctx, message)
	}
	return refused
}

func (c *connection) try(ctx context.Context, message *gomail.Msg) *refusal {
	if c.smtp == nil {
		if err := c.open(ctx); err != nil {
			return refusalToConnect(err)
		}
	}
	err := c.client.SendWithSMTPClient(c.smtp, message)
	if err == nil || message.IsDelivered() { // what goes wrong after the server took it is no matter
		return nil
	}
	refused := refusalOf(err)
	if refused.broke() || !refused.ofRecipient && !refused.ofMessage { // what the server waits for now is not known
		c.hangUp()
	}
	return refused
}

// open connects, greets and signs in. The client leaves open what it can't use: a
// connection that comes to nothing is closed here.
func (c *connection) open(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			c.hangUp()
		}
	}()
	options := append(slices.Clone(c.mailer.options), gomail.WithDialContextFunc(c.dial))
	if c.client, err = gomail.NewClient(c.mailer.settings.Host, options...); err != nil {
		return fmt.Errorf("set up the mail server: %w", err)
	}
	c.smtp, err = c.client.DialToSMTPClientWithContext(ctx)
	return err
}

func (c *connection) dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	if c.tcp, err = new(net.Dialer).DialContext(ctx, network, address); err != nil || c.mailer.settings.Security != TLS {
		return c.tcp, err
	}
	secure := tls.Client(c.tcp, c.mailer.tls)
	return secure, secure.HandshakeContext(ctx)
}

// close takes leave. A server that answers oddly is left all the same.
func (c *connection) close() {
	if c.smtp != nil {
		_ = c.client.CloseWithSMTPClient(c.smtp)
	}
	c.hangUp()
}

func (c *connection) hangUp() {
	if c.tcp != nil {
		_ = c.tcp.Close()
	}
	c.smtp, c.tcp = nil, nil
}

// refusal is why a mail did not leave. A nil one refuses nothing.
type refusal struct {
	said        string // by the server, for full staff; it may name the person
	code        int    // of the answer (RFC 5321, section 4.2); 0: there was none
	ofRecipient bool   // the answer was about the address
	ofMessage   bool   // the answer was about the mail
	ofMail      bool   // the server had been told of the mail
	inTheClear  bool   // the server offers no STARTTLS
}

// Error names nobody: it goes to the log.
func (r *refusal) Error() string {
	switch {
	case r.inTheClear:
		return "the mail server offers no STARTTLS, without which nothing is sent"
	case r.code == 0:
		return "the mail server could not be reached, or broke off"
	case r.ofRecipient:
		return fmt.Sprintf("the mail server refused the address with %d", r.code)
	case r.ofMessage:
		return fmt.Sprintf("the mail server refused the mail with %d", r.code)
	}
	return fmt.Sprintf("the mail server refused the connection, the password or the sender with %d", r.code)
}

// permanent reports whether trying again is in vain. A server that does not like us,
// our sender or our password may be told otherwise by its owner: that is not.
func (r *refusal) permanent() bool {
	return r != nil && r.code >= 500 && (r.ofRecipient || r.ofMessage)
}

// ofServer reports whether it would have met every other mail too: the server was not
// told yet whom it is for.
func (r *refusal) ofServer() bool { return r != nil && !r.ofMail }

// broke reports whether the connection is at its end: without an answer, or with the
// one that says so (RFC 5321, section 3.8).
func (r *refusal) broke() bool { return r != nil && (r.code == 0 || r.code == 421) }

// stops reports whether other mails had better wait.
func (r *refusal) stops() bool { return r.ofServer() || r.broke() }

func refusalToConnect(err error) *refusal {
	r := &refusal{said: err.Error()}
	r.inTheClear = strings.Contains(r.said, "does not support STARTTLS") // the client has no error of its own for it
	if answer, ok := errors.AsType[*textproto.Error](err); ok {
		r.code = answer.Code
	}
	return r
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
		ofMail:      sent.Reason != gomail.ErrSMTPMailFrom && sent.Reason != gomail.ErrConnCheck,
	}
}
