package me

import (
	"strings"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// showCalendar is where somebody's calendar program is let in.
func showCalendar(r *page.Request) error {
	feed, err := r.Site.Account.CalendarFeed(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	return calendarForm(r, feed)
}

// changeCalendar makes an address, which is shown on this page and never again, or
// takes it away. The same form sent twice makes one.
func changeCalendar(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if form.Get("do") == "revoke" {
		err := r.Site.Account.RevokeCalendarFeed(r.Context(), r.Caller)
		if err != nil && turno.KindOf(err) != turno.KindNotFound { // another window was faster
			return err
		}
		r.Say(string(ui.Success), "The address works no more. Take the calendar out of your program too.")
		return r.Redirect("/account/calendar")
	}
	feed, err := r.Site.Account.MakeCalendarFeedOnce(r.Context(), r.Caller, form.Get(page.OnceField))
	if err != nil {
		return err
	}
	return calendarForm(r, feed)
}

func calendarForm(r *page.Request, feed account.CalendarFeed) error {
	return r.Show(page.Head{Title: r.T("Calendar"), Narrow: true}, calendarPage(r, feed))
}

// feedAddress is where the feed is, for people to copy.
func feedAddress(r *page.Request, feed account.CalendarFeed) string { return r.Base() + feed.Path }

// subscription is the same for programs that open it by themselves.
func subscription(r *page.Request, feed account.CalendarFeed) string {
	_, rest, _ := strings.Cut(feedAddress(r, feed), ":")
	return "webcal:" + rest
}

// inFeed is what a calendar program gets to know.
func inFeed(r *page.Request) []string {
	if r.Caller.Role == turno.RoleDoctor {
		return []string{
			r.T("Your visits and your time off: the past 30 days, and all to come."),
			r.T("Patients appear as initials. The link of each visit shows you here who it is."),
			r.T("Never what a visit is about."),
		}
	}
	return []string{
		r.T("Your visits and those of the people you care for: the past 30 days, and all to come."),
		r.T("When, where, with whom, and whether it is confirmed."),
		r.T("Never what a visit is about, nor the doctor's field."),
	}
}
