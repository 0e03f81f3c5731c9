package visits

import (
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// Routes is every page of this room and what its forms do.
func Routes() []page.Route {
	return []page.Route{
		{Pattern: "GET /book", Action: policy.ReadSlots, Handler: showBook},
		{Pattern: "POST /book", Action: policy.BookAppointment, Handler: book, Keeps: true},
		{Pattern: "GET /appointments", Action: policy.ListAppointments, Handler: list},
		{Pattern: "GET /appointments/{id}", Action: policy.ReadAppointment, Handler: visit},
		{Pattern: "GET /appointments/{id}/visit.ics", Action: policy.ReadAppointment, Handler: visitFile},
		{Pattern: "GET /calendar/{secret}", Action: policy.FetchCalendarFeed, Handler: feed, Locked: true},
		{Pattern: "GET /appointments/{id}/reschedule", Action: policy.MoveAppointment, Handler: showMove},
		{Pattern: "POST /appointments/{id}/reschedule", Action: policy.MoveAppointment, Handler: move},
		{Pattern: "GET /appointments/{id}/cancel", Action: policy.CancelAppointment, Handler: showCancel},
		{Pattern: "POST /appointments/{id}/cancel", Action: policy.CancelAppointment, Handler: cancel, Keeps: true},
		{Pattern: "GET /visit", Action: policy.UseVisitLink, Handler: linkedVisit, Locked: true},
		{Pattern: "POST /visit/coming", Action: policy.UseVisitLink, Handler: comeByLink, Locked: true},
		{Pattern: "POST /visit/cancel", Action: policy.UseVisitLink, Handler: cancelByLink, Locked: true},
		{Pattern: "GET /visit/move", Action: policy.UseVisitLink, Handler: showMoveByLink, Locked: true},
		{Pattern: "POST /visit/move", Action: policy.UseVisitLink, Handler: moveByLink, Locked: true},
		{Pattern: "GET /appointments/{id}/feedback", Action: policy.GiveFeedback, Handler: showFeedback},
		{Pattern: "POST /appointments/{id}/feedback", Action: policy.GiveFeedback, Handler: feedback, Keeps: true},
	}
}
