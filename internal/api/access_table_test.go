package api_test

import (
	"fmt"
	"maps"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
)

// Who may, in the order of callers: nobody, the patient, another patient, a proxy
// of the patient, the doctor, another doctor, the desk, full staff.
const (
	everybody   = "yes yes yes yes yes yes yes yes"
	signedIn    = "401 yes yes yes yes yes yes yes"
	patients    = "401 yes yes yes 403 403 403 403"
	itsDoctor   = "401 403 403 403 yes 403 yes yes" // or staff
	staff       = "401 403 403 403 403 403 yes yes"
	fullStaff   = "401 403 403 403 403 403 403 yes"
	itsPeople   = "401 yes 404 yes yes 404 yes yes" // of a visit
	thePractice = "401 403 404 403 yes 404 yes yes"
)

// accessTable has a row for every route, by operationId.
func accessTable() map[string]accessRow {
	table := map[string]accessRow{}
	for _, rows := range []map[string]accessRow{accountRows(), signInRows(), peopleRows(), clinicRows(), doctorRows(), visitRows()} {
		maps.Copy(table, rows)
	}
	return table
}

func accountRows() map[string]accessRow {
	return map[string]accessRow{
		"register-patient": {want: everybody, body: newPerson(`"date_of_birth": "1990-01-02"`)},
		"register-doctor": {want: everybody, body: func(a *access, _ string) string {
			return newPerson(fmt.Sprintf(`"specialization_id": %d, "license_number": "L%d", "years_of_experience": 3, "time_zone": "UTC"`, a.field(), a.count))(a, "")
		}},
		"login":              {want: everybody, body: text(`{"login": "patient", "password": "` + password + `"}`)},
		"logout":             {want: signedIn, throwaway: true},
		"change-password":    {want: signedIn, throwaway: true, body: text(`{"current_password": "` + password + `", "new_password": "another-horse-battery-staple"}`)},
		"list-sessions":      {want: signedIn},
		"end-other-sessions": {want: signedIn, throwaway: true},
		"end-session": {want: "401 yes 404 404 404 404 404 404", throwaway: true, target: func(a *access, caller string, as *person) string {
			if caller == "patient" {
				return as.SessionID.String()
			}
			return a.newPatient(a.name()).SessionID.String()
		}},
		"read-me":            {want: signedIn},
		"change-me":          {want: signedIn, body: text(`{"full_name": "New Name"}`)},
		"export-me":          {want: signedIn},
		"erase-me":           {want: signedIn, throwaway: true},
		"list-dependants":    {want: signedIn},
		"add-dependant":      {want: patients, body: text(`{"full_name": "Leo", "date_of_birth": "2020-06-01", "relation": "mother"}`)},
		"list-my-access-log": {want: signedIn},
	}
}

func peopleRows() map[string]accessRow {
	readers := "401 yes 404 yes yes 404 yes yes" // the doctor has a visit of the patient
	return map[string]accessRow{
		"read-patient":   {want: readers, target: patientWithVisit},
		"change-patient": {want: "401 yes 404 yes 403 404 yes yes", target: patientWithVisit, body: text(`{"full_name": "New Name"}`)},
		"list-proxies":   {want: "401 yes 404 yes 403 404 yes yes", target: patientWithVisit},
		"add-proxy": {want: "401 yes 404 403 403 404 yes yes", target: patientWithVisit, body: func(a *access, _ string) string {
			return fmt.Sprintf(`{"user_id": %q, "relation": "aunt"}`, a.newPatient(a.name()).UserID)
		}},
		"end-proxy":                 {want: "401 yes 404 403 403 404 yes yes", target: patientWithVisit, path: func(a *access) string { return "?proxy_user_id=" + a.newProxy() }},
		"end-proxy-of-user":         {want: "401 yes 404 403 403 404 yes yes", target: patientWithVisit, path: (*access).newProxy},
		"list-proxy-invitations":    {want: "401 yes 404 yes 403 404 yes yes", target: patientWithVisit},
		"withdraw-proxy-invitation": {want: "401 yes 404 403 403 404 yes yes", target: patientWithVisit, path: func(a *access) string { return "?invitation_id=" + a.invitation() }},
		"list-my-proxy-invitations": {want: signedIn},
		"accept-proxy-invitation":   {want: "401 404 404 yes 404 404 404 404", target: toTheProxy},
		"decline-proxy-invitation":  {want: "401 404 404 yes 404 404 404 404", target: toTheProxy},
		"list-users":                {want: staff, path: func(*access) string { return "?q=pat&role=patient" }},
		"create-user": {want: staff, body: func(a *access, _ string) string {
			return fmt.Sprintf(`{"role": "patient", "full_name": %q, "date_of_birth": "1980-03-04"}`, a.name())
		}},
		"change-user":      {want: staff, target: somePatient, body: text(`{"full_name": "New Name"}`)},
		"erase-user":       {want: fullStaff, target: somePatient},
		"issue-reset-link": {want: fullStaff, target: somePatient},
	}
}

