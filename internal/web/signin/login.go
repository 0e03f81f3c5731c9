package signin

import (
	"net/http"
	"strings"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showLogin is the page to sign in. Who has signed in already goes on.
func showLogin(r *page.Request) error {
	if r.SignedIn() {
		return r.Redirect(r.Next(page.HomeOf(r.Person)))
	}
	return loginForm(r, http.StatusOK, r.Kept()) // as it was typed, when that could not be taken
}

// login signs somebody in by username or email, with the time that they were
// about to book. A second step may follow.
func login(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	err = signIn(r, account.Credentials{Login: form.Get("login"), Password: form.Raw("password")})
	if r.Take(form, err) {
		return loginForm(r, http.StatusUnprocessableEntity, form)
	}
	return err
}

// signIn begins a session in this browser, or goes on to the second step.
func signIn(r *page.Request, credentials account.Credentials) error {
	credentials.Device, credentials.UserAgent = r.Device(), r.UserAgent()
	in, err := r.Site.Account.Login(r.Context(), r.Caller, credentials)
	if turno.CodeOf(err) == turno.CodeSecondFactorNeeded && in.Ticket != "" {
		r.SetTicket(in.Ticket)
		return r.Redirect(page.In("/login/code", r.Next("")))
	}
	if err != nil {
		return err
	}
	return enter(r, in)
}

// enter keeps the session in this browser, in place of one that was there, and
// goes on to where the person was going: past what happened to the account
// meanwhile, if anything did.
func enter(r *page.Request, in account.SignedIn) error {
	if err := r.SignOut(); err != nil {
		return err
	}
	r.SetSession(in.Token, in.Device, in.ExpiresAt)
	r.SetTicket("")
	caller, err := r.Site.Account.Authenticate(r.Context(), in.Token)
	if err != nil {
		return err
	}
	next := r.Next(page.HomeOf(in.User))
	if caller.MustSetUp {
		return r.Redirect(next) // which leads to setting it up
	}
	if _, err := r.Site.Booking.TakeOverHold(r.Context(), caller, r.Visitor()); err != nil {
		return err
	}
	news, err := r.Site.Account.Notices(r.Context(), caller)
	if err != nil {
		return err
	}
	if len(news) > 0 {
		next = page.In("/account/notices", next)
	}
	return r.Redirect(next)
}

// logout ends the session, also one that is locked.
func logout(r *page.Request) error {
	if err := r.SignOut(); err != nil {
		return err
	}
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
