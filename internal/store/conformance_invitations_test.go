package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestInvitations(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		put := func(i turno.ProxyInvitation) turno.ProxyInvitation {
			return mustWrite(t, db, func(tx *sqldb.Tx) (turno.ProxyInvitation, error) { return store.PutInvitation(tx, i) })
		}
		by := func() []store.NamedInvitation {
			return read(t, db, func(tx *sqldb.Tx) ([]store.NamedInvitation, error) { return store.InvitationsBy(tx, c.child.ID) })
		}
		to := func(user uuid.UUID) (names []string) {
			for _, i := range read(t, db, func(tx *sqldb.Tx) ([]store.NamedInvitation, error) { return store.InvitationsFor(tx, user) }) {
				names = append(names, i.Named)
			}
			return names
		}
		found := func(id uuid.UUID) bool {
			return read(t, db, func(tx *sqldb.Tx) (bool, error) { _, found, err := store.InvitationByID(tx, id); return found, err })
		}
		now := clock.Now()
		until := now.Add(24 * time.Hour)
		mother := turno.ProxyInvitation{ID: turno.NewID(), PatientID: c.child.ID, ProxyUserID: &c.patient.ID, Named: "carla", Relation: "mother", CreatedAt: now, ExpiresAt: until}
		nobody := turno.ProxyInvitation{ID: turno.NewID(), PatientID: c.child.ID, Named: "nobody", Relation: "aunt", EndsAt: &until, CreatedAt: now.Add(time.Second), ExpiresAt: until}
		same(t, "an invitation is as it was made", mother, put(mother))
		put(nobody)
		same(t, "every field, the first one first", []store.NamedInvitation{
			{ProxyInvitation: mother, PatientName: "Dani Gómez"}, {ProxyInvitation: nobody, PatientName: "Dani Gómez"},
		}, by())
		same(t, "who is asked finds it", []string{"carla"}, to(c.patient.ID))
		same(t, "others don't", nil, to(c.admin.ID))
		again := mother
		again.ID, again.Named, again.Relation, again.CreatedAt = turno.NewID(), "CARLA", "mum", now.Add(time.Minute)
		same(t, "asked again, in another case, it is the same one", mother.ID, put(again).ID)
		same(t, "with the new relation", "mum", by()[0].Relation)

		decline := func() bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.DeclineInvitations(tx, c.child.ID, c.patient.ID) })
		}
		same(t, "it is declined", true, decline())
		same(t, "once", false, decline())
		same(t, "declined, it is not there for who was asked", nil, to(c.patient.ID))
		same(t, "nor to be accepted", false, found(mother.ID))
		same(t, "and still on the patient's list", 2, len(by()))
		put(again)
		same(t, "asked again it stays declined", false, found(mother.ID))

		other := again
		other.ProxyUserID = &c.admin.ID
		put(other)
		same(t, "nor is somebody else asked who has the name now", nil, to(c.admin.ID))

		withdraw := func(id uuid.UUID) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.WithdrawInvitation(tx, c.child.ID, id) })
		}
		same(t, "taken back", true, withdraw(mother.ID))
		same(t, "once", false, withdraw(mother.ID))
		same(t, "it is on the patient's list no more", 1, len(by()))
		same(t, "asked anew, it looks like another one", again.ID, put(again).ID)
		byEmail := again
		byEmail.ID, byEmail.Named = turno.NewID(), "carla@example.org"
		put(byEmail)
		same(t, "and stays declined, by another name too", nil, to(c.patient.ID))
		same(t, "on the patient's list are both", 3, len(by()))
		lose := func(which func(*sqldb.Tx, uuid.UUID, uuid.UUID) error) error {
			return db.Write(t.Context(), func(tx *sqldb.Tx) error { return which(tx, c.child.ID, c.patient.ID) })
		}
		same(t, "open ones between two are none", nil, lose(store.LoseInvitationsBetween))
		put(byEmail)
		same(t, "so that the declined ones are declined still", nil, to(c.patient.ID))
		same(t, "refusals between two are lost", nil, lose(store.LoseRefusalsBetween))
		same(t, "which the patient does not see", 3, len(by()))
		same(t, "so that the same ones ask anew", []uuid.UUID{again.ID, byEmail.ID}, []uuid.UUID{put(again).ID, put(byEmail).ID})
		same(t, "by both names", []string{"CARLA", "carla@example.org"}, to(c.patient.ID))
		shown := by()
		same(t, "an open one between two is lost", nil, lose(store.LoseInvitationsBetween))
		same(t, "for who was asked", nil, to(c.patient.ID))
		put(again)
		put(byEmail)

		accept := func(i turno.ProxyInvitation) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.TakeInvitation(tx, i) })
		}
		stranger := again
		stranger.ProxyUserID = &c.admin.ID
		same(t, "one is accepted by nobody else", false, accept(stranger))
		same(t, "one is accepted", true, accept(again))
		same(t, "once", false, accept(again))
		same(t, "the other is nobody's", nil, to(c.patient.ID))
		left := slices.DeleteFunc(shown, func(i store.NamedInvitation) bool { return i.ID == again.ID })
		for i := range left {
			left[i].ProxyUserID = nil
		}
		same(t, "and stays on the patient's list", left, by())

		put(mother)
		before := by()
		decline()
		c.write(t, func(tx *sqldb.Tx) error { return store.ForgetUserInInvitations(tx, c.patient.ID) })
		for i := range before {
			before[i].ProxyUserID = nil
		}
		same(t, "those to a user who is erased stay, as if to nobody", before, by())
		c.write(t, func(tx *sqldb.Tx) error { return store.ForgetUserInInvitations(tx, c.child.ID) })
		same(t, "those of a user who is erased go", nil, by())

		put(mother)
		clock.Set(until)
		same(t, "one is over at its end", false, found(mother.ID))
		same(t, "and on no list", []int{0, 0}, []int{len(by()), len(to(c.patient.ID))})
		later := mother
		later.ID, later.CreatedAt, later.ExpiresAt = turno.NewID(), until, until.Add(time.Hour)
		same(t, "after which one can be asked anew", later.ID, put(later).ID)
	})
}
