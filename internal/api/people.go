package api

import (
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
)

// UserView is a person as that person, and staff, see them. Which fields are
// there depends on the role. Exported, since huma sees into no other embedded
// struct.
type UserView struct {
	ID              uuid.UUID        `json:"id"`
	Username        string           `json:"username"`
	Email           string           `json:"email" doc:"Ends in @no-mail.invalid for somebody without one: nothing is mailed there."`
	FullName        string           `json:"full_name"`
	Role            turno.Role       `json:"role" enum:"patient,doctor,admin"`
	StaffLevel      turno.StaffLevel `json:"staff_level,omitempty" enum:"desk,full" doc:"Of an admin."`
	TimeZone        string           `json:"time_zone" doc:"IANA name; how this person reads times."`
	Locale          string           `json:"locale" doc:"BCP 47; empty until chosen."`
	Active          bool             `json:"active" doc:"Whether this person may sign in."`
	EmailVerifiedAt *time.Time       `json:"email_verified_at"`
	CreatedAt       time.Time        `json:"created_at"`
	UpdatedAt       time.Time        `json:"updated_at"`

	DateOfBirth   *turno.Date  `json:"date_of_birth,omitempty" doc:"Of a patient."`
	Gender        turno.Gender `json:"gender,omitempty" enum:"male,female,other" doc:"Of a patient, if told."`
	ContactNumber string       `json:"contact_number,omitempty" doc:"Of a patient, if told; E.164."`

	SpecializationID  *int       `json:"specialization_id,omitempty" doc:"Of a doctor."`
	LicenseNumber     string     `json:"license_number,omitempty" doc:"Of a doctor."`
	YearsOfExperience *int       `json:"years_of_experience,omitempty" doc:"Of a doctor."`
	Bio               *string    `json:"bio,omitempty" doc:"Of a doctor."`
	VerifiedAt        *time.Time `json:"verified_at,omitempty" doc:"Of a doctor whose licence the clinic has checked."`

	SecondFactor *secondFactorView `json:"second_factor,omitempty" doc:"One's own only."`
}

func viewPerson(p account.Person) UserView {
	v := viewUser(p.User)
	if p.Patient != nil {
		v.DateOfBirth, v.Gender, v.ContactNumber = &p.Patient.DateOfBirth, p.Patient.Gender, p.Patient.ContactNumber
	}
	if p.Doctor != nil {
		v.SpecializationID, v.LicenseNumber = &p.Doctor.SpecializationID, p.Doctor.LicenseNumber
		v.YearsOfExperience, v.Bio = &p.Doctor.YearsOfExperience, &p.Doctor.Bio
		v.VerifiedAt = utc(p.Doctor.VerifiedAt)
	}
	if p.Second != nil {
		second := viewSecondFactor(*p.Second)
		v.SecondFactor = &second
	}
	return v
}

func viewUser(u turno.User) UserView {
	return UserView{
		ID:              u.ID,
		Username:        u.Username,
		Email:           u.Email,
		FullName:        u.FullName,
		Role:            u.Role,
		StaffLevel:      u.StaffLevel,
		TimeZone:        u.TimeZone,
		Locale:          u.Locale,
		Active:          u.Active(),
		EmailVerifiedAt: utc(u.EmailVerifiedAt),
		CreatedAt:       u.CreatedAt.UTC(),
		UpdatedAt:       u.UpdatedAt.UTC(),
	}
}

func viewListedUser(u account.ListedUser) UserView {
	v := viewUser(u.User)
	v.DateOfBirth, v.ContactNumber = u.DateOfBirth, u.ContactNumber
	return v
}

