package app_test

import (
	"errors"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// mailServer is an SMTP server that counts what it took and, when told, answers nobody.
type mailServer struct {
	address string

	mu       sync.Mutex
	hangs    chan struct{}  // not nil: recipients get no answer until it is closed
	hanging  int            // sessions that wait for it
	sessions int            // open now
	most     int            // open at once
	taken    map[string]int // mails by Message-ID
	subjects map[string]int
}

func startMailServer(tb testing.TB) *mailServer {
	tb.Helper()
	s := &mailServer{taken: map[string]int{}, subjects: map[string]int{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s.address = listener.Addr().String()
	server := smtp.NewServer(s)
	server.ErrorLog = silent{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	tb.Cleanup(func() {
		s.answer()
		_ = listener.Close()
		_ = server.Close()
		<-done
	})
	return s
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// settings are what the program is told of the server.
func (s *mailServer) settings() []string {
	host, port, _ := strings.Cut(s.address, ":")
	return []string{"--base-url", "http://localhost", "--smtp-host", host, "--smtp-port", port, "--smtp-security", "none", "--smtp-from", "clinic@example.org"}
}

// hang lets recipients wait for an answer from now on.
func (s *mailServer) hang() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangs = make(chan struct{})
}

// answer ends that.
func (s *mailServer) answer() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hangs != nil {
		close(s.hangs)
		s.hangs = nil
	}
}

// waiting is how many sessions hang.
func (s *mailServer) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hanging
}

// mails is how many mails of a subject were taken, and how many of all more than once.
func (s *mailServer) mails(subject string) (n, twice int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for of, count := range s.subjects {
		if strings.HasPrefix(of, subject) {
			n += count
		}
	}
	for _, count := range s.taken {
		if count > 1 {
			twice++
		}
	}
	return n, twice
}

// atOnce is how many sessions there were at the same time, at most.
func (s *mailServer) atOnce() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

func (s *mailServer) NewSession(*smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	s.most = max(s.most, s.sessions)
	return &mailSession{s}, nil
}

type mailSession struct{ server *mailServer }

func (s *mailSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *mailSession) Reset()                               {}

func (s *mailSession) Logout() error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.sessions--
	return nil
}

func (s *mailSession) Rcpt(string, *smtp.RcptOptions) error {
	s.server.mu.Lock()
	hangs := s.server.hangs
	if hangs != nil {
		s.server.hanging++
	}
	s.server.mu.Unlock()
	if hangs == nil {
		return nil
	}
	<-hangs
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.hanging--
	return errors.New("the server gave up")
}

func (s *mailSession) Data(r io.Reader) error {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, message.Body); err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.taken[message.Header.Get("Message-Id")]++
	s.server.subjects[message.Header.Get("Subject")]++
	return nil
}
