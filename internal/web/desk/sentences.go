package desk

import (
	"strings"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/web/page"
)

// sentence says an entry of the trail in plain words. The people have the names
// that they have now: the trail itself holds none.
func sentence(r *page.Request, line insight.TrailLine) string {
	if said := say(r, line, actor(r, line)); said != "" {
		if _, byLink := line.Facts()["link"]; byLink {
			said += " " + r.T("By the link in a mail.")
		}
		return said
	}
	return strings.Join([]string{string(line.Action), line.Entity, line.Detail}, " ")
}

// actor is who did it.
func actor(r *page.Request, line insight.TrailLine) string {
	switch {
	case line.Actor != nil:
		return personName(r, line.Actor)
	case line.ActionBy != nil:
		return r.T("Somebody who is no longer known")
	case line.Action == turno.AuditLoginFailed:
		return r.T("Somebody")
	}
	return r.T("The system")
}

func personName(r *page.Request, p *insight.TrailPerson) string {
	switch {
	case p == nil:
		return r.T("somebody")
	case p.Erased:
		return r.T("a person who was erased")
	}
	return p.FullName
}

// say is the sentence of each kind of entry. A test sees that there is one for
// every kind that the trail may hold.
func say(r *page.Request, line insight.TrailLine, who string) string {
	whom, other := personName(r, line.Subject), personName(r, line.Other)
	if own := sayOwn(r, line, who); own != "" {
		return own
	}
	switch line.Kind() {
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "appointment"}, turno.AuditKind{Action: turno.AuditUpdate, Entity: "appointment"}:
		return sayVisit(r, line, who, whom)
	case turno.AuditKind{Action: turno.AuditRead, Entity: "appointment"}:
		return r.T("%s opened a visit of %s.", who, whom)
	case turno.AuditKind{Action: turno.AuditRead, Entity: "patient"}:
		return r.T("%s opened the record of %s.", who, whom)
	case turno.AuditKind{Action: turno.AuditRead, Entity: "mail"}:
		return r.T("%s opened a mail to or about %s.", who, whom)
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "feedback"}:
		return r.T("%s gave feedback about a visit.", who)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "doctor"}:
		return sayDoctor(r, line, who, whom)
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "patient_proxy"}:
		if line.Actor != nil && line.Other != nil && line.Actor.ID == line.Other.ID {
			return r.T("%s began to act for %s.", who, whom)
		}
		return r.T("%s let %s act for %s.", who, other, whom)
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "proxy_invitation"}:
		return r.T("%s asked somebody to act for %s.", who, whom)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "proxy_invitation"}:
		return r.T("%s declined to act for somebody.", who)
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "proxy_invitation"}:
		return r.T("%s took an invitation to act for %s back.", who, whom)
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "patient_proxy"}:
		return r.T("%s ended that %s acts for %s.", who, other, whom)
	}
	if line.Entity == "user" {
		return sayAccount(r, line, who, whom)
	}
	if said := saySigningIn(r, line, who, whom); said != "" {
		return said
	}
	if said := sayCalendar(r, line, who, whom); said != "" {
		return said
	}
	return saySettings(r, line.Kind(), who)
}

func sayVisit(r *page.Request, line insight.TrailLine, who, whom string) string {
	facts := line.Facts()
	switch facts["event"] {
	case "booked":
		if facts["status"] == string(turno.StatusConfirmed) {
			return r.T("%s booked a visit for %s.", who, whom)
		}
		return r.T("%s requested a visit for %s.", who, whom)
	case "confirmed":
		return r.T("%s confirmed a visit of %s.", who, whom)
	case "completed":
		return r.T("%s noted that %s came to a visit.", who, whom)
	case "missed":
		return r.T("%s noted that %s did not come to a visit.", who, whom)
	case "cancelled":
		return r.T("%s cancelled a visit of %s.", who, whom)
	case "moved":
		return r.T("%s moved a visit of %s to another time.", who, whom)
	case "coming":
		return r.T("%s said that %s is coming to a visit.", who, whom)
	case "expired":
		return r.T("A request of %s was not answered in time, so it has expired.", whom)
	}
	return r.T("%s changed a visit of %s.", who, whom)
}

func sayDoctor(r *page.Request, line insight.TrailLine, who, whom string) string {
	switch facts := line.Facts(); {
	case facts["verified"] == "true":
		return r.T("%s verified the licence of %s.", who, whom)
	case facts["verified"] == "false":
		return r.T("%s took the verification of %s back.", who, whom)
	default:
		return r.T("%s changed the profile of %s: %s.", who, whom, fieldNames(facts["fields"]))
	}
}

