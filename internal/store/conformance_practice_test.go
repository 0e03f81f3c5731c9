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

func TestDoctors(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		user := c.other.User
		user.CreatedAt, user.UpdatedAt = at(9, 0), at(9, 0)
		same(t, "a new profile, with what the table gives by default", turno.Doctor{
			User: user, SpecializationID: c.cardiology, Specialization: "Cardiology", LicenseNumber: "L-ben", YearsOfExperience: 7,
			LocationID: &c.location.ID, TimeZone: "Europe/Madrid", SlotMinutes: 30, MinNoticeMinutes: 60, HorizonDays: 60, CalendarVersion: 1,
		}, c.readDoctor(t, c.other.ID))

		d := c.doctor
		d.SpecializationID, d.Specialization, d.LicenseNumber, d.YearsOfExperience = c.dermatology, "Dermatology", "L-2", 8
		d.Bio, d.LocationID, d.TimeZone, d.SlotMinutes, d.BufferMinutes = "Ça va", nil, "UTC", 20, 5
		d.MinNoticeMinutes, d.HorizonDays, d.AutoConfirm = 0, 730, true
		c.write(t, func(tx *sqldb.Tx) error { return store.UpdateDoctor(tx, d) })
		same(t, "every field changed", d, c.readDoctor(t, d.ID))

		verify := func(at *time.Time, by *uuid.UUID, note string) {
			c.write(t, func(tx *sqldb.Tx) error { return store.SetVerification(tx, d.ID, at, by, note) })
			d.VerifiedAt, d.VerifiedBy, d.VerificationNote = at, by, note
			same(t, "verification", d, c.readDoctor(t, d.ID))
		}
		verify(nil, nil, "revoked")
		when := at(8, 0)
		verify(&when, &c.admin.ID, "seen")

		many := read(t, db, func(tx *sqldb.Tx) ([]turno.Doctor, error) {
			return store.FoundDoctors(tx, store.DoctorFilter{}, nil, []uuid.UUID{d.ID, c.other.ID, c.patient.ID})
		})
		same(t, "many at once, those whom patients find", []turno.Doctor{d}, many)
		same(t, "none at once", nil, read(t, db, func(tx *sqldb.Tx) ([]turno.Doctor, error) {
			return store.FoundDoctors(tx, store.DoctorFilter{}, nil, nil)
		}))
		_, err := tryRead(t, db, func(tx *sqldb.Tx) (turno.Doctor, error) { return store.DoctorByID(tx, c.patient.ID) })
		wantNotFound(t, "a patient as a doctor", err)
		d.LicenseNumber = "L-ben"
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return store.UpdateDoctor(tx, d) }); !sqldb.IsUniqueViolation(err) {
			t.Errorf("a taken licence: %v, want a unique violation", err)
		}
	})
}

func TestSpecializations(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		add := func(name string) (int, error) {
			return attempt(t, db, func(tx *sqldb.Tx) (int, error) { return store.InsertSpecialization(tx, name) })
		}
		byID := func(id int) (found bool, name string) {
			s := read(t, db, func(tx *sqldb.Tx) (s turno.Specialization, err error) {
				s, found, err = store.SpecializationByID(tx, id)
				return s, err
			})
			return found, s.Name
		}
		id, err := add("allergology")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := add("Cardiology"); !sqldb.IsUniqueViolation(err) {
			t.Errorf("a taken name: %v, want a unique violation", err)
		}
		same(t, "all by name, capitals first", []turno.Specialization{
			{ID: c.cardiology, Name: "Cardiology"}, {ID: c.dermatology, Name: "Dermatology"}, {ID: id, Name: "allergology"},
		}, read(t, db, store.Specializations))
		found, name := byID(id)
		same(t, "found", true, found)
		same(t, "its name", "allergology", name)

		rename := func(id int, name string) (bool, error) {
			return attempt(t, db, func(tx *sqldb.Tx) (bool, error) {
				return store.UpdateSpecialization(tx, turno.Specialization{ID: id, Name: name})
			})
		}
		renamed, err := rename(id, "Allergology")
		same(t, "renamed", true, renamed && err == nil)
		_, name = byID(id)
		same(t, "its new name", "Allergology", name)
		renamed, err = rename(9999, "Neurology")
		same(t, "renamed one that there is not", false, renamed || err != nil)
		if _, err := rename(id, "Cardiology"); !sqldb.IsUniqueViolation(err) {
			t.Errorf("rename to a taken name: %v, want a unique violation", err)
		}

		remove := func(id int) (bool, error) {
			return attempt(t, db, func(tx *sqldb.Tx) (bool, error) { return store.DeleteSpecialization(tx, id) })
		}
		removed, err := remove(id)
		same(t, "deleted", true, removed && err == nil)
		removed, err = remove(id)
		same(t, "deleted again", false, removed || err != nil)
		found, _ = byID(id)
		same(t, "found when deleted", false, found)
		if _, err := remove(c.cardiology); !sqldb.IsForeignKeyViolation(err) {
			t.Errorf("delete one in use: %v, want a foreign key violation", err)
		}
	})
}

