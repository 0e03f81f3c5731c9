package store_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestAnAddressIsMarked(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		mark := func(address string, at *time.Time) *time.Time {
			var u turno.User
			c.write(t, func(tx *sqldb.Tx) (err error) {
				if err := store.MarkAddress(tx, c.patient.ID, address, at); err != nil {
					return err
				}
				u, err = store.UserByID(tx, c.patient.ID)
				return err
			})
			return u.EmailRefusedAt
		}
		since := at(9, 0)
		if mark("old@example.org", &since) != nil {
			t.Error("the mark of an address that is no longer theirs")
		}
		if got := mark("carla@example.org", &since); got == nil || !got.Equal(since) {
			t.Errorf("marked at %v", got)
		}
		if later := at(9, 1); !mark("carla@example.org", &later).Equal(since) {
			t.Error("the mark is not the first time any more")
		}
		if mark("carla@example.org", nil) != nil {
			t.Error("the mark stays")
		}
	})
}

func TestMailsAreTriedAgainThatAnAddressDidNotTake(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		v := c.addVisit(t, c.visit(at(11, 0)))
		since, before := at(9, 0), at(8, 59)
		rows := []struct {
			name  string
			again bool
			put   func(m *store.Mail)
		}{
			{"about a visit", true, func(*store.Mail) {}},
			{"the question whose address it is", true, func(m *store.Mail) { m.AppointmentID, m.Kind = nil, "verify_email" }},
			{"a new sign-in of long ago", false, func(m *store.Mail) { m.AppointmentID, m.Kind = nil, "new_sign_in" }},
			{"of before the address was refused", false, func(m *store.Mail) { m.SentAt = &before }},
			{"to an address of before", false, func(m *store.Mail) { m.Recipient = "old@example.org" }},
			{"one that was dropped", false, func(m *store.Mail) { m.State = store.MailIsDropped }},
			{"to another", false, func(m *store.Mail) { m.UserID = c.child.ID }},
		}
		mails := make([]store.Mail, len(rows))
		c.write(t, func(tx *sqldb.Tx) error {
			for i, row := range rows {
				m := c.mail(row.name)
				m.AppointmentID, m.Recipient, m.State, m.SentAt = &v.ID, "carla@example.org", store.MailIsFailed, &since
				m.Attempts, m.LastError, m.RefusedSince = 1, "550", &since
				row.put(&m)
				if err := store.InsertMail(tx, m); err != nil {
					return err
				}
				if _, err := store.SaveMail(tx, m); err != nil {
					return err
				}
				mails[i] = m
			}
			return store.RetryMails(tx, c.patient.ID, "carla@example.org", since)
		})
		for i, row := range rows {
			got := c.readMail(t, mails[i].ID)
			if again := got.State == store.MailIsWaiting; again != row.again {
				t.Errorf("%s: the mail is %s", row.name, got.State)
			}
			if row.again && (got.SentAt != nil || got.RefusedSince != nil || got.Attempts != 0 || got.LastError != "") {
				t.Errorf("%s: what was before stays: %+v", row.name, got)
			}
		}
	})
}
