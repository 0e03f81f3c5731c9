package notify_test

import (
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func TestARefusedAddressIsTriedAgainWhenStaffSaySo(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.server.behave(func(s *mailServer) { s.refusal = &smtp.SMTPError{Code: 550, Message: "no such user"} })
		c.booked(c.patient, at(2, 10, 0))
		c.run()
		c.must(c.visits.Cancel(t.Context(), c.patient, c.booked(c.patient, at(3, 10, 0)).ID, ""))
		c.run()
		c.server.behave(func(s *mailServer) { s.refusal = nil })
		try := func(who policy.Caller) error { return c.notify.TryAddressAgain(t.Context(), who, c.patient.UserID) }
		for _, who := range []policy.Caller{{}, c.patient, c.doctor} {
			if kind := turno.KindOf(try(who)); kind != turno.KindForbidden && kind != turno.KindUnauthenticated {
				t.Errorf("a %q has it tried again: %v", who.Role, kind)
			}
		}
		if c.user().EmailRefusedAt == nil {
			t.Fatal("the address is not marked")
		}
		for range 2 { // the second time changes nothing
			if err := try(c.desk); err != nil {
				t.Fatal(err)
			}
		}
		if c.user().EmailRefusedAt != nil {
			t.Error("the mark stays")
		}
		c.run()
		var sent []string
		for _, m := range c.server.mails() {
			sent = append(sent, open(t, m).subject)
		}
		if len(sent) != 2 {
			t.Errorf("what is still true is the first visit, and that the second is cancelled; sent: %q", sent)
		}
		if diff := cmp.Diff(1, c.triedAgain()); diff != "" {
			t.Errorf("entries of the trail (-want +got):\n%s", diff)
		}
	})
}

func TestTheDeskHasOnlyPatientsTriedAgain(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		if kind := turno.KindOf(c.notify.TryAddressAgain(t.Context(), c.desk, c.doctor.UserID)); kind != turno.KindForbidden {
			t.Errorf("the desk and a doctor: %v", kind)
		}
		if err := c.notify.TryAddressAgain(t.Context(), c.full, c.doctor.UserID); err != nil {
			t.Error(err)
		}
		if kind := turno.KindOf(c.notify.TryAddressAgain(t.Context(), c.full, turno.NewID())); kind != turno.KindNotFound {
			t.Errorf("nobody: %v", kind)
		}
	})
}

// triedAgain is how many entries of the trail say so.
func (c *clinic) triedAgain() (n int) {
	c.t.Helper()
	c.read(func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM audit_logs WHERE action_detail = 'address_tried_again'`).Scan(&n)
	})
	return n
}

func TestWhatKeepsAMailWaiting(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		trouble func(*mailServer)
		want    notify.Trouble
	}{
		{"it is refused for now", func(s *mailServer) { s.refusal = &smtp.SMTPError{Code: 451, Message: "later"} }, notify.NoTrouble},
		{"the sender is refused", func(s *mailServer) {
			s.refusal = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Sender address rejected"}
		}, notify.SenderFault},
		{"the server is down", func(s *mailServer) { s.stop() }, notify.NotThisMail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				c.booked(c.patient, at(30, 10, 0))
				c.events()
				if got := c.opened().Trouble(); got != notify.NoTrouble {
					t.Errorf("before it was tried: %d", got)
				}
				c.server.behave(tt.trouble)
				c.run()
				if m := c.opened(); m.State != store.MailIsWaiting || m.Trouble() != tt.want {
					t.Errorf("the mail is %s with trouble %d, want %d: %q", m.State, m.Trouble(), tt.want, m.LastError)
				}
			})
		})
	}
}

// opened is the one mail that there is, as full staff see it.
func (c *clinic) opened() notify.Opened {
	c.t.Helper()
	m, err := c.notify.OpenMail(c.t.Context(), c.full, c.only().ID)
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}
