package practice

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/page"
)

// showExtra lists one-off openings.
func showExtra(p practice) error { return p.extraPage(http.StatusOK, p.Kept()) }

func (p practice) extraPage(status int, form *page.Form) error {
	hours, err := p.Site.Booking.ExtraHours(p.Context(), p.Caller, p.Doctor.ID)
	if err != nil {
		return err
	}
	return p.ShowAs(status, page.Head{Title: p.T("Extra hours"), At: "/schedule/hours"}, extraPage(p, hours, form))
}

func addExtra(p practice) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	when := turno.Interval{StartsAt: typedTime(p, form, "date", "starts_at"), EndsAt: typedTime(p, form, "date", "ends_at")}
	if !form.OK() {
		return p.extraPage(http.StatusUnprocessableEntity, form)
	}
	if day := p.dayOf(when.StartsAt); when.EndsAt.Equal(day.At(0, p.Local)) && when.EndsAt.Before(when.StartsAt) { // "12:00 AM"
		when.EndsAt = day.AddDays(1).At(0, p.Local)
	}
	if _, err := p.Site.Booking.AddExtraHours(p.Context(), p.Caller, p.Doctor.ID, when); err != nil {
		if p.Take(form, err) {
			return p.extraPage(http.StatusUnprocessableEntity, form)
		}
		return err
	}
	p.Say("success", "The extra hours are open.")
	return p.Redirect(p.to("/schedule/hours/extra"))
}

// deleteExtra closes an opening again. Visits in it stay.
func deleteExtra(p practice) error {
	return deleted(p, func(id uuid.UUID) error { return p.Site.Booking.DeleteExtraHours(p.Context(), p.Caller, id) },
		"/schedule/hours/extra", func() { p.Say("success", "The extra hours are closed. Visits in them stay.") })
}

// deleted takes something of a calendar away and goes back to its list.
func deleted(p practice, remove func(uuid.UUID) error, list string, said func()) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	if _, err := p.Form(); err != nil {
		return err
	}
	if err := remove(id); err != nil {
		return err
	}
	said()
	return p.Redirect(p.to(list))
}
