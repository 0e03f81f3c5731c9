package notify_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func TestWithoutAMailServerMailIsKept(t *testing.T) {
	t.Parallel()
	eachClinic(t, false, func(t *testing.T, c *clinic) {
		c.booked(c.patient, at(2, 10, 0))
		if failures := c.run(); failures != 0 {
			t.Errorf("%d attempts failed", failures)
		}
		m := c.only()
		if m.State != store.MailIsKept || m.SentAt == nil || m.Recipient != "carla@example.org" || m.Attempts != 0 {
			t.Errorf("the mail is %+v", m)
		}
		contains(t, "the text", m.Text, "Cita confirmada")
		contains(t, "the HTML", m.HTML, "<h1>Cita confirmada</h1>")
		contains(t, "the calendar", m.Calendar, "METHOD:REQUEST")
	})
}

// only is the one mail that there is, with its bodies.
func (c *clinic) only() (m store.Mail) {
	c.t.Helper()
	c.read(func(tx *sqldb.Tx) error {
		mails, err := store.Mails(tx, store.MailFilter{Limit: 10})
		if err != nil {
			return err
		}
		if len(mails) != 1 {
			c.t.Fatalf("there are %d mails, want one", len(mails))
		}
		m, err = store.MailByID(tx, mails[0].ID)
		return err
	})
	return m
}

// What a server can do to a mail, and what becomes of it when the server is well
// again.
func TestAServerInTroubleLosesNothingAndGetsNothingTwice(t *testing.T) {
	t.Parallel()
	answer := func(code int) *smtp.SMTPError {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "not carla@example.org"}
	}
	for _, tt := range []struct {
		name    string
		trouble func(*mailServer)
		state   store.MailState // meanwhile
		refused bool            // whether the address is marked
		sent    int             // in the end
	}{
		{"it is down", func(s *mailServer) { s.stop() }, store.MailIsWaiting, false, 1},
		{"it refuses for now", func(s *mailServer) { s.refusal = answer(451) }, store.MailIsWaiting, false, 1},
		{"it refuses the mail for now", func(s *mailServer) { s.ofData = answer(452) }, store.MailIsWaiting, false, 1},
		{"it hangs", func(s *mailServer) { s.hang = true }, store.MailIsWaiting, false, 1},
		{"it refuses the address for good", func(s *mailServer) { s.refusal = answer(550) }, store.MailIsFailed, true, 0},
		{"it refuses in letters that are none", func(s *mailServer) { s.refusal = answer(550); s.refusal.Message = "inv\xe1lido\x00" }, store.MailIsFailed, true, 0},
		{"it refuses DATA for now", func(s *mailServer) { s.noData = "451 4.3.0 later" }, store.MailIsWaiting, false, 1},
		{"it refuses DATA for good", func(s *mailServer) { s.noData = "554 5.3.0 no" }, store.MailIsFailed, false, 0},
		{"it hangs once it has read the mail", func(s *mailServer) { s.stalls = true }, store.MailIsWaiting, false, 1},
		{"it refuses the mail for good", func(s *mailServer) { s.ofData = answer(554) }, store.MailIsFailed, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				c.server.behave(tt.trouble)
				c.booked(c.patient, at(2, 10, 0))
				began := time.Now()
				c.run()
				if took := time.Since(began); took > 15*time.Second {
					t.Errorf("an attempt took %v", took)
				}
				if m := c.only(); m.State != tt.state || m.Attempts != 1 || m.LastError == "" || len(c.server.mails()) != 0 {
					t.Errorf("meanwhile the mail is %s after %d attempts: %q", m.State, m.Attempts, m.LastError)
				}
				if refused := c.user().EmailRefusedAt != nil; refused != tt.refused {
					t.Errorf("the address is marked as refused: %v", refused)
				}
				c.server.behave(func(s *mailServer) { s.refusal, s.ofData, s.hang, s.stalls, s.noData = nil, nil, false, false, "" })
				if tt.name == "it is down" {
					c.server.listen(c.server.address)
				}
				c.again()
				c.again()
				if n := len(c.server.mails()); n != tt.sent {
					t.Errorf("%d mails were sent in the end, want %d", n, tt.sent)
				}
			})
		})
	}
}

