package page

import (
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/web/ui"
)

// Week is a doctor's open times, and how a page shows them.
type Week struct {
	booking.SlotWeek

	Zone  *time.Location                // whose days and times these are
	Note  string                        // whose clocks the times go by
	Path  func(first turno.Date) string // the address of the week that begins on a day
	Whole func(day turno.Date) string   // where a long day is shown whole; nil: here
	Slot  func(*ui.Slot)                // adds where a time leads; nil: it is a button of the form around it
	Until turno.Date                    // the last day that can be booked; zero: not known
}

// daySlots is how many times of a long day are shown at first.
const daySlots = 8

// Week is what ui.WeekSlots shows: the days with their times, the arrows to other
// weeks, none of which has passed, and the way to the first open time.
func (r *Request) Week(w Week) ui.WeekProps {
	today, last := turno.DateOf(r.Now, w.Zone), w.From.AddDays(len(w.Days)-1)
	props := ui.WeekProps{ID: "times", Title: locale.Capital(r.T("%s to %s", r.ShortDay(w.From), r.ShortDay(last))), ZoneNote: w.Note}
	if today.Before(w.From) {
		props.Previous = w.Path(turno.Later(today, w.From.AddDays(-len(w.Days))))
	}
	if w.Until.IsZero() || last.Before(w.Until) {
		props.Next = w.Path(last.AddDays(1))
	}
	if w.Next != nil {
		if day := turno.DateOf(w.Next.StartsAt, w.Zone); day.Before(w.From) || last.Before(day) {
			props.First, props.FirstLabel = w.Path(day), r.T("First open time: %s", r.Day(day, today))
		}
	}
	for _, open := range w.Days {
		props.Days = append(props.Days, r.weekDay(w, open, today))
	}
	return props
}

func (r *Request) weekDay(w Week, open booking.SlotDay, today turno.Date) ui.SlotDay {
	day := ui.SlotDay{Day: open.Date, Name: r.DayName(open.Date, today), Date: r.DayMonth(open.Date)}
	shown := open.Slots
	if w.Whole != nil && len(shown) > daySlots+1 && r.URL.Query().Get("day") != open.Date.String() { // one more is as short as a link to it
		shown = shown[:daySlots]
		day.More, day.MoreN = w.Whole(open.Date), len(open.Slots)-daySlots
	}
	for _, slot := range shown {
		button := ui.Slot{At: slot.StartsAt, Label: r.Time(slot.StartsAt, w.Zone), About: r.Date(open.Date)}
		if w.Slot != nil {
			w.Slot(&button)
		}
		day.Slots = append(day.Slots, button)
	}
	return day
}
