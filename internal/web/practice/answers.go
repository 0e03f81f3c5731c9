package practice

import (
	"context"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// answered makes a handler that takes one visit a step on, says so, and goes
// back to where the button was.
func answered(step func(context.Context, policy.Caller, uuid.UUID) (turno.Appointment, error), said func(*page.Request)) page.Handler {
	return func(r *page.Request) error {
		id, err := r.ID("id")
		if err != nil {
			return err
		}
		if _, err := r.Form(); err != nil {
			return err
		}
		_, err = step(r.Context(), r.Caller, id)
		switch {
		case turno.KindOf(err) == turno.KindConflict:
			r.Say("warn", "This visit had changed meanwhile. Please look again.")
		case err != nil:
			return err
		default:
			said(r)
		}
		return r.Redirect(r.Next("/schedule"))
	}
}

func confirm(r *page.Request) error {
	return answered(r.Site.Booking.Confirm, func(r *page.Request) { r.Say("success", "The visit is confirmed.") })(r)
}

func came(r *page.Request) error {
	return answered(r.Site.Booking.Complete, func(r *page.Request) { r.Say("success", "Noted: the patient came.") })(r)
}

func missed(r *page.Request) error {
	return answered(r.Site.Booking.Miss, func(r *page.Request) { r.Say("success", "Noted: the patient did not come.") })(r)
}

// confirmShown agrees to the requests that the page listed.
func confirmShown(p practice) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, text := range form.Values["id"] {
		id, err := uuid.Parse(text)
		if err != nil {
			return turno.NotFound("appointment")
		}
		ids = append(ids, id)
	}
	changes, err := p.Site.Booking.ConfirmAll(p.Context(), p.Caller, p.Doctor.ID, ids)
	if err != nil {
		return err
	}
	switch {
	case len(changes.Refused) == 0:
		p.Say("success", "All of them are confirmed.")
	case len(changes.Changed) == 0:
		p.Say("warn", "None of them could be confirmed any more. Please look again.")
	default:
		p.Say("warn", "Some are confirmed; others had changed meanwhile. Please look again.")
	}
	return p.Redirect(p.Next(p.to("/schedule")))
}

// completeRest says that whoever of the day has no answer yet came.
func completeRest(p practice) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	day, err := turno.ParseDate(form.Get("day"))
	if err != nil {
		return turno.Invalid(turno.FieldError{Location: "body.day", Message: "Say which day."})
	}
	changes, err := p.Site.Booking.CompleteRest(p.Context(), p.Caller, p.Doctor.ID, day)
	if err != nil {
		return err
	}
	if len(changes.Refused) > 0 {
		p.Say("warn", "Those that had begun are noted as having come. The others are still ahead.")
	} else {
		p.Say("success", "Noted: the rest came.")
	}
	return p.Redirect(p.Next(p.to("/schedule", "day", day.String())))
}