// crowd adds patients with an address each and a visit each.
func (c *clinic) crowd(n int) {
	c.t.Helper()
	var people []policy.Caller
	c.write(func(tx *sqldb.Tx) error {
		people = nil
		for i := range n {
			who, err := user(tx, turno.RolePatient, "", fmt.Sprintf("p%d", i), fmt.Sprintf("Pat %d", i), "Europe/London", "en")
			if err != nil {
				return err
			}
			if err := store.InsertPatient(tx, turno.Patient{User: turno.User{ID: who.UserID}, DateOfBirth: turno.Date{Year: 1980, Month: 1, Day: 1}}); err != nil {
				return err
			}
			people = append(people, who)
		}
		return nil
	})
	for i, who := range people {
		c.booked(who, at(2, 8, 0).Add(time.Duration(i)*40*time.Minute))
	}
}

func TestManyMailsLeaveOverOneConnection(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		leaves   bool
		sessions int
	}{
		{"which the server keeps open", false, 2}, // of 20 mails each
		{"or over new ones, when it ends them", true, 25},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				c.server.behave(func(s *mailServer) { s.leaves = tt.leaves })
				c.crowd(25)
				if failures := c.run(); failures != 0 {
					t.Errorf("%d attempts failed", failures)
				}
				if n := len(c.server.mails()); n != 25 {
					t.Errorf("%d mails were sent, want 25", n)
				}
				if c.server.sessions != tt.sessions {
					t.Errorf("%d connections, want %d", c.server.sessions, tt.sessions)
				}
			})
		})
	}
}

func TestTwoNodesSendEachMailOnce(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		const visits = 50
		c.crowd(visits)
		c.events()
		var nodes sync.WaitGroup
		for range 2 {
			nodes.Go(func() {
				for more := true; more; {
					var err error
					if _, more, err = c.notify.Deliver(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		nodes.Wait()
		c.run() // what one left to the other, which had just looked
		times := map[string]int{}
		for _, m := range c.server.mails() {
			times[m.to]++
		}
		for to, n := range times {
			if n != 1 {
				t.Errorf("%s got %d mails", to, n)
			}
		}
		if len(times) != visits {
			t.Errorf("%d people got mail, want %d", len(times), visits)
		}
	})
}

// The mail of one patient fails whenever it is tried; all others leave.
func TestOneBadMailKeepsNoOtherFromLeaving(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(*mailServer){
		"refused for now": func(s *mailServer) { s.refusal = &smtp.SMTPError{Code: 451, Message: "later"} },
		"never answered":  func(s *mailServer) { s.hang = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				c.server.behave(func(s *mailServer) { s.only = []string{"p0@example.org"} })
				c.server.behave(trouble)
				c.crowd(24)
				c.run()
				c.run()
				if n := len(c.server.mails()); n != 23 {
					t.Errorf("%d mails were sent, want 23", n)
				}
				var w store.WaitingMails
				c.read(func(tx *sqldb.Tx) (err error) {
					w, err = store.CountWaitingMails(tx)
					return err
				})
				if w.Count != 1 || w.LastError == "" {
					t.Errorf("waiting: %+v", w)
				}
			})
		})
	}
}

// A row that is broken, as only a mistake of the program can make it.
func TestAMailThatCannotBeWrittenKeepsNoOtherFromLeaving(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.write(func(tx *sqldb.Tx) error {
			return store.InsertMail(tx, store.Mail{ID: turno.NewID(), Key: "broken", Kind: string(notify.KindPasswordReset), UserID: c.patient.UserID, About: "no id"})
		})
		c.booked(c.patient, at(2, 10, 0))
		if failures := c.run(); failures != 1 {
			t.Errorf("%d failures are told, want 1", failures)
		}
		if diff := cmp.Diff([]string{"password_reset waiting", "booked sent"}, c.rows()); diff != "" {
			t.Errorf("mails (-want +got):\n%s", diff)
		}
	})
}

func TestManyMailsAreKeptTwentyAtATime(t *testing.T) {
	t.Parallel()
	eachClinic(t, false, func(t *testing.T, c *clinic) {
		c.crowd(25)
		c.events()
		for _, want := range []int{20, 5, 0} {
			done, more, err := c.notify.Deliver(t.Context())
			if done != want || more != (want == 20) || err != nil {
				t.Errorf("%d are kept, more %v (%v), want %d", done, more, err, want)
			}
		}
		if c.notify.Pause() <= 0 {
			t.Error("it does not pause between them")
		}
	})
}

