package practice

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// ofVisit makes a handler of one for a visit, as the practice sees it.
func ofVisit(handle func(practice, booking.VisitView) error) page.Handler {
	return func(r *page.Request) error {
		id, err := r.ID("id")
		if err != nil {
			return err
		}
		v, err := r.Site.Booking.Visit(r.Context(), r.Caller, id)
		if err != nil {
			return err
		}
		p, err := practiceOf(r, v.DoctorID)
		if err != nil {
			return err
		}
		return handle(p, v)
	}
}

// past is an earlier or later visit of the same patient with this doctor.
type past struct {
	turno.Appointment
	kind string
}

// visit shows everything about one.
func visit(p practice, v booking.VisitView) error {
	history, err := readHistory(p, v)
	if err != nil {
		return err
	}
	return p.Show(page.Head{Title: v.PatientName, At: "/schedule"}, visitPage(p, v, history))
}

// readHistory lists the patient's other visits with the doctor, the latest first.
func readHistory(p practice, v booking.VisitView) ([]past, error) {
	const shown = 20
	visits, _, err := p.Site.Booking.Appointments(p.Context(), p.Caller, booking.VisitFilter{DoctorID: &v.DoctorID, PatientID: &v.PatientID, Newest: true, Limit: shown + 1})
	if err != nil {
		return nil, err
	}
	types, err := p.Site.Booking.VisitTypes(p.Context(), p.Caller, v.DoctorID)
	if err != nil {
		return nil, err
	}
	names := map[uuid.UUID]string{}
	for _, t := range types {
		names[t.ID] = t.Name
	}
	var history []past
	for _, a := range visits {
		if a.ID != v.ID && len(history) < shown {
			h := past{a, p.T("Visit")}
			if a.VisitTypeID != nil && names[*a.VisitTypeID] != "" {
				h.kind = names[*a.VisitTypeID]
			}
			history = append(history, h)
		}
	}
	return history, nil
}

func visitTerms(p practice, v booking.VisitView) []ui.Term {
	terms := []ui.Term{
		{Name: p.T("When"), Icon: ui.IconClock, Value: capital(p.DateTime(v.ScheduledAt, p.Local)) + ", " + p.Minutes(int(v.Interval().Duration()/time.Minute))},
		{Name: p.T("Born"), Icon: ui.IconPerson, Value: capital(p.DateOfYear(v.PatientBirth))},
	}
	if v.PatientNumber != "" {
		terms = append(terms, ui.Term{Name: p.T("Telephone"), Icon: ui.IconPhone, Value: v.PatientNumber, Href: "tel:" + v.PatientNumber})
	} else {
		terms = append(terms, ui.Term{Name: p.T("Telephone"), Icon: ui.IconPhone, Value: p.T("Not told")})
	}
	kind := p.kind(v)
	if v.VisitType != nil {
		kind += " · " + ui.ModeName(p.Words, v.VisitType.Mode)
	}
	terms = append(terms, ui.Term{Name: p.T("Visit"), Icon: ui.IconCalendar, Value: kind})
	if v.Location != nil {
		terms = append(terms, ui.Term{Name: p.T("Where"), Icon: ui.IconPin, Value: v.Location.Name})
	}
	if v.Reason != "" {
		terms = append(terms, ui.Term{Name: p.T("What it is about"), Icon: ui.IconEdit, Value: v.Reason})
	}
	if v.CancellationReason != "" {
		terms = append(terms, ui.Term{Name: p.T("Why it was cancelled"), Icon: ui.IconStop, Value: v.CancellationReason})
	}
	return terms
}

// showCancel asks for a word to the patient, since calling off can't be undone.
func showCancel(p practice, v booking.VisitView) error {
	return p.cancelForm(http.StatusOK, v, p.Kept())
}

func (p practice) cancelForm(status int, v booking.VisitView, form *page.Form) error {
	return p.ShowAs(status, page.Head{Title: cancelTitle(p, v), Narrow: true, At: "/schedule"}, cancelPage(p, v, form))
}

func cancel(p practice, v booking.VisitView) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	if _, err := p.Site.Booking.Cancel(p.Context(), p.Caller, v.ID, form.Get("reason")); err != nil {
		if p.Take(form, err) {
			return p.cancelForm(http.StatusUnprocessableEntity, v, form)
		}
		return err
	}
	if v.PatientMail {
		p.Say("success", "The visit is cancelled.")
	} else {
		p.Say("warn", "The visit is cancelled. The patient has no email: please call.")
	}
	return p.Redirect(p.Next(p.toVisit(v.ID)))
}

func cancelTitle(p practice, v booking.VisitView) string {
	if v.Status == turno.StatusPending {
		return p.T("Decline the request")
	}
	return p.T("Cancel the visit")
}