func TestLocations(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		same(t, "none at first", nil, read(t, db, store.Locations))
		one := func(find func(*sqldb.Tx) (turno.Location, bool, error)) *turno.Location {
			return read(t, db, func(tx *sqldb.Tx) (*turno.Location, error) {
				l, found, err := find(tx)
				if !found {
					return nil, err
				}
				return &l, err
			})
		}
		byID := func(id uuid.UUID) *turno.Location {
			return one(func(tx *sqldb.Tx) (turno.Location, bool, error) { return store.LocationByID(tx, id) })
		}
		same(t, "the first of none", nil, one(store.FirstLocation))
		c := openClinic(t, db, clock)
		annex := turno.Location{ID: turno.NewID(), Name: "Annex", Phone: "+34", AddressLine1: "1", AddressLine2: "2", City: "Cádiz",
			State: "Cádiz", PostalCode: "11001", Country: "ES", Directions: "Left\nright", TimeZone: "Europe/Madrid"}
		c.write(t, func(tx *sqldb.Tx) error { return store.InsertLocation(tx, annex) })
		same(t, "all by name", []turno.Location{annex, c.location}, read(t, db, store.Locations))
		same(t, "every field", &annex, byID(annex.ID))
		same(t, "one that there is not", nil, byID(turno.NewID()))
		same(t, "the one made first", &c.location, one(store.FirstLocation))
		nowhere := turno.NewID()
		for name, row := range map[string]struct {
			ids  []*uuid.UUID
			want map[uuid.UUID]*turno.Location
		}{
			"those named, each once": {
				[]*uuid.UUID{&annex.ID, &c.location.ID, &annex.ID},
				map[uuid.UUID]*turno.Location{annex.ID: &annex, c.location.ID: &c.location},
			},
			"no other": {[]*uuid.UUID{nil, &annex.ID, &nowhere}, map[uuid.UUID]*turno.Location{annex.ID: &annex}},
			"none":     {[]*uuid.UUID{nil}, map[uuid.UUID]*turno.Location{}},
		} {
			same(t, name, row.want, read(t, db, func(tx *sqldb.Tx) (map[uuid.UUID]*turno.Location, error) {
				return store.LocationsByID(tx, row.ids)
			}))
		}
		twin := annex
		twin.ID, twin.Name, twin.City, twin.Phone = turno.NewID(), "ANNEX", "CÁDIZ", ""
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return store.InsertLocation(tx, twin) }); !sqldb.IsUniqueViolation(err) {
			t.Errorf("another of the name and address in another case: %v", err)
		}
		same(t, "the hash of another case", store.PlaceHash(annex), store.PlaceHash(twin))
		twin.Name = "Annex 2"
		c.write(t, func(tx *sqldb.Tx) error { return store.InsertLocation(tx, twin) })
		twin.Name = "annex"
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return store.UpdateLocation(tx, twin) }); !sqldb.IsUniqueViolation(err) {
			t.Errorf("changed to the name and address of another: %v", err)
		}
		remove := func(id uuid.UUID) (gone bool, err error) {
			err = db.Write(t.Context(), func(tx *sqldb.Tx) (err error) { gone, err = store.DeleteLocation(tx, id); return err })
			return gone, err
		}
		for _, want := range []bool{true, false} {
			if gone, err := remove(twin.ID); gone != want || err != nil {
				t.Errorf("deleting one that nobody needs: %v, %v; want %v", gone, err, want)
			}
		}
		annex = turno.Location{ID: annex.ID, Name: "Zoo", Phone: "1", AddressLine1: "3", AddressLine2: "4", City: "Lima", State: "L",
			PostalCode: "2", Country: "PE", Directions: "Up", TimeZone: "America/Lima"}
		c.write(t, func(tx *sqldb.Tx) error { return store.UpdateLocation(tx, annex) })
		same(t, "every field changed, and the order", []turno.Location{c.location, annex}, read(t, db, store.Locations))
	})
}

