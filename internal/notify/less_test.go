package notify_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// refuses has somebody do without kinds of mail.
func (c *clinic) refuses(who policy.Caller, kinds ...string) {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		for _, kind := range kinds {
			if _, err := store.RefuseMail(tx, who.UserID, kind, true, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// A mail is often read in a browser that speaks another language.
func TestTheLinksOfAMailLeadToPagesInItsLanguage(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		for i, tt := range []struct{ chosen, want string }{{"es", "es"}, {"en-US", "en-US"}, {"fr", "en"}, {"", ""}} {
			c.speaks(c.patient, tt.chosen)
			c.execute(`DELETE FROM mails`)
			c.attended(c.patient, at(1+i, 14, 0))
			c.until(at(1+i, 18, 0))
			l := c.last()
			found := regexp.MustCompile(`https://turno\.example\.org/\S+`).FindAllString(l.text, -1)
			if len(found) != 2 { // to rate the visit, and not to be asked again
				t.Fatalf("the mail has the links %q", found)
			}
			for _, link := range found {
				u, err := url.Parse(link)
				if err != nil || u.Query().Get("lang") != tt.want || !strings.Contains(l.html, strings.ReplaceAll(link, "&", "&amp;")) {
					t.Errorf("to somebody who chose %q, a link is %s (%v)", tt.chosen, link, err)
				}
			}
			if header := l.header.Get("List-Unsubscribe"); strings.Contains(header, "lang=") {
				t.Errorf("what a program sends says a language: %s", header)
			}
		}
	})
}

// Only mail that one can do without says how, in words and in the header that mail
// programs read (RFC 8058).
func TestMailSaysHowToGetLessOfIt(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.attended(c.patient, at(1, 14, 0))
		c.until(at(1, 18, 0))
		told := map[string]string{}
		for _, m := range c.server.mails() {
			l := open(t, m)
			subject, _, _ := strings.Cut(l.subject, ":")
			header := l.header.Get("List-Unsubscribe")
			told[subject] = header
			if one := l.header.Get("List-Unsubscribe-Post"); (one == "List-Unsubscribe=One-Click") != (header != "") {
				t.Errorf("%s says %q beside %q", subject, one, header)
			}
			for what, body := range map[string]string{"text": l.text, "HTML": l.html} {
				if link := strings.Trim(header, "<>"); strings.Contains(body, "/unsubscribe?") != (header != "") || !strings.Contains(body, link) {
					t.Errorf("the %s of %s, with %q in the header:\n%s", what, subject, header, body)
				}
			}
		}
		link := func(topic string) string {
			return "<https://turno.example.org/unsubscribe?token=" + topic + "-" + c.patient.UserID.String() + strings.Repeat("x", 120) + ">"
		}
		want := map[string]string{"Cita confirmada": "", "Recordatorio de tu cita": link("reminders"), "¿Qué tal fue tu cita?": link("feedback")}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("the headers (-want +got):\n%s", diff)
		}
	})
}

// Which mail comes to whom does without some of it.
func TestWhatSomebodyDoesWithoutDoesNotCome(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		refused []string
		want    []string
	}{
		{"nothing", nil, []string{"booked sent", "reminder_24h sent", "reminder_2h sent", "feedback sent"}},
		{"the day before", []string{"reminder_24h"}, []string{"booked sent", "reminder_2h sent", "feedback sent"}},
		{"two hours before", []string{"reminder_2h"}, []string{"booked sent", "reminder_24h sent", "feedback sent"}},
		{"questions", []string{"feedback"}, []string{"booked sent", "reminder_24h sent", "reminder_2h sent"}},
		{"all of it", []string{"reminder_24h", "reminder_2h", "feedback"}, []string{"booked sent"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				c.refuses(c.patient, tt.refused...)
				c.attended(c.patient, at(2, 12, 0))
				c.until(at(2, 16, 0))
				if diff := cmp.Diff(tt.want, c.rows()); diff != "" {
					t.Errorf("mails (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestWhoeverIsMailedForAChildChoosesForThemselves(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.refuses(c.patient, "reminder_24h")
		c.refuses(c.child, "reminder_2h")
		c.booked(c.child, at(2, 12, 0))
		c.until(at(2, 12, 0))
		if diff := cmp.Diff([]string{"booked sent", "reminder_2h sent"}, c.rows()); diff != "" {
			t.Errorf("mails (-want +got):\n%s", diff)
		}
	})
}

func TestAReminderThatWaitsWhileSomebodyUnsubscribesIsDropped(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.booked(c.patient, at(2, 14, 0))
		c.run()
		c.server.behave(func(s *mailServer) { s.refusal = &smtp.SMTPError{Code: 451, Message: "later"} })
		c.until(at(1, 14, 30))
		c.refuses(c.patient, "reminder_24h")
		c.server.behave(func(s *mailServer) { s.refusal = nil })
		c.clock.Advance(3 * time.Hour)
		c.again()
		if diff := cmp.Diff([]string{"booked sent", "reminder_24h dropped"}, c.rows()); diff != "" {
			t.Errorf("mails (-want +got):\n%s", diff)
		}
	})
}
