package notify_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// A server answers RCPT also for what it thinks of the sender or of us.
func TestOnlyWhatIsAboutTheMailboxMarksAnAddress(t *testing.T) {
	t.Parallel()
	none := smtp.NoEnhancedCode
	for _, tt := range []struct {
		name   string
		answer smtp.SMTPError
		state  store.MailState
		marked bool
	}{
		{"no such mailbox", smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "User unknown"}, store.MailIsFailed, true},
		{"no mail is taken there", smtp.SMTPError{Code: 556, EnhancedCode: smtp.EnhancedCode{5, 1, 10}, Message: "nullMX"}, store.MailIsFailed, true},
		{"the mailbox is switched off", smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 2, 1}, Message: "Disabled"}, store.MailIsFailed, true},
		{"550 without another code", smtp.SMTPError{Code: 550, EnhancedCode: none, Message: "nobody"}, store.MailIsFailed, true},
		{"550 with a code that tells nothing", smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 0, 0}, Message: "nobody"}, store.MailIsFailed, true},
		{"the sender", smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "<clinic@example.org>: Sender address rejected: Access denied"}, store.MailIsWaiting, false},
		{"a rule, under 550", smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Relaying denied"}, store.MailIsWaiting, false},
		{"the sender's domain", smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 8}, Message: "Domain not found"}, store.MailIsWaiting, false},
		{"554 without another code", smtp.SMTPError{Code: 554, EnhancedCode: none, Message: "no"}, store.MailIsWaiting, false},
		{"the sender's domain, for now", smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 1, 8}, Message: "Domain not found"}, store.MailIsWaiting, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				c.server.behave(func(s *mailServer) { s.refusal = &tt.answer })
				c.booked(c.patient, at(30, 10, 0))
				c.run()
				c.clock.Set(at(10, 9, 0)) // days of it give nothing up
				c.again()
				m := c.only()
				if marked := c.user().EmailRefusedAt != nil; m.State != tt.state || marked != tt.marked {
					t.Errorf("the mail is %s, and the address marked: %v", m.State, marked)
				}
				if says := strings.HasPrefix(m.LastError, "This is about the sender or the server"); says == tt.marked {
					t.Errorf("full staff read %q", m.LastError)
				}
				if tt.marked {
					return
				}
				if wait := m.AttemptAt.Sub(c.clock.Now()); wait > 20*time.Minute {
					t.Errorf("it waits for %v once it is mended", wait)
				}
				c.server.behave(func(s *mailServer) { s.refusal = nil })
				c.again()
				if n := len(c.server.mails()); n != 1 {
					t.Errorf("%d mails were sent in the end, want 1", n)
				}
			})
		})
	}
}

func TestAFullMailboxIsTriedForDaysAndNotMarked(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.server.behave(func(s *mailServer) {
			s.refusal = &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 2, 2}, Message: "Mailbox full"}
		})
		c.booked(c.patient, at(30, 10, 0))
		c.run()
		if m := c.only(); m.State != store.MailIsWaiting {
			t.Errorf("the mail is %s at once", m.State)
		}
		c.clock.Set(at(4, 9, 0))
		c.again()
		if m := c.only(); m.State != store.MailIsFailed || c.user().EmailRefusedAt != nil {
			t.Errorf("after days the mail is %s, and the address marked: %v", m.State, c.user().EmailRefusedAt)
		}
	})
}

// A server that hangs at some mails costs the time that it hangs, and no other mail its turn.
func TestMailsAtWhichTheServerHangsKeepNoOthersFromLeaving(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.server.behave(func(s *mailServer) {
			s.stalls, s.only = true, []string{"p0@example.org", "p1@example.org"}
		})
		c.crowd(10)
		c.events()
		done, _, err := c.notify.Deliver(t.Context())
		if done != 8 || err == nil || len(c.server.mails()) != 8 {
			t.Errorf("%d mails left at the first try, want 8 (%v)", done, err)
		}
		wait := func(attempts int, longest time.Duration) {
			t.Helper()
			c.read(func(tx *sqldb.Tx) error {
				mails, err := store.Mails(tx, store.MailFilter{State: store.MailIsWaiting, Limit: 10})
				for _, listed := range mails {
					m, err := store.MailByID(tx, listed.ID)
					if got := m.AttemptAt.Sub(tx.Now); err != nil || m.Attempts != attempts || got < longest/2 || got > longest {
						t.Errorf("after %d attempts a mail waits for %v, want about %v (%v)", m.Attempts, got, longest, err)
					}
				}
				return err
			})
		}
		for range 4 {
			c.again()
		}
		wait(5, 12*time.Minute)
	})
}

// What was not sent waits for the next start, without an attempt.
func TestAStoppingNodeWaitsForNoMailServer(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(*mailServer){
		"that does not greet":        func(s *mailServer) { s.mute = true },
		"that hangs at a recipient":  func(s *mailServer) { s.hang = true },
		"that has read and hangs on": func(s *mailServer) { s.stalls = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachClinicWith(t, startMailServer, func(t *testing.T, c *clinic) {
				c.patientServer(t)
				c.server.behave(trouble)
				c.booked(c.patient, at(2, 10, 0))
				c.events()
				ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer stop()
				began := time.Now()
				if _, _, err := c.notify.Deliver(ctx); err != nil {
					t.Errorf("the end is told as %v", err)
				}
				if took := time.Since(began); took > 6*time.Second {
					t.Errorf("it took %v to stop", took)
				}
				m := c.only()
				if m.State != store.MailIsWaiting || m.Attempts != 0 || m.AttemptAt.After(c.clock.Now()) {
					t.Errorf("the mail is %s after %d attempts, due in %v", m.State, m.Attempts, m.AttemptAt.Sub(c.clock.Now()))
				}
			})
		})
	}
}
