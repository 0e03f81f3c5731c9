package signin

import (
	"encoding/json"
	"net/http"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
)

// askPasskey tells the browser what a passkey has to sign: to sign in, to unlock
// or to confirm.
func askPasskey(r *page.Request) error {
	asked, err := r.Site.Account.BeginPasskeySignIn(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.AskPasskey(asked)
}

// loginPasskey signs somebody in by a passkey, which is both factors.
func loginPasskey(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	in, err := r.Site.Account.LoginWithPasskey(r.Context(), r.Caller, account.PasskeySignIn{
		PasskeyAnswer: passkeyOf(form), Device: r.Device(), UserAgent: r.UserAgent(),
	})
	if r.Take(form, err) {
		return loginForm(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return enter(r, in)
}

// passkeyOf is what the browser's passkey said.
func passkeyOf(form *page.Form) account.PasskeyAnswer {
	return account.PasskeyAnswer{Challenge: form.Get("challenge"), Credential: json.RawMessage(form.Raw("credential"))}
}
