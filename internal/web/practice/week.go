package practice

import (
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/ui"
)

// weekAgenda is the week as columns of time.
func weekAgenda(p practice, a agenda) ui.AgendaProps {
	first := p.weekOf(a.Day)
	props := ui.AgendaProps{Label: p.T("The week"), Zone: p.Local, Now: p.Now, Compact: true}
	props.FromHour, props.ToHour = weekHours(p, a)
	for i := range 7 {
		props.Columns = append(props.Columns, weekDay(p, a, first.AddDays(i)))
	}
	return props
}

func weekDay(p practice, a agenda, day turno.Date) ui.AgendaColumn {
	column := ui.AgendaColumn{Day: day, Title: capital(p.ShortDay(day)), Today: day == p.today(), Href: p.to("/schedule", "day", day.String())}
	visits := 0
	midnight := turno.Interval{StartsAt: day.At(0, p.Local), EndsAt: day.AddDays(1).At(0, p.Local)}
	for _, off := range a.TimeOff {
		if off.Overlaps(midnight) {
			column.Items = append(column.Items, ui.AgendaItem{At: latest(off.StartsAt, midnight.StartsAt), Ends: earliest(off.EndsAt, midnight.EndsAt),
				Off: true, AllDay: ui.Covers(off.Interval, midnight), Title: p.T("Time off"), Note: off.Reason})
		}
	}
	for _, v := range a.Visits {
		if p.dayOf(v.ScheduledAt) != day {
			continue
		}
		visits++
		column.Items = append(column.Items, ui.AgendaItem{At: v.ScheduledAt, Ends: v.EndsAt, Title: v.PatientName, Note: p.Born(v.PatientBirth),
			Href: p.toVisit(v.ID), Standing: ui.StandingOf(v.Appointment)})
	}
	for _, slot := range a.Free {
		if p.dayOf(slot.StartsAt) == day {
			column.Items = append(column.Items, ui.AgendaItem{At: slot.StartsAt, Ends: slot.EndsAt, Free: true, About: capital(p.Date(day)),
				Href: p.to("/schedule/book", "at", instant(slot.StartsAt))})
		}
	}
	column.Note = p.N("%d visit|%d visits", visits)
	return column
}

// weekHours are the hours of the clock that some day of the week needs.
func weekHours(p practice, a agenda) (first, last int) {
	first, last = 24, 0
	show := func(i turno.Interval) {
		day := p.dayOf(i.StartsAt)
		first = min(first, p.hourOf(day, i.StartsAt))
		last = max(last, p.hourOf(day, i.EndsAt.Add(-1))+1)
	}
	for _, i := range a.Hours {
		show(i)
	}
	for _, v := range a.Visits {
		show(v.Interval())
	}
	if first >= last {
		return 8, 18
	}
	return first, last
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
