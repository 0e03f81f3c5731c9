package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestTheTrail(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		entry := func(n int, at time.Time) turno.AuditEntry {
			return turno.AuditEntry{ID: turno.NewID(), Action: turno.AuditUpdate, Entity: "user", EntityID: fmt.Sprint(n), CreatedAt: at}
		}
		bySystem, first, second, last := entry(1, at(8, 0)), entry(2, at(8, 30)), entry(2, at(8, 30)), entry(3, at(9, 0))
		first.ActionBy, first.SubjectID, first.Detail = &c.admin.ID, &c.patient.ID, "proxy_user_id="+c.admin.ID.String()
		second.ActionBy, second.SubjectID, second.Action, second.Entity = &c.patient.ID, &c.patient.ID, turno.AuditCreate, "appointment"
		last.SubjectID = &c.patient.ID
		c.write(t, func(tx *sqldb.Tx) error { return store.Audit(tx, first) })
		c.batch(t, func(b *sqldb.Batch) {
			store.AuditIn(b, clock.Now(), second)
			store.AuditIn(b, clock.Now(), turno.AuditEntry{ID: last.ID, Action: last.Action, Entity: last.Entity, EntityID: last.EntityID,
				SubjectID: last.SubjectID}) // its time is filled in
		})
		c.write(t, func(tx *sqldb.Tx) error { return store.Audit(tx, bySystem) })

		for name, row := range map[string]struct {
			filter store.AuditFilter
			want   []turno.AuditEntry
		}{
			"everything, every field, the newest first": {store.AuditFilter{}, []turno.AuditEntry{last, second, first, bySystem}},
			"a page":                  {store.AuditFilter{Limit: 2}, []turno.AuditEntry{last, second}},
			"the next page":           {store.AuditFilter{Limit: 1, BeforeTime: at(8, 30), BeforeID: second.ID}, []turno.AuditEntry{first}},
			"the page after the last": {store.AuditFilter{BeforeTime: at(8, 0), BeforeID: bySystem.ID}, nil},
			"who acted":               {store.AuditFilter{ActionBy: &c.admin.ID}, []turno.AuditEntry{first}},
			"what was done":           {store.AuditFilter{Action: turno.AuditCreate}, []turno.AuditEntry{second}},
			"to what":                 {store.AuditFilter{Entity: "appointment"}, []turno.AuditEntry{second}},
			"to which":                {store.AuditFilter{EntityID: "2"}, []turno.AuditEntry{second, first}},
			"from an instant":         {store.AuditFilter{From: at(9, 0)}, []turno.AuditEntry{last}},
			"up to an instant":        {store.AuditFilter{To: at(8, 30)}, []turno.AuditEntry{bySystem}},
		} {
			if row.filter.Limit == 0 {
				row.filter.Limit = 100
			}
			same(t, name, row.want, read(t, db, func(tx *sqldb.Tx) ([]turno.AuditEntry, error) { return store.AuditEntries(tx, row.filter) }))
		}
		accesses := func(othersOnly bool, beforeTime time.Time, beforeID uuid.UUID, limit int) []store.Access {
			return read(t, db, func(tx *sqldb.Tx) ([]store.Access, error) {
				return store.AccessesOf(tx, c.patient.ID, othersOnly, beforeTime, beforeID, limit)
			})
		}
		about := []store.Access{
			{ID: last.ID, Action: turno.AuditUpdate, Entity: "user", CreatedAt: at(9, 0)},
			{ID: second.ID, Action: turno.AuditCreate, Entity: "appointment", CreatedAt: at(8, 30), Name: "Carla Gómez", Role: turno.RolePatient, By: &c.patient.ID},
			{ID: first.ID, Action: turno.AuditUpdate, Entity: "user", CreatedAt: at(8, 30), Name: "Olga Owner", Role: turno.RoleAdmin, By: &c.admin.ID, ByProxy: true},
		}
		same(t, "about a person", about, accesses(false, time.Time{}, uuid.Nil, 10))
		same(t, "about a person, by others and the system", []store.Access{about[0], about[2]}, accesses(true, time.Time{}, uuid.Nil, 10))
		same(t, "a page about a person", about[:2], accesses(false, time.Time{}, uuid.Nil, 2))
		same(t, "the next page about a person", about[2:], accesses(false, at(8, 30), second.ID, 2))
		export := func(user uuid.UUID) []turno.AuditEntry {
			return read(t, db, func(tx *sqldb.Tx) ([]turno.AuditEntry, error) { return store.ExportTrail(tx, user, 10) })
		}
		same(t, "about a person, for that person", []turno.AuditEntry{first, second, last}, export(c.patient.ID))
		newest := read(t, db, func(tx *sqldb.Tx) ([]turno.AuditEntry, error) { return store.ExportTrail(tx, c.patient.ID, 2) })
		same(t, "the newest about a person, for that person", []turno.AuditEntry{second, last}, newest)
		same(t, "by a person, for that person", []turno.AuditEntry{first}, export(c.admin.ID))
	})
}

