package visits

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showFeedback asks how a visit was, once.
func showFeedback(r *page.Request) error {
	v, err := open(r)
	if err != nil {
		return err
	}
	if !v.Can.Rate {
		return r.Redirect(page.VisitPath(v.ID))
	}
	return feedbackForm(r, http.StatusOK, v, r.Kept())
}

// feedback keeps a rating. Sending it twice is harmless.
func feedback(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	form, err := r.Form()
	if err != nil {
		return err
	}
	stars, _ := page.Whole(form.Get("rating")) // none is 0, which is no rating
	_, err = r.Site.Booking.GiveFeedback(r.Context(), r.Caller, id, stars, form.Get("comments"))
	if turno.CodeOf(err) == turno.CodeAlreadyRated {
		return r.Redirect(page.VisitPath(id))
	}
	if r.Take(form, err) {
		v, err := open(r)
		if err != nil {
			return err
		}
		return feedbackForm(r, http.StatusUnprocessableEntity, v, form)
	}
	if err != nil {
		return err
	}
	r.Say(string(ui.Success), "Thank you. Your rating helps others to choose.")
	return r.Redirect(page.VisitPath(id))
}

func feedbackForm(r *page.Request, status int, v booking.VisitView, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Rate this visit"), Narrow: true, At: placeOf(r)}, feedbackPage(r, v, form))
}
