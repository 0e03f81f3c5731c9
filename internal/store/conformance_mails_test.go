package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func (c *clinic) mail(key string) store.Mail {
	return store.Mail{ID: turno.NewID(), Key: key, Kind: "booked", UserID: c.patient.ID, Sequence: 2, About: "x"}
}

func (c *clinic) look(t *testing.T, fn func(tx *sqldb.Tx) error) {
	t.Helper()
	if err := c.db.Read(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func (c *clinic) readMail(t *testing.T, id uuid.UUID) (m store.Mail) {
	t.Helper()
	c.look(t, func(tx *sqldb.Tx) (err error) {
		m, err = store.MailByID(tx, id)
		return err
	})
	return m
}

func TestAMailIsMadeOnceAndKeepsWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		v := c.addVisit(t, c.visit(at(11, 0)))
		m := c.mail("booked/1")
		m.AppointmentID = &v.ID
		again := c.mail("booked/1")
		c.write(t, func(tx *sqldb.Tx) error { return store.InsertMail(tx, m) })
		c.write(t, func(tx *sqldb.Tx) error { return store.InsertMail(tx, again) })
		if diff := cmp.Diff([]uuid.UUID{m.ID}, c.dueMails(t)); diff != "" {
			t.Errorf("due mails (-want +got):\n%s", diff)
		}
		m.State, m.AttemptAt, m.CreatedAt = store.MailIsWaiting, at(9, 0), at(9, 0)
		if diff := cmp.Diff(m, c.readMail(t, m.ID)); diff != "" {
			t.Errorf("the mail (-want +got):\n%s", diff)
		}
		sent := at(9, 0)
		m.Recipient, m.State, m.Subject, m.Text, m.HTML, m.Calendar = "carla@example.org", store.MailIsSent, "S", "T", "H", "C"
		refused := at(8, 0)
		m.Attempts, m.LastError, m.RefusedSince, m.AttemptAt, m.SentAt = 3, "later", &refused, at(9, 1), &sent
		for _, want := range []bool{true, false} { // it waits the first time only
			c.write(t, func(tx *sqldb.Tx) error {
				saved, err := store.SaveMail(tx, m)
				if saved != want {
					t.Errorf("saved %v, want %v", saved, want)
				}
				return err
			})
		}
		if diff := cmp.Diff(m, c.readMail(t, m.ID)); diff != "" {
			t.Errorf("the mail (-want +got):\n%s", diff)
		}
		c.look(t, func(tx *sqldb.Tx) error {
			if _, err := store.MailByID(tx, turno.NewID()); turno.KindOf(err) != turno.KindNotFound {
				t.Errorf("a mail that is none: %v", err)
			}
			return nil
		})
	})
}

func TestTheNewsOfAVisit(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		v := c.addVisit(t, c.visit(at(11, 0)))
		var closed time.Time
		c.write(t, func(tx *sqldb.Tx) error {
			closed = tx.Now
			_, err := tx.Exec(`UPDATE users SET deactivated_at = $2 WHERE id = $1`, c.patient.ID, tx.Now)
			return err
		})
		c.look(t, func(tx *sqldb.Tx) error {
			got, found, err := store.VisitNewsByID(tx, v.ID)
			want := store.VisitNews{ID: v.ID, Status: v.Status, Sequence: v.Sequence, ScheduledAt: v.ScheduledAt, DoctorZone: c.doctor.TimeZone,
				Patient: turno.User{ID: c.patient.ID, Email: c.patient.Email, TimeZone: c.patient.TimeZone, DeactivatedAt: &closed}}
			if diff := cmp.Diff(want, got); diff != "" || !found {
				t.Errorf("found %v (-want +got):\n%s", found, diff)
			}
			if err != nil {
				return err
			}
			_, found, err = store.VisitNewsByID(tx, turno.NewID())
			if found {
				t.Error("a visit that is none is found")
			}
			return err
		})
	})
}

func TestMailsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		first, second, other := c.mail("a"), c.mail("b"), c.mail("c")
		other.UserID = c.child.ID
		c.write(t, func(tx *sqldb.Tx) error {
			for _, m := range []store.Mail{first, second, other} {
				if err := store.InsertMail(tx, m); err != nil {
					return err
				}
			}
			second.State = store.MailIsKept
			_, err := store.SaveMail(tx, second)
			return err
		})
		ids := func(ms ...store.Mail) (ids []uuid.UUID) {
			for _, m := range ms {
				ids = append(ids, m.ID)
			}
			return ids
		}
		for name, tt := range map[string]struct {
			filter store.MailFilter
			want   []uuid.UUID
		}{
			"all":        {store.MailFilter{Limit: 10}, ids(other, second, first)},
			"some":       {store.MailFilter{Limit: 1}, ids(other)},
			"the rest":   {store.MailFilter{Limit: 10, AfterID: second.ID}, ids(first)},
			"one person": {store.MailFilter{Limit: 10, Person: c.patient.ID}, ids(second, first)},
			"one state":  {store.MailFilter{Limit: 10, State: store.MailIsKept}, ids(second)},
		} {
			var got []uuid.UUID
			c.look(t, func(tx *sqldb.Tx) error {
				mails, err := store.Mails(tx, tt.filter)
				for _, m := range mails {
					got = append(got, m.ID)
				}
				if name == "some" && (mails[0].UserName != "Dani Gómez" || mails[0].UserRole != turno.RolePatient) {
					t.Errorf("the mail is for %s, a %s", mails[0].UserName, mails[0].UserRole)
				}
				return err
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

func TestAPersonsMailsAreTakenAlong(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		visit := c.addVisit(t, c.visit(at(11, 0)))
		account, about := c.mail("a"), c.mail("b")
		about.UserID, about.AppointmentID = c.child.ID, &visit.ID // as if who acts for her were mailed
		c.write(t, func(tx *sqldb.Tx) error {
			for _, m := range []store.Mail{account, about} {
				if err := store.InsertMail(tx, m); err != nil {
					return err
				}
				m.State, m.Recipient, m.Subject, m.Text, m.SentAt = store.MailIsSent, m.Key+"@example.org", "S"+m.Key, "T", &tx.Now
				if _, err := store.SaveMail(tx, m); err != nil {
					return err
				}
			}
			return nil
		})
		now := at(9, 0)
		own := store.ExportedMail{Kind: "booked", State: store.MailIsSent, ToMe: true, Recipient: "a@example.org", Subject: "Sa", Text: "T", CreatedAt: now, SentAt: &now}
		mine := store.ExportedMail{Kind: "booked", State: store.MailIsSent, AppointmentID: &visit.ID, Subject: "Sb", Text: "T", CreatedAt: now, SentAt: &now}
		others := store.ExportedMail{Kind: "booked", State: store.MailIsSent, ToMe: true, Recipient: "b@example.org", CreatedAt: now, SentAt: &now}
		for person, want := range map[uuid.UUID][]store.ExportedMail{c.patient.ID: {own, mine}, c.child.ID: {others}, c.doctor.ID: nil} {
			c.look(t, func(tx *sqldb.Tx) error {
				got, err := store.ExportMails(tx, person)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("mails (-want +got):\n%s", diff)
				}
				return err
			})
		}
		c.look(t, func(tx *sqldb.Tx) error {
			for limit, want := range map[int]int{1: 1, 10: 2} {
				if n, err := store.CountMails(tx, store.MailFilter{Limit: limit}); n != want || err != nil {
					t.Errorf("%d mails are counted up to %d (%v), want %d", n, limit, err, want)
				}
			}
			return nil
		})
	})
}

func TestWithheldMailsAreLetGo(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		m, other := c.mail("a"), c.mail("b")
		other.UserID = c.child.ID
		c.write(t, func(tx *sqldb.Tx) error {
			for _, m := range []store.Mail{m, other} {
				if err := store.InsertMail(tx, m); err != nil {
					return err
				}
				m.State, m.SentAt, m.RefusedSince = store.MailIsWithheld, &tx.Now, &tx.Now
				if _, err := store.SaveMail(tx, m); err != nil {
					return err
				}
			}
			return store.ReleaseMails(tx, c.patient.ID)
		})
		if got := c.readMail(t, m.ID); got.State != store.MailIsWaiting || got.SentAt != nil || got.RefusedSince != nil {
			t.Errorf("the mail is %s", got.State)
		}
		if got := c.readMail(t, other.ID); got.State != store.MailIsWithheld {
			t.Errorf("the mail of another is %s", got.State)
		}
		if diff := cmp.Diff([]uuid.UUID{m.ID}, c.dueMails(t)); diff != "" {
			t.Errorf("due mails (-want +got):\n%s", diff)
		}
	})
}

