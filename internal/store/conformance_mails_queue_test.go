package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func (c *clinic) dueMails(t *testing.T) (due []uuid.UUID) {
	t.Helper()
	c.look(t, func(tx *sqldb.Tx) (err error) {
		due, err = store.DueMails(tx, 10)
		return err
	})
	return due
}

func TestMailsNeverTriedGoBeforeThoseTriedOften(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		often, once, fresh, later := c.mail("a"), c.mail("b"), c.mail("c"), c.mail("d")
		for _, m := range []store.Mail{often, once, fresh, later} {
			c.write(t, func(tx *sqldb.Tx) error { return store.InsertMail(tx, m) })
			clock.Advance(time.Second)
		}
		c.write(t, func(tx *sqldb.Tx) error {
			often.State, often.Attempts, often.AttemptAt = store.MailIsWaiting, 5, at(9, 0)
			once.State, once.Attempts, once.AttemptAt = store.MailIsWaiting, 1, tx.Now
			if _, err := store.SaveMail(tx, often); err != nil {
				return err
			}
			_, err := store.SaveMail(tx, once)
			return err
		})
		if diff := cmp.Diff([]uuid.UUID{fresh.ID, later.ID, once.ID, often.ID}, c.dueMails(t)); diff != "" {
			t.Errorf("due mails (-want +got):\n%s", diff)
		}
		c.write(t, func(tx *sqldb.Tx) error {
			_, err := store.TakeMails(tx, []uuid.UUID{fresh.ID, later.ID}, tx.Now.Add(time.Minute))
			return err
		})
		same(t, "the first of those tried", []uuid.UUID{once.ID}, read(t, db, func(tx *sqldb.Tx) ([]uuid.UUID, error) { return store.DueMails(tx, 1) }))
	})
}

// The table is the queue: who takes a mail has it for a while, and nobody else.
func TestADueMailIsTakenByOne(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		first, second := c.mail("a"), c.mail("b")
		c.write(t, func(tx *sqldb.Tx) error { return store.InsertMail(tx, first) })
		c.clock.Advance(time.Second)
		c.write(t, func(tx *sqldb.Tx) error { return store.InsertMail(tx, second) })
		both := []uuid.UUID{first.ID, second.ID}
		if diff := cmp.Diff(both, c.dueMails(t)); diff != "" {
			t.Errorf("due mails (-want +got):\n%s", diff)
		}
		take := func(ids ...uuid.UUID) (taken []uuid.UUID) {
			c.write(t, func(tx *sqldb.Tx) (err error) {
				taken, err = store.TakeMails(tx, ids, tx.Now.Add(time.Minute))
				return err
			})
			return taken
		}
		if diff := cmp.Diff([]uuid.UUID{first.ID}, take(first.ID)); diff != "" {
			t.Errorf("taken first (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]uuid.UUID{second.ID}, take(both...)); diff != "" {
			t.Errorf("taken by the next (-want +got):\n%s", diff)
		}
		if due := c.dueMails(t); len(due) != 0 {
			t.Errorf("%d mails are due though all are taken", len(due))
		}
		giveBack := func(until time.Time) {
			c.write(t, func(tx *sqldb.Tx) error { return store.GiveBackMails(tx, []uuid.UUID{second.ID}, until) })
		}
		giveBack(c.clock.Now().Add(time.Minute - time.Second))
		if due := c.dueMails(t); len(due) != 0 {
			t.Errorf("%d mails are due though another had taken them since", len(due))
		}
		giveBack(c.clock.Now().Add(time.Minute))
		if diff := cmp.Diff([]uuid.UUID{second.ID}, c.dueMails(t)); diff != "" {
			t.Errorf("given back (-want +got):\n%s", diff)
		}
		c.clock.Advance(time.Minute)
		if diff := cmp.Diff([]uuid.UUID{second.ID, first.ID}, c.dueMails(t)); diff != "" {
			t.Errorf("due when whoever had taken them is gone (-want +got):\n%s", diff)
		}
	})
}

func TestWaitingMailsAreCounted(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		count := func() (w store.WaitingMails) {
			c.look(t, func(tx *sqldb.Tx) (err error) {
				w, err = store.CountWaitingMails(tx)
				return err
			})
			return w
		}
		if diff := cmp.Diff(store.WaitingMails{}, count()); diff != "" {
			t.Errorf("of no mails (-want +got):\n%s", diff)
		}
		first, second, third := c.mail("a"), c.mail("b"), c.mail("c")
		c.write(t, func(tx *sqldb.Tx) error {
			for _, m := range []store.Mail{first, second, third} {
				if err := store.InsertMail(tx, m); err != nil {
					return err
				}
			}
			first.State, first.LastError, first.AttemptAt = store.MailIsWaiting, "before", tx.Now.Add(time.Minute)
			second.State, second.LastError, second.AttemptAt = store.MailIsWaiting, "last", tx.Now.Add(time.Hour)
			third.State, third.LastError = store.MailIsFailed, "given up"
			for _, m := range []store.Mail{first, second, third} {
				if _, err := store.SaveMail(tx, m); err != nil {
					return err
				}
			}
			return nil
		})
		oldest := at(9, 0)
		if diff := cmp.Diff(store.WaitingMails{Count: 2, OldestAt: &oldest, LastError: "last"}, count()); diff != "" {
			t.Errorf("of two (-want +got):\n%s", diff)
		}
	})
}
