package me

import (
	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// access says who has looked at the person's record, and what they did with it.
func access(r *page.Request) error {
	query := r.URL.Query()
	seen, next, err := r.Site.Insight.AccessLog(r.Context(), r.Caller, insight.AccessFilter{
		OthersOnly: !query.Has("all"), Cursor: query.Get("after"),
	})
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("Who looked at my record"), Narrow: true}, accessPage(r, seen, next))
}

// did says what was done, without who.
func did(r *page.Request, a insight.RecordAccess) string {
	if sentence := didToVisits(r, a); sentence != "" {
		return sentence
	}
	switch (turno.AuditKind{Action: a.Action, Entity: a.Entity}) {
	case turno.AuditKind{Action: turno.AuditRead, Entity: "patient"}:
		return r.T("looked at your record")
	case turno.AuditKind{Action: turno.AuditRead, Entity: "mail"}:
		return r.T("opened a mail to you or about your visits")
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "user"}:
		return r.T("made your account")
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "user"}:
		return r.T("changed your profile or how you sign in")
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "doctor"}:
		return r.T("changed your profile as a doctor")
	case turno.AuditKind{Action: turno.AuditExport, Entity: "user"}:
		return r.T("took a copy of your data")
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "patient_proxy"}:
		if a.ByProxy { // who was asked, and has accepted
			return r.T("began to act for you")
		}
		return r.T("let somebody act for you")
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "proxy_invitation"}:
		return r.T("asked somebody to act for you")
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "proxy_invitation"}:
		return r.T("declined to act for somebody")
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "proxy_invitation"}:
		return r.T("took an invitation to act for you back")
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "patient_proxy"}:
		return r.T("ended that somebody acts for you")
	case turno.AuditKind{Action: turno.AuditLogin, Entity: "session"}:
		return r.T("signed in")
	case turno.AuditKind{Action: turno.AuditLogout, Entity: "session"}:
		return r.T("signed out")
	case turno.AuditKind{Action: turno.AuditLoginFailed, Entity: "user"}:
		return r.T("tried to sign in as you, in vain")
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "passkey"}:
		return r.T("added a passkey")
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "passkey"}:
		return r.T("named a passkey")
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "passkey"}:
		return r.T("removed a passkey")
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "password_reset"}:
		return r.T("made you a link for a new password")
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "calendar_feed"}:
		return r.T("made an address for your calendar program")
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "calendar_feed"}:
		return r.T("took the address for your calendar program away")
	}
	return r.T("did something else with your record")
}

// didToVisits is did for what concerns a visit; "" for what does not.
func didToVisits(r *page.Request, a insight.RecordAccess) string {
	switch (turno.AuditKind{Action: a.Action, Entity: a.Entity}) {
	case turno.AuditKind{Action: turno.AuditRead, Entity: "appointment"}:
		return r.T("looked at one of your visits")
	case turno.AuditKind{Action: turno.AuditRead, Entity: "calendar_feed"}:
		return r.T("got your visits into a calendar program, without your full name")
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "appointment"}:
		return r.T("booked a visit for you")
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "appointment"}:
		return r.T("changed one of your visits")
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "feedback"}:
		return r.T("rated a visit")
	}
	return ""
}

// whoDid names who it was.
func whoDid(r *page.Request, a insight.RecordAccess) string {
	switch {
	case a.ByMe:
		return r.T("You")
	case a.Name == "" && a.Action == turno.AuditLoginFailed:
		return r.T("Somebody")
	case a.Name == "":
		return r.T("The system")
	}
	return a.Name
}

// roleDid is what they are to the clinic.
func roleDid(r *page.Request, a insight.RecordAccess) string {
	switch {
	case a.ByMe || a.Name == "":
		return ""
	case a.Role == turno.RoleAdmin:
		return r.T("The clinic's staff")
	}
	return roleOf(r, turno.User{Role: a.Role})
}

func accessIcon(a insight.RecordAccess) ui.IconName {
	switch a.Action {
	case turno.AuditRead, turno.AuditExport:
		return ui.IconSearch
	case turno.AuditCreate:
		return ui.IconPlus
	case turno.AuditLogin, turno.AuditLogout:
		return ui.IconArrowIn
	case turno.AuditLoginFailed:
		return ui.IconAlert
	case turno.AuditDelete, turno.AuditErase:
		return ui.IconTrash
	default:
		return ui.IconEdit
	}
}

// following is the address of the page after, or "".
func following(r *page.Request, cursor string) string {
	if cursor == "" {
		return ""
	}
	return r.With("after", cursor)
}

// first is the address of the first page, on a later one.
func first(r *page.Request) string {
	if r.URL.Query().Get("after") == "" {
		return ""
	}
	return r.With("after", "")
}
