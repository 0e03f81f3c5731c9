package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestSessions(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		session := func(hash string, created time.Time) store.Session {
			return store.Session{ID: turno.NewID(), UserID: c.patient.ID, TokenHash: []byte(hash), CreatedAt: created,
				AuthenticatedAt: created.Add(1), LastSeenAt: created.Add(2 * time.Minute), ExpiresAt: at(20, 0), Address: "::1", UserAgent: "Browser"}
		}
		first, second, idle, over := session("1", at(9, 0)), session("2", at(9, 0)), session("3", at(2, 0)), session("4", at(9, 2))
		over.ExpiresAt = at(10, 0)
		foreign := session("5", at(9, 0))
		foreign.UserID = c.child.ID
		all := []*store.Session{&first, &second, &idle, &over, &foreign}
		for _, s := range all {
			s.AuthenticatedAt = s.CreatedAt.Add(time.Minute)
			c.write(t, func(tx *sqldb.Tx) error { return store.InsertSession(tx, *s) })
		}
		byToken := func(hash string) (s store.SignedIn, found bool) {
			s = read(t, db, func(tx *sqldb.Tx) (s store.SignedIn, err error) {
				s, found, err = store.SessionByToken(tx, []byte(hash))
				return s, err
			})
			return s, found
		}
		list := func() []store.Session {
			return read(t, db, func(tx *sqldb.Tx) ([]store.Session, error) { return store.SessionsOf(tx, c.patient.ID, at(3, 0)) })
		}
		got, found := byToken("1")
		same(t, "found", true, found)
		same(t, "every field", first, got.Session)
		same(t, "its user", read(t, db, func(tx *sqldb.Tx) (turno.User, error) { return store.UserByID(tx, c.patient.ID) }), got.User)
		_, found = byToken("none")
		same(t, "no session", false, found)

		clock.Set(at(10, 0))
		same(t, "neither idle nor over, the newest first", []store.Session{second, first}, list())
		c.write(t, func(tx *sqldb.Tx) error { return store.TouchSession(tx, idle.ID) })
		idle.LastSeenAt = at(10, 0)
		same(t, "used again", []store.Session{second, first, idle}, list())
		clock.Set(at(9, 30))
		c.write(t, func(tx *sqldb.Tx) error { return store.TouchSession(tx, idle.ID) })
		same(t, "never seen earlier than before", []store.Session{over, second, first, idle}, list())

		c.write(t, func(tx *sqldb.Tx) error { return store.SetSessionToken(tx, foreign.ID, []byte("6")) })
		_, found = byToken("5")
		same(t, "the token before counts no more", false, found)
		got, _ = byToken("6")
		same(t, "the session with its new token", foreign.ID, got.Session.ID)
		c.write(t, func(tx *sqldb.Tx) error { return store.SetSessionToken(tx, foreign.ID, foreign.TokenHash) })

		end := func(id uuid.UUID) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.DeleteSession(tx, c.patient.ID, id) })
		}
		same(t, "one ends", true, end(second.ID))
		same(t, "once", false, end(second.ID))
		same(t, "not that of another", false, end(foreign.ID))
		endOthers := func(keep uuid.UUID) int64 {
			return mustWrite(t, db, func(tx *sqldb.Tx) (int64, error) { return store.DeleteSessionsExcept(tx, c.patient.ID, keep) })
		}
		same(t, "the others end", 2, endOthers(first.ID))
		same(t, "one is kept", []store.Session{first}, list())
		same(t, "all end", 1, endOthers(uuid.Nil))
		_, found = byToken("5")
		same(t, "but not that of another", true, found)
	})
}

func TestSignInFailuresAndDevices(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		subject := []byte("subject")
		failures := func(subject string) store.SignInFailures {
			return read(t, db, func(tx *sqldb.Tx) (store.SignInFailures, error) { return store.FailuresOf(tx, []byte(subject)) })
		}
		fail := func(quietSince time.Time) {
			c.write(t, func(tx *sqldb.Tx) error { return store.AddFailure(tx, subject, quietSince) })
		}
		same(t, "none at first", store.SignInFailures{}, failures("subject"))
		fail(at(8, 0))
		clock.Set(at(9, 10))
		fail(at(9, 0)) // the one before was not before this instant
		same(t, "counted", store.SignInFailures{Count: 2, LastAt: at(9, 10)}, failures("subject"))
		same(t, "for the subject only", store.SignInFailures{}, failures("other"))
		fail(at(9, 11))
		same(t, "from anew after a quiet time", store.SignInFailures{Count: 1, LastAt: at(9, 10)}, failures("subject"))
		c.write(t, func(tx *sqldb.Tx) error { return store.ForgetFailures(tx, subject) })
		same(t, "forgotten", store.SignInFailures{}, failures("subject"))

		knows := func(user uuid.UUID, device string) bool {
			return read(t, db, func(tx *sqldb.Tx) (bool, error) { return store.KnowsDevice(tx, user, []byte(device)) })
		}
		hasAny := func(user uuid.UUID) bool {
			return read(t, db, func(tx *sqldb.Tx) (bool, error) { return store.HasDevice(tx, user) })
		}
		same(t, "a device not seen before", false, knows(c.patient.ID, "d"))
		same(t, "nor any other", false, hasAny(c.patient.ID))
		for range 2 {
			c.write(t, func(tx *sqldb.Tx) error { return store.PutDevice(tx, c.patient.ID, []byte("d")) })
		}
		clock.Set(at(9, 30))
		c.write(t, func(tx *sqldb.Tx) error { return store.PutDevice(tx, c.patient.ID, []byte("d")) })
		devices := func(user uuid.UUID) []store.Device {
			return read(t, db, func(tx *sqldb.Tx) ([]store.Device, error) { return store.ExportDevices(tx, user) })
		}
		same(t, "when it was seen", []store.Device{{CreatedAt: at(9, 10), LastUsedAt: at(9, 30)}}, devices(c.patient.ID))
		same(t, "and by nobody else", nil, devices(c.child.ID))
		same(t, "a device seen before", true, knows(c.patient.ID, "d"))
		same(t, "so there is one", true, hasAny(c.patient.ID))
		same(t, "not of another user", false, hasAny(c.child.ID))
		same(t, "by another user", false, knows(c.child.ID, "d"))
		same(t, "another device", false, knows(c.patient.ID, "e"))
		c.write(t, func(tx *sqldb.Tx) error { return store.ForgetDevices(tx, c.child.ID) })
		same(t, "another user forgets", true, knows(c.patient.ID, "d"))
		c.write(t, func(tx *sqldb.Tx) error { return store.ForgetDevices(tx, c.patient.ID) })
		same(t, "the user forgets", false, knows(c.patient.ID, "d"))
	})
}