func TestVisitTypes(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		call := turno.VisitType{ID: turno.NewID(), DoctorID: c.doctor.ID, Name: "Call", Minutes: 10, Mode: turno.ModePhone,
			Audience: turno.AudienceKnown, Instructions: "Be near a phone.", Active: true}
		add := func(v turno.VisitType) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.InsertVisitType(tx, v) })
		}
		update := func(v turno.VisitType) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.UpdateVisitType(tx, v) })
		}
		list := func(doctor turno.Doctor) []turno.VisitType {
			return read(t, db, func(tx *sqldb.Tx) ([]turno.VisitType, error) { return store.VisitTypes(tx, doctor.ID) })
		}
		same(t, "added", true, add(call))
		same(t, "by name, every field", []turno.VisitType{call, c.checkup}, list(c.doctor))
		same(t, "of another doctor", nil, list(c.other))
		twin := call
		twin.ID = turno.NewID()
		same(t, "another of the name", false, add(twin))
		twin.DoctorID = c.other.ID
		same(t, "another doctor's of the name", true, add(twin))

		call = turno.VisitType{ID: call.ID, DoctorID: c.doctor.ID, Name: "Video", Minutes: 15, Mode: turno.ModeVideo,
			Audience: turno.AudienceStaff, Instructions: "", Active: false}
		same(t, "changed", true, update(call))
		same(t, "changed but for the name", true, update(call))
		same(t, "every field changed", call, read(t, db, func(tx *sqldb.Tx) (turno.VisitType, error) { return store.VisitTypeByID(tx, call.ID) }))
		clash := call
		clash.Name = c.checkup.Name
		same(t, "to a taken name", false, update(clash))
		same(t, "the other order", []turno.VisitType{c.checkup, call}, list(c.doctor))
		_, err := tryRead(t, db, func(tx *sqldb.Tx) (turno.VisitType, error) { return store.VisitTypeByID(tx, turno.NewID()) })
		wantNotFound(t, "no visit type", err)
		var inBatch turno.VisitType
		var found, none bool
		c.batch(t, func(b *sqldb.Batch) {
			store.VisitTypeIn(b, &inBatch, &found, call.ID)
			store.VisitTypeIn(b, new(turno.VisitType), &none, turno.NewID())
		})
		same(t, "in a batch", call, inBatch)
		same(t, "found", []bool{true, false}, []bool{found, none})
	})
}

// register adds verified doctors, by username; of equal ratings the one with
// more feedback leads, then the one with the greater id.
func (c *clinic) register(t *testing.T, ratings map[string][]int, usernames ...string) {
	t.Helper()
	for i, username := range usernames {
		d := turno.Doctor{User: person(turno.RoleDoctor, username, "Dr "+username), SpecializationID: c.dermatology,
			LicenseNumber: "L-" + username, TimeZone: "UTC"}
		c.write(t, func(tx *sqldb.Tx) error {
			if err := store.InsertUser(tx, d.User); err != nil {
				return err
			}
			if err := store.InsertDoctor(tx, d); err != nil {
				return err
			}
			return store.SetVerification(tx, d.ID, &tx.Now, &c.admin.ID, "")
		})
		for j, rating := range ratings[username] {
			v := c.visit(at(i, j))
			v.DoctorID = d.ID
			f := c.feedbackOn(c.addVisit(t, inStatus(v, turno.StatusCompleted)))
			f.Rating = rating
			c.batch(t, func(b *sqldb.Batch) { store.InsertFeedbackIn(b, new(int64), f) })
		}
	}
}

