package notify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/ical"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// What happens to a visit, and the mail that its patient gets, who reads Spanish in
// Madrid or English in London.
func TestEachChangeOfAVisitIsToldInTheReadersWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name             string
		happens          func(c *clinic) turno.Appointment
		kind             string
		english, spanish string // subjects, less the time
		says             string // in English
		status           ical.Status
		method           ical.Method
	}{
		{"a request", func(c *clinic) turno.Appointment { return c.requested(at(2, 10, 0)) },
			"booked", "Requested, not yet confirmed", "Solicitada, aún sin confirmar", "The doctor has not answered yet.", ical.Tentative, ical.Request},
		{"booked by the practice", func(c *clinic) turno.Appointment { return c.booked(c.patient, at(2, 10, 0)) },
			"booked", "Visit confirmed", "Cita confirmada", "It's settled.", ical.Confirmed, ical.Request},
		{"confirmed", func(c *clinic) turno.Appointment {
			v := c.requested(at(2, 10, 0))
			c.run()
			c.must(c.visits.Confirm(c.t.Context(), c.doctor, v.ID))
			return v
		}, "confirmed", "Visit confirmed", "Cita confirmada", "It's settled.", ical.Confirmed, ical.Request},
		{"moved by the practice", func(c *clinic) turno.Appointment {
			v := c.booked(c.patient, at(1, 9, 0))
			c.must(c.visits.Move(c.t.Context(), c.desk, v.ID, at(2, 10, 0)))
			return v
		}, "moved", "Visit moved", "Cita cambiada de hora", "The visit is at its new time.", ical.Confirmed, ical.Request},
		{"moved by the patient", func(c *clinic) turno.Appointment {
			v := c.booked(c.patient, at(1, 9, 0))
			c.must(c.visits.Move(c.t.Context(), c.patient, v.ID, at(2, 10, 0)))
			return v
		}, "moved", "Moved, not yet confirmed", "Cambiada de hora, aún sin confirmar", "The doctor has not answered yet.", ical.Tentative, ical.Request},
		{"cancelled by the practice", func(c *clinic) turno.Appointment {
			v := c.booked(c.patient, at(2, 10, 0))
			c.must(c.visits.Cancel(c.t.Context(), c.desk, v.ID, "The doctor is ill with something private"))
			return v
		}, "cancelled", "Visit cancelled", "Cita cancelada", "The clinic had to cancel this visit.", ical.Cancelled, ical.Cancel},
		{"cancelled by the patient", func(c *clinic) turno.Appointment {
			v := c.booked(c.patient, at(2, 10, 0))
			c.must(c.visits.Cancel(c.t.Context(), c.patient, v.ID, ""))
			return v
		}, "cancelled", "Visit cancelled", "Cita cancelada", "the time is free for others", ical.Cancelled, ical.Cancel},
		{"never answered", func(c *clinic) turno.Appointment {
			v := c.requested(at(2, 10, 0))
			c.run()
			c.clock.Set(at(2, 12, 0))
			if n, err := c.visits.ExpirePending(c.t.Context()); n != 1 || err != nil {
				c.t.Fatalf("%d requests expired (%v)", n, err)
			}
			return v
		}, "expired", "Not confirmed in time", "No se confirmó a tiempo", "The doctor could not answer in time.", ical.Cancelled, ical.Cancel},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				visit := tt.happens(c)
				c.run()
				spanish := c.last()
				contains(t, "the subject", spanish.subject, tt.spanish+": miércoles, 6 de enero a las 11:00")
				contains(t, "the text", spanish.text, "Miércoles, 6 de enero a las 11:00 – 11:40", "a las 10:00 en la clínica", "Carla Gómez", "¿Preguntas? Llama al +442079460000")
				c.reads(visit, "en-GB", "Europe/London")
				c.run()
				l := c.last()
				if diff := cmp.Diff(tt.english+": Wednesday 6 January at 10:00", l.subject); diff != "" {
					t.Errorf("the subject (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]string{"text/plain", "text/html", "text/calendar"}, l.parts); diff != "" {
					t.Errorf("the parts (-want +got):\n%s", diff)
				}
				for what, body := range map[string]string{"the text": l.text, "the HTML": strings.ReplaceAll(l.html, "&#39;", "'")} {
					contains(t, what, body, tt.says, "Dr Ana Pérez", "Carla Gómez", "10:00 – 10:40", "40 minutes", "Riverside Clinic",
						"1 Mill Lane", "+442079460000", leadsTo(visit, tt.status))
				}
				contains(t, "the text", l.text, "Questions? Call +442079460000")
				l.keepsQuiet(t)
				c.checkCalendar(l, visit, tt.status, tt.method)
				if diff := cmp.Diff(tt.kind+" sent", slices.Max(c.rows()[len(c.rows())-1:])); diff != "" {
					t.Errorf("the newest mail (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// leadsTo is how the button of a mail begins: to act without signing in, while there
// is something to do.
func leadsTo(visit turno.Appointment, status ical.Status) string {
	if status == ical.Cancelled {
		return "https://turno.example.org/appointments/" + visit.ID.String()
	}
	return "https://turno.example.org/visit?token="
}

// reads has the patient read otherwise, and forgets that the last mail was sent.
func (c *clinic) reads(visit turno.Appointment, language, zone string) {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		for _, statement := range []string{
			`UPDATE users SET locale = $2, time_zone = $3 WHERE id = $1`,
		} {
			if _, err := tx.Exec(statement, c.patient.UserID, language, zone); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`DELETE FROM mails`); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE outbox SET relayed_at = NULL`)
		return err
	})
	_ = visit
}

// keepsQuiet says that nothing in a mail tells what the visit is about.
func (l letter) keepsQuiet(t *testing.T) {
	t.Helper()
	for _, secret := range []string{"lump", "Oncology", "Chemotherapy", "ill with", "1990"} {
		for what, in := range map[string]string{"subject": l.subject, "text": l.text, "HTML": l.html, "calendar": string(l.calendar)} {
			if strings.Contains(in, secret) {
				t.Errorf("the %s says %q", what, secret)
			}
		}
	}
}

func (c *clinic) checkCalendar(l letter, visit turno.Appointment, status ical.Status, method ical.Method) {
	c.t.Helper()
	calendar, err := ical.Read(l.calendar)
	if err != nil {
		c.t.Fatal(err)
	}
	if l.method != string(method) || calendar.Method != method || len(calendar.Events) != 1 {
		c.t.Fatalf("the calendar part is %q with %d events, its header says %q, want %s", calendar.Method, len(calendar.Events), l.method, method)
	}
	type said struct {
		UID, Organizer, Attendee, Summary string
		Sequence                          int
		Status                            ical.Status
		Starts, Ends                      string
	}
	var sequence int
	c.read(func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT sequence FROM appointments WHERE id = $1`, visit.ID).Scan(&sequence)
	})
	e := calendar.Events[0]
	summary := map[ical.Status]string{ical.Tentative: "Requested: Visit with Dr Ana Pérez", ical.Confirmed: "Visit with Dr Ana Pérez", ical.Cancelled: "Cancelled: Visit with Dr Ana Pérez"}
	got := said{e.UID, e.Organizer.Email, e.Attendees[0].Email, e.Summary, e.Sequence, e.Status, e.Starts.UTC().Format(time.RFC3339), e.Ends.UTC().Format(time.RFC3339)}
	want := said{visit.ID.String(), "clinic@example.org", "carla@example.org", summary[status], sequence, status, "2027-01-06T10:00:00Z", "2027-01-06T10:40:00Z"}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("the event (-want +got):\n%s", diff)
	}
}

