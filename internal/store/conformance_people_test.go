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
	same(t, "an accent tells usernames apart", false, store.Fold("jose") == store.Fold("josé"))
	same(t, "and is not needed to find a name", "jose garcia", store.SearchName("  José\t GARCÍA "))
}

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
		same(t, "a device not seen before", false, knows(c.patient.ID, "d"))
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
		same(t, "by another user", false, knows(c.child.ID, "d"))
		same(t, "another device", false, knows(c.patient.ID, "e"))
		c.write(t, func(tx *sqldb.Tx) error { return store.ForgetDevices(tx, c.child.ID) })
		same(t, "another user forgets", true, knows(c.patient.ID, "d"))
		c.write(t, func(tx *sqldb.Tx) error { return store.ForgetDevices(tx, c.patient.ID) })
		same(t, "the user forgets", false, knows(c.patient.ID, "d"))
	})
}

func TestPatients(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		byID := func(tx *sqldb.Tx) (turno.Patient, error) { return store.PatientByID(tx, c.patient.ID) }
		c.patient.CreatedAt, c.patient.UpdatedAt = at(9, 0), at(9, 0)
		same(t, "a profile with nothing optional", c.patient, read(t, db, byID))
		c.patient.DateOfBirth = turno.Date{Year: 1900, Month: time.February, Day: 28}
		c.patient.Gender, c.patient.ContactNumber = turno.GenderOther, "+34600100200"
		c.write(t, func(tx *sqldb.Tx) error { return store.UpdatePatient(tx, c.patient) })
		same(t, "every field changed", c.patient, read(t, db, byID))
		c.patient.Gender, c.patient.ContactNumber = "", ""
		c.write(t, func(tx *sqldb.Tx) error { return store.UpdatePatient(tx, c.patient) })
		same(t, "told no more", c.patient, read(t, db, byID))
		_, err := tryRead(t, db, func(tx *sqldb.Tx) (turno.Patient, error) { return store.PatientByID(tx, c.doctor.ID) })
		wantNotFound(t, "a doctor as a patient", err)

		knows := func(doctor turno.Doctor) bool {
			return read(t, db, func(tx *sqldb.Tx) (bool, error) { return store.KnowsPatient(tx, doctor.ID, c.patient.ID) })
		}
		same(t, "nobody knows a new patient", false, knows(c.doctor))
		c.addVisit(t, cancelled(c.visit(at(10, 0)), turno.CancelledByPatient))
		same(t, "a visit called off gives nothing", false, knows(c.doctor))
		c.addVisit(t, inStatus(c.visit(at(9, 0)), turno.StatusCompleted))
		same(t, "the doctor of a visit does", true, knows(c.doctor))
		same(t, "another doctor does not", false, knows(c.other))
		clock.Set(at(9, 0).AddDate(2, 0, 0))
		same(t, "for two years", true, knows(c.doctor))
		clock.Advance(time.Microsecond)
		same(t, "and no longer", false, knows(c.doctor))
	})
}

func TestProxies(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		until := at(10, 0)
		mother := turno.Proxy{PatientID: c.child.ID, ProxyUserID: c.patient.ID, Relation: "mother", CreatedAt: at(9, 0)}
		carer := turno.Proxy{PatientID: c.child.ID, ProxyUserID: c.admin.ID, Relation: "carer", EndsAt: &until, CreatedAt: at(8, 0)}
		put := func(p turno.Proxy) { c.write(t, func(tx *sqldb.Tx) error { return store.PutProxy(tx, p) }) }
		acts := func(user uuid.UUID) bool {
			return read(t, db, func(tx *sqldb.Tx) (bool, error) { return store.ActsFor(tx, user, c.child.ID) })
		}
		list := func() []store.NamedProxy {
			return read(t, db, func(tx *sqldb.Tx) ([]store.NamedProxy, error) { return store.ProxiesOf(tx, c.child.ID) })
		}
		dependants := func(user uuid.UUID) (names []string) {
			for _, p := range read(t, db, func(tx *sqldb.Tx) ([]turno.Patient, error) { return store.DependantsOf(tx, user) }) {
				names = append(names, p.FullName)
			}
			return names
		}
		end := func(user uuid.UUID) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.EndProxy(tx, c.child.ID, user, tx.Now) })
		}
		same(t, "nobody acts for a patient at first", nil, list())
		put(mother)
		put(carer)
		named := []store.NamedProxy{
			{Proxy: carer, Username: "owner", FullName: "Olga Owner", PatientName: "Dani Gómez"},
			{Proxy: mother, Username: "carla", FullName: "Carla Gómez", PatientName: "Dani Gómez"},
		}
		same(t, "every field, the first one first", named, list())
		same(t, "whom the mother acts for", []string{"Dani Gómez"}, dependants(c.patient.ID))
		same(t, "whom the child acts for", nil, dependants(c.child.ID))
		same(t, "the carer acts", true, acts(c.admin.ID))
		clock.Set(until)
		same(t, "until the end, exclusively", false, acts(c.admin.ID))
		same(t, "the list forgets the carer", named[1:], list())
		same(t, "so does the other list", nil, dependants(c.admin.ID))
		carer.EndsAt, carer.Relation = nil, "aunt"
		put(carer)
		same(t, "one who did before does again", true, acts(c.admin.ID))
		same(t, "in another relation", "aunt", list()[0].Relation)

		same(t, "one ends", true, end(c.admin.ID))
		same(t, "once", false, end(c.admin.ID))
		same(t, "the other does not", true, acts(c.patient.ID))
		put(carer)
		c.write(t, func(tx *sqldb.Tx) error { return store.EndProxiesOfUser(tx, c.admin.ID, tx.Now) })
		same(t, "all that a user acts for", false, acts(c.admin.ID))
		same(t, "and not what others do", true, acts(c.patient.ID))
		c.write(t, func(tx *sqldb.Tx) error { return store.EndProxiesOfUser(tx, c.child.ID, tx.Now) })
		same(t, "all who act for a user", nil, list())
	})
}

