package api

import (
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
)

// appointmentView is a visit as everybody who may see it does.
type appointmentView struct {
	ID                 uuid.UUID               `json:"id"`
	DoctorID           uuid.UUID               `json:"doctor_id"`
	PatientID          uuid.UUID               `json:"patient_id"`
	ScheduledAt        time.Time               `json:"scheduled_at"`
	EndsAt             time.Time               `json:"ends_at" doc:"Fixed at booking."`
	Status             turno.Status            `json:"status" enum:"pending,confirmed,completed,cancelled"`
	VisitTypeID        *uuid.UUID              `json:"visit_type_id" nullable:"true" doc:"Null: a visit of the doctor's slot length."`
	LocationID         *uuid.UUID              `json:"location_id" nullable:"true" doc:"Where it takes place, as of booking."`
	Reason             string                  `json:"reason" doc:"The patient's words; empty when none."`
	CancellationKind   *turno.CancellationKind `json:"cancellation_kind" doc:"patient, practice, expired or no_show; null unless cancelled."`
	CancelledAt        *time.Time              `json:"cancelled_at"`
	CancelledBy        *uuid.UUID              `json:"cancelled_by" nullable:"true" doc:"Null: the system."`
	CancellationReason string                  `json:"cancellation_reason"`
	BookedBy           *uuid.UUID              `json:"booked_by" nullable:"true"`
	CreatedAt          time.Time               `json:"created_at"`
	UpdatedAt          time.Time               `json:"updated_at"`
}

func (v appointmentView) location() string { return "/appointments/" + v.ID.String() }

func viewAppointment(a turno.Appointment) appointmentView {
	v := appointmentView{
		ID:                 a.ID,
		DoctorID:           a.DoctorID,
		PatientID:          a.PatientID,
		ScheduledAt:        a.ScheduledAt.UTC(),
		EndsAt:             a.EndsAt.UTC(),
		Status:             a.Status,
		VisitTypeID:        a.VisitTypeID,
		LocationID:         a.LocationID,
		Reason:             a.Reason,
		CancelledAt:        utc(a.CancelledAt),
		CancelledBy:        a.CancelledBy,
		CancellationReason: a.CancellationReason,
		BookedBy:           a.BookedBy,
		CreatedAt:          a.CreatedAt.UTC(),
		UpdatedAt:          a.UpdatedAt.UTC(),
	}
	if a.CancellationKind != "" {
		v.CancellationKind = &a.CancellationKind
	}
	return v
}

func appointmentViews(visits []turno.Appointment) []appointmentView {
	return viewed(visits, viewAppointment)
}

// slotView is a stretch of time, [starts_at, ends_at).
type slotView struct {
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

func viewSlot(i turno.Interval) slotView { return slotView{i.StartsAt.UTC(), i.EndsAt.UTC()} }

// DoctorCard is what everybody sees of a doctor: never email, username or
// licence. Exported, since huma sees into no other embedded struct.
type DoctorCard struct {
	ID                uuid.UUID     `json:"id"`
	FullName          string        `json:"full_name"`
	SpecializationID  int           `json:"specialization_id"`
	Specialization    string        `json:"specialization"`
	YearsOfExperience int           `json:"years_of_experience"`
	Bio               string        `json:"bio"`
	Location          *locationView `json:"location,omitempty" doc:"Absent when the doctor has none."`
	TimeZone          string        `json:"time_zone" doc:"IANA name; the doctor's hours are local to it."`
	Rating            float64       `json:"rating" doc:"The mean of all ratings; 0 without any."`
	RatingCount       int           `json:"rating_count"`
}

func viewDoctorCard(d turno.Doctor, at *turno.Location) DoctorCard {
	v := DoctorCard{
		ID:                d.ID,
		FullName:          d.FullName,
		SpecializationID:  d.SpecializationID,
		Specialization:    d.Specialization,
		YearsOfExperience: d.YearsOfExperience,
		Bio:               d.Bio,
		TimeZone:          d.TimeZone,
		Rating:            d.Rating,
		RatingCount:       d.RatingCount,
	}
	if at != nil {
		location := viewLocation(*at)
		v.Location = &location
	}
	return v
}

// foundDoctorView is a doctor in a search.
type foundDoctorView struct {
	DoctorCard
	NextSlots []slotView `json:"next_slots" nullable:"false" doc:"The next three open times at most."`
}

func viewFoundDoctor(d booking.FoundDoctor) foundDoctorView {
	return foundDoctorView{viewDoctorCard(d.Doctor, d.Location), viewed(d.NextSlots, viewSlot)}
}

// locationView is a place where visits happen.
type locationView struct {
	ID           uuid.UUID `json:"id"`
	Name         string    `json:"name"`
	Phone        string    `json:"phone"`
	AddressLine1 string    `json:"address_line1"`
	AddressLine2 string    `json:"address_line2"`
	City         string    `json:"city"`
	State        string    `json:"state"`
	PostalCode   string    `json:"postal_code"`
	Country      string    `json:"country" doc:"ISO 3166-1 alpha-2."`
	Directions   string    `json:"directions"`
	TimeZone     string    `json:"time_zone" doc:"IANA name."`
}

func viewLocation(l turno.Location) locationView { return locationView(l) }
