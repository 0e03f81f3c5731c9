package find

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// slots are open times that book when they are pressed, each with its day below.
func slots(r *page.Request, doctor uuid.UUID, name string, open []turno.Interval) []ui.Slot {
	all := make([]ui.Slot, len(open))
	for i, slot := range open {
		all[i] = ui.Slot{
			At: slot.StartsAt, Href: page.BookPath(doctor, slot.StartsAt, nil),
			Note: r.DayBelow(slot.StartsAt), About: name,
		}
	}
	return all
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
