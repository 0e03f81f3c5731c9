package signin

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showCode asks for the code that has to follow the password.
func showCode(r *page.Request) error {
	if r.Ticket() == "" {
		return r.Redirect(page.In("/login", r.Next("")))
	}
	return codeForm(r, http.StatusOK, &page.Form{})
}

// code is the second step of a sign-in: a one-time code, or a recovery code. Who
// takes too long, or guesses, begins again.
func code(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	in, err := r.Site.Account.LoginSecondFactor(r.Context(), r.Caller, account.SecondStep{
		Ticket: r.Ticket(), Code: codeOf(form), Device: r.Device(), UserAgent: r.UserAgent(),
	})
	switch {
	case turno.CodeOf(err) == turno.CodeUnauthenticated:
		r.Say(string(ui.Warn), "This took too long. Please sign in from the beginning.")
		return beginAgain(r)
	case turno.CodeOf(err) == turno.CodeTooManyCodes:
		r.Say(string(ui.Warn), "There were too many wrong codes. Please sign in from the beginning.")
		return beginAgain(r)
	case r.Take(form, err):
		return codeForm(r, http.StatusUnprocessableEntity, form)
	case err != nil:
		return err
	}
	return enter(r, in)
}

func beginAgain(r *page.Request) error {
	r.SetTicket("")
	return r.Redirect(page.In("/login", r.Next("")))
}

// codeOf is the code that was given, of whichever kind.
func codeOf(form *page.Form) string {
	if recovery := form.Get("recovery_code"); recovery != "" {
		return recovery
	}
	return form.Get("code")
}

func codeForm(r *page.Request, status int, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Your code"), Private: true, Narrow: true, At: "/login"}, codePage(r, form))
}
