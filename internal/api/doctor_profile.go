package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) doctorProfileRoutes() {
	slot, buffer := 20, 5
	public, private := exampleDoctor(), exampleDoctorPrivate()
	writing := []int{http.StatusForbidden, http.StatusNotFound}
	register(a, route{
		ID: "read-doctor", Method: http.MethodGet, Path: "/doctors/{id}",
		Action: policy.ReadDoctor, Tag: tagDoctors, Errors: []int{http.StatusNotFound},
		Summary:     "See a doctor",
		Description: "Everybody may see a doctor whose licence the clinic has checked. The doctor and staff see the settings too.",
		Answer:      public,
	}, a.readDoctor)
	register(a, route{
		ID: "change-doctor", Method: http.MethodPatch, Path: "/doctors/{id}",
		Action: policy.UpdateDoctor, Tag: tagDoctors, Errors: append(writing, http.StatusConflict),
		Summary: "Change how a doctor is booked",
		Description: "Changes the fields that are sent; visits already booked stay. The doctor and staff may; " +
			"specialization_id, license_number and years_of_experience only full staff.",
		Request: doctorPatch{SlotMinutes: &slot, BufferMinutes: &buffer},
		Answer:  private,
	}, a.changeDoctor)
	register(a, route{
		ID: "verify-doctor", Method: http.MethodPost, Path: "/doctors/{id}/verify",
		Action: policy.VerifyDoctor, Tag: tagDoctors, Errors: append(writing, http.StatusConflict),
		Summary:     "Say that a doctor's licence was checked",
		Description: "From then on the doctor can be found and booked. Full staff may. Who, when and the note are kept. Verifying a doctor who is verified changes nothing.",
		Request:     verifyRequest{Note: "Seen in the public register."},
		Answer:      private,
	}, a.verifyDoctor)
	register(a, route{
		ID: "unverify-doctor", Method: http.MethodPost, Path: "/doctors/{id}/unverify",
		Action: policy.VerifyDoctor, Tag: tagDoctors, Errors: append(writing, http.StatusConflict),
		Summary:     "Take a verification back",
		Description: "No visit is accepted once this has answered; those already booked stay, and the answer lists them. Full staff may.",
		Answer:      unverifiedDoctorView{DoctorView: private, Outside: []appointmentView{}},
	}, a.unverifyDoctor)
}

// DoctorView is a doctor. Only the doctor and staff see what can be absent.
type DoctorView struct {
	DoctorCard

	LocationID       *uuid.UUID `json:"location_id,omitempty"`
	Username         *string    `json:"username,omitempty"`
	Email            *string    `json:"email,omitempty"`
	LicenseNumber    *string    `json:"license_number,omitempty"`
	SlotMinutes      *int       `json:"slot_minutes,omitempty" doc:"The grid, and the length of a visit without a type."`
	BufferMinutes    *int       `json:"buffer_minutes,omitempty" doc:"Kept free after each visit."`
	MinNoticeMinutes *int       `json:"min_notice_minutes,omitempty" doc:"Patients book no sooner than this from now."`
	HorizonDays      *int       `json:"horizon_days,omitempty" doc:"And no later than this."`
	AutoConfirm      *bool      `json:"auto_confirm,omitempty" doc:"Whether visits are confirmed without being looked at."`
	Active           *bool      `json:"active,omitempty"`
	VerifiedAt       *time.Time `json:"verified_at,omitempty" doc:"Absent while the licence is not checked."`
	VerifiedBy       *uuid.UUID `json:"verified_by,omitempty"`
	VerificationNote *string    `json:"verification_note,omitempty"`
}

func viewDoctor(d account.DoctorProfile) DoctorView {
	v := DoctorView{DoctorCard: viewDoctorCard(d.Doctor, d.Location)}
	if !d.Private {
		return v
	}
	active := d.Active()
	v.LocationID, v.Username, v.Email, v.LicenseNumber = d.LocationID, &d.Username, &d.Email, &d.LicenseNumber
	v.SlotMinutes, v.BufferMinutes = &d.SlotMinutes, &d.BufferMinutes
	v.MinNoticeMinutes, v.HorizonDays = &d.MinNoticeMinutes, &d.HorizonDays
	v.AutoConfirm, v.Active = &d.AutoConfirm, &active
	v.VerifiedAt, v.VerifiedBy, v.VerificationNote = utc(d.VerifiedAt), d.VerifiedBy, &d.VerificationNote
	return v
}

