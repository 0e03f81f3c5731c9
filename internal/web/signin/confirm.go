package signin

import (
	"net/http"

	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// showConfirm asks for the password again, before something that a stolen session
// must not do.
func showConfirm(r *page.Request) error {
	return confirmForm(r, http.StatusOK, &page.Form{})
}

// confirm goes on to what the person was about to do, by the password.
func confirm(r *page.Request) error {
	return confirmBy(r, func(form *page.Form) (policy.Caller, error) {
		return r.Site.Account.ConfirmIdentity(r.Context(), r.Caller, form.Raw("password"))
	})
}

// confirmPasskey is confirm by a passkey.
func confirmPasskey(r *page.Request) error {
	return confirmBy(r, func(form *page.Form) (policy.Caller, error) {
		return r.Site.Account.ConfirmWithPasskey(r.Context(), r.Caller, passkeyOf(form))
	})
}

func confirmBy(r *page.Request, proof func(*page.Form) (policy.Caller, error)) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	c, err := proof(form)
	if r.Take(form, err) {
		return confirmForm(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	if err := r.Renew(c); err != nil {
		return err
	}
	return r.Redirect(r.Next("/account"))
}

func confirmForm(r *page.Request, status int, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Is it still you?"), Narrow: true, At: "/account"}, confirmPage(r, form))
}
