package store_test

import (
	"testing"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// findUser is a user as a function with a bool finds it, nil when it does not.
func findUser(t *testing.T, db *sqldb.DB, find func(*sqldb.Tx, string) (turno.User, bool, error), key string) *turno.User {
	t.Helper()
	return read(t, db, func(tx *sqldb.Tx) (*turno.User, error) {
		u, found, err := find(tx, key)
		if !found {
			return nil, err
		}
		return &u, err
	})
}

func TestUsers(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		verified := at(8, 0)
		u := person(turno.RoleAdmin, "Straße", "Zoë  O'Neil")
		u.StaffLevel, u.TimeZone, u.Locale, u.EmailVerifiedAt = turno.StaffDesk, "Europe/Madrid", "es-ES", &verified
		c.write(t, func(tx *sqldb.Tx) error { return store.InsertUser(tx, u) })

		u.CreatedAt, u.UpdatedAt = at(9, 0), at(9, 0)
		byID := func(tx *sqldb.Tx) (turno.User, error) { return store.UserByID(tx, u.ID) }
		same(t, "every field", u, read(t, db, byID))
		same(t, "by username in another case", &u, findUser(t, db, store.UserByUsername, "STRASSE"))
		same(t, "by email in another case", &u, findUser(t, db, store.UserByEmail, "STRASSE@EXAMPLE.org"))
		same(t, "by no username", nil, findUser(t, db, store.UserByUsername, "nobody"))
		same(t, "by no email", nil, findUser(t, db, store.UserByEmail, "nobody"))
		_, err := tryRead(t, db, func(tx *sqldb.Tx) (turno.User, error) { return store.UserByID(tx, turno.NewID()) })
		wantNotFound(t, "no user", err)

		clock.Set(at(10, 0))
		deactivated, erased := at(9, 30), at(9, 45)
		u.Username, u.Email, u.StaffLevel, u.FullName = "zoe", "zoe@example.org", turno.StaffFull, "Zoë"
		u.TimeZone, u.Locale, u.EmailVerifiedAt, u.DeactivatedAt, u.ErasedAt = "UTC", "", nil, &deactivated, &erased
		u.UpdatedAt = at(10, 0)
		c.write(t, func(tx *sqldb.Tx) error { return store.UpdateUser(tx, u) })
		same(t, "every field changed", u, read(t, db, byID))
		same(t, "by the new username", &u, findUser(t, db, store.UserByUsername, "ZOE"))
		same(t, "by the new email", &u, findUser(t, db, store.UserByEmail, "ZOE@example.org"))
		same(t, "by the old username", nil, findUser(t, db, store.UserByUsername, "strasse"))

		for name, clash := range map[string]func(*sqldb.Tx) error{
			"a taken username": func(tx *sqldb.Tx) error { return store.InsertUser(tx, person(turno.RolePatient, "CARLA", "C")) },
			"a taken email":    func(tx *sqldb.Tx) error { u.Email = "Carla@example.org"; return store.UpdateUser(tx, u) },
		} {
			if err := db.Write(t.Context(), clash); !sqldb.IsUniqueViolation(err) {
				t.Errorf("%s: %v, want a unique violation", name, err)
			}
		}
	})
}

func TestPasswordsAndFullAdmins(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		set := func(old, hash string) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.SetPassword(tx, c.patient.ID, old, hash) })
		}
		same(t, "a password replaced", true, set("hash", "new"))
		same(t, "an old one that is no more", false, set("hash", "newer"))
		got := read(t, db, func(tx *sqldb.Tx) (turno.User, error) { return store.UserByID(tx, c.patient.ID) })
		same(t, "password", "new", got.Password)

		desk, away := person(turno.RoleAdmin, "desk", "Desk"), person(turno.RoleAdmin, "away", "Away")
		desk.StaffLevel, away.StaffLevel, away.DeactivatedAt = turno.StaffDesk, turno.StaffFull, &c.doctor.CreatedAt
		c.write(t, func(tx *sqldb.Tx) error {
			for _, u := range []turno.User{desk, away} {
				if err := store.InsertUser(tx, u); err != nil {
					return err
				}
			}
			return store.UpdateUser(tx, away)
		})
		same(t, "full admins who can sign in", 1, read(t, db, store.CountFullAdmins))
	})
}

