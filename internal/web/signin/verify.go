package signin

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showVerify asks to press a button: programs that look at mail follow its links.
// Where there is nothing to press for, it says so at once.
func showVerify(r *page.Request) error {
	token := r.URL.Query().Get("token")
	verified, err := r.Site.Account.CheckEmailLink(r.Context(), r.Caller, token)
	switch {
	case turno.KindOf(err) == turno.KindNotFound:
		return verifyOver(r)
	case err != nil:
		return err
	case verified:
		return r.Show(page.Head{Title: r.T("Your address is confirmed"), Private: true, Narrow: true}, verifiedPage(r))
	}
	return r.Show(page.Head{Title: r.T("Confirm your address"), Private: true, Narrow: true}, verifyPage(r, token))
}

// verifyOver says that a link works no more, and how another comes.
func verifyOver(r *page.Request) error {
	return r.ShowAs(http.StatusNotFound, page.Head{Title: r.T("This link works no more"), Private: true, Narrow: true}, verifyOverPage(r))
}

// verify notes that mail to an address is read.
func verify(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	err = r.Site.Account.VerifyEmail(r.Context(), r.Caller, form.Raw("token"))
	if turno.KindOf(err) == turno.KindNotFound {
		return verifyOver(r)
	}
	if err != nil {
		return err
	}
	r.Say(string(ui.Success), "Thank you. Mail about your visits comes to this address from now on.")
	return r.Redirect("/")
}
