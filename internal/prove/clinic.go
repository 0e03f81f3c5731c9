package prove

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// clinic is what one race is run in: doctors who work around the clock in slots
// of a quarter of an hour, and as many patients as there are clients. Each race
// has its own people, so that none meets another's visits.
type clinic struct {
	*booking.Service
	db       *sqldb.DB
	name     string
	desk     policy.Caller
	doctors  []uuid.UUID
	patients []policy.Caller
	base     time.Time // the first slot of the first round
}

const (
	slotMinutes = 15
	slot        = slotMinutes * time.Minute
	farDoctors  = 16 // for races of one patient with many doctors
)

func newClinic(ctx context.Context, db *sqldb.DB, name string, clients int) (*clinic, error) {
	box, err := seal.NewBox(seal.NewKey())
	if err != nil {
		return nil, err
	}
	c := &clinic{Service: booking.New(db, booking.Config{Box: box}), db: db, name: name}
	err = db.Write(ctx, func(tx *sqldb.Tx) error {
		c.doctors, c.patients = nil, nil
		c.base = tx.Now.Truncate(24*time.Hour).AddDate(0, 0, 2)
		return c.fill(tx, clients)
	})
	if err != nil {
		return nil, fmt.Errorf("set up the scratch clinic: %w", err)
	}
	return c, nil
}

func (c *clinic) fill(tx *sqldb.Tx, clients int) error {
	admin, err := c.addUser(tx, turno.RoleAdmin, 0)
	if err != nil {
		return err
	}
	c.desk = admin
	specialization, err := store.InsertSpecialization(tx, "Race "+c.name)
	if err != nil {
		return err
	}
	for i := range farDoctors {
		id, err := c.addDoctor(tx, i, specialization, admin.UserID)
		if err != nil {
			return err
		}
		c.doctors = append(c.doctors, id)
	}
	for i := range clients {
		patient, err := c.addUser(tx, turno.RolePatient, i)
		if err != nil {
			return err
		}
		profile := turno.Patient{User: turno.User{ID: patient.UserID}, DateOfBirth: turno.Date{Year: 1980, Month: 1, Day: 1}}
		if err := store.InsertPatient(tx, profile); err != nil {
			return err
		}
		c.patients = append(c.patients, patient)
	}
	return nil
}

func (c *clinic) addUser(tx *sqldb.Tx, role turno.Role, i int) (policy.Caller, error) {
	u := turno.User{ID: turno.NewID(), Username: fmt.Sprintf("%s-%s-%d", c.name, role, i), Role: role,
		FullName: fmt.Sprintf("Prove %s %d", role, i), TimeZone: "UTC"}
	u.Email = turno.NoMailAddress(u.ID)
	if role == turno.RoleAdmin {
		u.StaffLevel = turno.StaffFull
	}
	err := store.InsertUser(tx, u)
	return policy.Caller{UserID: u.ID, Role: role, StaffLevel: u.StaffLevel}, err
}

func (c *clinic) addDoctor(tx *sqldb.Tx, i, specialization int, verifier uuid.UUID) (uuid.UUID, error) {
	user, err := c.addUser(tx, turno.RoleDoctor, i)
	if err != nil {
		return user.UserID, err
	}
	d := turno.Doctor{User: turno.User{ID: user.UserID}, SpecializationID: specialization, LicenseNumber: fmt.Sprintf("%s-%d", c.name, i), TimeZone: "UTC"}
	if err := store.InsertDoctor(tx, d); err != nil {
		return d.ID, err
	}
	d.SlotMinutes, d.HorizonDays = slotMinutes, 730
	if err := store.UpdateDoctor(tx, d); err != nil {
		return d.ID, err
	}
	if err := store.SetVerification(tx, d.ID, &tx.Now, &verifier, ""); err != nil {
		return d.ID, err
	}
	var week []turno.Availability
	for _, day := range turno.Weekdays() {
		week = append(week, turno.Availability{ID: turno.NewID(), DayOfWeek: day, StartTime: 0, EndTime: turno.EndOfDay})
	}
	return d.ID, store.ReplaceAvailability(tx, d.ID, week)
}
