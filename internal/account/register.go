package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// NewUser is a person to be. Which fields count depends on Role.
type NewUser struct {
	Username   string // of a patient made by staff, may be empty: then one is made up
	Email      string // of a patient made by staff, may be empty: nothing is mailed
	Password   string // of somebody made by staff, may be empty: then nobody can sign in
	Role       turno.Role
	StaffLevel turno.StaffLevel // required when Role is admin
	FullName   string
	TimeZone   string // IANA name; may be empty except for doctors: the clinic's
	Locale     string // BCP 47, optional

	DateOfBirth   turno.Date // these three of patients
	Gender        turno.Gender
	ContactNumber string
	Unlike        bool // refuse a patient whose name and birth date another has: see SamePatients

	SpecializationID  int // these of doctors
	LicenseNumber     string
	YearsOfExperience int
	Bio               string
	LocationID        *uuid.UUID // nil: the clinic's first
}

// RegisterPatient makes an account for a patient who asks for one. Errors:
// KindInvalid, KindConflict with CodeIdentityTaken, KindRateLimited.
func (s *Service) RegisterPatient(ctx context.Context, c policy.Caller, in NewUser) (Person, error) {
	if err := policy.Check(c, policy.Register, 0); err != nil {
		return Person{}, err
	}
	in.Role, in.StaffLevel = turno.RolePatient, ""
	return s.register(ctx, c, in)
}

// RegisterDoctor makes an account for a doctor who asks for one. Nobody can find
// or book the doctor until VerifyDoctor. Errors: as RegisterPatient; a taken
// licence number is CodeIdentityTaken too.
func (s *Service) RegisterDoctor(ctx context.Context, c policy.Caller, in NewUser) (Person, error) {
	if err := policy.Check(c, policy.RegisterDoctor, 0); err != nil {
		return Person{}, err
	}
	in.Role, in.StaffLevel = turno.RoleDoctor, ""
	return s.register(ctx, c, in)
}

func (s *Service) register(ctx context.Context, c policy.Caller, in NewUser) (Person, error) {
	person, err := s.checkNewUser(in, false)
	if err != nil {
		return Person{}, err
	}
	if from := network(c.Address); from != "" { // no request came from anywhere otherwise
		if err := s.signups.Allow(from); err != nil {
			return Person{}, err
		}
	}
	return s.addPerson(ctx, person, in.Password, &person.ID)
}

// addPerson hashes the password, writes the person, and says in the trail that
// by did it; nil is the system.
//
// The checks may refuse, in the same transaction.
func (s *Service) addPerson(ctx context.Context, person Person, password string, by *uuid.UUID, checks ...func(*sqldb.Tx) error) (Person, error) {
	hash := ""
	if password != "" {
		var err error
		if hash, err = s.hasher.hash(ctx, password); err != nil {
			return Person{}, err
		}
	}
	var added Person
	err := s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		for _, check := range checks {
			if err := check(tx); err != nil {
				return err
			}
		}
		added, err = insertPerson(tx, person, hash, by)
		return err
	})
	if err != nil {
		return Person{}, fmt.Errorf("register: %w", err)
	}
	s.config.Changed(uuid.Nil)
	return added, nil
}

// insertPerson writes a person that was checked, and reads it back.
func insertPerson(tx *sqldb.Tx, p Person, hash string, by *uuid.UUID) (Person, error) {
	user := p.User
	user.Password = hash
	location, _, err := store.FirstLocation(tx)
	if err != nil {
		return Person{}, err
	}
	if user.TimeZone == "" {
		user.TimeZone = zoneOr(location.TimeZone)
	}
	if err := store.InsertUser(tx, user); err != nil {
		return Person{}, identityTaken(err)
	}
	switch user.Role {
	case turno.RolePatient:
		err = store.InsertPatient(tx, *p.Patient)
	case turno.RoleDoctor:
		err = insertDoctor(tx, *p.Doctor, location)
	case turno.RoleAdmin: // has no profile
	}
	if err != nil {
		return Person{}, err
	}
	if err := store.Audit(tx, turno.AuditEntry{
		ActionBy: by, Action: turno.AuditCreate, Entity: "user", EntityID: user.ID.String(),
		SubjectID: &user.ID, Detail: "role=" + string(user.Role),
	}); err != nil {
		return Person{}, err
	}
	if err := tellAddress(tx, user); err != nil {
		return Person{}, err
	}
	return readPerson(tx, user.ID)
}

func insertDoctor(tx *sqldb.Tx, d turno.Doctor, first turno.Location) error {
	if err := checkReferences(tx, d); err != nil {
		return err
	}
	if d.LocationID == nil && first.ID != uuid.Nil {
		d.LocationID = &first.ID
	}
	return identityTaken(store.InsertDoctor(tx, d))
}

// checkReferences says which of the things that a doctor refers to is missing.
func checkReferences(tx *sqldb.Tx, d turno.Doctor) error {
	var check checks
	if _, found, err := store.SpecializationByID(tx, d.SpecializationID); err != nil {
		return err
	} else if !found {
		check.add("specialization_id", "There is no such specialization.")
	}
	if d.LocationID != nil {
		if _, found, err := store.LocationByID(tx, *d.LocationID); err != nil {
			return err
		} else if !found {
			check.add("location_id", "There is no such location.")
		}
	}
	return check.err()
}

// readPerson reads a user with the profile that belongs to the role, without
// the password's hash.
func readPerson(tx *sqldb.Tx, id uuid.UUID) (p Person, err error) {
	if p.User, err = store.UserByID(tx, id); err != nil {
		return Person{}, err
	}
	switch p.Role {
	case turno.RolePatient:
		var patient turno.Patient
		patient, err = store.PatientByID(tx, id)
		patient.Password = ""
		p.Patient = &patient
	case turno.RoleDoctor:
		var doctor turno.Doctor
		doctor, err = store.DoctorByID(tx, id)
		doctor.Password = ""
		p.Doctor = &doctor
	case turno.RoleAdmin: // has no profile
	}
	if err != nil {
		return Person{}, err
	}
	p.Password = ""
	return p, nil
}

// identityTaken turns a unique violation into the one answer that does not say
// what was taken. The cause stays for the log.
func identityTaken(err error) error {
	if !sqldb.IsUniqueViolation(err) {
		return err
	}
	return &turno.Error{
		Kind: turno.KindConflict, Code: turno.CodeIdentityTaken,
		Message: "Somebody is registered with some of these details already. Sign in, or use others.",
		Err:     err,
	}
}

func zoneOr(zone string) string {
	if zone == "" {
		return "UTC"
	}
	return zone
}
