package signin

import (
	"net/http"
	"strings"
	"time"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showLogin is the page to sign in. Who has signed in already goes on.
func showLogin(r *page.Request) error {
	if r.SignedIn() {
		return r.Redirect(r.Next(page.HomeOf(r.Person)))
	}
	return loginForm(r, http.StatusOK, &page.Form{})
}

// login signs somebody in by username or email, with the time that they were
// about to book.
func login(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	err = enter(r, account.Credentials{Login: form.Get("login"), Password: form.Raw("password")})
	if r.Take(form, err) {
		return loginForm(r, http.StatusUnprocessableEntity, form)
	}
	return err
}

// enter begins a session in this browser and goes on to where the person was
// going. What stands between a right password and a session belongs here.
func enter(r *page.Request, credentials account.Credentials) error {
	credentials.Device, credentials.UserAgent = r.Device(), r.UserAgent()
	in, err := r.Site.Account.Login(r.Context(), r.Caller, credentials)
	if err != nil {
		return err
	}
	r.SetSession(in.Token, in.Device, in.ExpiresAt)
	if err := keepTime(r, in.Token); err != nil {
		return err
	}
	return r.Redirect(r.Next(page.HomeOf(in.User)))
}

// keepTime makes the time that this browser holds the person's own.
func keepTime(r *page.Request, token string) error {
	browser := r.Visitor()
	caller, err := r.Site.Account.Authenticate(r.Context(), token)
	if err != nil {
		return err
	}
	_, err = r.Site.Booking.TakeOverHold(r.Context(), caller, browser)
	return err
}

// logout ends the session, if it is not over already.
func logout(r *page.Request) error {
	if r.SignedIn() {
		if err := r.Site.Account.Logout(r.Context(), r.Caller); err != nil {
			return err
		}
	}
	r.EndSession()
	r.Say(string(ui.Success), "You have signed out.")
	return r.Redirect("/")
}

func loginForm(r *page.Request, status int, form *page.Form) error {
	kept, err := heldUntil(r)
	if err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("Sign in"), Private: true, Narrow: true, At: "/login"}, loginPage(r, form, kept))
}

// heldUntil is until when the time is kept that somebody is about to book; zero
// when they come from elsewhere.
func heldUntil(r *page.Request) (time.Time, error) {
	if !booking(r) {
		return time.Time{}, nil
	}
	hold, err := r.Site.Booking.CurrentHold(r.Context(), r.Caller, r.Visitor())
	if err != nil || hold == nil {
		return time.Time{}, err
	}
	return hold.ExpiresAt, nil
}

// booking reports whether the person comes from the page to book.
func booking(r *page.Request) bool { return strings.HasPrefix(r.Next(""), "/book?") }

// problems are what is wrong with a form, for the summary above it.
func problems(form *page.Form) []ui.Problem {
	var all []ui.Problem
	for _, e := range form.Errors {
		all = append(all, ui.Problem{Field: e.Field, Message: e.Message})
	}
	return all
}