// patientView is a patient's record.
type patientView struct {
	ID            uuid.UUID    `json:"id"`
	FullName      string       `json:"full_name"`
	DateOfBirth   turno.Date   `json:"date_of_birth"`
	Gender        turno.Gender `json:"gender,omitempty" enum:"male,female,other" doc:"If told."`
	ContactNumber string       `json:"contact_number" doc:"E.164; empty when not told. Families share one."`
	Email         string       `json:"email" doc:"Ends in @no-mail.invalid for somebody without one."`
	TimeZone      string       `json:"time_zone"`
	Locale        string       `json:"locale"`
	Active        bool         `json:"active"`
	CreatedAt     time.Time    `json:"created_at"`
	UpdatedAt     time.Time    `json:"updated_at"`
}

func (v patientView) location() string { return "/patients/" + v.ID.String() }

func viewPatient(p turno.Patient) patientView {
	return patientView{
		ID:            p.ID,
		FullName:      p.FullName,
		DateOfBirth:   p.DateOfBirth,
		Gender:        p.Gender,
		ContactNumber: p.ContactNumber,
		Email:         p.Email,
		TimeZone:      p.TimeZone,
		Locale:        p.Locale,
		Active:        p.Active(),
		CreatedAt:     p.CreatedAt.UTC(),
		UpdatedAt:     p.UpdatedAt.UTC(),
	}
}

// proxyView is somebody who acts for a patient.
type proxyView struct {
	PatientID   uuid.UUID  `json:"patient_id"`
	ProxyUserID *uuid.UUID `json:"proxy_user_id" doc:"Null while they are invited: nobody is told whether there is an account of the name."`
	Username    string     `json:"username" doc:"While they are invited: as it was typed."`
	Status      string     `json:"status" enum:"active,invited" doc:"Who is invited acts for nobody before they accept."`
	FullName    string     `json:"full_name,omitempty" doc:"For staff only."`
	Relation    string     `json:"relation"`
	EndsAt      *time.Time `json:"ends_at" doc:"Null: until ended."`
	CreatedAt   time.Time  `json:"created_at"`
}

func viewProxy(p account.Proxy) proxyView {
	return proxyView{
		PatientID:   p.PatientID,
		ProxyUserID: &p.ProxyUserID,
		Username:    p.Username,
		Status:      "active",
		FullName:    p.FullName,
		Relation:    p.Relation,
		EndsAt:      utc(p.EndsAt),
		CreatedAt:   p.CreatedAt.UTC(),
	}
}

func exampleUser() UserView {
	born := turno.Date{Year: 1990, Month: time.May, Day: 17}
	return UserView{
		ID: exampleID(2), Username: "ana", Email: "ana@example.org", FullName: "Ana Pérez", Role: turno.RolePatient,
		TimeZone: "Europe/Madrid", Locale: "es", Active: true, CreatedAt: exampleTime(8, 0), UpdatedAt: exampleTime(8, 0),
		DateOfBirth: &born, Gender: turno.GenderFemale, ContactNumber: "+34600111222",
	}
}

func exampleDoctorUser() UserView {
	specialization, years, bio := 3, 12, "Listens first."
	return UserView{
		ID: exampleID(1), Username: "amara", Email: "amara@example.org", FullName: "Dr Amara Okafor", Role: turno.RoleDoctor,
		TimeZone: "Europe/London", Active: true, CreatedAt: exampleTime(8, 0), UpdatedAt: exampleTime(8, 0),
		SpecializationID: &specialization, LicenseNumber: "GMC-7654321", YearsOfExperience: &years, Bio: &bio,
	}
}

func examplePatient() patientView {
	u := exampleUser()
	return patientView{
		ID: u.ID, FullName: u.FullName, DateOfBirth: *u.DateOfBirth, Gender: u.Gender, ContactNumber: u.ContactNumber,
		Email: u.Email, TimeZone: u.TimeZone, Locale: u.Locale, Active: true, CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
	}
}

func exampleProxy() proxyView {
	luis := exampleID(7)
	return proxyView{PatientID: exampleID(2), ProxyUserID: &luis, Username: "luis", Status: "active", Relation: "father", CreatedAt: exampleTime(8, 0)}
}