func TestAReadingIsNotedOnceAnHour(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		reads := func() []turno.AuditEntry {
			return read(t, db, func(tx *sqldb.Tx) ([]turno.AuditEntry, error) {
				return store.AuditEntries(tx, store.AuditFilter{Action: turno.AuditRead, Limit: 10})
			})
		}
		open := func(reader, subject uuid.UUID) {
			c.write(t, func(tx *sqldb.Tx) error { return store.RecordRead(tx, reader, subject, "appointment", "42") })
		}
		noted := func() bool {
			return read(t, db, func(tx *sqldb.Tx) (bool, error) { return store.HasRecordedRead(tx, c.doctor.ID, c.patient.ID) })
		}
		same(t, "nothing noted at first", false, noted())
		open(c.doctor.ID, c.patient.ID)
		got := reads()
		same(t, "one reading", []turno.AuditEntry{{ID: got[0].ID, ActionBy: &c.doctor.ID, Action: turno.AuditRead, Entity: "appointment",
			EntityID: "42", SubjectID: &c.patient.ID, CreatedAt: at(9, 0)}}, got)
		clock.Set(at(9, 59))
		open(c.doctor.ID, c.patient.ID)
		same(t, "in the same hour", 1, len(reads()))
		same(t, "noted", true, noted())
		open(c.doctor.ID, c.child.ID)
		open(c.other.ID, c.patient.ID)
		same(t, "of another, by another", 3, len(reads()))
		clock.Set(at(10, 0))
		same(t, "not yet in the next hour", false, noted())
		open(c.doctor.ID, c.patient.ID)
		same(t, "in the next hour", 4, len(reads()))
		c.write(t, func(tx *sqldb.Tx) error {
			return store.RecordReads(tx, c.doctor.ID, []uuid.UUID{c.patient.ID, c.child.ID}, "calendar_feed", c.doctor.ID.String())
		})
		got = reads() // the newest first
		same(t, "of many at once, those not noted yet", 5, len(got))
		same(t, "of whom", &c.child.ID, got[0].SubjectID)
		same(t, "as what", "calendar_feed", got[0].Entity)
	})
}

func TestTheOutbox(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := &clinic{db: db, clock: clock}
		event := func(key, name string, due time.Time) store.Event {
			return store.Event{ID: turno.NewID(), Key: key, Name: name, Payload: `{"n":1}`, RunAt: due}
		}
		waiting := func(limit int, names ...string) []store.Event {
			return read(t, db, func(tx *sqldb.Tx) ([]store.Event, error) { return store.WaitingEvents(tx, names, limit) })
		}
		second, first := event("1", "a", at(8, 30)), event("2", "b", at(8, 0))
		later, foreign := event("3", "a", at(10, 0)), event("4", "c", at(8, 0))
		c.batch(t, func(b *sqldb.Batch) {
			store.EnqueueIn(b, at(9, 0), second)
			store.EnqueueIn(b, at(9, 0), first)
			store.EnqueueIn(b, at(9, 0), event("1", "b", at(8, 0))) // a key that has happened already
		})
		c.write(t, func(tx *sqldb.Tx) error { return store.Enqueue(tx, later) })
		c.write(t, func(tx *sqldb.Tx) error { return store.Enqueue(tx, foreign) })
		c.write(t, func(tx *sqldb.Tx) error { return store.Enqueue(tx, event("3", "a", at(8, 0))) })

		same(t, "due and asked for, the longest due first, every field", []store.Event{first, second}, waiting(10, "a", "b"))
		same(t, "at most so many", []store.Event{first}, waiting(1, "a", "b"))
		same(t, "of no name", nil, waiting(10))
		clock.Set(at(10, 0))
		same(t, "due by now", []store.Event{first, second, later}, waiting(10, "a", "b"))
		c.write(t, func(tx *sqldb.Tx) error { return store.MarkRelayed(tx, []uuid.UUID{first.ID, later.ID}) })
		same(t, "not relayed", []store.Event{second}, waiting(10, "a", "b"))
		same(t, "of another name", []store.Event{foreign}, waiting(10, "c"))
		take := func() (taken []uuid.UUID) {
			c.write(t, func(tx *sqldb.Tx) (err error) {
				taken, err = store.TakeEvents(tx, []uuid.UUID{first.ID, second.ID})
				return err
			})
			return taken
		}
		same(t, "taken, as nobody had yet", []uuid.UUID{second.ID}, take())
		same(t, "taken twice", nil, take())
		same(t, "not taken", nil, waiting(10, "a", "b"))

		v := turno.Appointment{ID: uuid.UUID{1}, Sequence: 3, UpdatedAt: at(9, 0)}
		moved := store.VisitEvent(v, "moved")
		same(t, "the event of a visit", store.Event{ID: moved.ID, Key: "appointment.moved/" + v.ID.String() + "/3", Name: "appointment.moved",
			Payload: `{"appointment_id":"` + v.ID.String() + `","sequence":3}`, RunAt: at(9, 0)}, moved)
	})
}

