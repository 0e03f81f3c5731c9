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

// clinic is a small practice in a fresh database: two doctors, of whom the first
// is verified, two patients and the owner.
type clinic struct {
	db    *sqldb.DB
	clock *storetest.Clock

	cardiology, dermatology int // nobody practises dermatology

	location       turno.Location
	doctor, other  turno.Doctor
	patient, child turno.Patient
	admin          turno.User
	checkup        turno.VisitType // of the doctor
}

func openClinic(t *testing.T, db *sqldb.DB, clock *storetest.Clock) *clinic {
	t.Helper()
	c := &clinic{db: db, clock: clock}
	c.location = turno.Location{ID: turno.NewID(), Name: "Main Street", TimeZone: "Europe/Madrid"}
	c.doctor.User = person(turno.RoleDoctor, "ana", "Ana Pérez")
	c.other.User = person(turno.RoleDoctor, "ben", "Ben Yusuf")
	c.patient.User = person(turno.RolePatient, "carla", "Carla Gómez")
	c.child.User = person(turno.RolePatient, "dani", "Dani Gómez")
	c.admin = person(turno.RoleAdmin, "owner", "Olga Owner")
	c.admin.StaffLevel = turno.StaffFull
	c.checkup = turno.VisitType{ID: turno.NewID(), DoctorID: c.doctor.ID, Name: "Check-up", Minutes: 40,
		Mode: turno.ModeInPerson, Audience: turno.AudienceAll, Active: true}
	c.write(t, func(tx *sqldb.Tx) error {
		for _, u := range []turno.User{c.doctor.User, c.other.User, c.patient.User, c.child.User, c.admin} {
			if err := store.InsertUser(tx, u); err != nil {
				return err
			}
		}
		return c.insertProfiles(tx)
	})
	c.doctor = c.readDoctor(t, c.doctor.ID)
	c.other = c.readDoctor(t, c.other.ID)
	return c
}

func (c *clinic) insertProfiles(tx *sqldb.Tx) (err error) {
	if c.cardiology, err = store.InsertSpecialization(tx, "Cardiology"); err != nil {
		return err
	}
	if c.dermatology, err = store.InsertSpecialization(tx, "Dermatology"); err != nil {
		return err
	}
	if err := store.InsertLocation(tx, c.location); err != nil {
		return err
	}
	for _, d := range []*turno.Doctor{&c.doctor, &c.other} {
		d.SpecializationID, d.LicenseNumber, d.YearsOfExperience = c.cardiology, "L-"+d.Username, 7
		d.LocationID, d.TimeZone = &c.location.ID, "Europe/Madrid"
		if err := store.InsertDoctor(tx, *d); err != nil {
			return err
		}
	}
	for _, p := range []*turno.Patient{&c.patient, &c.child} {
		p.DateOfBirth = turno.Date{Year: 1990, Month: time.May, Day: 17}
		if err := store.InsertPatient(tx, *p); err != nil {
			return err
		}
	}
	if _, err := store.InsertVisitType(tx, c.checkup); err != nil {
		return err
	}
	return store.SetVerification(tx, c.doctor.ID, &tx.Now, &c.admin.ID, "seen")
}

// person is a user without a profile, whose names are made of one word.
func person(role turno.Role, username, fullName string) turno.User {
	return turno.User{ID: turno.NewID(), Username: username, Email: username + "@example.org", Password: "hash",
		Role: role, FullName: fullName, TimeZone: "UTC"}
}

// at is an instant of the Monday on which the clock begins, at 9:00.
func at(hour, minute int) time.Time {
	return time.Date(2027, time.January, 4, hour, minute, 0, 0, time.UTC)
}

func between(from, to time.Time) turno.Interval { return turno.Interval{StartsAt: from, EndsAt: to} }