func TestDoctorsAreFoundAndRated(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		c.register(t, map[string][]int{"zeta": {5, 4}, "yara": {5, 4, 4, 5}, "xeno": {5, 4}, "wanda": {4, 4, 5}}, "zeta", "yara", "xeno", "wanda", "gone")
		c.exec(t, "UPDATE users SET deactivated_at = $1 WHERE username = 'gone'", at(9, 0))
		for name, row := range map[string]struct {
			filter store.DoctorFilter
			want   []string
		}{
			"everybody who is verified and active": {store.DoctorFilter{}, []string{"ana", "wanda", "xeno", "yara", "zeta"}},
			"a field":                              {store.DoctorFilter{SpecializationID: c.cardiology}, []string{"ana"}},
			"a part of the name, without accents":  {store.DoctorFilter{Text: "PEREZ"}, []string{"ana"}},
			"a part of the field's name":           {store.DoctorFilter{Text: "cardio"}, []string{"ana"}},
			"the name and the field":               {store.DoctorFilter{Text: "ar derma"}, []string{"yara"}},
			"neither":                              {store.DoctorFilter{Text: "cardio yara"}, nil},
			"a wildcard stands for itself":         {store.DoctorFilter{Text: "_"}, nil},
			"a rating":                             {store.DoctorFilter{MinRating: 4.5}, []string{"xeno", "yara", "zeta"}},
			"a rating with two decimals":           {store.DoctorFilter{MinRating: 4.33}, []string{"wanda", "xeno", "yara", "zeta"}},
			"a rating that nobody has":             {store.DoctorFilter{MinRating: 4.51}, nil},
		} {
			same(t, name, row.want, c.findAll(t, row.filter, store.ByName, 2))
			ids := read(t, db, func(tx *sqldb.Tx) ([]uuid.UUID, error) { return store.FindableIDs(tx, row.filter) })
			same(t, name+", as ids", len(row.want), len(ids))
			same(t, name+", of those known", len(row.want), c.matching(t, row.filter))
		}
		for _, limit := range []int{1, 2, 100} {
			same(t, "by rating", []string{"yara", "xeno", "zeta", "wanda", "ana"}, c.findAll(t, store.DoctorFilter{}, store.ByRating, limit))
			same(t, "ratings", []string{"yara 450 4", "zeta 450 2", "xeno 450 2", "wanda 433 3", "ana 0 0", "ben 0 0", "gone 0 0"}, c.rated(t, limit))
		}
		only := read(t, db, func(tx *sqldb.Tx) ([]store.DoctorRating, error) {
			return store.DoctorRatings(tx, &c.doctor.ID, store.RatingPlace{}, 10)
		})
		same(t, "the rating of one", []store.DoctorRating{{DoctorID: c.doctor.ID, FullName: "Ana Pérez", SpecializationID: c.cardiology,
			Specialization: "Cardiology"}}, only)
	})
}

// matching counts the doctors who match, of all whom patients can find, by what is
// known about them.
func (c *clinic) matching(t *testing.T, f store.DoctorFilter) (n int) {
	t.Helper()
	read(t, c.db, func(tx *sqldb.Tx) (none struct{}, err error) {
		specializations, err := store.Specializations(tx)
		if err != nil {
			return none, err
		}
		ids, err := store.FindableAfter(tx, uuid.Nil, 100)
		if err != nil {
			return none, err
		}
		facts, err := store.SearchFactsOf(tx, ids)
		n = 0
		matches := f.Matcher(specializations)
		for _, of := range facts {
			if matches(&of) {
				n++
			}
		}
		return none, err
	})
	return n
}

