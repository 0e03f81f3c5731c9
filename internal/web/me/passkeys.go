package me

import (
	"encoding/json"
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// listPasskeys shows somebody's passkeys.
func listPasskeys(r *page.Request) error {
	passkeys, err := r.Site.Account.Passkeys(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("Passkeys"), Narrow: true}, passkeysPage(r, passkeys))
}

// recent asks who is there before anything is typed, where a form will ask for it.
func recent(r *page.Request, action policy.Action) error {
	return policy.CheckRecent(r.Caller, action, r.Now)
}

// showNewPasskey is the form that makes one.
func showNewPasskey(r *page.Request) error {
	if err := recent(r, policy.WritePasskeys); err != nil {
		return err
	}
	return newPasskeyForm(r, http.StatusOK, &page.Form{})
}

// askNewPasskey tells the browser what to make.
func askNewPasskey(r *page.Request) error {
	asked, err := r.Site.Account.BeginPasskey(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.AskPasskey(asked)
}

// addPasskey keeps the passkey that the browser made.
func addPasskey(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	_, codes, err := r.Site.Account.FinishPasskey(r.Context(), r.Caller, form.Get("name"), account.PasskeyAnswer{
		Challenge: form.Get("challenge"), Credential: json.RawMessage(form.Raw("credential")),
	})
	if r.Take(form, err) {
		return newPasskeyForm(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	if len(codes) > 0 {
		return showCodes(r, r.T("Your passkey is added"), codes)
	}
	r.Say(string(ui.Success), "Your passkey is added. Next time it signs you in.")
	return r.Redirect("/account/passkeys")
}

func newPasskeyForm(r *page.Request, status int, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Add a passkey"), Narrow: true}, newPasskeyPage(r, form))
}

// onePasskey finds the passkey of the path.
func onePasskey(r *page.Request) (account.Passkey, error) {
	id, err := r.ID("id")
	if err != nil {
		return account.Passkey{}, err
	}
	passkeys, err := r.Site.Account.Passkeys(r.Context(), r.Caller)
	if err != nil {
		return account.Passkey{}, err
	}
	for _, p := range passkeys {
		if p.ID == id {
			return p, nil
		}
	}
	return account.Passkey{}, turno.NotFound("passkey")
}

// showPasskey is where a passkey is named or removed.
func showPasskey(r *page.Request) error {
	p, err := onePasskey(r)
	if err != nil {
		return err
	}
	if err := recent(r, policy.WritePasskeys); err != nil {
		return err
	}
	form := r.Kept()
	if !form.Kept {
		form.Values = map[string][]string{"name": {p.Name}}
	}
	return passkeyForm(r, http.StatusOK, p, form)
}

// changePasskey names a passkey, or removes it.
func changePasskey(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	p, err := onePasskey(r)
	if err != nil {
		return err
	}
	if form.Get("do") == "remove" {
		if err := r.Site.Account.DeletePasskey(r.Context(), r.Caller, p.ID); err != nil {
			return err
		}
		r.Say(string(ui.Success), "The passkey is removed.")
		return r.Redirect("/account/passkeys")
	}
	err = r.Site.Account.RenamePasskey(r.Context(), r.Caller, p.ID, form.Get("name"))
	if r.Take(form, err) {
		return passkeyForm(r, http.StatusUnprocessableEntity, p, form)
	}
	if err != nil {
		return err
	}
	r.Say(string(ui.Success), "The passkey has its new name.")
	return r.Redirect("/account/passkeys")
}

func passkeyForm(r *page.Request, status int, p account.Passkey, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: p.Name, Narrow: true}, passkeyPage(r, p, form))
}

// suggestedName is what the passkey of this browser may be called.
func suggestedName(r *page.Request, form *page.Form) string {
	if form.Has("name") {
		return form.Get("name")
	}
	return deviceName(r, r.UserAgent())
}

// usedWhen says when a passkey was last used.
func usedWhen(r *page.Request, p account.Passkey) string {
	if p.LastUsedAt == nil {
		return r.T("Added on %s, not used yet", r.ShortDate(turno.DateOf(p.CreatedAt, r.Zone)))
	}
	return r.T("Last used %s", r.ShortDateTime(*p.LastUsedAt, r.Zone))
}
