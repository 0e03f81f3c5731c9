package me

import (
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// listDevices shows where somebody is signed in.
func listDevices(r *page.Request) error {
	sessions, err := r.Site.Account.Sessions(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("Signed-in devices"), Narrow: true}, devicesPage(r, sessions))
}

// endDevices signs out one device, or all but this one. One that is signed out
// already is what was wanted.
func endDevices(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if form.Get("do") == "others" {
		if err := r.Site.Account.EndOtherSessions(r.Context(), r.Caller); err != nil {
			return err
		}
		r.Say(string(ui.Success), "All other devices are signed out.")
		return r.Redirect("/account/devices")
	}
	id, err := uuid.Parse(form.Get("session"))
	if err != nil {
		return turno.NotFound("session")
	}
	err = r.Site.Account.EndSession(r.Context(), r.Caller, id)
	if err != nil && turno.KindOf(err) != turno.KindNotFound {
		return err
	}
	r.Say(string(ui.Success), "That device is signed out.")
	return r.Redirect("/account/devices")
}

// deviceName says in a few words what a browser calls itself: "Firefox, Windows".
func deviceName(r *page.Request, userAgent string) string {
	if name := account.BrowserName(userAgent); name != "" {
		return name
	}
	return r.T("A device")
}

// deviceLine says when and from where a device was last used.
func deviceLine(r *page.Request, s account.Session) string {
	seen := r.T("Last used %s", r.Ago(r.Now.Sub(s.LastSeenAt)))
	if s.Current {
		seen = r.T("This device")
	}
	line := seen + " · " + r.T("signed in %s", r.ShortDateTime(s.CreatedAt, r.Zone))
	if s.Address != "" {
		line += " · " + s.Address
	}
	return line
}

func deviceIcon(s account.Session) ui.IconName {
	if s.Current {
		return ui.IconDone
	}
	return ui.IconGlobe
}