func clinicRows() map[string]accessRow {
	field := func(a *access, _ string, _ *person) string { return fmt.Sprint(a.field()) }
	location := func(a *access, _ string, _ *person) string {
		made, err := a.account.CreateLocation(a.t.Context(), a.full.Caller, turno.Location{Name: a.name(), TimeZone: "UTC"})
		a.must(err)
		return made.ID.String()
	}
	named := func(a *access, _ string) string { return fmt.Sprintf(`{"name": %q}`, a.name()) }
	return map[string]accessRow{
		"list-specializations":  {want: everybody},
		"add-specialization":    {want: fullStaff, body: named},
		"rename-specialization": {want: fullStaff, target: field, body: named},
		"delete-specialization": {want: fullStaff, target: field},
		"list-locations":        {want: everybody},
		"add-location": {want: fullStaff, body: func(a *access, _ string) string {
			return fmt.Sprintf(`{"name": %q, "time_zone": "UTC"}`, a.name())
		}},
		"change-location": {want: fullStaff, target: location, body: named},
		"delete-location": {want: fullStaff, target: location},

		"list-audit-logs":            {want: fullStaff},
		"list-doctor-ratings":        {want: "401 403 403 403 yes yes 403 yes"}, // doctors see their own
		"count-appointments-per-day": {want: "401 403 403 403 yes yes 403 yes", path: func(*access) string { return "?from=2027-01-01&to=2027-02-01" }},
		"measure-access":             {want: "401 403 403 403 yes yes 403 yes", path: func(*access) string { return "?from=2027-01-01&to=2027-02-01" }},
	}
}

func doctorRows() map[string]accessRow {
	extra := func(a *access, _ string, _ *person) string {
		made, err := a.booking.AddExtraHours(a.t.Context(), a.doctor.Caller, a.doctor.UserID, a.later())
		a.must(err)
		return made.ID.String()
	}
	off := func(a *access, _ string, _ *person) string {
		made, _, err := a.booking.AddTimeOff(a.t.Context(), a.doctor.Caller, booking.NewTimeOff{DoctorID: a.doctor.UserID, Interval: a.later()})
		a.must(err)
		return made.ID.String()
	}
	visitType := func(a *access, _ string, _ *person) string {
		made, err := a.booking.AddVisitType(a.t.Context(), a.doctor.Caller, turno.VisitType{DoctorID: a.doctor.UserID, Name: a.name(), Minutes: 30})
		a.must(err)
		return made.ID.String()
	}
	someDoctor := func(a *access, _ string, _ *person) string { return a.newDoctor(a.name()).UserID.String() }
	week := `[{"day_of_week": "Monday", "start_time": "10:00", "end_time": "17:00"}, {"day_of_week": "Friday", "start_time": "10:00", "end_time": "17:00"}]`
	return map[string]accessRow{
		"search-doctors":       {want: everybody},
		"read-doctor":          {want: everybody, target: theDoctor},
		"change-doctor":        {want: itsDoctor, target: theDoctor, body: text(`{"bio": "New."}`)},
		"verify-doctor":        {want: fullStaff, target: someDoctor},
		"unverify-doctor":      {want: fullStaff, target: someDoctor},
		"list-slots":           {want: everybody, target: theDoctor},
		"read-availability":    {want: everybody, target: theDoctor},
		"replace-availability": {want: itsDoctor, target: theDoctor, body: text(week)},
		"list-extra-hours":     {want: everybody, target: theDoctor},
		"add-extra-hours":      {want: itsDoctor, target: theDoctor, body: (*access).laterBody},
		"delete-extra-hours":   {want: itsDoctor, target: extra},
		"list-time-off":        {want: itsDoctor, target: theDoctor},
		"add-time-off":         {want: itsDoctor, target: theDoctor, body: (*access).laterBody},
		"delete-time-off":      {want: itsDoctor, target: off},
		"list-visit-types":     {want: everybody, target: theDoctor},
		"add-visit-type": {want: itsDoctor, target: theDoctor, body: func(a *access, _ string) string {
			return fmt.Sprintf(`{"name": %q, "minutes": 45}`, a.name())
		}},
		"change-visit-type": {want: itsDoctor, target: visitType, body: text(`{"minutes": 50}`)},
		"list-feedback":     {want: everybody, target: theDoctor},
	}
}

