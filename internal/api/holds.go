package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) holdRoutes() {
	register(a, route{
		ID: "hold-slot", Method: http.MethodPost, Path: "/holds", Status: http.StatusCreated,
		Action: policy.CreateHold, Tag: tagAppointments, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Hold an open time",
		Description: "Keeps an open time for five minutes, while a patient fills in the form. A new hold replaces the one before.",
		Request:     holdRequest{DoctorID: exampleID(1), StartsAt: instant{exampleTime(9, 0)}},
		Answer:      exampleHold(),
	}, a.hold)
	register(a, route{
		ID: "release-hold", Method: http.MethodDelete, Path: "/holds/{id}",
		Action: policy.ReleaseHold, Tag: tagAppointments, Errors: []int{http.StatusNotFound},
		Summary:     "Release a hold",
		Description: "Opens the time to others again. Whoever made the hold may.",
	}, a.releaseHold)
}

type holdRequest struct {
	DoctorID    uuid.UUID  `json:"doctor_id"`
	StartsAt    instant    `json:"starts_at" doc:"The start of an open time."`
	VisitTypeID *uuid.UUID `json:"visit_type_id,omitempty" doc:"The kind of visit; of the doctor's slot length when absent."`
}

type holdView struct {
	ID          uuid.UUID  `json:"id"`
	DoctorID    uuid.UUID  `json:"doctor_id"`
	VisitTypeID *uuid.UUID `json:"visit_type_id" nullable:"true"`
	StartsAt    time.Time  `json:"starts_at"`
	EndsAt      time.Time  `json:"ends_at"`
	ExpiresAt   time.Time  `json:"expires_at"`
}

func viewHold(h turno.Hold) holdView {
	return holdView{
		ID:          h.ID,
		DoctorID:    h.DoctorID,
		VisitTypeID: h.VisitTypeID,
		StartsAt:    h.StartsAt.UTC(),
		EndsAt:      h.EndsAt.UTC(),
		ExpiresAt:   h.ExpiresAt.UTC(),
	}
}

func exampleHold() holdView {
	return holdView{ID: exampleID(6), DoctorID: exampleID(1), StartsAt: exampleTime(9, 0),
		EndsAt: exampleTime(9, 30), ExpiresAt: exampleTime(8, 5)}
}

func (a *API) hold(ctx context.Context, c policy.Caller, in *struct{ Body holdRequest }) (holdView, error) {
	hold, err := a.config.Booking.Hold(ctx, c, booking.NewHold{
		DoctorID:    in.Body.DoctorID,
		StartsAt:    in.Body.StartsAt.at,
		VisitTypeID: in.Body.VisitTypeID,
	})
	return viewHold(hold), err
}

func (a *API) releaseHold(ctx context.Context, c policy.Caller, in *IDParam) (none, error) {
	return none{}, a.config.Booking.ReleaseHold(ctx, c, in.ID, uuid.Nil)
}
