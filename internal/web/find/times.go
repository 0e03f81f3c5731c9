package find

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// slots are open times that book when they are pressed, each with its day below.
func slots(r *page.Request, doctor uuid.UUID, name string, open []turno.Interval) []ui.Slot {
	all := make([]ui.Slot, len(open))
	for i, slot := range open {
		all[i] = ui.Slot{
			At: slot.StartsAt, Href: page.BookPath(doctor, slot.StartsAt, nil),
			Note: shortDay(r, turno.DateOf(slot.StartsAt, r.Zone)), About: name,
		}
	}
	return all
}

// shortDay is a day as it fits below a time: "Today", "Tue 24 Nov".
func shortDay(r *page.Request, day turno.Date) string {
	switch today := r.Today(); {
	case day == today, day == today.AddDays(1):
		return r.Day(day, today)
	default:
		return r.ShortDay(day)
	}
}

// dayName heads a day of a week of open times: "Today", "Tue".
func dayName(r *page.Request, day turno.Date) string {
	if today := r.Today(); day == today || day == today.AddDays(1) {
		return r.Day(day, today)
	}
	return locale.Capital(r.ShortWeekday(day.At(0, time.UTC).Weekday()))
}

// soon is the next open time in words: "Next: today at 16:40".
func soon(r *page.Request, at time.Time) string {
	day := turno.DateOf(at, r.Zone)
	name := r.Day(day, r.Today())
	if day == r.Today() || day == r.Today().AddDays(1) {
		name = strings.ToLower(name)
	}
	return r.T("Next: %s", r.T("%s at %s", name, r.Time(at, r.Zone)))
}

// zoneLine says whose times they are.
func zoneLine(r *page.Request) string {
	return r.T("Times are in %s.", r.Words.Zone(r.Zone.String()))
}

// zoneNote is zoneLine, and says so when a clinic's clocks go otherwise.
func zoneNote(r *page.Request, clinic string) string {
	zone, err := time.LoadLocation(clinic)
	if err != nil {
		return zoneLine(r)
	}
	_, here := r.Now.In(r.Zone).Zone()
	_, there := r.Now.In(zone).Zone()
	if here == there {
		return zoneLine(r)
	}
	return r.T("Times are in %s; the clinic is on %s.", r.Words.Zone(r.Zone.String()), r.Words.Zone(clinic))
}

// placeName is where a doctor sees patients; "" when nobody has said.
func placeName(l *turno.Location) string {
	if l == nil {
		return ""
	}
	if l.City == "" {
		return l.Name
	}
	return l.Name + ", " + l.City
}
