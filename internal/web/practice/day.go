package practice

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/web/ui"
)

// entry is something of a day, by when it begins.
type entry struct {
	at   time.Time
	item ui.DayItem
}

// dayList is the day as a list of hours.
func dayList(p practice, a agenda) ui.DayListProps {
	list := ui.DayListProps{Label: p.T("The day, hour by hour"), Zone: p.Local}
	entries := dayEntries(p, a)
	first, last := shownHours(p, a)
	if first == last { // a day off: nothing happens but now
		return list
	}
	for hour := first; hour < last; hour++ {
		list.Hours = append(list.Hours, ui.DayHour{Hour: hour})
	}
	for _, e := range entries {
		hour := min(max(p.hourOf(a.Day, e.at), first), last-1) - first
		list.Hours[hour].Items = append(list.Hours[hour].Items, e.item)
	}
	return list
}

// dayEntries is everything of the day in order; free times that follow each other
// within an hour are one entry.
func dayEntries(p practice, a agenda) []entry {
	var entries []entry
	for _, v := range a.Visits {
		visit := visitRow(p, v, answers(p, v))
		entries = append(entries, entry{v.ScheduledAt, ui.DayItem{Visit: &visit}})
	}
	midnight := turno.Interval{StartsAt: a.Day.At(0, p.Local), EndsAt: a.Day.AddDays(1).At(0, p.Local)}
	for _, off := range a.TimeOff {
		entries = append(entries, entry{off.StartsAt, ui.DayItem{Off: &ui.OffProps{AllDay: ui.Covers(off.Interval, midnight),
			At: latest(off.StartsAt, midnight.StartsAt), Ends: earliest(off.EndsAt, midnight.EndsAt), Title: p.T("Time off"), Note: off.Reason, Href: p.to("/schedule/time-off")}}})
	}
	for _, slot := range a.Free {
		entries = append(entries, entry{slot.StartsAt, ui.DayItem{Free: []ui.Slot{freeSlot(p, slot)}}})
	}
	if a.Day == p.today() {
		entries = append(entries, entry{p.Now, ui.DayItem{Now: p.Now}})
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return a.at.Compare(b.at) })
	return joinFree(p, a.Day, entries)
}

func joinFree(p practice, day turno.Date, entries []entry) []entry {
	var joined []entry
	for _, e := range entries {
		if n := len(joined); n > 0 && len(e.item.Free) > 0 && len(joined[n-1].item.Free) > 0 &&
			p.hourOf(day, joined[n-1].at) == p.hourOf(day, e.at) {
			joined[n-1].item.Free = append(joined[n-1].item.Free, e.item.Free...)
			continue
		}
		joined = append(joined, e)
	}
	return joined
}

// freeSlot is a free time, which books.
func freeSlot(p practice, slot turno.Interval) ui.Slot {
	return ui.Slot{At: slot.StartsAt, Label: p.clock(slot.StartsAt), About: p.T("free, book it"),
		Href: p.to("/schedule/book", "at", instant(slot.StartsAt))}
}

// shownHours are the first hour that is shown and the one before which the day
// ends: of the working hours, and whatever else there is.
func shownHours(p practice, a agenda) (first, last int) {
	first, last = 24, 0
	show := func(i turno.Interval) {
		first = min(first, p.hourOf(a.Day, i.StartsAt))
		last = max(last, p.hourOf(a.Day, i.EndsAt.Add(-1))+1)
	}
	for _, i := range a.Hours {
		show(i)
	}
	for _, v := range a.Visits {
		show(v.Interval())
	}
	if first >= last {
		for _, off := range a.TimeOff {
			show(off.Interval)
		}
	}
	if first >= last {
		return 0, 0
	}
	return first, last
}

// hourOf is the hour of the day's wall clock at an instant, within the day.
func (p practice) hourOf(day turno.Date, t time.Time) int {
	switch at := p.dayOf(t); {
	case at.Before(day):
		return 0
	case day.Before(at):
		return 23
	}
	return t.In(p.Local).Hour()
}

// about is what a visit is: its kind, its length, how, and, for the doctor alone,
// what the patient wrote.
func (p practice) about(v booking.VisitView) string {
	parts := []string{p.kind(v), p.Minutes(int(v.Interval().Duration() / time.Minute))}
	if v.VisitType != nil && v.VisitType.Mode != turno.ModeInPerson {
		parts = append(parts, ui.ModeName(p.Words, v.VisitType.Mode))
	}
	if v.ComingAt != nil && v.Status == turno.StatusConfirmed {
		parts = append(parts, p.T("said to be coming"))
	}
	if v.Reason != "" {
		parts = append(parts, "“"+shortened(v.Reason)+"”")
	}
	return strings.Join(parts, " · ")
}

func (p practice) kind(v booking.VisitView) string {
	if v.VisitType == nil {
		return p.T("Visit")
	}
	return v.VisitType.Name
}

func modeIcon(v booking.VisitView) ui.IconName {
	if v.VisitType == nil {
		return ""
	}
	return ui.ModeIcon(v.VisitType.Mode)
}

// shortened is the beginning of what somebody wrote, on one line.
func shortened(text string) string {
	const enough = 120
	letters := []rune(strings.Join(strings.Fields(text), " "))
	if len(letters) <= enough {
		return string(letters)
	}
	return strings.TrimSpace(string(letters[:enough])) + "…"
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func (p practice) count(n int) string { return strconv.Itoa(n) }

func capital(s string) string { return locale.Capital(s) }

// oldest is when the first of the requests was made.
func oldest(a agenda) time.Time {
	if len(a.Requests) == 0 {
		return a.StartsAt
	}
	return a.Requests[0].CreatedAt
}