func TestAnErasureTakesTheRelations(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		put := func(patient, proxy uuid.UUID) {
			p := turno.Proxy{PatientID: patient, ProxyUserID: proxy, Relation: "kin", CreatedAt: at(9, 0)}
			c.write(t, func(tx *sqldb.Tx) error { return store.PutProxy(tx, p) })
		}
		relations := func(patient uuid.UUID) (all []string) {
			for _, p := range read(t, db, func(tx *sqldb.Tx) ([]store.NamedProxy, error) { return store.ProxiesOf(tx, patient) }) {
				all = append(all, p.Username+" "+p.Relation)
			}
			return all
		}
		put(c.patient.ID, c.admin.ID)
		put(c.child.ID, c.patient.ID)
		put(c.child.ID, c.admin.ID)
		c.write(t, func(tx *sqldb.Tx) error { return store.EraseTexts(tx, c.patient.ID) })
		same(t, "of the erased patient", []string{"owner "}, relations(c.patient.ID))
		same(t, "of the erased proxy, and not of another", []string{"carla ", "owner kin"}, relations(c.child.ID))
	})
}

func TestADoctorsPastIsExported(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		later, sooner := c.addTimeOff(t, at(10, 0), at(11, 0)), c.addTimeOff(t, at(6, 0), at(7, 0))
		var hours []turno.ExtraHours
		for _, start := range []int{5, 12} {
			x := turno.ExtraHours{ID: turno.NewID(), DoctorID: c.doctor.ID, Interval: between(at(start, 0), at(start+1, 0))}
			hours = append(hours, x)
			mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.InsertExtraHours(tx, x) })
		}
		off := func(p turno.BusyPeriod) turno.TimeOff {
			return turno.TimeOff{ID: *p.TimeOffID, DoctorID: c.doctor.ID, Interval: p.Interval, Reason: "Sea", CreatedAt: at(9, 0)}
		}
		for _, row := range []struct {
			doctor uuid.UUID
			off    []turno.TimeOff
			hours  []turno.ExtraHours
		}{
			{c.doctor.ID, []turno.TimeOff{off(sooner), off(later)}, hours},
			{c.other.ID, nil, nil},
		} {
			same(t, "all time off, the first one first", row.off, read(t, db, func(tx *sqldb.Tx) ([]turno.TimeOff, error) {
				return store.ExportTimeOff(tx, row.doctor)
			}))
			same(t, "all extra hours, the first one first", row.hours, read(t, db, func(tx *sqldb.Tx) ([]turno.ExtraHours, error) {
				return store.ExportExtraHours(tx, row.doctor)
			}))
		}
	})
}

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
		between := func() bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.DeleteInvitationsBetween(tx, c.child.ID, c.patient.ID) })
		}
		openBetween := func() error {
			return db.Write(t.Context(), func(tx *sqldb.Tx) error { return store.DeleteOpenInvitationsBetween(tx, c.child.ID, c.patient.ID) })
		}
		same(t, "open ones between two are none", nil, openBetween())
		same(t, "so that the declined ones are left", 3, len(by()))
		same(t, "all between two are removed", true, between())
		same(t, "once", false, between())
		same(t, "also what was hidden", mother.ID, put(mother).ID)
		same(t, "so that one can be asked anew", []string{"carla"}, to(c.patient.ID))
		same(t, "an open one between two is removed", nil, openBetween())
		same(t, "and no other", []bool{false, true}, []bool{found(mother.ID), found(nobody.ID)})

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