func sayAccount(r *page.Request, line insight.TrailLine, who, whom string) string {
	facts := line.Facts()
	switch line.Action {
	case turno.AuditCreate:
		return r.T("%s made an account for %s.", who, whom)
	case turno.AuditErase:
		return r.T("%s erased the personal data of %s.", who, whom)
	case turno.AuditExport:
		return r.T("%s downloaded their own data.", who)
	case turno.AuditLoginFailed:
		return r.T("%s tried to sign in as %s, with a wrong password.", who, whom)
	case turno.AuditUpdate:
	default:
		return ""
	}
	switch {
	case facts["active"] == "true":
		return r.T("%s activated the account of %s again.", who, whom)
	case facts["active"] == "false":
		return r.T("%s deactivated the account of %s.", who, whom)
	case facts["staff_level"] == string(turno.StaffFull):
		return r.T("%s let %s do everything.", who, whom)
	case facts["staff_level"] == string(turno.StaffDesk):
		return r.T("%s made %s staff of the front desk.", who, whom)
	case facts["fields"] != "":
		return r.T("%s changed the account of %s: %s.", who, whom, fieldNames(facts["fields"]))
	}
	for fact, said := range map[string]string{
		"reset":               r.T("%s chose a new password with a link.", whom),
		"second_factor_on":    r.T("%s turned a second factor on.", who),
		"second_factor_off":   r.T("%s turned the second factor of %s off.", who, whom),
		"second_factor_reset": r.T("%s took every second factor of %s away.", who, whom),
		"address_tried_again": r.T("%s had the address of %s tried again, which the mail server had refused.", who, whom),
		"recovery_codes_made": r.T("%s made new recovery codes.", who),
	} {
		if _, noted := facts[fact]; noted {
			return said
		}
	}
	return r.T("%s changed the account of %s.", who, whom)
}

// saySigningIn is about sessions and what somebody signs in with.
func saySigningIn(r *page.Request, line insight.TrailLine, who, whom string) string {
	facts := line.Facts()
	noted := func(fact string) bool { _, is := facts[fact]; return is }
	switch line.Kind() {
	case turno.AuditKind{Action: turno.AuditLogin, Entity: "session"}:
		switch {
		case noted("unlocked"):
			return r.T("%s unlocked a session.", who)
		case noted("confirmed"):
			return r.T("%s gave the password again.", who)
		case noted("passkey"):
			return r.T("%s signed in with a passkey.", who)
		case noted("second_factor"):
			return r.T("%s signed in with a second factor.", who)
		}
		return r.T("%s signed in.", who)
	case turno.AuditKind{Action: turno.AuditLogout, Entity: "session"}:
		return r.T("%s signed out.", who)
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "passkey"}:
		return r.T("%s added a passkey.", who)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "passkey"}:
		return r.T("%s renamed a passkey.", who)
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "passkey"}:
		return r.T("%s removed a passkey.", who)
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "password_reset"}:
		return r.T("%s made a link for a new password of %s.", who, whom)
	}
	return sayFeed(r, line, who, whom)
}

// sayFeed is about the addresses by which calendar programs fetch visits.
func sayFeed(r *page.Request, line insight.TrailLine, who, whom string) string {
	switch line.Kind() {
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "calendar_feed"}:
		return r.T("%s made an address for a calendar program.", who)
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "calendar_feed"}:
		return r.T("%s took the address for a calendar program away.", who)
	case turno.AuditKind{Action: turno.AuditRead, Entity: "calendar_feed"}:
		return r.T("The calendar program of %s fetched visits, of %s too.", who, whom)
	}
	return ""
}

// sayOwn is what people do with what is their own: "Leo booked a visit for Leo"
// is not how one says it.
func sayOwn(r *page.Request, line insight.TrailLine, who string) string {
	if line.Actor == nil || line.Subject == nil || line.Actor.ID != line.Subject.ID {
		return ""
	}
	facts := line.Facts()
	switch line.Kind() {
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "appointment"}:
		if facts["status"] == string(turno.StatusConfirmed) {
			return r.T("%s booked a visit.", who)
		}
		return r.T("%s requested a visit.", who)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "appointment"}:
		switch facts["event"] {
		case "cancelled":
			return r.T("%s cancelled their own visit.", who)
		case "coming":
			return r.T("%s said to be coming to a visit.", who)
		case "moved":
			return r.T("%s moved their own visit to another time.", who)
		}
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "user"}:
		return r.T("%s registered.", who)
	case turno.AuditKind{Action: turno.AuditErase, Entity: "user"}:
		return r.T("%s erased their own personal data.", who)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "availability"}:
		return r.T("%s changed their own weekly hours.", who)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "user"}, turno.AuditKind{Action: turno.AuditUpdate, Entity: "doctor"}:
		if facts["fields"] != "" {
			return r.T("%s changed their own details: %s.", who, fieldNames(facts["fields"]))
		}
	}
	return ""
}