func TestStoredAnswers(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		key := store.IdempotencyKey{UserID: c.patient.ID, Route: "POST /appointments", Key: "k", BodyHash: []byte("one")}
		claim := func(k store.IdempotencyKey) (claimed int64) {
			c.batch(t, func(b *sqldb.Batch) { store.ClaimAnswerIn(b, &claimed, k, clock.Now()) })
			return claimed
		}
		answer := func(k store.IdempotencyKey) (string, error) {
			got, err := tryRead(t, db, func(tx *sqldb.Tx) ([]byte, error) { return store.StoredAnswer(tx, k) })
			return string(got), err
		}
		same(t, "a new key", 1, claim(key))
		c.batch(t, func(b *sqldb.Batch) { store.StoreAnswerIn(b, key, []byte("answer")) })
		same(t, "the key again", 0, claim(key))
		got, err := answer(key)
		same(t, "the answer again", "answer", got)
		if err != nil {
			t.Error(err)
		}
		otherBody, otherUser, otherRoute, otherKey := key, key, key, key
		otherBody.BodyHash, otherUser.UserID, otherRoute.Route, otherKey.Key = []byte("two"), c.child.ID, "POST /holds", "l"
		same(t, "the key with another body", 0, claim(otherBody))
		_, err = answer(otherBody)
		same(t, "is told so", turno.CodeIdempotencyMismatch, turno.CodeOf(err))
		for name, k := range map[string]store.IdempotencyKey{"user": otherUser, "route": otherRoute, "key": otherKey} {
			same(t, "another "+name, 1, claim(k))
		}
		got, _ = answer(key)
		same(t, "which leave this one alone", "answer", got)

		clock.Advance(store.AnswerLifetime - time.Microsecond)
		same(t, "to the end of a day", 0, claim(key))
		clock.Advance(time.Microsecond)
		same(t, "and then anew, with any body", 1, claim(otherBody))
		got, err = answer(otherBody)
		same(t, "without an answer", "", got)
		if err != nil {
			t.Error(err)
		}
	})
}

func TestSealingKeysAndARestoredDatabase(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		same(t, "no key at first", nil, read(t, db, store.SealingKeys))
		keys := []store.SealingKey{{ID: "z", Proof: []byte{0, 255}}, {ID: "a", Proof: []byte("proof")}}
		for _, k := range keys {
			clock.Advance(time.Second)
			c.write(t, func(tx *sqldb.Tx) error {
				if err := store.LockSealingKeys(tx); err != nil {
					return err
				}
				return store.InsertSealingKey(tx, k)
			})
		}
		same(t, "every field, the first one first", keys, read(t, db, store.SealingKeys))
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return store.InsertSealingKey(tx, keys[0]) }); !sqldb.IsUniqueViolation(err) {
			t.Errorf("a key again: %v, want a unique violation", err)
		}

		for _, user := range []uuid.UUID{c.patient.ID, c.admin.ID} {
			s := store.Session{ID: turno.NewID(), UserID: user, TokenHash: user[:], CreatedAt: at(9, 0),
				AuthenticatedAt: at(9, 0), LastSeenAt: at(9, 0), ExpiresAt: at(20, 0)}
			c.write(t, func(tx *sqldb.Tx) error { return store.InsertSession(tx, s) })
		}
		c.write(t, store.EndAllSessions)
		for _, user := range []uuid.UUID{c.patient.ID, c.admin.ID} {
			same(t, "sessions", nil, read(t, db, func(tx *sqldb.Tx) ([]store.Session, error) { return store.SessionsOf(tx, user, at(8, 0)) }))
		}
	})
}