func TestWhetherSomethingWasMailedLately(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		v := c.addVisit(t, c.visit(at(11, 0)))
		mailed := func(patient, doctor uuid.UUID, kind string, since time.Time) bool {
			return read(t, db, func(tx *sqldb.Tx) (bool, error) { return store.MailedAboutSince(tx, patient, doctor, kind, since) })
		}
		same(t, "nothing yet", false, mailed(c.patient.ID, c.doctor.ID, "booked", at(0, 0)))
		m := c.mail("booked/1")
		m.AppointmentID = &v.ID
		c.write(t, func(tx *sqldb.Tx) error { return store.InsertMail(tx, m) })
		times := func(user uuid.UUID, kind string, since time.Time) int {
			return read(t, db, func(tx *sqldb.Tx) (int, error) { return store.MailedSince(tx, user, kind, since) })
		}
		same(t, "once", 1, times(c.patient.ID, "booked", at(9, 0)))
		same(t, "not since an instant after", 0, times(c.patient.ID, "booked", at(9, 1)))
		same(t, "not of another kind", 0, times(c.patient.ID, "moved", at(9, 0)))
		same(t, "not to another", 0, times(c.child.ID, "booked", at(9, 0)))
		same(t, "since an instant before", true, mailed(c.patient.ID, c.doctor.ID, "booked", at(9, 0)))
		same(t, "since one after", false, mailed(c.patient.ID, c.doctor.ID, "booked", at(9, 1)))
		same(t, "of another kind", false, mailed(c.patient.ID, c.doctor.ID, "moved", at(9, 0)))
		same(t, "about another doctor", false, mailed(c.patient.ID, c.other.ID, "booked", at(9, 0)))
		same(t, "to somebody else", false, mailed(c.child.ID, c.doctor.ID, "booked", at(9, 0)))

		sentTo := func(address, kind string) *time.Time {
			return read(t, db, func(tx *sqldb.Tx) (*time.Time, error) { return store.MailedTo(tx, c.patient.ID, address, kind) })
		}
		same(t, "made and not sent", nil, sentTo("ana@example.org", "booked"))
		c.exec(t, `UPDATE mails SET state = 'sent', sent_at = $2, recipient = 'ana@example.org' WHERE id = $1`, m.ID, at(9, 30))
		half := at(9, 30)
		same(t, "when it was sent", &half, sentTo("ana@example.org", "booked"))
		same(t, "sent to another address", nil, sentTo("ana@example.com", "booked"))
		same(t, "no such mail to this one", nil, sentTo("ana@example.org", "moved"))
	})
}

func TestBodiesOfMailsGoAfterAMonth(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		m := c.mail("a")
		m.State, m.Subject, m.Text, m.HTML, m.Calendar = store.MailIsKept, "S", "T", "H", "C"
		c.write(t, func(tx *sqldb.Tx) error {
			if err := store.InsertMail(tx, m); err != nil {
				return err
			}
			_, err := store.SaveMail(tx, m)
			return err
		})
		for _, tt := range []struct {
			after time.Duration
			want  string
		}{{30 * 24 * time.Hour, "STHC"}, {time.Microsecond, ""}} {
			c.clock.Advance(tt.after)
			c.write(t, func(tx *sqldb.Tx) error { _, err := store.ClearMailBodies(tx); return err })
			if m := c.readMail(t, m.ID); m.Subject+m.Text+m.HTML+m.Calendar != tt.want || m.State != store.MailIsKept {
				t.Errorf("the mail says %q", m.Subject+m.Text+m.HTML+m.Calendar)
			}
		}
	})
}

func TestWhatMailSomebodyDoesWithoutIsKeptUntilTheyAreErased(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		refuse := func(kind string, yes bool) (changed bool) {
			c.write(t, func(tx *sqldb.Tx) (err error) {
				changed, err = store.RefuseMail(tx, c.patient.ID, kind, yes, false)
				return err
			})
			return changed
		}
		got := []bool{refuse("feedback", true), refuse("feedback", true), refuse("reminder_2h", true), refuse("reminder_2h", false), refuse("reminder_2h", false)}
		if diff := cmp.Diff([]bool{true, false, true, true, false}, got); diff != "" {
			t.Errorf("what changed something (-want +got):\n%s", diff)
		}
		refused := func(person uuid.UUID) (kinds []string) {
			c.look(t, func(tx *sqldb.Tx) (err error) {
				kinds, err = store.MailRefusals(tx, person)
				if refuses, err := store.RefusesMail(tx, person, "feedback"); err != nil || refuses != slices.Contains(kinds, "feedback") {
					t.Errorf("refuses feedback: %v (%v), of %v", refuses, err, kinds)
				}
				return err
			})
			return kinds
		}
		if mine, theirs := refused(c.patient.ID), refused(c.child.ID); !slices.Equal(mine, []string{"feedback"}) || len(theirs) != 0 {
			t.Errorf("refused: %v, and by another %v", mine, theirs)
		}
		byLink := func() []string {
			return read(t, db, func(tx *sqldb.Tx) ([]string, error) { return store.MailTaken(tx, c.patient.ID) })
		}
		same(t, "what a link took: nothing", nil, byLink())
		c.write(t, func(tx *sqldb.Tx) error {
			_, err := store.RefuseMail(tx, c.patient.ID, "reminder_24h", true, true)
			return err
		})
		same(t, "what a link took", []string{"reminder_24h"}, byLink())
		c.write(t, func(tx *sqldb.Tx) error { return store.EraseTexts(tx, c.patient.ID) })
		if kinds := refused(c.patient.ID); len(kinds) != 0 {
			t.Errorf("after erasing: %v", kinds)
		}
	})
}
