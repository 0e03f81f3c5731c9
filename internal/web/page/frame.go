package page

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/ui"
)

// Head is what the frame says of a page.
type Head struct {
	Title       string // in the reader's language, without the clinic's name
	Description string // for search engines; only for public pages
	Private     bool   // not for search engines, though anybody may open it
	Narrow      bool   // a form or a text: one column of a readable width
	Wide        bool   // a table or a calendar: the whole width
	Alone       bool   // nowhere else to go: the lock screen
	At          string // the place of the main navigation, if the path does not tell
}

// isAt reports whether the page belongs to a place of the main navigation.
func (h Head) isAt(r *Request, place string) bool {
	at := h.At
	if at == "" {
		at = r.URL.Path
	}
	if at == place {
		return true
	}
	return strings.HasPrefix(at, place+"/") && r.isLongestPlace(at, place)
}

// isLongestPlace tells /admin from /admin/day, which begins with it.
func (r *Request) isLongestPlace(at, place string) bool {
	for _, other := range r.places() {
		if len(other.path) > len(place) && (at == other.path || strings.HasPrefix(at, other.path+"/")) {
			return false
		}
	}
	return true
}

// place is one of the few rooms of the main navigation: a row above the page,
// on a phone one of tabs below it.
type place struct {
	path, name string
	icon       ui.IconName
}

// places are where this reader goes.
func (r *Request) places() []place {
	account := place{"/account", r.T("Account"), ui.IconPerson}
	switch {
	case r.Caller.IsStaff():
		places := []place{
			{"/admin/day", r.T("Day"), ui.IconCalendar},
			{"/admin/appointments", r.T("Visits"), ui.IconClock},
			{"/admin/users", r.T("People"), ui.IconPeople},
		}
		if r.Caller.IsFullStaff() {
			places = append(places, place{"/admin", r.T("Clinic"), ui.IconChart})
		}
		return append(places, account)
	case r.Caller.Role == turno.RoleDoctor:
		return []place{
			{"/schedule", r.T("Schedule"), ui.IconCalendar},
			{"/schedule/hours", r.T("Hours"), ui.IconClock},
			{"/schedule/feedback", r.T("Feedback"), ui.IconStar},
			account,
		}
	case r.SignedIn():
		return []place{
			{"/doctors", r.T("Find a doctor"), ui.IconSearch},
			{"/appointments", r.T("My visits"), ui.IconCalendar},
			account,
		}
	default:
		return []place{
			{"/doctors", r.T("Find a doctor"), ui.IconSearch},
			{"/appointments", r.T("My visits"), ui.IconCalendar},
			{"/login", r.T("Sign in"), ui.IconPerson},
		}
	}
}

// home is where this reader begins.
func (r *Request) home() string { return HomeOf(r.Person) }

// HomeOf is where a person begins after signing in.
func HomeOf(person turno.User) string {
	switch person.Role {
	case turno.RoleAdmin:
		return "/admin/day"
	case turno.RoleDoctor:
		return "/schedule"
	default:
		return "/"
	}
}

// returnTo is where changing the language comes back to. What a form answered
// can't be opened again; the page that it was on can.
func (r *Request) returnTo() string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.Here()
	}
	return r.origin()
}

// lockAttributes tell the page's script when to hide what staff and doctors were
// looking at: a few seconds before the session itself is locked.
func lockAttributes(r *Request, head Head) templ.Attributes {
	if head.Alone || !r.SignedIn() || r.Caller.Role == turno.RolePatient || r.Site.StaffIdle <= 0 {
		return nil
	}
	return templ.Attributes{"data-enhance": "lock", "data-lock-after": strconv.Itoa(int((r.Site.StaffIdle - 5*time.Second) / time.Second))}
}

// owesFactor reports whether the reader is to be reminded of a second factor that
// the clinic requires. Where they set one up, the page itself says it.
func (r *Request) owesFactor(head Head) bool {
	if r.factorDue == nil || r.Caller.MustSetUp || head.Alone {
		return false
	}
	return !strings.HasPrefix(r.URL.Path, "/account/second-factor") && !strings.HasPrefix(r.URL.Path, "/account/passkeys")
}

// Address is one line: street, postal code and city.
func Address(l turno.Location) string {
	city := strings.TrimSpace(l.PostalCode + " " + l.City)
	if l.AddressLine1 == "" || city == "" {
		return l.AddressLine1 + city
	}
	return l.AddressLine1 + ", " + city
}

// Tel is the link that calls a telephone number, as RFC 3966 writes it.
func Tel(phone string) string {
	return "tel:" + strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c == '+' {
			return c
		}
		return -1
	}, phone)
}

func pressed(yes bool) string { return strconv.FormatBool(yes) }
