package desk

import (
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// Routes is every page of this room and what its forms do. Each asks the access
// table by itself, beside what its use case asks: patients have visits and records
// too, and see them elsewhere.
func Routes() []page.Route {
	routes := []page.Route{
		{Pattern: "GET /admin/day", Action: policy.ReadClinicDay, Handler: day},
		{Pattern: "GET /admin/day/events", Action: policy.ReadClinicDay, Handler: dayEvents, Polling: true, Stream: true},

		{Pattern: "GET /admin/book", Action: policy.BookAppointment, Handler: bookPage},
		{Pattern: "POST /admin/book", Action: policy.BookAppointment, Handler: book},
		{Pattern: "POST /admin/book/patient", Action: policy.WritePatientUser, Handler: bookNewPatient},

		{Pattern: "GET /admin/appointments/{id}", Action: policy.ReadAppointment, Handler: visitPage},
		{Pattern: "POST /admin/appointments/{id}/confirm", Action: policy.ConfirmAppointment, Handler: confirmVisit},
		{Pattern: "POST /admin/appointments/{id}/attended", Action: policy.CompleteAppointment, Handler: completeVisit},
		{Pattern: "POST /admin/appointments/{id}/missed", Action: policy.MissAppointment, Handler: missVisit},
		{Pattern: "POST /admin/appointments/{id}/cancel", Action: policy.CancelAppointment, Handler: cancelVisit},
		{Pattern: "GET /admin/appointments/{id}/move", Action: policy.MoveAppointment, Handler: movePage},
		{Pattern: "POST /admin/appointments/{id}/move", Action: policy.MoveAppointment, Handler: moveVisit},
	}
	for i, route := range routes {
		routes[i].Handler = forStaff(route.Action, route.Handler)
	}
	return routes
}

// forStaff lets in whoever may do the action for being who they are, without
// regard to whose the thing is.
func forStaff(action policy.Action, handler page.Handler) page.Handler {
	return func(r *page.Request) error {
		if err := policy.Check(r.Caller, action, 0); err != nil {
			return err
		}
		return handler(r)
	}
}
