package booking_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// patience is how long a test waits for what must happen.
const patience = 3 * time.Minute

// clinic is a small practice on a real database: one doctor in Madrid who works
// every day from 09:00 to 17:00 in slots of 30 minutes, on Monday 4 January 2027
// at 10:00 local time.
type clinic struct {
	*booking.Service
	t      testing.TB
	db     *sqldb.DB
	clock  *storetest.Clock
	box    *seal.Box
	doctor policy.Caller
	ana    policy.Caller // a patient
	desk   policy.Caller
	count  int
}

// eachClinic runs a test on a fresh clinic on each engine.
func eachClinic(t *testing.T, test func(t *testing.T, c *clinic)) {
	t.Helper()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		test(t, newClinic(t, db, clock))
	})
}

func newClinic(t testing.TB, db *sqldb.DB, clock *storetest.Clock) *clinic {
	t.Helper()
	box, err := seal.NewBox(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	c := &clinic{Service: booking.New(db, booking.Config{Box: box, MaxOpenVisits: 10}), t: t, db: db, clock: clock, box: box}
	c.desk = c.user(turno.RoleAdmin, turno.StaffDesk)
	c.doctor = c.newDoctor()
	c.ana = c.newPatient()
	return c
}

func (c *clinic) write(f func(tx *sqldb.Tx) error) {
	c.t.Helper()
	if err := c.db.Write(c.t.Context(), f); err != nil {
		c.t.Fatal(err)
	}
}

func (c *clinic) user(role turno.Role, level turno.StaffLevel) policy.Caller {
	c.t.Helper()
	c.count++
	u := turno.User{ID: turno.NewID(), Username: fmt.Sprintf("%s%d", role, c.count), Email: fmt.Sprintf("%s%d@example.org", role, c.count),
		Role: role, StaffLevel: level, FullName: fmt.Sprintf("Person %d", c.count), TimeZone: "Europe/Madrid"}
	c.write(func(tx *sqldb.Tx) error { return store.InsertUser(tx, u) })
	return policy.Caller{UserID: u.ID, Role: role, StaffLevel: level, Address: "192.0.2.1"}
}

func (c *clinic) newDoctor() policy.Caller {
	c.t.Helper()
	doctor := c.user(turno.RoleDoctor, "")
	c.write(func(tx *sqldb.Tx) error {
		specialization, err := store.InsertSpecialization(tx, fmt.Sprintf("Specialization %d", c.count))
		if err != nil {
			return err
		}
		d := turno.Doctor{User: turno.User{ID: doctor.UserID}, SpecializationID: specialization,
			LicenseNumber: fmt.Sprintf("L-%d", c.count), TimeZone: "Europe/Madrid"}
		if err := store.InsertDoctor(tx, d); err != nil {
			return err
		}
		if err := store.SetVerification(tx, doctor.UserID, &tx.Now, &c.desk.UserID, ""); err != nil {
			return err
		}
		return store.ReplaceAvailability(tx, doctor.UserID, everyDay(9*60, 17*60))
	})
	c.settings(doctor, func(d *turno.Doctor) { d.MinNoticeMinutes = 0 })
	return doctor
}

func everyDay(from, to turno.Clock) []turno.Availability {
	var week []turno.Availability
	for _, day := range turno.Weekdays() {
		week = append(week, turno.Availability{ID: turno.NewID(), DayOfWeek: day, StartTime: from, EndTime: to})
	}
	return week
}

func (c *clinic) settings(doctor policy.Caller, change func(*turno.Doctor)) {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		d, err := store.DoctorByID(tx, doctor.UserID)
		if err != nil {
			return err
		}
		change(&d)
		return store.UpdateDoctor(tx, d)
	})
}

func (c *clinic) newPatient() policy.Caller {
	c.t.Helper()
	patient := c.user(turno.RolePatient, "")
	c.write(func(tx *sqldb.Tx) error {
		return store.InsertPatient(tx, turno.Patient{User: turno.User{ID: patient.UserID}, DateOfBirth: turno.Date{Year: 1990, Month: 1, Day: 2}})
	})
	return patient
}

// at is a time on the clinic's wall, on a day from the first Monday on.
func at(day int, clock string) time.Time {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		panic(err)
	}
	c, err := turno.ParseClock(clock)
	if err != nil {
		panic(err)
	}
	return turno.Date{Year: 2027, Month: 1, Day: 4}.AddDays(day).At(c, madrid)
}

func (c *clinic) book(by policy.Caller, when time.Time) (turno.Appointment, error) {
	return c.Book(c.t.Context(), by, booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: when})
}

func (c *clinic) mustBook(by policy.Caller, when time.Time) turno.Appointment {
	c.t.Helper()
	visit, err := c.book(by, when)
	if err != nil {
		c.t.Fatalf("book %s: %v", when, err)
	}
	return visit
}

// busy counts a person's busy periods.
func (c *clinic) busy(owner uuid.UUID) int {
	c.t.Helper()
	var n int
	err := c.db.Read(c.t.Context(), func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT COUNT(*) FROM busy_periods WHERE owner_id = $1`, owner).Scan(&n)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

func wantCode(t *testing.T, err error, code string) *turno.Error {
	t.Helper()
	e, ok := errors.AsType[*turno.Error](err)
	if !ok || e.Code != code {
		t.Fatalf("got error %v, want code %q", err, code)
	}
	return e
}
