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
		{Pattern: "POST /admin/book", Action: policy.BookAppointment, Handler: book, Keeps: true},
		{Pattern: "POST /admin/book/patient", Action: policy.WritePatientUser, Handler: bookNewPatient, Keeps: true},

		{Pattern: "GET /admin/appointments/{id}", Action: policy.ReadAppointment, Handler: visitPage},
		{Pattern: "POST /admin/appointments/{id}/confirm", Action: policy.ConfirmAppointment, Handler: confirmVisit},
		{Pattern: "POST /admin/appointments/{id}/attended", Action: policy.CompleteAppointment, Handler: completeVisit},
		{Pattern: "POST /admin/appointments/{id}/missed", Action: policy.MissAppointment, Handler: missVisit},
		{Pattern: "POST /admin/appointments/{id}/cancel", Action: policy.CancelAppointment, Handler: cancelVisit, Keeps: true},
		{Pattern: "GET /admin/appointments/{id}/move", Action: policy.MoveAppointment, Handler: movePage},
		{Pattern: "POST /admin/appointments/{id}/move", Action: policy.MoveAppointment, Handler: moveVisit, Keeps: true},
		{Pattern: "GET /admin/appointments", Action: policy.ReadClinicDay, Handler: visits},

		{Pattern: "GET /admin/users", Action: policy.ListPatients, Handler: users},
		{Pattern: "GET /admin/users/new", Action: policy.WritePatientUser, Handler: newUserPage},
		{Pattern: "POST /admin/users", Action: policy.WritePatientUser, Handler: createUser, Keeps: true},
		{Pattern: "GET /admin/users/{id}", Action: policy.ListPatients, Handler: personPage},
		{Pattern: "POST /admin/users/{id}", Action: policy.WritePatientUser, Handler: updatePerson, Keeps: true},
		{Pattern: "POST /admin/users/{id}/level", Action: policy.WriteUser, Handler: setLevel},
		{Pattern: "POST /admin/users/{id}/active", Action: policy.WritePatientUser, Handler: setActive},

		{Pattern: "POST /admin/users/{id}/try-address", Action: policy.RetryAddress, Handler: tryAddress},
		{Pattern: "POST /admin/users/{id}/reset-link", Action: policy.IssueResetLink, Handler: makeResetLink},

		{Pattern: "GET /admin", Action: policy.ReadAnalytics, Handler: clinic},
		{Pattern: "GET /admin/doctors", Action: policy.VerifyDoctor, Handler: doctors},
		{Pattern: "POST /admin/doctors/{id}/verify", Action: policy.VerifyDoctor, Handler: verifyDoctor},
		{Pattern: "POST /admin/doctors/{id}/unverify", Action: policy.VerifyDoctor, Handler: unverifyDoctor},
		{Pattern: "GET /admin/specializations", Action: policy.WriteSpecializations, Handler: specializations},
		{Pattern: "POST /admin/specializations", Action: policy.WriteSpecializations, Handler: addSpecialization, Keeps: true},
		{Pattern: "POST /admin/specializations/{id}", Action: policy.WriteSpecializations, Handler: renameSpecialization, Keeps: true},
		{Pattern: "POST /admin/specializations/{id}/delete", Action: policy.WriteSpecializations, Handler: deleteSpecialization},
		{Pattern: "GET /admin/locations", Action: policy.WriteLocations, Handler: locations},
		{Pattern: "GET /admin/locations/new", Action: policy.WriteLocations, Handler: newLocation},
		{Pattern: "POST /admin/locations", Action: policy.WriteLocations, Handler: addLocation, Keeps: true},
		{Pattern: "GET /admin/locations/{id}", Action: policy.WriteLocations, Handler: editLocation},
		{Pattern: "POST /admin/locations/{id}", Action: policy.WriteLocations, Handler: changeLocation, Keeps: true},
		{Pattern: "POST /admin/locations/{id}/delete", Action: policy.WriteLocations, Handler: deleteLocation},
		{Pattern: "GET /admin/audit", Action: policy.ReadAuditLogs, Handler: audit},
		{Pattern: "GET /admin/mail", Action: policy.ReadMails, Handler: mails},
		{Pattern: "GET /admin/mail/{id}", Action: policy.ReadMails, Handler: mailPage},
		{Pattern: "GET /admin/mail/{id}/html", Action: policy.ReadMails, Handler: mailHTML},
		{Pattern: "GET /admin/system", Action: policy.ReadSystem, Handler: systemPage},
		{Pattern: "POST /admin/system/jobs/{id}/retry", Action: policy.RetryJob, Handler: retryJob},
	}
	for i := range routes {
		routes[i].General = true
	}
	return routes
}
