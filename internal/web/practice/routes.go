package practice

import (
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// Routes is every page of this room and what its forms do.
func Routes() []page.Route {
	return []page.Route{
		{Pattern: "GET /schedule", Action: policy.ReadAgenda, Handler: of(showAgenda)},
		{Pattern: "GET /schedule/events", Action: policy.ReadAgenda, Handler: of(events), Polling: true, Stream: true},
		{Pattern: "POST /schedule/confirm-all", Action: policy.ConfirmAppointment, Handler: of(confirmShown)},
		{Pattern: "POST /schedule/complete-rest", Action: policy.CompleteAppointment, Handler: of(completeRest)},
		{Pattern: "GET /schedule/hours", Action: policy.WriteAvailability, Handler: of(showHours)},
		{Pattern: "POST /schedule/hours", Action: policy.WriteAvailability, Handler: of(changeHours), Keeps: true},
		{Pattern: "GET /schedule/hours/extra", Action: policy.WriteExtraHours, Handler: of(showExtra)},
		{Pattern: "POST /schedule/hours/extra", Action: policy.WriteExtraHours, Handler: of(addExtra), Keeps: true},
		{Pattern: "POST /schedule/hours/extra/{id}/delete", Action: policy.WriteExtraHours, Handler: of(deleteExtra)},
		{Pattern: "GET /schedule/hours/types", Action: policy.WriteVisitTypes, Handler: of(showTypes)},
		{Pattern: "POST /schedule/hours/types", Action: policy.WriteVisitTypes, Handler: of(addType), Keeps: true},
		{Pattern: "POST /schedule/hours/types/{id}", Action: policy.WriteVisitTypes, Handler: of(changeType), Keeps: true},
		{Pattern: "GET /schedule/time-off", Action: policy.WriteTimeOff, Handler: of(showTimeOff)},
		{Pattern: "POST /schedule/time-off", Action: policy.WriteTimeOff, Handler: of(addTimeOff), Keeps: true},
		{Pattern: "POST /schedule/time-off/{id}/delete", Action: policy.WriteTimeOff, Handler: of(deleteTimeOff)},
		{Pattern: "GET /schedule/feedback", Action: policy.ReadFeedback, Handler: of(showFeedback)},
		{Pattern: "GET /schedule/book", Action: policy.BookAnyTime, Handler: of(showBook)},
		{Pattern: "POST /schedule/book", Action: policy.BookAnyTime, Handler: of(book), Keeps: true},
		{Pattern: "POST /schedule/book/patient", Action: policy.WritePatientUser, Handler: of(addPatient), Keeps: true},
		{Pattern: "GET /schedule/visits/{id}", Action: policy.ReadAppointment, Handler: ofVisit(visit)},
		{Pattern: "GET /schedule/visits/{id}/move", Action: policy.MoveAppointment, Handler: ofVisit(showMove)},
		{Pattern: "POST /schedule/visits/{id}/move", Action: policy.MoveAppointment, Handler: ofVisit(move), Keeps: true},
		{Pattern: "GET /schedule/visits/{id}/cancel", Action: policy.CancelAppointment, Handler: ofVisit(showCancel)},
		{Pattern: "POST /schedule/visits/{id}/cancel", Action: policy.CancelAppointment, Handler: ofVisit(cancel), Keeps: true},
		{Pattern: "POST /schedule/visits/{id}/confirm", Action: policy.ConfirmAppointment, Handler: confirm},
		{Pattern: "POST /schedule/visits/{id}/came", Action: policy.CompleteAppointment, Handler: came},
		{Pattern: "POST /schedule/visits/{id}/missed", Action: policy.MissAppointment, Handler: missed},
	}
}
