package notify_test

import (
	"errors"
	"io"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

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
	only     string          // the one recipient whom this befalls; empty: all
	leaves   bool            // ends each connection with its second mail
	release  chan struct{}   // closed when the test ends: lets hanging sessions go
	stop     func()          // takes the server down
	received []received
	tried    int
	sessions int
}

// received is a mail that the server took.
type received struct {
	to   string
	body []byte
}

func startMailServer(t *testing.T) *mailServer {
	t.Helper()
	s := &mailServer{t: t, release: make(chan struct{})}
	s.listen("127.0.0.1:0")
	return s
}

func (s *mailServer) listen(address string) {
	s.t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(s.t.Context(), "tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.address = listener.Addr().String()
	server := smtp.NewServer(s)
	server.Domain = "mail.example.org"
	server.ErrorLog = silent{}
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

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// mailer sends through the server.
func (s *mailServer) mailer() *notify.Mailer {
	s.t.Helper()
	host, port, err := net.SplitHostPort(s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	number, err := net.LookupPort("tcp", port)
	if err != nil {
		s.t.Fatal(err)
	}
	mailer, err := notify.NewMailer(notify.SMTP{Host: host, Port: number, Security: notify.Plain,
		From: mail.Address{Name: "Riverside Clinic", Address: "clinic@example.org"}, Timeout: 2 * time.Second})
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
	return &session{server: s, conn: c}, nil
}

type session struct {
	server *mailServer
	conn   *smtp.Conn
	begun  int // mails
	to     string
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
	if s.server.only != "" && s.server.only != to {
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
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.ofData != nil {
		return s.server.ofData
	}
	s.server.received = append(s.server.received, received{s.to, body})
	return nil
}
