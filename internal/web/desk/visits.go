package desk

import (
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// visitsView is the visits of the practice that the filters choose.
type visitsView struct {
	r       *page.Request
	Form    *page.Form
	Doctors []booking.FoundDoctor
	Found   []booking.VisitView
	More    string
	Many    bool // more patients match than are looked at
}

// visits lists visits by patient, doctor, status and day, from today on unless the
// address says otherwise.
func visits(r *page.Request) error {
	v := visitsView{r: r, Form: r.Query()}
	search, err := v.search()
	if err != nil {
		return err
	}
	v.Found, v.More, err = r.Site.Booking.Visits(r.Context(), r.Caller, search)
	if err != nil {
		return err
	}
	if v.Doctors, _, err = r.Site.Booking.SearchDoctors(r.Context(), r.Caller, booking.Search{Sort: booking.SortName, Limit: 100}); err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("Visits"), At: "/admin/appointments"}, visitsPage(v))
}

// search is what the address asks for.
func (v *visitsView) search() (booking.VisitSearch, error) {
	zone := clinicZone(v.r)
	s := booking.VisitSearch{Cursor: v.Form.Get("cursor"), Newest: v.Form.Get("order") == "newest"}
	s.Doctor, _ = uuid.Parse(v.Form.Get("doctor")) // Nil: all
	from, err := turno.ParseDate(v.Form.Get("from"))
	switch {
	case err == nil:
		s.From = from.At(0, zone)
	case v.fromToday():
		s.From = turno.DateOf(v.r.Now, zone).At(0, zone)
	}
	if to, err := turno.ParseDate(v.Form.Get("to")); err == nil {
		s.To = to.AddDays(1).At(0, zone)
	}
	switch status := v.Form.Get("status"); status {
	case "pending", "confirmed", "completed":
		s.Statuses = []turno.Status{turno.Status(status)}
	case "cancelled":
		s.CalledOff = true
	case "missed":
		s.Missed = true
	case "unanswered":
		s.Unanswered = true
	}
	return s, v.patients(&s)
}

// fromToday reports whether visits of the past are left out: nobody asked for
// them.
func (v *visitsView) fromToday() bool {
	for _, field := range []string{"from", "to", "all"} {
		if v.Form.Get(field) != "" {
			return false
		}
	}
	switch v.Form.Get("status") {
	case "", "pending", "confirmed":
		return true
	}
	return false
}

// mostPatients is how many people of a name are looked at.
const mostPatients = 100

// patients finds who was typed.
func (v *visitsView) patients(s *booking.VisitSearch) error {
	if id, err := uuid.Parse(v.Form.Get("patient")); err == nil {
		s.Patients = []uuid.UUID{id}
	}
	query := v.Form.Get("q")
	if query == "" {
		return nil
	}
	found, more, err := v.r.Site.Account.Users(v.r.Context(), v.r.Caller, account.UserSearch{Query: typedQuery(v.r, query), Role: turno.RolePatient, Limit: mostPatients})
	s.Patients, v.Many = []uuid.UUID{}, more != ""
	for _, patient := range found {
		s.Patients = append(s.Patients, patient.ID)
	}
	return err
}

func (v visitsView) clear() string {
	if len(v.r.URL.Query()) == 0 {
		return ""
	}
	return "/admin/appointments"
}

func (v visitsView) statuses() []ui.Option {
	return []ui.Option{
		{Label: v.r.T("Any")},
		{Value: "pending", Label: v.r.T("Requested")}, {Value: "confirmed", Label: v.r.T("Confirmed")},
		{Value: "unanswered", Label: v.r.T("Attended or not?")}, {Value: "completed", Label: v.r.T("Completed")},
		{Value: "missed", Label: v.r.T("Missed")}, {Value: "cancelled", Label: v.r.T("Cancelled")},
	}
}

func (v visitsView) doctors() []ui.Option {
	options := []ui.Option{{Label: v.r.T("All doctors")}}
	chosen := v.Form.Get("doctor")
	known := chosen == ""
	for _, d := range v.Doctors {
		options = append(options, ui.Option{Value: d.ID.String(), Label: d.FullName})
		known = known || d.ID.String() == chosen
	}
	if !known && len(v.Found) > 0 { // one who has left, or of many
		options = append(options, ui.Option{Value: chosen, Label: v.Found[0].DoctorName})
	}
	return options
}

func (v visitsView) orders() []ui.Choice {
	newest := v.Form.Get("order") == "newest"
	return []ui.Choice{
		{Label: v.r.T("Earliest first"), Href: v.r.With("order", "", "cursor", ""), Current: !newest},
		{Label: v.r.T("Latest first"), Href: v.r.With("order", "newest", "cursor", ""), Current: newest},
	}
}

func (v visitsView) note() string {
	if v.fromToday() {
		return v.r.T("From today on. Choose a first day to see the past.")
	}
	return ""
}