// findAll follows the pages of a search to its end.
func (c *clinic) findAll(t *testing.T, f store.DoctorFilter, order store.DoctorOrder, limit int) (names []string) {
	t.Helper()
	var after store.DoctorKeyset
	for {
		page := read(t, c.db, func(tx *sqldb.Tx) ([]turno.Doctor, error) { return store.FindDoctors(tx, f, order, after, limit) })
		for _, d := range page {
			names = append(names, d.Username)
			after = store.DoctorKeyset{SearchName: store.SearchName(d.FullName), Rating: d.Rating, RatingCount: d.RatingCount, ID: d.ID}
		}
		if len(page) < limit {
			return names
		}
	}
}

// rated follows the pages of the ratings to their end.
func (c *clinic) rated(t *testing.T, limit int) (lines []string) {
	t.Helper()
	var after store.RatingPlace
	for {
		page := read(t, c.db, func(tx *sqldb.Tx) ([]store.DoctorRating, error) { return store.DoctorRatings(tx, nil, after, limit) })
		for _, r := range page {
			username := read(t, c.db, func(tx *sqldb.Tx) (turno.User, error) { return store.UserByID(tx, r.DoctorID) }).Username
			lines = append(lines, fmt.Sprintf("%s %d %d", username, r.Hundredths, r.Count))
			after = store.RatingPlace{Hundredths: r.Hundredths, Count: r.Count, DoctorID: r.DoctorID}
		}
		if len(page) < limit {
			return lines
		}
	}
}

func TestBookedTimeOfBookableDoctors(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		bookable := func(only *uuid.UUID, after uuid.UUID, limit int) []uuid.UUID {
			return read(t, db, func(tx *sqldb.Tx) ([]uuid.UUID, error) { return store.BookableDoctors(tx, only, after, limit) })
		}
		same(t, "only those verified", []uuid.UUID{c.doctor.ID}, bookable(nil, uuid.Nil, 10))
		c.write(t, func(tx *sqldb.Tx) error { return store.SetVerification(tx, c.other.ID, &tx.Now, &c.admin.ID, "") })
		same(t, "by id", []uuid.UUID{c.doctor.ID, c.other.ID}, bookable(nil, uuid.Nil, 10))
		same(t, "a page", []uuid.UUID{c.doctor.ID}, bookable(nil, uuid.Nil, 1))
		same(t, "the next page", []uuid.UUID{c.other.ID}, bookable(nil, c.doctor.ID, 1))
		same(t, "one only", []uuid.UUID{c.other.ID}, bookable(&c.other.ID, uuid.Nil, 10))
		c.exec(t, "UPDATE users SET erased_at = $2 WHERE id = $1", c.other.ID, at(9, 0))
		same(t, "none erased", nil, bookable(&c.other.ID, uuid.Nil, 10))

		c.addVisit(t, c.visit(at(10, 0)))
		c.addVisit(t, inStatus(c.visit(at(11, 0)), turno.StatusConfirmed))
		c.addVisit(t, inStatus(c.visit(at(11, 30)), turno.StatusCompleted))
		c.addVisit(t, cancelled(c.visit(at(11, 40)), turno.CancelledByPatient))
		c.addVisit(t, c.visit(at(12, 0))) // starts when the time is over
		same(t, "minutes of open visits", map[uuid.UUID]int64{c.doctor.ID: 60}, read(t, db, func(tx *sqldb.Tx) (map[uuid.UUID]int64, error) {
			return store.BookedMinutes(tx, []uuid.UUID{c.doctor.ID, c.other.ID}, at(10, 0), at(12, 0))
		}))
		same(t, "counts of one doctor, between instants", []store.VisitCounts{
			{Confirmed: 1, LeadMinutes: 120}, {Completed: 1, Cancelled: 1, LateCancellations: 1, LeadMinutes: 310},
		}, read(t, db, func(tx *sqldb.Tx) ([]store.VisitCounts, error) {
			return store.CountVisitsOf(tx, c.doctor.ID, store.ByVisit, []time.Time{at(11, 0), at(11, 20), at(12, 0)})
		}))
	})
}
