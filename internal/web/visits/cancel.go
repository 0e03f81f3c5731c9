package visits

import (
	"errors"
	"net/http"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showCancel says what cancelling means before it is done.
func showCancel(r *page.Request) error {
	v, err := open(r)
	if err != nil {
		return err
	}
	if !v.Can.Cancel {
		return r.Redirect(page.VisitPath(v.ID))
	}
	return cancelForm(r, http.StatusOK, v, r.Kept())
}

// cancel calls the visit off.
func cancel(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	form, err := r.Form()
	if err != nil {
		return err
	}
	_, err = r.Site.Booking.Cancel(r.Context(), r.Caller, id, form.Get("reason"))
	if r.Take(form, err) {
		v, err := open(r)
		if err != nil {
			return err
		}
		return cancelForm(r, http.StatusUnprocessableEntity, v, form)
	}
	if err != nil {
		return err
	}
	r.Say(string(ui.Success), "The visit is cancelled. Thank you for telling us.")
	return r.Redirect(page.VisitPath(id))
}

func cancelForm(r *page.Request, status int, v booking.VisitView, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Cancel the visit"), Narrow: true, At: placeOf(r)}, cancelPage(r, v, form))
}

// isSoon reports whether it is late to cancel, which is allowed all the same.
func isSoon(r *page.Request, v booking.VisitView) bool {
	return v.ScheduledAt.Sub(r.Now) < 24*time.Hour
}

// problemSentence is what kept something from being done.
func problemSentence(r *page.Request, err error) string {
	e, ok := errors.AsType[*turno.Error](err)
	if !ok {
		return ""
	}
	if len(e.Fields) > 0 {
		return r.Sentence(e.Fields[0].Message)
	}
	return r.Sentence(e.Message)
}

// alternativesOf are the open times that an error offers instead.
func alternativesOf(err error) []turno.Interval {
	e, ok := errors.AsType[*turno.Error](err)
	if !ok {
		return nil
	}
	return e.Alternatives
}

// moveLead says what is moved, and that it may need to be confirmed again.
func moveLead(r *page.Request, v moveView) string {
	lead := r.T("Now: %s, with %s.", r.DateTime(v.ScheduledAt, r.Zone), v.DoctorName)
	if v.Status == turno.StatusConfirmed && (v.token != "" || !isPractice(r)) {
		lead += " " + r.T("The doctor may have to confirm the new time.")
	}
	return lead
}
