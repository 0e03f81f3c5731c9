package practice

import (
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// Routes is every page of this room and what its forms do.
func Routes() []page.Route {
	return []page.Route{
		{Pattern: "GET /schedule", Action: policy.ReadAgenda, Handler: of(schedule)},
		{Pattern: "GET /schedule/events", Action: policy.ReadAgenda, Handler: of(events), Polling: true, Stream: true},
		{Pattern: "POST /schedule/confirm-all", Action: policy.ConfirmAppointment, Handler: of(confirmShown)},
		{Pattern: "POST /schedule/complete-rest", Action: policy.CompleteAppointment, Handler: of(completeRest)},
		{Pattern: "POST /schedule/visits/{id}/confirm", Action: policy.ConfirmAppointment, Handler: confirm},
		{Pattern: "POST /schedule/visits/{id}/came", Action: policy.CompleteAppointment, Handler: came},
		{Pattern: "POST /schedule/visits/{id}/missed", Action: policy.MissAppointment, Handler: missed},
	}
}
