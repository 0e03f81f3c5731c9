package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) appointmentRoutes() {
	register(a, route{
		ID: "list-appointments", Method: http.MethodGet, Path: "/appointments",
		Action: policy.ListAppointments, Tag: tagAppointments, Polled: true,
		Summary:     "List visits",
		Description: "Lists visits in the order of their time: to staff all, to others those they have, give, or look after for somebody.",
		Answer:      list[appointmentView]{Items: []appointmentView{exampleVisit()}},
	}, a.listAppointments)
	register(a, route{
		ID: "book-appointment", Method: http.MethodPost, Path: "/appointments", Status: http.StatusCreated,
		Action: policy.BookAppointment, Tag: tagAppointments,
		Errors:  []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary: "Book a visit",
		Description: "Books an open time. A patient books for themself, or with patient_id for somebody whom they look after; " +
			"the doctor and staff book any free time for anyone. A taken time is 409 slot_taken with alternatives, a patient " +
			"who is elsewhere then 409 patient_busy, a time that is not offered 422 not_offered.",
		Request: bookRequest{DoctorID: exampleID(1), ScheduledAt: instant{exampleTime(9, 0)}, Reason: "A cough for two weeks."},
		Answer:  exampleVisit(),
	}, a.book)
	register(a, route{
		ID: "read-appointment", Method: http.MethodGet, Path: "/appointments/{id}",
		Action: policy.ReadAppointment, Tag: tagAppointments, Polled: true, Errors: []int{http.StatusNotFound},
		Summary:     "Open a visit",
		Description: "Its patient, those who look after the patient, its doctor and staff may.",
		Answer:      exampleVisit(),
	}, a.readAppointment)
	a.changeRoutes()
}

type listAppointmentsInput struct {
	PageParams
	RangeParams
	Status    turno.Status `query:"status" enum:"pending,confirmed,completed,cancelled" doc:"Only those in this state."`
	DoctorID  uuid.UUID    `query:"doctor_id" doc:"Only with this doctor."`
	PatientID uuid.UUID    `query:"patient_id" doc:"Only of this patient."`
}

func (a *API) listAppointments(ctx context.Context, c policy.Caller, in *listAppointmentsInput) (list[appointmentView], error) {
	visits, next, err := a.config.Booking.Appointments(ctx, c, booking.VisitFilter{
		Status:    in.Status,
		DoctorID:  optionalID(in.DoctorID),
		PatientID: optionalID(in.PatientID),
		From:      in.From.at,
		To:        in.To.at,
		Limit:     in.Limit,
		Cursor:    in.Cursor,
	})
	return listOf(visits, next, viewAppointment), err
}

type bookRequest struct {
	DoctorID    uuid.UUID  `json:"doctor_id"`
	ScheduledAt instant    `json:"scheduled_at" doc:"The start of an open time."`
	VisitTypeID *uuid.UUID `json:"visit_type_id,omitempty" doc:"The kind of visit; of the doctor's slot length when absent."`
	Reason      string     `json:"reason,omitempty" maxLength:"2000" doc:"Why, in the patient's words."`
	HoldID      *uuid.UUID `json:"hold_id,omitempty" doc:"The hold that led here. Whoever books has one at most, and it is consumed whether named or not."`
	PatientID   *uuid.UUID `json:"patient_id,omitempty" doc:"For whom; for oneself when absent."`
}

type bookInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Any text of your own. Sent again within 24 hours with the same body, it gets the first answer."`
	Body           bookRequest
}

func (a *API) book(ctx context.Context, c policy.Caller, in *bookInput) (appointmentView, error) {
	idempotency, err := idempotencyOf(in.IdempotencyKey, in.Body)
	if err != nil {
		return appointmentView{}, err
	}
	visit := booking.NewVisit{
		DoctorID:    in.Body.DoctorID,
		ScheduledAt: in.Body.ScheduledAt.at,
		VisitTypeID: in.Body.VisitTypeID,
		Reason:      in.Body.Reason,
		Idempotency: idempotency,
	}
	if in.Body.PatientID != nil {
		visit.PatientID = *in.Body.PatientID
	}
	booked, err := a.config.Booking.Book(ctx, c, visit)
	return viewAppointment(booked), err
}

func (a *API) readAppointment(ctx context.Context, c policy.Caller, in *IDParam) (appointmentView, error) {
	// A client that holds the visit is answered 304, which is no reading of it.
	held := func(v turno.Appointment) bool { return callOf(ctx).holds(viewAppointment(v)) }
	visit, err := a.config.Booking.AppointmentUnlessKnown(ctx, c, in.ID, held)
	return viewAppointment(visit), err
}
