package calendar

import (
	"strings"
	"time"
	"unicode"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/ical"
	"github.com/turno-health/turno/internal/locale"
)

// refresh is how often programs should fetch a feed again. Many take their own time.
const refresh = time.Hour

// Reader is who the calendar is for, and where the pages are that its entries lead
// to.
type Reader struct {
	Words *locale.Words
	Role  turno.Role
	Base  string // of the pages: "https://clinic.example"
}

// Feed is a calendar to be fetched again and again. name is the clinic's.
func (r Reader) Feed(c booking.Calendar, name string) *ical.Calendar {
	feed := r.calendar()
	feed.Name, feed.Colour, feed.Refresh = r.Words.T("Visits at %s", name), "seagreen", refresh
	zones := zones{}
	for _, e := range c.Entries {
		feed.Events = append(feed.Events, r.event(e, zones))
	}
	for _, off := range c.TimeOff {
		feed.Events = append(feed.Events, ical.Event{
			UID: off.ID.String(), Stamp: off.CreatedAt, Created: off.CreatedAt, Modified: off.CreatedAt,
			Starts: off.StartsAt, Ends: off.EndsAt, Zone: zones.named(c.Zone),
			Status: ical.Confirmed, Summary: r.Words.T("Time off"), Private: true,
		})
	}
	return feed
}

// Visit is a calendar of one visit, to be put among others.
func (r Reader) Visit(e booking.CalendarEntry) *ical.Calendar {
	file := r.calendar()
	file.Events = []ical.Event{r.event(e, zones{})}
	return file
}

func (r Reader) calendar() *ical.Calendar { return &ical.Calendar{Product: "-//Turno//Turno//EN"} }

func (r Reader) event(e booking.CalendarEntry, zones zones) ical.Event {
	event := ical.Event{
		UID: e.ID.String(), Stamp: e.UpdatedAt, Created: e.CreatedAt, Modified: e.UpdatedAt, Sequence: e.Sequence,
		Starts: e.Interval.StartsAt, Ends: e.Interval.EndsAt, Zone: zones.named(e.Zone),
		Status: ical.Confirmed, Summary: r.summary(e), URL: r.address(e), Free: e.CalledOff, Private: true,
	}
	switch {
	case e.CalledOff:
		event.Status = ical.Cancelled
		event.Summary = r.Words.T("Cancelled: %s", event.Summary) // not every program reads the status
		return event
	case e.Status == turno.StatusPending:
		event.Status = ical.Tentative
		event.Summary = r.Words.T("Requested: %s", event.Summary)
	}
	event.Location, event.Description = r.place(e), r.description(e)
	return event
}

// summary is what stands on lock screens: it says neither what a visit is about nor
// what the doctor's field is. The practice's calendars are kept by others, so
// patients are initials there.
func (r Reader) summary(e booking.CalendarEntry) string {
	switch {
	case e.Mine:
		return r.Words.T("Visit with %s", e.DoctorName)
	case e.Caring:
		return r.Words.T("Visit with %s for %s", e.DoctorName, e.PatientName)
	}
	return r.Words.T("Visit: %s", initials(e.PatientName))
}

func (r Reader) description(e booking.CalendarEntry) string {
	var lines []string
	if e.Status == turno.StatusPending {
		lines = append(lines, r.Words.T("Requested, not yet confirmed"))
	}
	if !e.Mine && !e.Caring {
		return strings.Join(append(lines, r.Words.T("Who it is, and more: %s", r.address(e))), "\n")
	}
	if e.Location != nil && e.Location.Phone != "" {
		lines = append(lines, r.Words.T("Questions? Call %s.", e.Location.Phone))
	}
	return strings.Join(append(lines, r.Words.T("What to bring, and how to move or cancel it: %s", r.address(e))), "\n")
}

// place is where somebody has to go, or how it takes place otherwise.
func (r Reader) place(e booking.CalendarEntry) string {
	switch e.Mode {
	case turno.ModePhone:
		return locale.Capital(r.Words.T("by phone"))
	case turno.ModeVideo:
		return locale.Capital(r.Words.T("by video"))
	case turno.ModeInPerson:
	}
	if e.Location == nil {
		return ""
	}
	var parts []string
	for _, part := range []string{e.Location.Name, e.Location.AddressLine1, e.Location.AddressLine2,
		strings.TrimSpace(e.Location.PostalCode + " " + e.Location.City)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// address is the page of the visit.
func (r Reader) address(e booking.CalendarEntry) string {
	if r.Role == turno.RoleDoctor && !e.Mine && !e.Caring {
		return r.Base + "/schedule/visits/" + e.ID.String()
	}
	return r.Base + "/appointments/" + e.ID.String()
}

// initials are the first letters of a name: "A. M. P." of "Ana María Pérez".
func initials(name string) string {
	var letters []string
	for word := range strings.FieldsSeq(name) {
		for _, c := range word {
			if unicode.IsLetter(c) {
				letters = append(letters, string(unicode.ToUpper(c))+".")
				break
			}
		}
	}
	return strings.Join(letters, " ")
}

// zones are the time zones that were asked for.
type zones map[string]*time.Location

// named is a zone, or UTC for one that this machine does not know.
func (z zones) named(name string) *time.Location {
	zone, known := z[name]
	if !known {
		var err error
		if zone, err = time.LoadLocation(name); err != nil {
			zone = time.UTC
		}
		z[name] = zone
	}
	return zone
}