// A calendar program looks for its owner among those who are invited, and knows an
// address as mail brings it.
func TestAnInvitationNamesTheAddressThatTheMailWentTo(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.execute(`UPDATE users SET email = 'carla@exämple.org' WHERE username = 'carla'`)
		c.booked(c.patient, at(2, 10, 0))
		c.run()
		calendar, err := ical.Read(c.last().calendar)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{c.server.mails()[0].to}, []string{calendar.Events[0].Attendees[0].Email}); diff != "" {
			t.Errorf("who is invited (-where the mail went +who is named):\n%s", diff)
		}
		if got := c.only().Recipient; got != "carla@exämple.org" {
			t.Errorf("staff read %q", got)
		}
	})
}

func TestAChangeThatIsOverIsNotTold(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		v := c.requested(at(2, 10, 0))
		c.must(c.visits.Confirm(t.Context(), c.doctor, v.ID))
		c.must(c.visits.Cancel(t.Context(), c.desk, v.ID, ""))
		c.run()
		if diff := cmp.Diff([]string{"cancelled sent"}, c.rows()); diff != "" {
			t.Errorf("mails of a visit that was booked, confirmed and cancelled at once (-want +got):\n%s", diff)
		}
	})
}

func TestAnEventThatComesTwiceIsOneMail(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.booked(c.patient, at(2, 10, 0))
		c.run()
		c.write(func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE outbox SET relayed_at = NULL`)
			return err
		})
		c.run()
		if n := len(c.server.mails()); n != 1 {
			t.Errorf("%d mails were sent, want 1", n)
		}
	})
}

func TestWhoHearsOfAVisit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		of     func(c *clinic) policy.Caller
		change string // of the people, before the visit is booked
		want   []string
	}{
		{"a patient", func(c *clinic) policy.Caller { return c.patient }, "", []string{"carla@example.org"}},
		{"the mother of a child", func(c *clinic) policy.Caller { return c.child }, "", []string{"carla@example.org"}},
		{"nobody, when she acts for the child no more", func(c *clinic) policy.Caller { return c.child },
			`UPDATE patient_proxies SET ends_at = created_at`, nil},
		{"nobody, when there is no address", func(c *clinic) policy.Caller { return c.patient },
			`UPDATE users SET email = 'x@no-mail.invalid' WHERE username = 'carla'`, nil},
		{"nobody, when the account was closed", func(c *clinic) policy.Caller { return c.patient },
			`UPDATE users SET deactivated_at = created_at WHERE username = 'carla'`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				c.booked(tt.of(c), at(2, 10, 0))
				if tt.change != "" {
					c.write(func(tx *sqldb.Tx) error { _, err := tx.Exec(tt.change); return err })
				}
				c.run()
				var to []string
				for _, m := range c.server.mails() {
					to = append(to, m.to)
				}
				if diff := cmp.Diff(tt.want, to); diff != "" {
					t.Errorf("recipients (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestAWalkInIsNotMailed(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.booked(c.patient, at(0, 8, 45))
		c.run()
		if n := len(c.server.mails()); n != 0 {
			t.Errorf("%d mails about a visit that has begun", n)
		}
	})
}

// The button of a mail acts without signing in. What is kept of the mail, for the
// clinic to read, leads to the page that asks who one is.
func TestTheLinkOfAMailActsAndIsKeptNowhere(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		v := c.booked(c.patient, at(2, 14, 0))
		c.until(at(1, 14, 30))
		l := c.last()
		contains(t, "the reminder", l.text, "Voy a ir, o no puedo:\nhttps://turno.example.org/visit?token=")
		_, rest, _ := strings.Cut(l.text, "/visit?token=")
		token, _, spanish := strings.Cut(rest, "&lang=es\n")
		if !spanish {
			t.Errorf("the link leads to a page in another language than the mail's: %q", l.text)
		}
		contains(t, "the HTML", l.html, "/visit?token="+token)
		if err := c.visits.ComingByLink(t.Context(), policy.Caller{}, token); err != nil {
			t.Errorf("to say to be coming: %v", err)
		}
		c.read(func(tx *sqldb.Tx) error {
			mails, err := store.Mails(tx, store.MailFilter{Limit: 10})
			for _, m := range mails {
				kept, err := store.MailByID(tx, m.ID)
				if err != nil {
					return err
				}
				if said := kept.Text + kept.HTML + kept.Calendar; strings.Contains(said, "token=") || !strings.Contains(said, "https://turno.example.org/appointments/"+v.ID.String()) {
					t.Errorf("what is kept of %s:\n%s", kept.Kind, kept.Text)
				}
			}
			return err
		})
	})
}

// Staff who look after a child sign in to change its visit: a link that acts would do
// nothing for them.
func TestStaffWhoLookAfterAChildGetThePlainAddress(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.write(func(tx *sqldb.Tx) error {
			return store.PutProxy(tx, turno.Proxy{PatientID: c.child.UserID, ProxyUserID: c.desk.UserID, Relation: "father", CreatedAt: tx.Now})
		})
		v := c.booked(c.child, at(2, 10, 0))
		c.run()
		plain := map[string]bool{}
		for _, m := range c.server.mails() {
			l := open(t, m)
			plain[m.to] = strings.Contains(l.text, "https://turno.example.org/appointments/"+v.ID.String()) && !strings.Contains(l.text+l.html, "/visit?token=")
		}
		if diff := cmp.Diff(map[string]bool{"desk@example.org": true, "carla@example.org": false}, plain); diff != "" {
			t.Errorf("who gets the plain address (-want +got):\n%s", diff)
		}
	})
}
