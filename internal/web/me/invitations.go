package me

import (
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// answerInvitation accepts to act for somebody, or declines.
func answerInvitation(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	accepts := form.Has("accept")
	answer, field := r.Site.Account.DeclineInvitation, "decline"
	if accepts {
		answer, field = r.Site.Account.AcceptInvitation, "accept"
	}
	id, err := uuid.Parse(form.Get(field))
	if err != nil {
		return turno.NotFound("invitation")
	}
	err = answer(r.Context(), r.Caller, id)
	if turno.KindOf(err) == turno.KindNotFound { // answered already, taken back, or over
		r.Say(string(ui.Info), "This invitation is no longer there.")
		return r.Redirect("/account")
	}
	if err != nil {
		return err
	}
	if accepts {
		r.Say(string(ui.Success), "You act for them from now on.")
	} else {
		r.Say(string(ui.Success), "You don't act for them. They are not told.")
	}
	return r.Redirect("/account")
}
