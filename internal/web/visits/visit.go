package visits

import (
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// visit shows one visit: who, for whom, when, where, how long, whom to call, what
// to bring, and what can be done with it.
func visit(r *page.Request) error {
	v, err := open(r)
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("Visit with %s", v.DoctorName), At: placeOf(r)}, visitPage(r, v))
}

// open reads the visit that the address names.
func open(r *page.Request) (booking.VisitView, error) {
	id, err := r.ID("id")
	if err != nil {
		return booking.VisitView{}, err
	}
	return r.Site.Booking.Visit(r.Context(), r.Caller, id)
}

// placeOf is the place of the main navigation that a visit belongs to.
func placeOf(r *page.Request) string {
	if isPractice(r) {
		return page.HomeOf(r.Person)
	}
	return "/appointments"
}

// isPractice reports whether the reader is a doctor or staff.
func isPractice(r *page.Request) bool { return r.Caller.Role != turno.RolePatient }

func minutes(v booking.VisitView) int { return int(v.EndsAt.Sub(v.ScheduledAt) / time.Minute) }

// kindOf is what kind of visit it is, in a line.
func kindOf(r *page.Request, v booking.VisitView) string { return kindLine(r, v.VisitType, minutes(v)) }

// placeLine is where it takes place, when somebody has to go there.
func placeLine(v booking.VisitView) string {
	if v.Location == nil || v.VisitType != nil && v.VisitType.Mode != turno.ModeInPerson {
		return ""
	}
	return v.Location.Name
}

// facts are the rows of the page.
func facts(r *page.Request, v booking.VisitView) []ui.Term {
	terms := []ui.Term{
		{Name: r.T("When"), Icon: ui.IconCalendar, More: when(r, v)},
		{Name: r.T("With"), Icon: ui.IconPerson, Value: v.DoctorName + ", " + v.Specialization, Href: page.DoctorPath(v.DoctorID)},
		{Name: r.T("For"), Icon: ui.IconHeart, Value: v.PatientName + ", " + r.Born(v.PatientBirth)},
		{Name: r.T("How long"), Icon: ui.IconClock, Value: kindOf(r, v)},
	}
	if l := v.Location; l != nil {
		terms = append(terms, ui.Term{Name: r.T("Where"), Icon: ui.IconPin, More: where(r, v)})
		if l.Phone != "" {
			terms = append(terms, ui.Term{Name: r.T("Questions?"), Icon: ui.IconPhone, Value: l.Phone, Href: page.Tel(l.Phone)})
		}
	}
	if v.VisitType != nil && v.VisitType.Instructions != "" {
		terms = append(terms, ui.Term{Name: r.T("What to bring"), Icon: ui.IconInfo, More: lines(v.VisitType.Instructions)})
	}
	if v.Reason != "" {
		terms = append(terms, ui.Term{Name: r.T("What it is about"), Icon: ui.IconEdit, More: lines(v.Reason)})
	}
	return terms
}

// address is that of this page, for paper.
func address(r *page.Request) string { return r.Base() + r.URL.Path }

// meaning says what the standing means, and what comes next.
func meaning(r *page.Request, v booking.VisitView) string {
	switch ui.StandingOf(v.Appointment) {
	case ui.Requested:
		return r.T("The doctor has not answered yet. The time is kept until then.")
	case ui.Confirmed:
		if r.Now.Before(v.ScheduledAt) {
			return r.T("It's settled. If something comes up, you can move or cancel it until it begins.")
		}
		return ""
	case ui.Completed:
		return ""
	case ui.Missed:
		return r.T("This visit did not take place. You can book another whenever you like.")
	case ui.Expired:
		return r.T("The doctor could not answer in time. Please choose another time.")
	case ui.Cancelled:
	}
	if v.CancellationKind == turno.CancelledByPractice {
		return r.T("The clinic had to cancel this visit. Please choose another time.")
	}
	return r.T("This visit is cancelled, and the time is free for others.")
}

// toCome reports whether the visit is ahead, and not called off.
func toCome(r *page.Request, v booking.VisitView) bool {
	return v.Status.Open() && r.Now.Before(v.ScheduledAt)
}

// bookAgainPath leads to another time with the doctor, or to the same one while it
// is still ahead and was given up by the patient.
func bookAgainPath(r *page.Request, v booking.VisitView) string {
	if v.CancellationKind == turno.CancelledByPatient && r.Now.Before(v.ScheduledAt) {
		return page.BookPath(v.DoctorID, v.ScheduledAt, v.VisitTypeID)
	}
	return page.DoctorPath(v.DoctorID)
}

func bookAgainLabel(r *page.Request, v booking.VisitView) string {
	if v.CancellationKind == turno.CancelledByPatient && r.Now.Before(v.ScheduledAt) {
		return r.T("Undo: book this time again")
	}
	return r.T("Book another visit")
}
