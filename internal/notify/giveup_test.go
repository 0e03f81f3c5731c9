package notify_test

import (
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// unverified takes back that the patient's address is known to be theirs.
func (c *clinic) unverified() {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE users SET email_verified_at = NULL WHERE username = 'carla'`)
		return err
	})
}

// verified has the patient verify their address, and so lets their mail go.
func (c *clinic) verified() {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`UPDATE users SET email_verified_at = created_at WHERE username = 'carla'`); err != nil {
			return err
		}
		return store.ReleaseMails(tx, c.patient.UserID)
	})
}

// What counts is what the server says of one mail, not how old that is.
func TestOnlyDaysOfRefusalGiveAMailUp(t *testing.T) {
	t.Parallel()
	greylisted := func(s *mailServer) { s.refusal = &smtp.SMTPError{Code: 451, Message: "come again in 5 minutes"} }
	for _, tt := range []struct {
		name    string
		happens func(c *clinic) // from the mail's making to an attempt that is refused for now
		since   time.Time       // the first refusal that counts
	}{
		{"the server was down for days", func(c *clinic) {
			c.server.stop()
			c.booked(c.patient, at(30, 10, 0))
			c.run()
			c.clock.Set(at(4, 9, 0))
			c.again()
			c.server.restarts(greylisted)
			c.again()
		}, at(4, 9, 0)},
		{"the address was verified days later", func(c *clinic) {
			c.unverified()
			c.booked(c.patient, at(30, 10, 0))
			c.run()
			c.clock.Set(at(4, 9, 0))
			c.verified()
			c.server.behave(greylisted)
			c.run()
		}, at(4, 9, 0)},
		{"it was refused before the address was another, verified days later", func(c *clinic) {
			c.server.behave(greylisted)
			c.booked(c.patient, at(30, 10, 0))
			c.run()
			c.unverified()
			c.again()
			c.clock.Set(at(4, 9, 0))
			c.verified()
			c.run()
		}, at(4, 9, 0)},
		{"it was refused all the time", func(c *clinic) {
			c.server.behave(greylisted)
			c.booked(c.patient, at(30, 10, 0))
			c.run()
			c.clock.Set(at(2, 9, 0))
			c.again()
		}, at(0, 9, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachClinic(t, true, func(t *testing.T, c *clinic) {
				tt.happens(c)
				is := func(state string) {
					t.Helper()
					if row := c.rows()[0]; row != "booked "+state {
						t.Errorf("on %v the mail is %q, want %s", c.clock.Now(), row, state)
					}
				}
				is("waiting")
				c.clock.Set(tt.since.Add(3 * 24 * time.Hour))
				c.again()
				is("waiting")
				c.clock.Set(tt.since.Add(3*24*time.Hour + time.Minute))
				c.again()
				is("failed")
			})
		})
	}
}
