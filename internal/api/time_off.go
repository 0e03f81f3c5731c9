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

func (a *API) timeOffRoutes() {
	example := TimeOffView{exampleID(8), exampleID(1), exampleTime(0, 0), exampleTime(0, 0).AddDate(0, 0, 7), "Holiday", exampleTime(8, 0).AddDate(0, -1, 0)}
	register(a, route{
		ID: "list-time-off", Method: http.MethodGet, Path: "/doctors/{id}/time-off",
		Action: policy.ReadTimeOff, Tag: tagCalendar, Errors: []int{http.StatusForbidden, http.StatusNotFound},
		Summary:     "See a doctor's time off",
		Description: "Lists the time off that is not over, soonest first. The doctor and staff may.",
		Answer:      list[TimeOffView]{Items: []TimeOffView{example}},
	}, a.listTimeOff)
	register(a, route{
		ID: "add-time-off", Method: http.MethodPost, Path: "/doctors/{id}/time-off", Status: http.StatusCreated,
		Action: policy.WriteTimeOff, Tag: tagCalendar, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary: "Take time off",
		Description: "Blocks a doctor's time. Visits in the way are 409 appointments_in_the_way, which lists them; " +
			"with on_conflict \"cancel\" they are cancelled together with it. The doctor and staff may.",
		Request: timeOffRequest{StartsAt: instant{example.StartsAt}, EndsAt: instant{example.EndsAt}, Reason: "Holiday"},
		Answer:  newTimeOffView{TimeOffView: example, Cancelled: []appointmentView{}},
	}, a.addTimeOff)
	register(a, route{
		ID: "delete-time-off", Method: http.MethodDelete, Path: "/time-off/{id}",
		Action: policy.WriteTimeOff, Tag: tagCalendar, Errors: []int{http.StatusForbidden, http.StatusNotFound},
		Summary:     "Take time off back",
		Description: "Opens the time again. The doctor and staff may.",
	}, a.deleteTimeOff)
}

// TimeOffView is time in which a doctor sees nobody. It is exported for huma,
// which skips unexported types when they are embedded.
type TimeOffView struct {
	ID        uuid.UUID `json:"id"`
	DoctorID  uuid.UUID `json:"doctor_id"`
	StartsAt  time.Time `json:"starts_at"`
	EndsAt    time.Time `json:"ends_at"`
	Reason    string    `json:"reason" doc:"For the practice; patients never see it."`
	CreatedAt time.Time `json:"created_at"`
}

type newTimeOffView struct {
	TimeOffView
	Cancelled []appointmentView `json:"cancelled" nullable:"false" doc:"The visits that were cancelled for it. Call those whom mail does not reach."`
}

func viewTimeOff(t turno.TimeOff) TimeOffView {
	return TimeOffView{t.ID, t.DoctorID, t.StartsAt.UTC(), t.EndsAt.UTC(), t.Reason, t.CreatedAt.UTC()}
}

type timeOffRequest struct {
	StartsAt   instant `json:"starts_at" doc:"Now, when this is past."`
	EndsAt     instant `json:"ends_at"`
	Reason     string  `json:"reason,omitempty" maxLength:"2000"`
	OnConflict string  `json:"on_conflict,omitempty" enum:"cancel" doc:"cancel: call off the visits in the way."`
}

func (a *API) listTimeOff(ctx context.Context, c policy.Caller, in *IDParam) (list[TimeOffView], error) {
	off, err := a.config.Booking.TimeOff(ctx, c, in.ID)
	return listOf(off, "", viewTimeOff), err
}

type addTimeOffInput struct {
	IDParam
	Body timeOffRequest
}

func (a *API) addTimeOff(ctx context.Context, c policy.Caller, in *addTimeOffInput) (newTimeOffView, error) {
	off, cancelled, err := a.config.Booking.AddTimeOff(ctx, c, booking.NewTimeOff{
		DoctorID:     in.ID,
		Interval:     turno.Interval{StartsAt: in.Body.StartsAt.at, EndsAt: in.Body.EndsAt.at},
		Reason:       in.Body.Reason,
		CancelVisits: in.Body.OnConflict == "cancel",
	})
	return newTimeOffView{TimeOffView: viewTimeOff(off), Cancelled: appointmentViews(cancelled)}, err
}

func (a *API) deleteTimeOff(ctx context.Context, c policy.Caller, in *IDParam) (none, error) {
	return none{}, a.config.Booking.DeleteTimeOff(ctx, c, in.ID)
}
