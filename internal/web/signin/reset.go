package signin

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showReset is the form for a new password, for whoever came by a link. The
// link's secret is taken out of the address, so that it stays in no history.
func showReset(r *page.Request) error {
	if token := r.URL.Query().Get("token"); token != "" {
		r.SetResetToken(token)
		return r.Redirect("/reset")
	}
	err := r.Site.Account.CheckResetLink(r.Context(), r.Caller, r.ResetToken())
	if turno.KindOf(err) == turno.KindNotFound { // before anybody has thought of a password in vain
		return linkOver(r)
	}
	if err != nil {
		return err
	}
	return resetForm(r, http.StatusOK, &page.Form{})
}

// reset replaces a forgotten password. Who has a second factor gives a code too.
func reset(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if form.Raw("new_password") != form.Raw("repeated") {
		form.Add("repeated", r.T("The two are not the same."))
		return resetForm(r, http.StatusUnprocessableEntity, form)
	}
	err = r.Site.Account.ResetPassword(r.Context(), r.Caller, account.NewPassword{
		Token: r.ResetToken(), Password: form.Raw("new_password"), Code: codeOf(form),
	})
	switch {
	case turno.KindOf(err) == turno.KindNotFound:
		return linkOver(r)
	case turno.CodeOf(err) == turno.CodeSecondFactorNeeded:
		form.Add("code", r.T("Your account has a second factor: please give its code too."))
		return resetForm(r, http.StatusUnprocessableEntity, form)
	case turno.CodeOf(err) == turno.CodeWrongCredentials:
		form.Add("code", r.T("This code is wrong, or was used before. Try the next one."))
		return resetForm(r, http.StatusUnprocessableEntity, form)
	case r.Take(form, err):
		return resetForm(r, http.StatusUnprocessableEntity, form)
	case err != nil:
		return err
	}
	r.SetResetToken("")
	if err := r.SignOut(); err != nil {
		return err
	}
	r.Say(string(ui.Success), "Your new password counts from now on. Sign in with it.")
	return r.Redirect("/login")
}

func resetForm(r *page.Request, status int, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Choose a new password"), Private: true, Narrow: true, At: "/login"}, resetPage(r, form))
}

// linkOver says that a link works no more, and how to get another.
func linkOver(r *page.Request) error {
	r.SetResetToken("")
	return r.ShowAs(http.StatusNotFound, page.Head{Title: r.T("This link works no more"), Private: true, Narrow: true, At: "/login"}, linkOverPage(r))
}