func (c *clinic) user() (u turno.User) {
	c.t.Helper()
	c.read(func(tx *sqldb.Tx) (err error) {
		u, err = store.UserByID(tx, c.patient.UserID)
		return err
	})
	return u
}

func TestWhatWaitedTooLongIsNotSent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		then  func(c *clinic, v turno.Appointment)
		state store.MailState
	}{
		{"the visit was cancelled meanwhile", func(c *clinic, v turno.Appointment) {
			c.must(c.visits.Cancel(c.t.Context(), c.desk, v.ID, ""))
			c.write(func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`DELETE FROM outbox WHERE event = 'appointment.cancelled'`)
				return err
			})
		}, store.MailIsDropped},
		{"the visit has begun", func(c *clinic, _ turno.Appointment) { c.clock.Set(at(9, 10, 1)) }, store.MailIsDropped},
		{"the server refused it for three days", func(c *clinic, _ turno.Appointment) { c.clock.Set(at(4, 10, 0)) }, store.MailIsFailed},
		{"the patient closed the account", func(c *clinic, _ turno.Appointment) {
			c.write(func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`UPDATE users SET deactivated_at = created_at WHERE username = 'carla'`)
				return err
			})
		}, store.MailIsDropped},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				c.server.behave(func(s *mailServer) { s.refusal = &smtp.SMTPError{Code: 451, Message: "later"} })
				v := c.booked(c.patient, at(9, 10, 0))
				c.run()
				tt.then(c, v)
				c.again()
				if m := c.only(); m.State != tt.state || m.SentAt == nil {
					t.Errorf("the mail is %s, want %s", m.State, tt.state)
				}
				c.server.behave(func(s *mailServer) { s.refusal = nil })
				c.again()
				if n := len(c.server.mails()); n != 0 {
					t.Errorf("%d mails were sent after all", n)
				}
			})
		})
	}
}

func TestARefusedAddressGetsNoMoreMailOfVisitsUntilItIsAnother(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.server.behave(func(s *mailServer) { s.refusal = &smtp.SMTPError{Code: 550, Message: "no such user"} })
		c.booked(c.patient, at(2, 10, 0))
		c.run()
		c.server.behave(func(s *mailServer) { s.refusal = nil })
		c.booked(c.patient, at(3, 10, 0))
		c.run()
		if diff := cmp.Diff([]string{"booked failed", "booked failed"}, c.rows()); diff != "" || c.server.attempts() != 1 {
			t.Errorf("mails after %d attempts (-want +got):\n%s", c.server.attempts(), diff)
		}
		c.write(func(tx *sqldb.Tx) error {
			u, err := store.UserByID(tx, c.patient.UserID)
			if err != nil {
				return err
			}
			u.Email, u.EmailRefusedAt = "carla@example.net", nil
			return store.UpdateUser(tx, u)
		})
		c.booked(c.patient, at(4, 10, 0))
		c.run()
		if n := len(c.server.mails()); n != 1 {
			t.Errorf("%d mails to the new address, want 1", n)
		}
	})
}

func TestNothingAboutAVisitGoesToAnAddressThatNobodyVerified(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		verified := func(at string) {
			c.write(func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`UPDATE users SET email_verified_at = ` + at + ` WHERE username = 'carla'`)
				return err
			})
		}
		verified("NULL")
		first := c.booked(c.patient, at(2, 10, 0))
		c.booked(c.patient, at(3, 10, 0))
		c.run()
		if n := len(c.server.mails()); n != 1 {
			t.Fatalf("%d mails were sent, want the one that asks", n)
		}
		l := c.last()
		contains(t, "the text", l.text, "Confirma tu dirección", "https://turno.example.org/verify-email?token=carla")
		l.keepsQuiet(t)
		c.must(c.visits.Cancel(t.Context(), c.desk, first.ID, ""))
		verified("created_at")
		c.write(func(tx *sqldb.Tx) error { return store.ReleaseMails(tx, c.patient.UserID) })
		c.run()
		want := []string{"booked dropped", "booked sent", "verify_email sent", "cancelled sent"}
		if diff := cmp.Diff(want, c.rows()); diff != "" {
			t.Errorf("mails (-want +got):\n%s", diff)
		}
	})
}
