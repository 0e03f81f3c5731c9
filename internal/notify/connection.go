package notify

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
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
	stay   func() bool  // while it is opened: no longer to close it when the context ends
}

// parting is how long a server may take once the node stops to answer to the mail that
// it has before it, and at any time to say goodbye. What it answers later is not heard,
// and the mail leaves again.
const parting = 2 * time.Second

func (m *Mailer) connection() *connection { return &connection{mailer: m} }

// send hands a letter to the mail server. The id is that of the message: when a node
// dies between the server's answer and its note of it, the mail leaves twice, and
// readers can tell that it is one (RFC 5322, section 3.6.4). It takes four times the
// timeout at most.
func (c *connection) send(ctx context.Context, id uuid.UUID, to string, at time.Time, l letter) *refusal {
	message, err := c.mailer.message(id, to, at, l)
	if err != nil {
		return &refusal{said: err.Error(), code: 553, step: atRecipient} // an address that is none
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
	tcp := c.tcp
	stay := context.AfterFunc(ctx, func() { time.AfterFunc(parting, func() { _ = tcp.Close() }) })
	defer stay()
	err := c.client.SendWithSMTPClient(c.smtp, message)
	if err == nil || message.IsDelivered() { // what goes wrong after the server took it is no matter
		return nil
	}
	refused, next := refusalOf(err)
	if refused.broke() || !next {
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
	c.stay = func() bool { return true }
	options := append(slices.Clone(c.mailer.options), gomail.WithDialContextFunc(func(dialing context.Context, network, address string) (net.Conn, error) {
		return c.dial(ctx, dialing, network, address)
	}))
	if c.client, err = gomail.NewClient(c.mailer.settings.Host, options...); err != nil {
		return fmt.Errorf("set up the mail server: %w", err)
	}
	defer func() { c.stay() }()
	c.smtp, err = c.client.DialToSMTPClientWithContext(ctx)
	return err
}

// dial connects while one context lasts, and closes what it has opened should the other
// end before it is ready.
func (c *connection) dial(ctx, dialing context.Context, network, address string) (net.Conn, error) {
	tcp, err := new(net.Dialer).DialContext(dialing, network, address)
	if err != nil {
		return nil, err
	}
	c.tcp = tcp
	c.stay = context.AfterFunc(ctx, func() { _ = tcp.Close() })
	if c.mailer.settings.Security != TLS {
		return tcp, nil
	}
	secure := tls.Client(tcp, c.mailer.tls)
	return secure, secure.HandshakeContext(dialing)
}

// close takes leave. A server that answers oddly is left all the same.
func (c *connection) close() {
	if c.smtp != nil {
		tcp := c.tcp
		patience := time.AfterFunc(parting, func() { _ = tcp.Close() })
		defer patience.Stop()
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
