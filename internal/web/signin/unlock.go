package signin

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// lockedPerson is whose session lies behind the lock screen: one that is locked,
// or that the browser is about to hide. Only those of staff and doctors are.
func lockedPerson(r *page.Request) (turno.User, bool) {
	switch {
	case r.SignedIn():
		return r.Person, r.Caller.Role != turno.RolePatient
	default:
		return r.Locked, r.Locked.Username != ""
	}
}

// showUnlock is the lock screen. Opening it is no sign of life.
func showUnlock(r *page.Request) error {
	who, locked := lockedPerson(r)
	if !locked {
		return passUnlock(r)
	}
	return unlockForm(r, http.StatusOK, who, &page.Form{})
}

// unlock goes back to the page that was left, by the password of whose session it
// is.
func unlock(r *page.Request) error {
	return unlockBy(r, func(form *page.Form) (policy.Caller, error) {
		return r.Site.Account.Unlock(r.Context(), r.Caller.Address, r.Token(), form.Raw("password"))
	})
}

// unlockPasskey is unlock by a passkey.
func unlockPasskey(r *page.Request) error {
	return unlockBy(r, func(form *page.Form) (policy.Caller, error) {
		return r.Site.Account.UnlockWithPasskey(r.Context(), r.Caller.Address, r.Token(), passkeyOf(form))
	})
}

func unlockBy(r *page.Request, proof func(*page.Form) (policy.Caller, error)) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	who, locked := lockedPerson(r)
	if !locked {
		return passUnlock(r)
	}
	c, err := proof(form)
	switch {
	case turno.CodeOf(err) == turno.CodeUnauthenticated: // over by now
		return r.Redirect(page.In("/login", r.Next("")))
	case r.Take(form, err):
		return unlockForm(r, http.StatusUnprocessableEntity, who, form)
	case err != nil:
		return err
	}
	if err := r.Renew(c); err != nil {
		return err
	}
	return r.Redirect(r.Next(page.HomeOf(who)))
}

// alive notes that somebody types or clicks on a page that is open, as its script
// says (assets/files/lock.js): asking is the sign of life.
func alive(r *page.Request) error {
	r.Writer().WriteHeader(http.StatusNoContent)
	return nil
}

// passUnlock is for whoever finds nothing locked.
func passUnlock(r *page.Request) error {
	if r.SignedIn() {
		return r.Redirect(r.Next(page.HomeOf(r.Person)))
	}
	return r.Redirect(page.In("/login", r.Next("")))
}

func unlockForm(r *page.Request, status int, who turno.User, form *page.Form) error {
	return r.ShowAs(status, page.Head{Title: r.T("Locked"), Private: true, Narrow: true, Alone: true}, unlockPage(r, who, form))
}
