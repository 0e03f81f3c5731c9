package turno

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Doctor is the profile of a user who sees patients. Nobody can find or book a
// doctor whose licence is not verified.
type Doctor struct {
	User
	SpecializationID  int
	Specialization    string // its name, when read
	LicenseNumber     string // never public
	YearsOfExperience int
	Bio               string
	LocationID        *uuid.UUID
	Rating            float64 // mean of all feedback, two decimals; 0 without any
	RatingCount       int
	TimeZone          string // IANA name; the doctor's hours are local to it
	SlotMinutes       int    // the grid, and the length of a visit without a type
	BufferMinutes     int    // kept free after each visit
	MinNoticeMinutes  int    // patients book no sooner than this from now
	HorizonDays       int    // and no later than this
	AutoConfirm       bool
	VerifiedAt        *time.Time
	VerifiedBy        *uuid.UUID
	VerificationNote  string
	CalendarVersion   int64 // rises when the rules of booking change
}

// MostBufferMinutes and MostHorizonDays bound the rules of every doctor.
const (
	MostBufferMinutes = 240
	MostHorizonDays   = 730
)

// BookingRules is numbers that a doctor is booked by; nil is as it is.
type BookingRules struct {
	SlotMinutes      *int
	BufferMinutes    *int
	MinNoticeMinutes *int
	HorizonDays      *int
}

// Check says what is wrong with them. The bounds are those of the table.
func (r BookingRules) Check() []FieldError {
	var fields []FieldError
	between := func(field string, value *int, least, most int, unit string) {
		if value != nil && (*value < least || *value > most) {
			fields = append(fields, FieldError{Location: "body." + field, Message: fmt.Sprintf("This is from %d to %d%s.", least, most, unit)})
		}
	}
	between("slot_minutes", r.SlotMinutes, 5, 480, " minutes")
	between("buffer_minutes", r.BufferMinutes, 0, MostBufferMinutes, " minutes")
	between("min_notice_minutes", r.MinNoticeMinutes, 0, 43200, " minutes")
	between("horizon_days", r.HorizonDays, 1, MostHorizonDays, " days")
	return fields
}

// Specialization is a field of medicine.
type Specialization struct {
	ID   int
	Name string
}

// Location is a place where visits happen.
type Location struct {
	ID           uuid.UUID
	Name         string
	Phone        string
	AddressLine1 string
	AddressLine2 string
	City         string
	State        string
	PostalCode   string
	Country      string // ISO 3166-1 alpha-2
	Directions   string
	TimeZone     string // IANA name
}

// VisitType is a kind of visit that a doctor offers, with its own length.
type VisitType struct {
	ID           uuid.UUID
	DoctorID     uuid.UUID
	Name         string
	Minutes      int
	Mode         VisitMode
	Audience     Audience
	Instructions string // what to bring, how to prepare
	Active       bool
}

// VisitMode is how a visit takes place.
type VisitMode string

// The modes.
const (
	ModeInPerson VisitMode = "in_person"
	ModePhone    VisitMode = "phone"
	ModeVideo    VisitMode = "video"
)

// Audience is who may book a visit type.
type Audience string

// The audiences.
const (
	AudienceAll   Audience = "all"   // anyone
	AudienceNew   Audience = "new"   // anyone, and proposed to patients whom the doctor has not seen
	AudienceKnown Audience = "known" // patients who completed a visit with the doctor
	AudienceStaff Audience = "staff" // only the doctor and staff
)

// Everybody reports whether anyone may book what has this audience.
func (a Audience) Everybody() bool { return a == AudienceAll || a == AudienceNew }
