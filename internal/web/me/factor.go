package me

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showFactor is what somebody can show beside the password.
func showFactor(r *page.Request) error {
	second, err := r.Site.Account.SecondFactor(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	if r.URL.Query().Has("off") {
		if err := policy.CheckRecent(r.Caller, policy.WriteSecondFactor, r.Now); err != nil {
			return err
		}
		return r.Show(factorHead(r), factorOffPage(r, second))
	}
	return factorPageFor(r, http.StatusOK, second, &page.Form{})
}

func factorPageFor(r *page.Request, status int, second account.SecondFactor, form *page.Form) error {
	return r.ShowAs(status, factorHead(r), factorPage(r, second, form))
}

func factorHead(r *page.Request) page.Head {
	return page.Head{Title: r.T("Second factor"), Narrow: true}
}

// changeFactor does what was pressed.
func changeFactor(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	switch form.Get("do") {
	case "begin":
		return beginApp(r)
	case "confirm":
		return confirmApp(r, form)
	case "codes":
		codes, err := r.Site.Account.RegenerateRecoveryCodes(r.Context(), r.Caller)
		if r.Take(form, err) {
			return factorAgain(r, form)
		}
		if err != nil {
			return err
		}
		return showCodes(r, r.T("Your new recovery codes"), codes)
	case "off":
		if err := r.Site.Account.DisableSecondFactor(r.Context(), r.Caller); err != nil {
			return err
		}
		r.Say(string(ui.Success), "The second factor is off. Your password alone signs you in.")
		return r.Redirect("/account/second-factor")
	}
	return turno.Invalid(turno.FieldError{Location: "body.do", Message: "This form could not be read."})
}

// factorAgain shows the page with what was wrong.
func factorAgain(r *page.Request, form *page.Form) error {
	second, err := r.Site.Account.SecondFactor(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return factorPageFor(r, http.StatusUnprocessableEntity, second, form)
}

// beginApp shows what an authenticator app has to be told.
func beginApp(r *page.Request) error {
	setup, err := r.Site.Account.BeginTOTP(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return appForm(r, http.StatusOK, setup, &page.Form{})
}

// confirmApp turns the second factor on as soon as the app shows a right code. A
// wrong one leaves the picture where it was.
func confirmApp(r *page.Request, form *page.Form) error {
	codes, err := r.Site.Account.ConfirmTOTP(r.Context(), r.Caller, form.Get("code"))
	if r.Take(form, err) {
		setup, err := r.Site.Account.PendingTOTP(r.Context(), r.Caller)
		if err != nil {
			return err
		}
		return appForm(r, http.StatusUnprocessableEntity, setup, form)
	}
	if err != nil {
		return err
	}
	return showCodes(r, r.T("Your second factor is on"), codes)
}

func appForm(r *page.Request, status int, setup account.TOTPSetup, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Set up an authenticator app"), Narrow: true}, appPage(r, setup, form))
}

// showCodes shows recovery codes, this once.
func showCodes(r *page.Request, title string, codes []string) error {
	return r.Show(page.Head{Title: title, Narrow: true}, codesPage(r, title, codes))
}
