package signin

import (
	"net/http"

	"github.com/turno-health/turno/internal/web/page"
)

// showForgot asks who has forgotten the password, or says what happens next.
func showForgot(r *page.Request) error {
	if r.URL.Query().Has("sent") {
		return r.Show(page.Head{Title: r.T("Ask the clinic for your link"), Private: true, Narrow: true, At: "/login"}, sentPage(r))
	}
	return forgotForm(r, http.StatusOK, &page.Form{})
}

// forgot asks for a link. Whether there is such an account, the answer is the
// same.
func forgot(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if form.Get("login") == "" {
		form.Add("login", r.T("This is required."))
		return forgotForm(r, http.StatusUnprocessableEntity, form)
	}
	err = r.Site.Account.RequestReset(r.Context(), r.Caller, form.Get("login"))
	if r.Take(form, err) {
		return forgotForm(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return r.Redirect("/forgot?sent")
}

func forgotForm(r *page.Request, status int, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("A new password"), Private: true, Narrow: true, At: "/login"}, forgotPage(r, form))
}
