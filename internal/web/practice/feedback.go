package practice

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
)

// feedbackView is what patients said of a doctor.
type feedbackView struct {
	booking.DoctorPage
	Items []turno.Feedback
	Next  string
}

// showFeedback shows the ratings with the words, newest first; never who it was.
func showFeedback(p practice) error {
	var v feedbackView
	var err error
	if v.DoctorPage, err = p.Site.Booking.DoctorPage(p.Context(), p.Caller, p.Doctor.ID); err != nil {
		return err
	}
	v.Items, v.Next, err = p.Site.Booking.Feedback(p.Context(), p.Caller, p.Doctor.ID, 20, p.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	return p.ShowAs(http.StatusOK, page.Head{Title: p.T("Feedback")}, feedbackPage(p, v))
}

func (p practice) nextFeedback(v feedbackView) string {
	if v.Next == "" {
		return ""
	}
	return p.With("after", v.Next)
}
