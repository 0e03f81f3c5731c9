package notify_test

import (
	"testing"

	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/store"
)

func TestMailLeavesInSecretAndSignedIn(t *testing.T) {
	t.Parallel()
	for _, secure := range []notify.Security{notify.StartTLS, notify.TLS} {
		t.Run(string(secure), func(t *testing.T) {
			t.Parallel()
			eachClinicWith(t, secureServer(secure), func(t *testing.T, c *clinic) {
				c.booked(c.patient, at(2, 10, 0))
				c.run()
				c.sentInSecret(t)
			})
		})
	}
}

func secureServer(secure notify.Security) func(*testing.T) *mailServer {
	return func(t *testing.T) *mailServer { return startSecureServer(t, secure) }
}

func (c *clinic) sentInSecret(t *testing.T) {
	t.Helper()
	mails := c.server.mails()
	if len(mails) != 1 {
		t.Fatalf("%d mails were sent, want one", len(mails))
	}
	if m := mails[0]; !m.secret || m.from != "clinic" || m.to != "carla@example.org" {
		t.Errorf("the mail to %s came through TLS: %v, from %q", m.to, m.secret, m.from)
	}
}

// Whatever is wrong between us and the server, the mail waits until somebody has mended
// it, for days too, and nothing of it is sent in the clear.
func TestWrongSettingsLoseNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		secure notify.Security
		wrong  func(*testing.T, *mailServer)
	}{
		{"a wrong password", notify.StartTLS, func(_ *testing.T, s *mailServer) { s.password = "other" }},
		{"a wrong password, by TLS", notify.TLS, func(_ *testing.T, s *mailServer) { s.password = "other" }},
		{"no STARTTLS is offered", notify.StartTLS, func(_ *testing.T, s *mailServer) { s.identity = nil }},
		{"a certificate that nobody knows", notify.StartTLS, func(t *testing.T, s *mailServer) { s.identity, _ = identity(t) }},
		{"a certificate that nobody knows, by TLS", notify.TLS, func(t *testing.T, s *mailServer) { s.identity, _ = identity(t) }},
		{"a server in the clear where TLS is wanted", notify.TLS, func(_ *testing.T, s *mailServer) { s.identity = nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinicWith(t, secureServer(tt.secure), func(t *testing.T, c *clinic) {
				right, password := c.server.identity, c.server.password
				c.server.restarts(func(s *mailServer) { tt.wrong(t, s) })
				c.booked(c.patient, at(9, 10, 0))
				for attempt := 1; attempt <= 2; attempt++ {
					if failures := c.again(); failures != 1 {
						t.Errorf("%d failures are told, want 1", failures)
					}
					if m := c.only(); m.State != store.MailIsWaiting || m.Attempts != attempt || m.LastError == "" {
						t.Errorf("the mail is %s after %d attempts: %q", m.State, m.Attempts, m.LastError)
					}
					c.clock.Set(at(5, 10, 0)) // longer than one mail is tried that the server refuses
				}
				if n := len(c.server.mails()) + c.server.attempts(); n != 0 {
					t.Errorf("the server was told of a recipient %d times", n)
				}
				c.server.restarts(func(s *mailServer) { s.identity, s.password = right, password })
				c.again()
				c.sentInSecret(t)
			})
		})
	}
}
