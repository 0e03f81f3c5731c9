package notify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/mail"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/turno-health/turno/internal/notify"
)

// mailServer is a real SMTP server that remembers what it took, and behaves as it is
// told.
type mailServer struct {
	t       *testing.T
	address string
	once    sync.Once

	mu       sync.Mutex
	refusal  *smtp.SMTPError // of every recipient; nil: none
	ofData   *smtp.SMTPError // of every mail, once it was read; nil: none
	hang     bool            // recipients get no answer
	stalls   bool            // mails get no answer, once they were read
	noData   string          // the answer to DATA itself; empty: go on
	mute     bool            // nobody is greeted
	only     []string        // the recipients whom this befalls; empty: all
	leaves   bool            // ends each connection with its second mail
	release  chan struct{}   // closed when the test ends: lets hanging sessions go
	stop     func()          // takes the server down
	secure   notify.Security // how it is spoken to; its certificate is for whom clients trusts
	identity *tls.Config     // what it shows for that; nil: it cannot be spoken to so
	clients  *x509.CertPool
	password string // of "clinic"; empty: nobody signs in
	received []received
	tried    int
	sessions int
}

// received is a mail that the server took.
type received struct {
	to     string
	body   []byte
	secret bool   // it came through TLS
	from   string // who had signed in
}

func startMailServer(t *testing.T) *mailServer {
	t.Helper()
	s := &mailServer{t: t, secure: notify.Plain, release: make(chan struct{})}
	s.listen("127.0.0.1:0")
	return s
}

// startSecureServer starts one that is spoken to in secret, by whoever signs in.
func startSecureServer(t *testing.T, secure notify.Security) *mailServer {
	t.Helper()
	s := &mailServer{t: t, secure: secure, password: "right", release: make(chan struct{})}
	s.identity, s.clients = identity(t)
	s.listen("127.0.0.1:0")
	return s
}

// identity is a certificate that was made here, and who trusts it.
func identity(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	card := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, card, card, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if card, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(card)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, pool
}

// restarts takes the server down, changes it and starts it again where it was.
func (s *mailServer) restarts(change func(*mailServer)) {
	s.t.Helper()
	s.stop()
	s.behave(change)
	s.listen(s.address)
}

func (s *mailServer) listen(address string) {
	s.t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(s.t.Context(), "tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.address = listener.Addr().String()
	listener = &gruffListener{listener, s}
	server := smtp.NewServer(s)
	server.Domain = "mail.example.org"
	server.ErrorLog = silent{}
	if s.secure == notify.TLS && s.identity != nil {
		listener = tls.NewListener(listener, s.identity)
	}
	if s.secure == notify.StartTLS {
		server.TLSConfig = s.identity
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	s.stop = func() {
		_ = listener.Close() // by itself too: the server may not have begun to serve it
		_ = server.Close()
		<-done
	}
	stop := s.stop
	s.t.Cleanup(func() {
		s.once.Do(func() { close(s.release) })
		stop()
	})
}

// befalls reports whether a recipient gets the trouble that there is.
func (s *mailServer) befalls(to string) bool { return len(s.only) == 0 || slices.Contains(s.only, to) }

// gruffListener makes connections on which the server does what its library never
// would: it greets nobody, or refuses DATA before the mail comes.
type gruffListener struct {
	net.Listener
	server *mailServer
}

func (l *gruffListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return &gruffConn{conn, l.server}, err
}

type gruffConn struct {
	net.Conn
	server *mailServer
}

func (c *gruffConn) Read(p []byte) (n int, err error) {
	for {
		n, err = c.Conn.Read(p)
		c.server.mu.Lock()
		answer := c.server.noData
		c.server.mu.Unlock()
		if answer == "" || string(p[:n]) != "DATA\r\n" {
			return n, err
		}
		if _, err := c.Conn.Write([]byte(answer + "\r\n")); err != nil {
			return 0, err
		}
	}
}

func (c *gruffConn) Write(p []byte) (int, error) {
	c.server.mu.Lock()
	mute := c.server.mute
	c.server.mu.Unlock()
	if mute {
		<-c.server.release
	}
	return c.Conn.Write(p)
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// mailer sends through the server, and waits for it so long.
func (s *mailServer) mailer(timeout time.Duration) *notify.Mailer {
	s.t.Helper()
	host, port, err := net.SplitHostPort(s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	number, err := net.LookupPort("tcp", port)
	if err != nil {
		s.t.Fatal(err)
	}
	settings := notify.SMTP{Host: host, Port: number, Security: s.secure, TLS: &tls.Config{RootCAs: s.clients, MinVersion: tls.VersionTLS12},
		From: mail.Address{Name: "Riverside Clinic", Address: "clinic@example.org"}, Timeout: timeout}
	if s.password != "" {
		settings.Username, settings.Password = "clinic", s.password
	}
	mailer, err := notify.NewMailer(settings)
	if err != nil {
		s.t.Fatal(err)
	}
	return mailer
}

func (s *mailServer) behave(change func(*mailServer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// mails is what was taken so far.
func (s *mailServer) mails() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.received...)
}

// attempts is how often somebody named a recipient.
func (s *mailServer) attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tried
}

func (s *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	one := &session{server: s, conn: c}
	if s.password != "" {
		return &guarded{one}, nil
	}
	return one, nil
}

// guarded is a session of a server where one has to sign in (RFC 4954).
type guarded struct{ *session }

func (s *guarded) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *guarded) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		if username != "clinic" || password != s.server.password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "who are you"}
		}
		s.from = username
		return nil
	}), nil
}

func (s *guarded) Mail(from string, options *smtp.MailOptions) error {
	if s.from == "" {
		return smtp.ErrAuthRequired
	}
	return s.session.Mail(from, options)
}

type session struct {
	server *mailServer
	conn   *smtp.Conn
	begun  int // mails
	to     string
	from   string // who has signed in
}

func (s *session) Reset()        { s.to = "" }
func (s *session) Logout() error { return nil }

func (s *session) Mail(string, *smtp.MailOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.begun++; s.server.leaves && s.begun > 1 {
		return s.conn.Conn().Close()
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	s.server.tried++
	refusal, hang := s.server.refusal, s.server.hang
	if !s.server.befalls(to) {
		refusal, hang = nil, false
	}
	s.server.mu.Unlock()
	if hang {
		<-s.server.release
		return errors.New("the server gave up")
	}
	if refusal != nil {
		return refusal
	}
	s.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, secret := s.conn.TLSConnectionState()
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.stalls && s.server.befalls(s.to) {
		s.server.mu.Unlock()
		<-s.server.release
		s.server.mu.Lock()
		return errors.New("the server gave up")
	}
	if s.server.ofData != nil {
		return s.server.ofData
	}
	s.server.received = append(s.server.received, received{s.to, body, secret, s.from})
	return nil
}
