package desk

import (
	"context"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// visitView is one visit with everything that staff can do with it.
type visitView struct {
	r     *page.Request
	Visit booking.VisitView
	Form  *page.Form // of cancelling
}

// visitPage opens one visit. The trail notes who did.
func visitPage(r *page.Request) error {
	return showVisit(r, http.StatusOK, r.Kept())
}

func showVisit(r *page.Request, status int, form *page.Form) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	visit, err := r.Site.Booking.Visit(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("Visit"), At: "/admin/appointments"}, visitComponent(visitView{r, visit, form}))
}

// dayOf is the desk's day that the visit is on.
func (v visitView) dayPath() string {
	date := turno.DateOf(v.Visit.ScheduledAt, clinicZone(v.r))
	return "/admin/day?" + url.Values{"date": {date.String()}}.Encode() + "#v-" + v.Visit.ID.String()
}

func (v visitView) terms() []ui.Term {
	visit := v.Visit
	terms := []ui.Term{
		{Name: v.r.T("When"), Value: locale.Capital(when(v.r, visit.Interval(), visit.DoctorZone)), Icon: ui.IconCalendar},
		{Name: v.r.T("With"), Value: visit.DoctorName + " · " + visit.Specialization, Icon: ui.IconPerson, Href: "/schedule?doctor=" + visit.DoctorID.String()},
		{Name: v.r.T("Kind of visit"), Value: what(v.r, visit), Icon: ui.IconClock},
	}
	if visit.Location != nil {
		terms = append(terms, ui.Term{Name: v.r.T("Where"), Value: visit.Location.Name, Icon: ui.IconPin})
	}
	if visit.CancelledAt != nil {
		terms = append(terms, ui.Term{Name: v.r.T("Called off"), Value: v.calledOff(), Icon: ui.IconStop})
	}
	return append(terms, ui.Term{Name: v.r.T("Booked on"), Value: moment(v.r, visit.CreatedAt), Icon: ui.IconCheck})
}

// calledOff is when and why.
func (v visitView) calledOff() string {
	text := moment(v.r, *v.Visit.CancelledAt) + " · "
	switch v.Visit.CancellationKind {
	case turno.CancelledByPatient:
		text += v.r.T("by the patient")
	case turno.CancelledByPractice:
		text += v.r.T("by the clinic")
	case turno.CancelledExpired:
		text += v.r.T("nobody answered the request in time")
	case turno.CancelledNoShow:
		text += v.r.T("the patient did not come")
	}
	if v.Visit.CancellationReason != "" {
		text += " · " + v.Visit.CancellationReason
	}
	return text
}

func (v visitView) patientTerms() []ui.Term {
	terms := []ui.Term{{Name: v.r.T("Born"), Value: v.r.ShortDate(v.Visit.PatientBirth), Icon: ui.IconCalendar}}
	if v.Visit.PatientNumber != "" {
		terms = append(terms, ui.Term{Name: v.r.T("Telephone"), Value: v.Visit.PatientNumber, Icon: ui.IconPhone, Href: page.Tel(v.Visit.PatientNumber)})
	}
	return terms
}

// trailPath is what happened to the visit, for those who may read it.
func (v visitView) trailPath() string {
	if policy.Check(v.r.Caller, policy.ReadAuditLogs, 0) != nil {
		return ""
	}
	return "/admin/audit?" + url.Values{"entity": {"appointment"}, "entity_id": {v.Visit.ID.String()}}.Encode()
}

func (v visitView) path(action string) string { return visitPath(v.Visit.ID) + "/" + action }

// nothing reports whether there is nothing left to do with the visit.
func (v visitView) nothing() bool {
	can := v.Visit.Can
	return !can.Confirm && !can.Complete && !can.Miss && !can.Cancel && !can.Move
}

func confirmVisit(r *page.Request) error {
	return change(r, r.Site.Booking.Confirm, func() { r.Say("success", "The visit is confirmed.") })
}

func completeVisit(r *page.Request) error {
	return change(r, r.Site.Booking.Complete, func() { r.Say("success", "Noted: the patient came.") })
}

func missVisit(r *page.Request) error {
	return change(r, r.Site.Booking.Miss, func() { r.Say("success", "Noted: the patient did not come.") })
}

func cancelVisit(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	cancel := func(ctx context.Context, c policy.Caller, id uuid.UUID) (turno.Appointment, error) {
		return r.Site.Booking.Cancel(ctx, c, id, form.Get("reason"))
	}
	return change(r, cancel, func() { r.Say("success", "The visit is cancelled, and its time is free again.") })
}

// change takes a visit one step on, and goes back to where the button was. When
// it can't be done the visit is shown as it is now, with the reason.
func change(r *page.Request, step func(context.Context, policy.Caller, uuid.UUID) (turno.Appointment, error), done func()) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	form, err := r.Form()
	if err != nil {
		return err
	}
	if _, err := step(r.Context(), r.Caller, id); err != nil {
		if !r.Take(form, err) {
			return err
		}
		return showVisit(r, http.StatusUnprocessableEntity, form)
	}
	done()
	return r.Redirect(r.Next(visitPath(id)))
}
