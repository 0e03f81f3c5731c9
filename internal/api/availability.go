package api

import (
	"context"
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) availabilityRoutes() {
	register(a, route{
		ID: "read-availability", Method: http.MethodGet, Path: "/doctors/{id}/availability",
		Action: policy.ReadAvailability, Tag: tagCalendar, Errors: []int{http.StatusNotFound},
		Summary:     "See a doctor's weekly hours",
		Description: "Lists the windows of the week from Monday on, local to the doctor's time zone. Everybody may look.",
		Answer:      list[windowView]{Items: []windowView{exampleWindow()}},
	}, a.readAvailability)
	register(a, route{
		ID: "replace-availability", Method: http.MethodPut, Path: "/doctors/{id}/availability",
		Action: policy.WriteAvailability, Tag: tagCalendar, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Replace a doctor's weekly hours",
		Description: "Makes the windows the whole week. Visits that now lie outside stay; the answer lists them. The doctor and staff may.",
		Request:     []windowView{exampleWindow()},
		Answer:      weekView{Items: []windowView{exampleWindow()}, Outside: []appointmentView{}},
	}, a.replaceAvailability)
}

// windowView is a window of the week, both as it is read and as it is written.
type windowView struct {
	DayOfWeek      turno.Weekday `json:"day_of_week" enum:"Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday"`
	StartTime      turno.Clock   `json:"start_time" doc:"Local to the doctor's time zone."`
	EndTime        turno.Clock   `json:"end_time" doc:"After start_time; 24:00 reaches midnight."`
	ReleaseMinutes *int          `json:"release_minutes,omitempty" minimum:"0" maximum:"525600" doc:"Absent: open. 0: only staff book. Otherwise patients see it from so many minutes before."`
}

type weekView struct {
	Items   []windowView      `json:"items" nullable:"false"`
	Outside []appointmentView `json:"outside" nullable:"false" doc:"Visits to come that lie outside of the hours."`
}

func viewWindow(w turno.Availability) windowView {
	return windowView{w.DayOfWeek, w.StartTime, w.EndTime, w.ReleaseMinutes}
}

func (v windowView) window() turno.Availability {
	return turno.Availability{DayOfWeek: v.DayOfWeek, StartTime: v.StartTime, EndTime: v.EndTime, ReleaseMinutes: v.ReleaseMinutes}
}

func exampleWindow() windowView {
	return windowView{DayOfWeek: turno.Monday, StartTime: 9 * 60, EndTime: 12*60 + 30}
}

func (a *API) readAvailability(ctx context.Context, c policy.Caller, in *IDParam) (list[windowView], error) {
	week, err := a.config.Booking.Availability(ctx, c, in.ID)
	return listOf(week, "", viewWindow), err
}

type replaceAvailabilityInput struct {
	IDParam
	Body []windowView `nullable:"false" maxItems:"84"`
}

func (a *API) replaceAvailability(ctx context.Context, c policy.Caller, in *replaceAvailabilityInput) (weekView, error) {
	week, outside, err := a.config.Booking.ReplaceAvailability(ctx, c, in.ID, viewed(in.Body, windowView.window))
	return weekView{Items: viewed(week, viewWindow), Outside: appointmentViews(outside)}, err
}
