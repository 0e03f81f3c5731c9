package notify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

const password = "correct-horse-battery-staple"

// accounts are the use cases of accounts in the same clinic.
func (c *clinic) accounts() *account.Service {
	c.t.Helper()
	box, err := seal.NewBox(seal.NewKey())
	if err != nil {
		c.t.Fatal(err)
	}
	return account.New(c.db, account.Config{Now: c.clock.Now, Box: box, PublicURL: "https://turno.example.org", CancelOpenVisits: c.visits.CancelOpenVisits,
		Hashing: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}})
}

func newPatient(language string) account.NewUser {
	return account.NewUser{Username: "nora", Email: "nora@example.org", Password: password, FullName: "Nora Nueva", TimeZone: "Europe/Madrid",
		Locale: language, DateOfBirth: turno.Date{Year: 1980, Month: time.March, Day: 4}}
}

// firefox signs in as somebody, from a browser that keeps what it is given or not.
func firefox(t *testing.T, a *account.Service, username, device string) account.SignedIn {
	t.Helper()
	in, err := a.Login(t.Context(), policy.Caller{}, account.Credentials{Login: username, Password: password, Device: device,
		UserAgent: "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// What happens to an account, and the mail that its owner gets.
func TestWhatHappensToAnAccountIsTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		happens  func(c *clinic, a *account.Service, language string)
		kind     string
		subjects map[string]string
		says     map[string][]string
		link     string
	}{
		{"a patient registers",
			func(c *clinic, a *account.Service, language string) {
				if _, err := a.RegisterPatient(c.t.Context(), policy.Caller{}, newPatient(language)); err != nil {
					c.t.Fatal(err)
				}
			}, "verify_email",
			map[string]string{"en": "Confirm your address", "es": "Confirma tu dirección"},
			map[string][]string{"en": {"mail about your visits"}, "es": {"los correos sobre tus citas"}},
			"https://turno.example.org/verify-email?token=nora"},
		{"a doctor's licence is verified",
			func(c *clinic, a *account.Service, language string) {
				c.speaks(c.doctor, language)
				c.verify(a, false)
				c.verify(a, true)
			}, "licence_verified",
			map[string]string{"en": "Your licence is verified", "es": "Tu licencia está verificada"},
			map[string][]string{"en": {"Patients can find and book you from now on"}, "es": {"Desde ahora los pacientes pueden encontrarte"}},
			"https://turno.example.org/schedule/hours"},
		{"somebody signs in from another browser",
			func(c *clinic, a *account.Service, language string) {
				if _, err := a.RegisterPatient(c.t.Context(), policy.Caller{}, newPatient(language)); err != nil {
					c.t.Fatal(err)
				}
				c.run()
				c.execute(`UPDATE users SET email_verified_at = created_at WHERE username = 'nora'`)
				firefox(c.t, a, "nora", "") // the first browser
				firefox(c.t, a, "nora", "")
			}, "new_sign_in",
			map[string]string{"en": "New sign-in to your account", "es": "Nuevo inicio de sesión en tu cuenta"},
			map[string][]string{"en": {"Monday 4 January at 10:00", "Firefox, Windows", "If it was not you"}, "es": {"Lunes, 4 de enero a las 10:00", "Firefox, Windows", "Si no has sido tú"}},
			"https://turno.example.org/account/devices"},
	} {
		for _, language := range []string{"en", "es"} {
			t.Run(tt.name+", "+language, func(t *testing.T) {
				t.Parallel()
				eachClinic(t, true, func(t *testing.T, c *clinic) {
					tt.happens(c, c.accounts(), language)
					c.run()
					l := c.last()
					if diff := cmp.Diff([]string{tt.subjects[language], "text/plain", "text/html"}, append([]string{l.subject}, l.parts...)); diff != "" {
						t.Errorf("the subject and parts (-want +got):\n%s", diff)
					}
					for what, body := range map[string]string{"the text": l.text, "the HTML": l.html} {
						contains(t, what, body, append(tt.says[language], tt.link, "Riverside Clinic")...)
					}
					if rows := c.rows(); rows[len(rows)-1] != tt.kind+" sent" {
						t.Errorf("mails %v, want the last to be %s", rows, tt.kind)
					}
				})
			})
		}
	}
}

func (c *clinic) execute(statement string) {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error { _, err := tx.Exec(statement); return err })
}

