package me

import (
	"net/http"

	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showPassword is the form for another password.
func showPassword(r *page.Request) error {
	return passwordForm(r, http.StatusOK, &page.Form{})
}

// changePassword replaces the password, and signs the person out elsewhere.
func changePassword(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if form.Raw("new_password") != form.Raw("repeated") {
		form.Add("repeated", r.T("The two are not the same."))
		return passwordForm(r, http.StatusUnprocessableEntity, form)
	}
	err = r.Site.Account.ChangePassword(r.Context(), r.Caller, form.Raw("current_password"), form.Raw("new_password"))
	if r.Take(form, err) {
		return passwordForm(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	if err := r.Renew(r.Caller); err != nil {
		return err
	}
	r.Say(string(ui.Success), "Your password is changed. You are signed out everywhere else.")
	return r.Redirect("/account")
}

func passwordForm(r *page.Request, status int, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Password"), Narrow: true}, passwordPage(r, form))
}
