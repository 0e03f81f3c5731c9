package find

import (
	"strconv"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// home is the start page: one search, and below it what most people look for.
// Patients see their next visit first.
func home(r *page.Request) error {
	start, err := r.Site.Booking.Home(r.Context(), r.Caller, 0)
	if err != nil {
		return err
	}
	next, err := nextVisit(r)
	if err != nil {
		return err
	}
	kept, err := keptTime(r)
	if err != nil {
		return err
	}
	return r.Show(page.Head{
		Title:       r.T("Find a doctor"),
		Description: r.T("Choose a time that suits you. It takes less than a minute."),
	}, homePage(r, start, next, kept))
}

// nextVisit is the soonest visit of a patient, or of somebody they care for; nil
// when there is none.
func nextVisit(r *page.Request) (*booking.VisitView, error) {
	if !r.SignedIn() || r.Caller.Role != turno.RolePatient {
		return nil, nil
	}
	visits, _, err := r.Site.Booking.MyVisits(r.Context(), r.Caller, booking.MyVisits{Limit: 1})
	if err != nil || len(visits) == 0 {
		return nil, err
	}
	return &visits[0], nil
}

// chips are the specializations with how many doctors of each there are.
func chips(counts []booking.SpecializationCount) []ui.Choice {
	choices := make([]ui.Choice, len(counts))
	for i, c := range counts {
		choices[i] = ui.Choice{Label: c.Name, Href: "/doctors?specialization=" + strconv.Itoa(c.ID), Count: strconv.Itoa(c.Doctors)}
	}
	return choices
}

// forWhom names the patient of a visit that is not the reader's own.
func forWhom(v *booking.VisitView) string {
	if v.Mine {
		return ""
	}
	return v.PatientName
}