func visitRows() map[string]accessRow {
	requested := func(a *access, _ string, _ *person) string { return a.requested().ID.String() }
	started := func(a *access, _ string, _ *person) string { return a.started().ID.String() }
	completed := func(a *access, _ string, _ *person) string {
		visit, err := a.booking.Complete(a.t.Context(), a.doctor.Caller, a.started().ID)
		a.must(err)
		return visit.ID.String()
	}
	held := func(a *access, caller string, _ *person) string {
		holder := a.patient
		if caller != "patient" {
			holder = a.newPatient(a.name())
		}
		hold, err := a.booking.Hold(a.t.Context(), holder.Caller, booking.NewHold{DoctorID: a.doctor.UserID, StartsAt: a.openTime()})
		a.must(err)
		return hold.ID.String()
	}
	return map[string]accessRow{
		"hold-slot": {want: patients, body: func(a *access, _ string) string {
			return fmt.Sprintf(`{"doctor_id": %q, "starts_at": %q}`, a.doctor.UserID, rfc(a.openTime()))
		}},
		"release-hold":      {want: "401 yes 404 404 404 404 404 404", target: held},
		"list-appointments": {want: signedIn},
		"book-appointment": {want: itsPeople, body: func(a *access, _ string) string {
			return fmt.Sprintf(`{"doctor_id": %q, "patient_id": %q, "scheduled_at": %q}`, a.doctor.UserID, a.patient.UserID, rfc(a.openTime()))
		}},
		"read-appointment":     {want: itsPeople, target: requested},
		"confirm-appointment":  {want: thePractice, target: requested},
		"complete-appointment": {want: thePractice, target: started},
		"no-show-appointment":  {want: thePractice, target: started},
		"cancel-appointment":   {want: itsPeople, target: requested},
		"reschedule-appointment": {want: itsPeople, target: requested, body: func(a *access, _ string) string {
			return fmt.Sprintf(`{"scheduled_at": %q}`, rfc(a.openTime()))
		}},
		"rate-appointment": {want: "401 yes 404 403 403 404 403 403", target: completed, body: text(`{"rating": 4}`)},
	}
}

func text(s string) func(*access, string) string { return func(*access, string) string { return s } }

// newPerson is the body of a registration.
func newPerson(more string) func(*access, string) string {
	return func(a *access, _ string) string {
		name := a.name()
		return fmt.Sprintf(`{"username": %q, "email": "%s@example.org", "password": %q, "full_name": "New Person", %s}`, name, name, password, more)
	}
}

func theDoctor(a *access, _ string, _ *person) string { return a.doctor.UserID.String() }

func somePatient(a *access, _ string, _ *person) string {
	return a.newPatient(a.name()).UserID.String()
}

// patientWithVisit is the patient, whom the doctor knows.
func patientWithVisit(a *access, _ string, _ *person) string {
	if visits, _, err := a.booking.Appointments(a.t.Context(), a.doctor.Caller, booking.VisitFilter{Status: turno.StatusPending}); err != nil || len(visits) == 0 {
		a.must(err)
		a.requested()
	}
	return a.patient.UserID.String()
}

// field is a specialization that no doctor has.
func (a *access) field() int {
	made, err := a.account.CreateSpecialization(a.t.Context(), a.full.Caller, a.name())
	a.must(err)
	return made.ID
}

// newProxy is somebody else who acts for the patient.
func (a *access) newProxy() string {
	somebody := a.newPatient(a.name())
	_, err := a.account.AddProxy(a.t.Context(), a.desk.Caller, a.patient.UserID, account.NewProxy{UserID: &somebody.UserID, Relation: "aunt"})
	a.must(err)
	return somebody.UserID.String()
}

// invitation asks somebody new to act for the patient.
func (a *access) invitation() string { return a.invite(a.newPatient(a.name()).UserID) }

// toTheProxy is an invitation to the proxy of the patient.
func toTheProxy(a *access, _ string, _ *person) string { return a.invite(a.proxy.UserID) }

func (a *access) invite(id uuid.UUID) string {
	asked, err := a.account.InviteProxy(a.t.Context(), a.desk.Caller, a.patient.UserID, account.NewProxy{UserID: &id, Relation: "aunt"})
	a.must(err)
	return asked.ID.String()
}

func (a *access) laterBody(string) string {
	when := a.later()
	return fmt.Sprintf(`{"starts_at": %q, "ends_at": %q}`, rfc(when.StartsAt), rfc(when.EndsAt))
}