func TestUsersAreFoundByWhatStaffKnow(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		c.patient.ContactNumber, c.patient.Gender = "+34600100200", turno.GenderFemale
		c.write(t, func(tx *sqldb.Tx) error { return store.UpdatePatient(tx, c.patient) })
		for name, row := range map[string]struct {
			filter store.UserFilter
			want   []string
		}{
			"everybody, by name":                  {store.UserFilter{}, []string{"ana", "ben", "carla", "dani", "owner"}},
			"a page":                              {store.UserFilter{Limit: 2}, []string{"ana", "ben"}},
			"the next page":                       {store.UserFilter{Limit: 2, AfterID: c.other.ID}, []string{"carla", "dani"}},
			"the page after the last":             {store.UserFilter{AfterID: c.admin.ID}, nil},
			"a role":                              {store.UserFilter{Role: turno.RolePatient}, []string{"carla", "dani"}},
			"a later word of the name, no accent": {store.UserFilter{Words: []string{"GOMEZ"}}, []string{"carla", "dani"}},
			"all words":                           {store.UserFilter{Words: []string{"gom", "dan"}}, []string{"dani"}},
			"not the middle of a word":            {store.UserFilter{Words: []string{"omez"}}, nil},
			"the beginning of a username":         {store.UserFilter{Words: []string{"own"}}, []string{"owner"}},
			"the beginning of an email":           {store.UserFilter{Words: []string{"ben@ex"}}, []string{"ben"}},
			"a wildcard stands for itself":        {store.UserFilter{Words: []string{"%"}}, nil},
			"so does the other":                   {store.UserFilter{Words: []string{"_"}}, nil},
			"a whole number":                      {store.UserFilter{ContactNumber: "+34600100200"}, []string{"carla"}},
			"a part of a number":                  {store.UserFilter{ContactNumber: "100200"}, []string{"carla"}},
			"a part that begins like a whole":     {store.UserFilter{ContactNumber: "+34600"}, nil},
			"a birth date":                        {store.UserFilter{BirthDates: []turno.Date{{Year: 1990, Month: 5, Day: 18}, c.child.DateOfBirth}}, []string{"carla", "dani"}},
			"another birth date":                  {store.UserFilter{BirthDates: []turno.Date{{Year: 1990, Month: 5, Day: 18}}}, nil},
		} {
			if row.filter.Limit == 0 {
				row.filter.Limit = 100
			}
			found := read(t, db, func(tx *sqldb.Tx) ([]store.FoundUser, error) { return store.Users(tx, row.filter) })
			var names []string
			for _, u := range found {
				names = append(names, u.Username)
			}
			same(t, name, row.want, names)
		}
		found := read(t, db, func(tx *sqldb.Tx) ([]store.FoundUser, error) {
			return store.Users(tx, store.UserFilter{Limit: 3})
		})
		same(t, "a doctor has no birth date", nil, found[0].DateOfBirth)
		same(t, "a patient", store.FoundUser{User: found[2].User, DateOfBirth: &c.patient.DateOfBirth, ContactNumber: "+34600100200"}, found[2])
		_, err := tryRead(t, db, func(tx *sqldb.Tx) ([]store.FoundUser, error) {
			return store.Users(tx, store.UserFilter{AfterID: turno.NewID(), Limit: 1})
		})
		wantNotFound(t, "after a user that there is not", err)
	})
}

func TestNamesAreFoldedTheSameWhateverTheEngine(t *testing.T) {
	t.Parallel()
	same(t, "case, ligatures and compositions", store.Fold("STRASSE ﬁ É"), store.Fold("straße FI e\u0301"))
	for _, address := range []string{"x@xn--exmple-cua.org", "X@XN--EXMPLE-CUA.ORG", "x@EXÄMPLE.org", "x@exa\u0308mple.org", "x\uff20exämple.org"} {
		same(t, "the forms of a domain", "x@exämple.org", store.Fold(address))
	}
	for given, want := range map[string]string{
		"x@EXAMPLE.org": "x@example.org", "x@exäm": "x@exäm", "x@": "x@", "@": "@", "x@xn--": "x@xn--", "x@xn--zzzzzzz999.org": "x@xn--zzzzzzz999.org",
		"xn--exmple-cua.org": "xn--exmple-cua.org", "a@b@xn--exmple-cua.org": "a@b@exämple.org", "x@straße.de": "x@straße.de", "x@xn--strae-oqa.de": "x@straße.de",
	} {
		same(t, given, want, store.Fold(given))
	}
	same(t, "two domains", false, store.Fold("x@straße.de") == store.Fold("x@strasse.de"))
	same(t, "an accent tells usernames apart", false, store.Fold("jose") == store.Fold("josé"))
	same(t, "and is not needed to find a name", "jose garcia", store.SearchName("  José\t GARCÍA "))
}
