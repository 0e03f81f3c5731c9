package practice

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
)

// showMove offers other times for a visit.
func showMove(p practice, v booking.VisitView) error {
	return p.moveForm(http.StatusOK, v, p.Kept(), nil)
}

func (p practice) moveForm(status int, v booking.VisitView, form *page.Form, nearest []turno.Interval) error {
	week, err := p.Site.Booking.SlotWeek(p.Context(), p.Caller, v.OtherTimes(dayFrom(p), p.Doctor.TimeZone))
	if err != nil {
		return err
	}
	return p.ShowAs(status, page.Head{Title: p.T("Move the visit"), At: "/schedule"}, movePage(p, v, week, form, nearestSlots(p, nearest)))
}

func move(p practice, v booking.VisitView) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	to := timeChosen(p, form)
	if !form.OK() {
		return p.moveForm(http.StatusUnprocessableEntity, v, form, nil)
	}
	if _, err := p.Site.Booking.Move(p.Context(), p.Caller, v.ID, to); err != nil {
		if p.Take(form, err) {
			return p.moveForm(http.StatusUnprocessableEntity, v, form, alternativesOf(err))
		}
		return err
	}
	if v.PatientMail {
		p.Say("success", "The visit is at its new time.")
	} else {
		p.Say("warn", "The visit is at its new time. The patient has no email: please call.")
	}
	return p.Redirect(p.toVisit(v.ID))
}
