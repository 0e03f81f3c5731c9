package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
)

// changeRoutes are the steps of a visit's life.
func (a *API) changeRoutes() {
	confirmed, completed, missed, cancelled := exampleVisit(), exampleVisit(), exampleVisit(), exampleVisit()
	confirmed.Status, completed.Status = turno.StatusConfirmed, turno.StatusCompleted
	noShow, byPatient, at := turno.CancelledNoShow, turno.CancelledByPatient, exampleTime(8, 0)
	missed.Status, missed.CancellationKind, missed.CancelledAt = turno.StatusCancelled, &noShow, &at
	cancelled.Status, cancelled.CancellationKind, cancelled.CancelledAt = turno.StatusCancelled, &byPatient, &at

	step := func(name string, action policy.Action, summary, description string, request any, answer appointmentView) route {
		return route{
			ID: name + "-appointment", Method: http.MethodPost, Path: "/appointments/{id}/" + name,
			Action: action, Tag: tagAppointments,
			Errors:  []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
			Summary: summary, Description: description, Request: request, Answer: answer,
		}
	}
	register(a, step("confirm", policy.ConfirmAppointment, "Confirm a visit",
		"Agrees to a requested visit. Its doctor and staff may.", nil, confirmed), a.changing(a.config.Booking.Confirm))
	register(a, step("complete", policy.CompleteAppointment, "Complete a visit",
		"Says that the patient came, once the visit has begun. Its doctor and staff may; it corrects a missed visit until the end of the next day.",
		nil, completed), a.changing(a.config.Booking.Complete))
	register(a, step("no-show", policy.MissAppointment, "Mark a visit as missed",
		"Says that the patient did not come, once the visit has begun. Its doctor and staff may; it corrects a completed visit until the end of the next day.",
		nil, missed), a.changing(a.config.Booking.Miss))
	register(a, step("cancel", policy.CancelAppointment, "Cancel a visit",
		"Calls a visit off: the patient until it begins, the practice until it is completed.",
		cancelRequest{Reason: "I am well again."}, cancelled), a.cancel)
	register(a, step("reschedule", policy.MoveAppointment, "Move a visit",
		"Moves a visit to another open time, of the same length. A confirmed visit that its patient moves must be confirmed again, "+
			"unless the doctor confirms automatically. The errors are those of booking.",
		rescheduleRequest{ScheduledAt: instant{exampleTime(9, 0)}}, exampleVisit()), a.reschedule)
}

// changing is the handler of a step that needs to be told nothing more.
func (a *API) changing(change func(context.Context, policy.Caller, uuid.UUID) (turno.Appointment, error)) func(context.Context, policy.Caller, *IDParam) (appointmentView, error) {
	return func(ctx context.Context, c policy.Caller, in *IDParam) (appointmentView, error) {
		visit, err := change(ctx, c, in.ID)
		return viewAppointment(visit), err
	}
}

type cancelRequest struct {
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Why, for the other side to read."`
}

type cancelInput struct {
	IDParam
	Body *cancelRequest
}

func (a *API) cancel(ctx context.Context, c policy.Caller, in *cancelInput) (appointmentView, error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
	}
	visit, err := a.config.Booking.Cancel(ctx, c, in.ID, reason)
	return viewAppointment(visit), err
}

type rescheduleRequest struct {
	ScheduledAt instant `json:"scheduled_at" doc:"The new start."`
}

type rescheduleInput struct {
	IDParam
	Body rescheduleRequest
}

func (a *API) reschedule(ctx context.Context, c policy.Caller, in *rescheduleInput) (appointmentView, error) {
	visit, err := a.config.Booking.Move(ctx, c, in.ID, in.Body.ScheduledAt.at)
	return viewAppointment(visit), err
}