func (c *clinic) speaks(who policy.Caller, language string) {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE users SET locale = $2 WHERE id = $1`, who.UserID, language)
		return err
	})
}

// verify gives the doctor's verification, or takes it back.
func (c *clinic) verify(a *account.Service, yes bool) {
	c.t.Helper()
	err := error(nil)
	if yes {
		_, err = a.VerifyDoctor(c.t.Context(), c.full, c.doctor.UserID, "")
	} else {
		_, err = a.UnverifyDoctor(c.t.Context(), c.full, c.doctor.UserID)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

func TestAVerificationThatWasTakenBackIsNotTold(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		a := c.accounts()
		c.verify(a, false)
		c.verify(a, true)
		c.verify(a, false)
		c.run()
		if rows := c.rows(); len(rows) != 0 {
			t.Errorf("mails %v", rows)
		}
	})
}

// to lists the addresses that mail of a subject went to.
func (c *clinic) to(subject string) (to []string) {
	c.t.Helper()
	for _, m := range c.server.mails() {
		if open(c.t, m).subject == subject {
			to = append(to, m.to)
		}
	}
	return to
}

// nora registers, and changes her address with the second result.
func (c *clinic) nora(a *account.Service) (policy.Caller, func(address string)) {
	c.t.Helper()
	person, err := a.RegisterPatient(c.t.Context(), policy.Caller{}, newPatient("en"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.run()
	nora := policy.Caller{UserID: person.ID, Role: turno.RolePatient}
	return nora, func(address string) {
		c.t.Helper()
		c.clock.Advance(time.Second)
		nora.AuthenticatedAt = c.clock.Now()
		if _, err := a.UpdateMe(c.t.Context(), nora, account.Patch{Email: &address}); err != nil {
			c.t.Fatal(err)
		}
		c.run()
	}
}

// Whoever changes an address and changes it back is to be reached again.
func TestEachNewAddressIsAskedAbout(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		_, change := c.nora(c.accounts())
		change("nora@example.net")
		change("nora@example.org")
		if diff := cmp.Diff([]string{"nora@example.org", "nora@example.net", "nora@example.org"}, c.to("Confirm your address")); diff != "" {
			t.Errorf("who was asked (-want +got):\n%s", diff)
		}
	})
}

// Only an address that was verified is told that it was changed, and of nothing else.
func TestAnOldAddressIsToldOnce(t *testing.T) {
	t.Parallel()
	const subject = "The email of your account was changed"
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		_, change := c.nora(c.accounts())
		change("nora@example.net")
		if to := c.to(subject); len(to) != 0 {
			t.Errorf("addresses that nobody verified were told: %v", to)
		}
		c.execute(`UPDATE users SET email_verified_at = created_at WHERE username = 'nora'`)
		change("nora@elsewhere.example")
		change("nora@further.example")
		if diff := cmp.Diff([]string{"nora@example.net"}, c.to(subject)); diff != "" {
			t.Errorf("who was told (-want +got):\n%s", diff)
		}
		for _, m := range c.server.mails() {
			if l := open(t, m); l.subject == subject {
				contains(t, "the mail", l.text, "If it was not you", "call the clinic")
				if strings.Contains(l.text, "elsewhere") {
					t.Errorf("the mail says the new address:\n%s", l.text)
				}
			}
		}
	})
}

// A link comes again at a press, but not as often as somebody might press.
func TestALinkIsSentAgain(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		nora, _ := c.nora(c.accounts())
		for _, tt := range []struct {
			after time.Duration
			kind  turno.Kind
			sent  int
		}{
			{time.Minute, turno.KindRateLimited, 1},
			{10 * time.Minute, 0, 2}, {9 * time.Minute, turno.KindRateLimited, 2},
			{2 * time.Minute, 0, 3}, {11 * time.Minute, 0, 4}, {11 * time.Minute, 0, 5},
			{time.Hour, turno.KindRateLimited, 5}, {24 * time.Hour, 0, 6},
		} {
			c.clock.Advance(tt.after)
			if err := c.notify.SendLinkAgain(t.Context(), nora); turno.KindOf(err) != tt.kind {
				t.Errorf("after %v: %v", tt.after, err)
			}
			c.run()
			if n := len(c.to("Confirm your address")); n != tt.sent {
				t.Errorf("after %v %d links were sent, want %d", tt.after, n, tt.sent)
			}
		}
		c.execute(`UPDATE users SET email_verified_at = created_at WHERE username = 'nora'`)
		c.clock.Advance(48 * time.Hour)
		if err := c.notify.SendLinkAgain(t.Context(), nora); err != nil {
			t.Error(err)
		}
		if c.run(); len(c.to("Confirm your address")) != 6 {
			t.Error("a confirmed address is asked about")
		}
	})
}

// Full staff read whether somebody was asked.
func TestAMailThatIsHeldBackSaysWhetherThePersonWasAsked(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.execute(`UPDATE users SET email_verified_at = NULL WHERE username = 'carla'`)
		c.server.behave(func(s *mailServer) { s.refusal = &smtp.SMTPError{Code: 451, Message: "later"} })
		c.booked(c.patient, at(3, 12, 0))
		c.run()
		asked := func() *time.Time {
			mails, _, err := c.notify.Mails(t.Context(), c.full, notify.Search{State: notify.Withheld})
			if err != nil || len(mails) != 1 {
				t.Fatalf("%d mails are withheld (%v)", len(mails), err)
			}
			m, err := c.notify.OpenMail(t.Context(), c.full, mails[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			return m.AskedAt
		}
		if at := asked(); at != nil {
			t.Errorf("the person was asked at %v, by a mail that has not left", at)
		}
		c.server.behave(func(s *mailServer) { s.refusal = nil })
		c.clock.Advance(time.Hour)
		c.again()
		if at := asked(); at == nil {
			t.Error("the person was not asked")
		}
		c.execute(`UPDATE users SET email = 'other@example.org' WHERE username = 'carla'`)
		if at := asked(); at != nil {
			t.Errorf("the person was asked at %v, at another address", at)
		}
	})
}

func TestWithoutAMailServerNobodyIsAskedAboutAnAddress(t *testing.T) {
	t.Parallel()
	eachClinic(t, false, func(t *testing.T, c *clinic) {
		if _, err := c.accounts().RegisterPatient(t.Context(), policy.Caller{}, newPatient("en")); err != nil {
			t.Fatal(err)
		}
		c.run()
		if rows := c.rows(); len(rows) != 0 {
			t.Errorf("mails %v", rows)
		}
	})
}

// Which sign-ins are told.
func TestOnlySignInsFromUnknownBrowsersAreTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		happens func(c *clinic, a *account.Service)
		want    int
	}{
		{"not the first", func(c *clinic, a *account.Service) { firefox(c.t, a, "nora", "") }, 0},
		{"not of a browser that signed in before", func(c *clinic, a *account.Service) {
			first := firefox(c.t, a, "nora", "")
			firefox(c.t, a, "nora", first.Device)
		}, 0},
		{"each of others", func(c *clinic, a *account.Service) {
			for range 3 {
				firefox(c.t, a, "nora", "")
			}
		}, 2},
		{"five a day at most", func(c *clinic, a *account.Service) {
			for range 9 {
				firefox(c.t, a, "nora", "")
			}
		}, 5},
		{"none to an address that nobody verified", func(c *clinic, a *account.Service) {
			c.execute(`UPDATE users SET email_verified_at = NULL WHERE username = 'nora'`)
			firefox(c.t, a, "nora", "")
			firefox(c.t, a, "nora", "")
		}, 0},
		{"also when it has ended since, without the browser's name", func(c *clinic, a *account.Service) {
			firefox(c.t, a, "nora", "")
			firefox(c.t, a, "nora", "")
			c.execute(`DELETE FROM sessions`)
		}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				a := c.accounts()
				if _, err := a.RegisterPatient(t.Context(), policy.Caller{}, newPatient("en")); err != nil {
					t.Fatal(err)
				}
				c.execute(`UPDATE users SET email_verified_at = created_at WHERE username = 'nora'`)
				tt.happens(c, a)
				c.run()
				told := 0
				for _, row := range c.rows() {
					if strings.HasPrefix(row, "new_sign_in") {
						told++
					}
				}
				if told != tt.want {
					t.Errorf("%d sign-ins were told, want %d: %v", told, tt.want, c.rows())
				}
			})
		})
	}
}

// The kept text of mail about an account leads nowhere secret.
func TestNoSecretIsKept(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		if _, err := c.accounts().RegisterPatient(t.Context(), policy.Caller{}, newPatient("en")); err != nil {
			t.Fatal(err)
		}
		c.run()
		var kept store.Mail
		c.read(func(tx *sqldb.Tx) error {
			mails, err := store.Mails(tx, store.MailFilter{Limit: 1})
			if err != nil {
				return err
			}
			kept, err = store.MailByID(tx, mails[0].ID)
			return err
		})
		if strings.Contains(kept.Text+kept.HTML, "token=") || !strings.Contains(c.last().text, "token=") {
			t.Errorf("what is kept:\n%s\nwhat was sent:\n%s", kept.Text, c.last().text)
		}
	})
}