// visit is a request of the patient for half an hour of the doctor.
func (c *clinic) visit(start time.Time) store.Visit {
	return store.Visit{Appointment: turno.Appointment{
		ID: turno.NewID(), DoctorID: c.doctor.ID, PatientID: c.patient.ID, Status: turno.StatusPending,
		ScheduledAt: start, EndsAt: start.Add(30 * time.Minute), CreatedAt: at(9, 0), UpdatedAt: at(9, 0),
	}}
}

// addVisit adds a visit in a state of its life, with neither busy periods nor a
// change to be rolled up, and returns it as it is kept then.
func (c *clinic) addVisit(t *testing.T, v store.Visit) store.Visit {
	t.Helper()
	first := v
	if !v.Status.Open() {
		first.Status, v.Sequence = turno.StatusConfirmed, 1
	}
	c.write(t, func(tx *sqldb.Tx) error {
		var inserted, updated int64
		b := tx.Batch()
		store.InsertVisitIn(b, &inserted, first, 1)
		if v.Sequence == 1 {
			store.UpdateVisitIn(b, &updated, v)
		}
		err := b.Run()
		if inserted != 1 || updated != int64(v.Sequence) {
			t.Errorf("added %d and changed %d visits", inserted, updated)
		}
		return err
	})
	return v
}

// cancelled is a visit called off, at the instant that the clock begins with.
func cancelled(v store.Visit, kind turno.CancellationKind) store.Visit {
	now := at(9, 0)
	v.Status, v.CancellationKind, v.CancelledAt = turno.StatusCancelled, kind, &now
	return v
}

func inStatus(v store.Visit, status turno.Status) store.Visit {
	v.Status = status
	return v
}

func (c *clinic) readDoctor(t *testing.T, id uuid.UUID) turno.Doctor {
	t.Helper()
	return read(t, c.db, func(tx *sqldb.Tx) (turno.Doctor, error) { return store.DoctorByID(tx, id) })
}

func (c *clinic) readVisit(t *testing.T, id uuid.UUID) store.VisitFacts {
	t.Helper()
	return read(t, c.db, func(tx *sqldb.Tx) (store.VisitFacts, error) { return store.VisitByID(tx, id, uuid.Nil) })
}

func (c *clinic) write(t *testing.T, fn func(*sqldb.Tx) error) {
	t.Helper()
	if err := c.db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// batch writes what add puts into one batch.
func (c *clinic) batch(t *testing.T, add func(b *sqldb.Batch)) {
	t.Helper()
	c.write(t, func(tx *sqldb.Tx) error {
		b := tx.Batch()
		add(b)
		return b.Run()
	})
}

// exec writes with a statement of the test's own.
func (c *clinic) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	c.write(t, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(sql, args...)
		return err
	})
}

// read returns what fn reads in a transaction of its own.
func read[T any](t *testing.T, db *sqldb.DB, fn func(*sqldb.Tx) (T, error)) T {
	t.Helper()
	got, err := tryRead(t, db, fn)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func tryRead[T any](t *testing.T, db *sqldb.DB, fn func(*sqldb.Tx) (T, error)) (got T, err error) {
	t.Helper()
	err = db.Read(t.Context(), func(tx *sqldb.Tx) (err error) {
		got, err = fn(tx)
		return err
	})
	return got, err
}

// attempt writes with fn, which may fail, in a transaction of its own.
func attempt[T any](t *testing.T, db *sqldb.DB, fn func(*sqldb.Tx) (T, error)) (got T, err error) {
	t.Helper()
	err = db.Write(t.Context(), func(tx *sqldb.Tx) (err error) {
		got, err = fn(tx)
		return err
	})
	return got, err
}

func mustWrite[T any](t *testing.T, db *sqldb.DB, fn func(*sqldb.Tx) (T, error)) T {
	t.Helper()
	got, err := attempt(t, db, fn)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// wantNotFound fails unless err says that there is no such thing.
func wantNotFound(t *testing.T, what string, err error) {
	t.Helper()
	if turno.KindOf(err) != turno.KindNotFound {
		t.Errorf("%s: %v, want not found", what, err)
	}
}
