package practice

import (
	"errors"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// dayFrom is the first day of the times that are shown.
func dayFrom(p practice) turno.Date {
	for _, name := range []string{"from", "day"} {
		if day, err := turno.ParseDate(p.URL.Query().Get(name)); err == nil && !day.Before(p.today()) {
			return day
		}
	}
	return p.today()
}

// weekOfTimes shows the week as buttons of the form around it.
func weekOfTimes(p practice, week booking.SlotWeek) ui.WeekProps {
	return p.Week(page.Week{SlotWeek: week, Zone: p.Local, Note: p.zoneNote(),
		Path:  func(first turno.Date) string { return p.With("from", first.String()) },
		Whole: func(day turno.Date) string { return p.With("from", week.From.String(), "day", day.String()) }})
}

// timeChosen is the slot that was pressed, or the day and time that were typed.
func timeChosen(p practice, form *page.Form) time.Time {
	if at := page.Instant(form.Get("at")); !at.IsZero() {
		return at
	}
	return typedTime(p, form, "date", "time")
}

// typedTime is a day and a time of the doctor's clocks; zero, with what is wrong
// added to the form, when they are none.
func typedTime(p practice, form *page.Form, date, clock string) time.Time {
	day, err := turno.ParseDate(form.Get(date))
	if err != nil {
		form.Add(date, p.T("Choose a day."))
		return time.Time{}
	}
	at, ok := p.Clock(form, clock)
	if !ok {
		return time.Time{}
	}
	if skipped := p.Skipped(day, at, p.Local); skipped != "" {
		form.Add(clock, skipped)
	}
	return day.At(at, p.Local)
}

// alternativesOf are the nearest open times to one that is not to be had.
func alternativesOf(err error) []turno.Interval {
	if e, ok := errors.AsType[*turno.Error](err); ok {
		return e.Alternatives
	}
	return nil
}

// nearestSlots are times to press, with their days: buttons of the form around them.
func nearestSlots(p practice, open []turno.Interval) []ui.Slot {
	slots := make([]ui.Slot, 0, len(open))
	for _, o := range open {
		slots = append(slots, ui.Slot{At: o.StartsAt, Label: p.clock(o.StartsAt), Note: p.ShortDay(p.dayOf(o.StartsAt))})
	}
	return slots
}

// fiveMinutes is how exactly a walk-in's time is proposed.
const fiveMinutes = 5 * time.Minute
