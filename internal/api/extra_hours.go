package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) extraHoursRoutes() {
	example := extraHoursView{exampleID(7), exampleID(1), exampleTime(18, 0), exampleTime(20, 0)}
	register(a, route{
		ID: "list-extra-hours", Method: http.MethodGet, Path: "/doctors/{id}/extra-hours",
		Action: policy.ReadExtraHours, Tag: tagCalendar, Errors: []int{http.StatusNotFound},
		Summary:     "See a doctor's extra hours",
		Description: "Lists one-off openings that are not over, soonest first. Everybody may look.",
		Answer:      list[extraHoursView]{Items: []extraHoursView{example}},
	}, a.listExtraHours)
	register(a, route{
		ID: "add-extra-hours", Method: http.MethodPost, Path: "/doctors/{id}/extra-hours", Status: http.StatusCreated,
		Action: policy.WriteExtraHours, Tag: tagCalendar, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Open extra hours",
		Description: "Opens time beside the weekly hours. Openings of one doctor don't overlap. The doctor and staff may.",
		Request:     intervalRequest{instant{exampleTime(18, 0)}, instant{exampleTime(20, 0)}},
		Answer:      example,
	}, a.addExtraHours)
	register(a, route{
		ID: "delete-extra-hours", Method: http.MethodDelete, Path: "/extra-hours/{id}",
		Action: policy.WriteExtraHours, Tag: tagCalendar, Errors: []int{http.StatusForbidden, http.StatusNotFound},
		Summary:     "Close extra hours",
		Description: "Takes an opening back. Visits in it stay. The doctor and staff may.",
	}, a.deleteExtraHours)
}

type extraHoursView struct {
	ID       uuid.UUID `json:"id"`
	DoctorID uuid.UUID `json:"doctor_id"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

func viewExtraHours(h turno.ExtraHours) extraHoursView {
	return extraHoursView{h.ID, h.DoctorID, h.StartsAt.UTC(), h.EndsAt.UTC()}
}

// intervalRequest asks for a stretch of time, [starts_at, ends_at).
type intervalRequest struct {
	StartsAt instant `json:"starts_at"`
	EndsAt   instant `json:"ends_at"`
}

func (r intervalRequest) interval() turno.Interval {
	return turno.Interval{StartsAt: r.StartsAt.at, EndsAt: r.EndsAt.at}
}

func (a *API) listExtraHours(ctx context.Context, c policy.Caller, in *IDParam) (list[extraHoursView], error) {
	hours, err := a.config.Booking.ExtraHours(ctx, c, in.ID)
	return listOf(hours, "", viewExtraHours), err
}

type addExtraHoursInput struct {
	IDParam
	Body intervalRequest
}

func (a *API) addExtraHours(ctx context.Context, c policy.Caller, in *addExtraHoursInput) (extraHoursView, error) {
	hours, err := a.config.Booking.AddExtraHours(ctx, c, in.ID, in.Body.interval())
	return viewExtraHours(hours), err
}

func (a *API) deleteExtraHours(ctx context.Context, c policy.Caller, in *IDParam) (none, error) {
	return none{}, a.config.Booking.DeleteExtraHours(ctx, c, in.ID)
}