// fieldNames are the names of fields as they are kept, readable.
func fieldNames(fields string) string {
	return strings.ReplaceAll(strings.ReplaceAll(fields, ",", ", "), "_", " ")
}

func sayCalendar(r *page.Request, line insight.TrailLine, who, whom string) string {
	switch line.Kind() {
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "availability"}:
		return r.T("%s changed the weekly hours of %s.", who, whom)
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "extra_hours"}:
		return r.T("%s added extra hours of %s.", who, whom)
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "extra_hours"}:
		return r.T("%s took extra hours of %s away.", who, whom)
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "time_off"}:
		if n := line.Facts()["cancelled"]; n != "" && n != "0" {
			return r.T("%s added time off of %s; visits cancelled: %s.", who, whom, n)
		}
		return r.T("%s added time off of %s.", who, whom)
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "time_off"}:
		return r.T("%s took time off of %s away.", who, whom)
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "visit_type"}:
		return r.T("%s added a visit type of %s.", who, whom)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "visit_type"}:
		return r.T("%s changed a visit type of %s.", who, whom)
	}
	return ""
}

func saySettings(r *page.Request, kind turno.AuditKind, who string) string {
	switch kind {
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "specialization"}:
		return r.T("%s added a specialization.", who)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "specialization"}:
		return r.T("%s renamed a specialization.", who)
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "specialization"}:
		return r.T("%s deleted a specialization.", who)
	case turno.AuditKind{Action: turno.AuditCreate, Entity: "location"}:
		return r.T("%s added a location.", who)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "location"}:
		return r.T("%s changed a location.", who)
	case turno.AuditKind{Action: turno.AuditDelete, Entity: "location"}:
		return r.T("%s deleted a location.", who)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "job"}:
		return r.T("%s had a job that failed tried again.", who)
	case turno.AuditKind{Action: turno.AuditUpdate, Entity: "database"}:
		return r.T("The database was restored from a backup.")
	case turno.AuditKind{Action: turno.AuditExport, Entity: "audit_log"}:
		return r.T("The trail was exported from the command line.")
	}
	return ""
}

// actionName is what somebody did, as a filter.
func actionName(r *page.Request, action turno.AuditAction) string {
	switch action {
	case turno.AuditCreate:
		return r.T("Made")
	case turno.AuditUpdate:
		return r.T("Changed")
	case turno.AuditDelete:
		return r.T("Took away")
	case turno.AuditRead:
		return r.T("Opened")
	case turno.AuditLogin:
		return r.T("Signed in")
	case turno.AuditLoginFailed:
		return r.T("Failed to sign in")
	case turno.AuditLogout:
		return r.T("Signed out")
	case turno.AuditExport:
		return r.T("Downloaded")
	case turno.AuditErase:
		return r.T("Erased")
	}
	return string(action)
}

// entityName is what it was done to, as a filter.
func entityName(r *page.Request, entity string) string {
	names := map[string]string{
		"appointment": r.T("a visit"), "feedback": r.T("feedback"), "availability": r.T("weekly hours"), "extra_hours": r.T("extra hours"),
		"time_off": r.T("time off"), "visit_type": r.T("a visit type"), "user": r.T("an account"), "doctor": r.T("a doctor's profile"),
		"patient": r.T("a patient's record"), "patient_proxy": r.T("acting for somebody"), "proxy_invitation": r.T("an invitation to act for somebody"), "session": r.T("a session"),
		"specialization": r.T("a specialization"), "location": r.T("a location"), "job": r.T("a job"), "database": r.T("the database"),
		"audit_log": r.T("the trail"), "passkey": r.T("a passkey"), "mail": r.T("a mail"), "password_reset": r.T("a link for a new password"), "calendar_feed": r.T("a calendar by address"),
	}
	if name, known := names[entity]; known {
		return name
	}
	return entity
}