type doctorPatch struct {
	Bio              *string    `json:"bio,omitempty" maxLength:"2000"`
	TimeZone         *string    `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name."`
	LocationID       *uuid.UUID `json:"location_id,omitempty"`
	SlotMinutes      *int       `json:"slot_minutes,omitempty" minimum:"5" maximum:"480"`
	BufferMinutes    *int       `json:"buffer_minutes,omitempty" minimum:"0" maximum:"240"`
	MinNoticeMinutes *int       `json:"min_notice_minutes,omitempty" minimum:"0" maximum:"43200"`
	HorizonDays      *int       `json:"horizon_days,omitempty" minimum:"1" maximum:"730"`
	AutoConfirm      *bool      `json:"auto_confirm,omitempty"`

	SpecializationID  *int    `json:"specialization_id,omitempty" minimum:"1" maximum:"2147483647" doc:"Only full staff."`
	LicenseNumber     *string `json:"license_number,omitempty" minLength:"1" maxLength:"100" doc:"Only full staff."`
	YearsOfExperience *int    `json:"years_of_experience,omitempty" minimum:"0" maximum:"80" doc:"Only full staff."`
}

func (a *API) readDoctor(ctx context.Context, c policy.Caller, in *IDParam) (DoctorView, error) {
	doctor, err := a.config.Account.Doctor(ctx, c, in.ID)
	return viewDoctor(doctor), err
}

type changeDoctorInput struct {
	IDParam
	Body doctorPatch
}

func (a *API) changeDoctor(ctx context.Context, c policy.Caller, in *changeDoctorInput) (DoctorView, error) {
	doctor, err := a.config.Account.UpdateDoctor(ctx, c, in.ID, account.DoctorPatch(in.Body))
	return viewDoctor(doctor), err
}

type verifyRequest struct {
	Note string `json:"note,omitempty" maxLength:"2000" doc:"For the clinic."`
}

type verifyInput struct {
	IDParam
	Body *verifyRequest
}

func (a *API) verifyDoctor(ctx context.Context, c policy.Caller, in *verifyInput) (DoctorView, error) {
	note := ""
	if in.Body != nil {
		note = in.Body.Note
	}
	doctor, err := a.config.Account.VerifyDoctor(ctx, c, in.ID, note)
	return viewDoctor(doctor.DoctorProfile), err
}

// unverifiedDoctorView is a doctor, with what is left to be done.
type unverifiedDoctorView struct {
	DoctorView
	Outside []appointmentView `json:"outside" nullable:"false" doc:"Visits to come with the doctor, who can no longer be booked."`
}

func (a *API) unverifyDoctor(ctx context.Context, c policy.Caller, in *IDParam) (unverifiedDoctorView, error) {
	doctor, err := a.config.Account.UnverifyDoctor(ctx, c, in.ID)
	return unverifiedDoctorView{viewDoctor(doctor.DoctorProfile), appointmentViews(doctor.Outside)}, err
}

func exampleDoctor() DoctorView {
	return DoctorView{DoctorCard: exampleDoctorCard()}
}

func exampleDoctorPrivate() DoctorView {
	v, location, by, at := exampleDoctor(), exampleID(4), exampleID(10), exampleTime(8, 0)
	username, email, license, note := "amara", "amara@example.org", "GMC-7654321", "Seen in the public register."
	slot, buffer, notice, horizon := 20, 5, 60, 60
	confirm, active := false, true
	v.LocationID, v.Username, v.Email, v.LicenseNumber = &location, &username, &email, &license
	v.SlotMinutes, v.BufferMinutes, v.MinNoticeMinutes, v.HorizonDays = &slot, &buffer, &notice, &horizon
	v.AutoConfirm, v.Active, v.VerifiedAt, v.VerifiedBy, v.VerificationNote = &confirm, &active, &at, &by, &note
	return v
}
