package signin

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showVerify asks to press a button: programs that look at mail follow its links.
func showVerify(r *page.Request) error {
	return r.Show(page.Head{Title: r.T("Confirm your address"), Private: true, Narrow: true}, verifyPage(r, r.URL.Query().Get("token")))
}

// verify notes that mail to an address is read.
func verify(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	err = r.Site.Account.VerifyEmail(r.Context(), r.Caller, form.Raw("token"))
	if turno.KindOf(err) == turno.KindNotFound {
		return r.ShowAs(http.StatusNotFound, page.Head{Title: r.T("This link works no more"), Private: true, Narrow: true}, verifyOverPage(r))
	}
	if err != nil {
		return err
	}
	r.Say(string(ui.Success), "Thank you. Mail about your visits comes to this address from now on.")
	return r.Redirect("/")
}
