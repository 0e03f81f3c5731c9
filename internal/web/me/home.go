package me

import (
	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// overview is what the first page of an account knows.
type overview struct {
	person     account.Person
	sessions   int
	news       int
	dependants []turno.Patient
	proxies    []account.Proxy
	feed       account.CalendarFeed
	asked      []account.Invitation // who asks the person to act for them
}

// home is what there is of somebody's account, and where to change it.
func home(r *page.Request) error {
	var o overview
	var err error
	if o.person, err = r.Site.Account.Me(r.Context(), r.Caller); err != nil {
		return err
	}
	sessions, err := r.Site.Account.Sessions(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	news, err := r.Site.Account.Notices(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	if o.asked, err = r.Site.Account.InvitationsToMe(r.Context(), r.Caller); err != nil {
		return err
	}
	if r.Caller.Role != turno.RoleAdmin {
		if o.feed, err = r.Site.Account.CalendarFeed(r.Context(), r.Caller); err != nil {
			return err
		}
	}
	o.sessions, o.news = len(sessions), len(news)
	if r.Caller.Role == turno.RolePatient {
		if o.dependants, err = r.Site.Account.Dependants(r.Context(), r.Caller); err != nil {
			return err
		}
		if o.proxies, err = r.Site.Account.Proxies(r.Context(), r.Caller, r.Caller.UserID); err != nil {
			return err
		}
	}
	return r.Show(page.Head{Title: r.T("Account"), Narrow: true}, homePage(r, o))
}

// you is the person, and the person's calendar.
func (o overview) you(r *page.Request) []ui.Entry {
	entries := []ui.Entry{{Icon: ui.IconPerson, Name: r.T("Profile"), Value: profileLine(r, o.person.User), Href: "/account/profile"}}
	if r.Caller.Role == turno.RoleAdmin {
		return entries
	}
	calendar := ui.Entry{Icon: ui.IconCalendar, Name: r.T("Calendar"), Value: r.T("Have your visits on your phone"), Href: "/account/calendar"}
	if o.feed.CreatedAt != nil {
		calendar.Value = r.T("Your calendar program reads your visits")
	}
	mail := ui.Entry{Icon: ui.IconMail, Name: r.T("Mail"), Value: r.T("Which reminders you get"), Href: "/account/mail"}
	return append(entries, calendar, mail)
}

// safety is how somebody's sign-in is protected.
func (o overview) safety(r *page.Request) []ui.Entry {
	factor := ui.Entry{Icon: ui.IconShield, Name: r.T("Second factor"), Value: r.T("Not set up"), Href: "/account/second-factor"}
	switch second := o.person.Second; {
	case second.AppSince != nil:
		factor.Value = r.T("On: an authenticator app")
	case second.DueAt != nil:
		factor.Tone = "warm" // the frame says until when
	}
	keys := ui.Entry{Icon: ui.IconKey, Name: r.T("Passkeys"), Value: r.T("None yet"), Href: "/account/passkeys"}
	if n := o.person.Second.Passkeys; n > 0 {
		keys.Value = r.N("%d passkey|%d passkeys", n)
	}
	return []ui.Entry{
		{Icon: ui.IconLock, Name: r.T("Password"), Value: r.T("Change it"), Href: "/account/password"},
		factor, keys,
		{Icon: ui.IconGlobe, Name: r.T("Signed-in devices"), Value: r.N("%d device|%d devices", o.sessions), Href: "/account/devices"},
	}
}

// people are those whom the person cares for, and the other way round.
func (o overview) people(r *page.Request) ui.Entry {
	value := r.T("Nobody yet")
	switch cares, others := len(o.dependants), len(o.proxies); {
	case cares > 0 && others > 0:
		value = r.N("You care for %d person|You care for %d people", cares) + " · " + r.N("%d person acts for you|%d people act for you", others)
	case cares > 0:
		value = r.N("You care for %d person|You care for %d people", cares)
	case others > 0:
		value = r.N("%d person acts for you|%d people act for you", others)
	}
	return ui.Entry{Icon: ui.IconPeople, Name: r.T("People I care for"), Value: value, Href: "/account/people"}
}

// record is what is kept about the person.
func (o overview) record(r *page.Request) []ui.Entry {
	return []ui.Entry{
		{Icon: ui.IconList, Name: r.T("Who looked at my record"), Value: r.T("Every time, by name"), Href: "/account/access"},
		{Icon: ui.IconDownload, Name: r.T("My data"), Value: r.T("Take a copy, or have yourself erased"), Href: "/account/data"},
	}
}

// roleOf is what somebody is to the clinic.
func roleOf(r *page.Request, person turno.User) string {
	switch {
	case person.Role == turno.RoleDoctor:
		return r.T("Doctor")
	case person.StaffLevel == turno.StaffFull:
		return r.T("Administration")
	case person.Role == turno.RoleAdmin:
		return r.T("Front desk")
	}
	return r.T("Patient")
}
