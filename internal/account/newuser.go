package account

import (
	"strings"

	"github.com/turno-health/turno"
)

// The bounds of texts, in characters.
const (
	maxName    = 200
	maxBio     = 2000
	maxLicense = 100
	maxNote    = 2000
)

// checkNewUser makes of an input the person to be stored, with a new id, or says
// what is wrong with it. byStaff lets a patient go without username, email and
// password, and anybody without a password.
func (s *Service) checkNewUser(in NewUser, byStaff bool) (Person, error) {
	var check checks
	person := s.newPerson(&check, in, byStaff)
	return person, check.err()
}

func (s *Service) newPerson(check *checks, in NewUser, byStaff bool) Person {
	user := turno.User{ID: turno.NewID(), Role: in.Role, StaffLevel: in.StaffLevel}
	byStaffForPatient := byStaff && in.Role == turno.RolePatient

	if user.Username = in.Username; in.Username == "" && byStaffForPatient {
		user.Username = "patient-" + user.ID.String()
	} else {
		check.username("username", in.Username)
	}
	if user.Email = in.Email; in.Email == "" && byStaffForPatient {
		user.Email = turno.NoMailAddress(user.ID)
	} else {
		check.email("email", in.Email)
	}
	if in.Password != "" || !byStaff {
		check.password("password", in.Password, in.Username, in.Email)
	}
	user.FullName = check.line("full_name", in.FullName, 1, maxName)
	if in.TimeZone != "" || in.Role == turno.RoleDoctor {
		user.TimeZone = check.timeZone("time_zone", in.TimeZone)
	}
	user.Locale = check.locale("locale", in.Locale)

	person := Person{User: user}
	switch in.Role {
	case turno.RolePatient:
		person.Patient = s.checkNewPatient(check, user, in)
	case turno.RoleDoctor:
		person.Doctor = checkNewDoctor(check, user, in)
	case turno.RoleAdmin:
		check.staffLevel("staff_level", in.StaffLevel)
	default:
		check.add("role", "This is patient, doctor or admin.")
	}
	if in.Role != turno.RoleAdmin && in.StaffLevel != "" {
		check.add("staff_level", "Only an admin has one.")
	}
	return person
}

func (s *Service) checkNewPatient(check *checks, user turno.User, in NewUser) *turno.Patient {
	return &turno.Patient{
		User:          user,
		DateOfBirth:   check.dateOfBirth("date_of_birth", in.DateOfBirth, s.config.Now()),
		Gender:        check.gender("gender", in.Gender),
		ContactNumber: check.contactNumber("contact_number", in.ContactNumber),
	}
}

func checkNewDoctor(check *checks, user turno.User, in NewUser) *turno.Doctor {
	if in.SpecializationID == 0 {
		check.add("specialization_id", "This is required.")
	}
	return &turno.Doctor{
		User:              user,
		SpecializationID:  in.SpecializationID,
		LicenseNumber:     check.license("license_number", in.LicenseNumber),
		YearsOfExperience: check.between("years_of_experience", in.YearsOfExperience, 0, 80, " years"),
		Bio:               check.text("bio", in.Bio, maxBio),
		LocationID:        in.LocationID,
		TimeZone:          in.TimeZone,
	}
}

// license is a licence number as it was typed, with single spaces.
func (c *checks) license(field, s string) string {
	return strings.Join(strings.Fields(c.line(field, s, 1, maxLicense)), " ")
}

func (c *checks) staffLevel(field string, level turno.StaffLevel) turno.StaffLevel {
	if level != turno.StaffDesk && level != turno.StaffFull {
		c.add(field, "This is desk or full.")
	}
	return level
}
