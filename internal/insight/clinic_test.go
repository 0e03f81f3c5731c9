package insight_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// clinic is people on a real database, at Monday 4 January 2027, 09:00 UTC.
type clinic struct {
	*insight.Service
	t     *testing.T
	db    *sqldb.DB
	clock *storetest.Clock
	owner policy.Caller // full staff, in Madrid
	desk  policy.Caller
	ana   policy.Caller // a patient
	count int
}

func eachClinic(t *testing.T, test func(t *testing.T, c *clinic)) {
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := &clinic{Service: insight.New(db), t: t, db: db, clock: clock}
		c.owner = c.user(turno.RoleAdmin, turno.StaffFull)
		c.desk = c.user(turno.RoleAdmin, turno.StaffDesk)
		c.ana = c.user(turno.RolePatient, "")
		c.write(func(tx *sqldb.Tx) error {
			return store.InsertPatient(tx, turno.Patient{User: turno.User{ID: c.ana.UserID}, DateOfBirth: turno.Date{Year: 1990, Month: 1, Day: 2}})
		})
		test(t, c)
	})
}

func (c *clinic) write(fn func(*sqldb.Tx) error) {
	c.t.Helper()
	if err := c.db.Write(c.t.Context(), fn); err != nil {
		c.t.Fatal(err)
	}
}

func (c *clinic) user(role turno.Role, level turno.StaffLevel) policy.Caller {
	c.t.Helper()
	c.count++
	u := turno.User{ID: turno.NewID(), Username: fmt.Sprintf("%s%d", role, c.count), Email: fmt.Sprintf("%s%d@example.org", role, c.count),
		Role: role, StaffLevel: level, FullName: fmt.Sprintf("Person %d", c.count), TimeZone: "Europe/Madrid"}
	c.write(func(tx *sqldb.Tx) error { return store.InsertUser(tx, u) })
	return policy.Caller{UserID: u.ID, Role: role, StaffLevel: level}
}

// doctor is a verified one, in UTC, who works on Mondays and Tuesdays from 10:00
// to 12:00 in slots of 30 minutes.
func (c *clinic) doctor() policy.Caller {
	c.t.Helper()
	doctor := c.user(turno.RoleDoctor, "")
	c.write(func(tx *sqldb.Tx) error {
		field, err := store.InsertSpecialization(tx, fmt.Sprintf("Field %d", c.count))
		if err != nil {
			return err
		}
		if err := store.InsertDoctor(tx, turno.Doctor{User: turno.User{ID: doctor.UserID}, SpecializationID: field,
			LicenseNumber: fmt.Sprintf("L-%d", c.count), TimeZone: "UTC"}); err != nil {
			return err
		}
		if err := store.SetVerification(tx, doctor.UserID, &tx.Now, &c.owner.UserID, ""); err != nil {
			return err
		}
		week := []turno.Availability{
			{ID: turno.NewID(), DayOfWeek: turno.Monday, StartTime: 10 * 60, EndTime: 12 * 60},
			{ID: turno.NewID(), DayOfWeek: turno.Tuesday, StartTime: 10 * 60, EndTime: 12 * 60},
		}
		return store.ReplaceAvailability(tx, doctor.UserID, week)
	})
	return doctor
}

// visit adds one of Ana's visits of half an hour, whatever has become of it, and
// notes the change for the rollups.
func (c *clinic) visit(doctor policy.Caller, start time.Time, change func(*turno.Appointment)) turno.Appointment {
	c.t.Helper()
	v := turno.Appointment{ID: turno.NewID(), DoctorID: doctor.UserID, PatientID: c.ana.UserID, Status: turno.StatusConfirmed,
		ScheduledAt: start, EndsAt: start.Add(30 * time.Minute), CreatedAt: start.Add(-48 * time.Hour)}
	if change != nil {
		change(&v)
	}
	c.write(func(tx *sqldb.Tx) error {
		b := tx.Batch()
		b.Exec(nil, `
			INSERT INTO appointments
			       (id, patient_id, doctor_id, scheduled_at, ends_at, status, cancellation_kind, cancelled_at, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
			v.ID, v.PatientID, v.DoctorID, v.ScheduledAt, v.EndsAt, v.Status, kindOf(v), v.CancelledAt, v.CreatedAt)
		store.VisitChangedIn(b, turno.NewID(), v.ScheduledAt, v.CreatedAt)
		return b.Run()
	})
	return v
}

func kindOf(v turno.Appointment) *turno.CancellationKind {
	if v.CancellationKind == "" {
		return nil
	}
	return &v.CancellationKind
}

func cancelled(kind turno.CancellationKind, notice time.Duration) func(*turno.Appointment) {
	return func(v *turno.Appointment) {
		at := v.ScheduledAt.Add(-notice)
		v.Status, v.CancellationKind, v.CancelledAt = turno.StatusCancelled, kind, &at
	}
}

func status(s turno.Status) func(*turno.Appointment) {
	return func(v *turno.Appointment) { v.Status = s }
}

// claim makes the doctor busy with a visit.
func (c *clinic) claim(v turno.Appointment) {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		_, err := store.Claim(tx, turno.BusyPeriod{OwnerID: v.DoctorID, Interval: v.Interval(), Kind: turno.BusyAppointment, AppointmentID: &v.ID})
		return err
	})
}

func (c *clinic) rollUp(changes int) {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		_, err := store.RollUp(tx, changes)
		return err
	})
}

func (c *clinic) audit(by *uuid.UUID, action turno.AuditAction, entity, id string, subject *uuid.UUID, at time.Time) {
	c.t.Helper()
	c.write(func(tx *sqldb.Tx) error {
		return store.Audit(tx, turno.AuditEntry{ActionBy: by, Action: action, Entity: entity, EntityID: id, SubjectID: subject, CreatedAt: at})
	})
}

func day(year int, month time.Month, d int) turno.Date {
	return turno.Date{Year: year, Month: month, Day: d}
}
