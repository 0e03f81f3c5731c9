package notify_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// until lets the clock go on, in steps, and does what becomes due.
func (c *clinic) until(end time.Time) (log []string) {
	c.t.Helper()
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		c.t.Fatal(err)
	}
	seen := len(c.rows())
	for c.clock.Now().Before(end) {
		c.clock.Advance(30 * time.Minute)
		c.run()
		rows := c.rows()
		for _, row := range rows[seen:] {
			log = append(log, c.clock.Now().In(madrid).Format("Mon 15:04")+" "+row)
		}
		seen = len(rows)
	}
	return log
}

// The patient lives in Madrid, an hour ahead of London; times below are Madrid's.
func TestPeopleAreRemindedADayAndTwoHoursBefore(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		happens func(c *clinic)
		want    []string
	}{
		{"in the afternoon", func(c *clinic) { c.booked(c.patient, at(2, 14, 0)) },
			[]string{"Tue 15:00 reminder_24h sent", "Wed 13:00 reminder_2h sent"}},
		{"not in the night, but the evening before", func(c *clinic) { c.booked(c.patient, at(2, 7, 0)) },
			[]string{"Tue 08:00 reminder_24h sent", "Tue 20:30 reminder_2h sent"}},
		{"late in the evening", func(c *clinic) { c.booked(c.patient, at(2, 21, 0)) },
			[]string{"Tue 20:30 reminder_24h sent", "Wed 20:00 reminder_2h sent"}},
		{"booked less than a day before", func(c *clinic) { c.booked(c.patient, at(0, 18, 0)) },
			[]string{"Mon 17:00 reminder_2h sent"}},
		{"booked less than two hours before", func(c *clinic) { c.booked(c.patient, at(0, 10, 30)) }, nil},
		{"moved, at its new time only", func(c *clinic) {
			v := c.booked(c.patient, at(2, 14, 0))
			c.run()
			c.must(c.visits.Move(c.t.Context(), c.desk, v.ID, at(3, 15, 0)))
		}, []string{"Wed 16:00 reminder_24h sent", "Thu 14:00 reminder_2h sent"}},
		{"cancelled, not at all", func(c *clinic) {
			v := c.booked(c.patient, at(2, 14, 0))
			c.run()
			c.must(c.visits.Cancel(c.t.Context(), c.desk, v.ID, ""))
		}, nil},
		{"of a child", func(c *clinic) { c.booked(c.child, at(2, 14, 0)) },
			[]string{"Tue 15:00 reminder_24h sent", "Wed 13:00 reminder_2h sent"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				tt.happens(c)
				c.run()
				if diff := cmp.Diff(tt.want, c.until(at(4, 9, 0))); diff != "" {
					t.Errorf("reminders (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestAReminderSaysWhatIsSo(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		v := c.requested(at(2, 14, 0))
		c.until(at(1, 14, 30))
		l := c.last()
		contains(t, "the subject", l.subject, "Recordatorio, aún sin confirmar: miércoles, 6 de enero a las 15:00")
		if diff := cmp.Diff([]string{"text/plain", "text/html"}, l.parts); diff != "" {
			t.Errorf("the parts (-want +got):\n%s", diff)
		}
		c.must(c.visits.Confirm(t.Context(), c.doctor, v.ID))
		c.until(at(2, 12, 30))
		contains(t, "the subject", c.last().subject, "Recordatorio de tu cita: ")
		c.last().keepsQuiet(t)
	})
}

func TestAReminderThatComesLateWaitsForTheMorning(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.booked(c.patient, at(2, 14, 0))
		c.run()
		c.clock.Set(at(1, 23, 0)) // nothing ran from noon to midnight in Madrid
		if diff := cmp.Diff([]string{"Wed 07:00 reminder_24h sent", "Wed 13:00 reminder_2h sent"}, c.until(at(3, 9, 0))); diff != "" {
			t.Errorf("reminders (-want +got):\n%s", diff)
		}
	})
}

// The clocks of Madrid go forward in the night to 28 March 2027: the day before a
// visit is 24 hours before, an hour earlier on the wall.
func TestADayBeforeIs24HoursAlsoWhenTheClocksChange(t *testing.T) {
	t.Parallel()
	eachClinic(t, true, func(t *testing.T, c *clinic) {
		c.clock.Set(time.Date(2027, time.March, 26, 9, 0, 0, 0, time.UTC))
		c.booked(c.patient, time.Date(2027, time.March, 28, 14, 0, 0, 0, time.UTC))
		c.run()
		want := []string{"Sat 15:00 reminder_24h sent", "Sun 14:00 reminder_2h sent"}
		if diff := cmp.Diff(want, c.until(time.Date(2027, time.March, 28, 15, 0, 0, 0, time.UTC))); diff != "" {
			t.Errorf("reminders (-want +got):\n%s", diff)
		}
	})
}

func TestALinkForANewPasswordIsMailedAndKeptNowhere(t *testing.T) {
	t.Parallel()
	for _, sending := range []bool{true, false} {
		eachClinic(t, sending, func(t *testing.T, c *clinic) {
			c.write(func(tx *sqldb.Tx) error {
				return store.Enqueue(tx, store.Event{ID: turno.NewID(), Key: "reset", Name: account.ResetRequested, RunAt: tx.Now,
					Payload: `{"reset_id":"` + wish.String() + `","user_id":"` + c.patient.UserID.String() + `"}`})
			})
			c.run()
			m := c.only()
			for what, body := range map[string]string{"text": m.Text, "HTML": m.HTML} {
				contains(t, "the "+what+" that is kept", body, "Elige una contraseña nueva", "https://turno.example.org/forgot")
			}
			if !sending {
				if m.State != store.MailIsKept {
					t.Errorf("the mail is %s", m.State)
				}
				return
			}
			l := c.last()
			contains(t, "the text", l.text, "https://turno.example.org/reset?token=secret")
			contains(t, "the HTML", l.html, "https://turno.example.org/reset?token=secret")
			if m.State != store.MailIsSent || l.calendar != nil {
				t.Errorf("the mail is %s, with a calendar of %d bytes", m.State, len(l.calendar))
			}
		})
	}
}
