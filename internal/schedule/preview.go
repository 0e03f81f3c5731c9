package schedule

import (
	"time"

	"github.com/turno-health/turno"
)

// Day is what the hours come to on one real date.
type Day struct {
	Date    turno.Date
	Windows []Window      // that begin on the date
	Slots   int           // that are offered while nothing is booked
	Visits  int           // of the slot length that fit, with the buffer after each
	Changes []ClockChange // of the clocks, on the date
	Remarks []Remark      // on weekly windows that a change of the clocks touches
}

// Remark says what a change of the clocks makes of one weekly window.
type Remark struct {
	Kind         RemarkKind
	Start, End   turno.Clock   // of the window, as the week says
	Begins, Ends turno.Clock   // as clocks really show it
	By           time.Duration // shorter or longer
}

// RemarkKind is what became of a window.
type RemarkKind string

// The kinds.
const (
	RemarkShorter RemarkKind = "shorter"
	RemarkLonger  RemarkKind = "longer"
	RemarkShifted RemarkKind = "shifted" // as long as ever, at other readings of the clock
	RemarkGone    RemarkKind = "gone"    // nothing is left of it
)

// Preview lists what the rules come to on each of so many dates.
func Preview(r Rules, first turno.Date, days int) []Day {
	changes := ClockChanges(r.Zone, first.AddDays(-1).At(0, r.Zone), first.AddDays(days+1).At(0, r.Zone))
	preview := make([]Day, days)
	for i := range preview {
		preview[i] = previewDay(r, first.AddDays(i), changes)
	}
	return preview
}

func previewDay(r Rules, date turno.Date, changes []ClockChange) Day {
	d := Day{Date: date}
	from, to := date.At(0, r.Zone), date.AddDays(1).At(0, r.Zone)
	for _, w := range Windows(r, from, to) {
		if turno.DateOf(w.StartsAt, r.Zone) == date {
			d.Windows = append(d.Windows, w)
		}
	}
	slots := Slots(r, nil, Query{From: from, To: to, Now: from, ForStaff: true})
	d.Slots, d.Visits = len(slots), fitting(slots, minutes(r.BufferMinutes))
	for _, change := range changes {
		if change.Date == date {
			d.Changes = append(d.Changes, change)
		}
	}
	if len(d.Changes) > 0 {
		d.Remarks = remarks(r, date)
	}
	return d
}

// fitting counts the slots that can all be booked, the buffer after each.
func fitting(slots []turno.Interval, buffer time.Duration) int {
	n := 0
	var free time.Time
	for _, slot := range slots {
		if !slot.StartsAt.Before(free) {
			free = slot.EndsAt.Add(buffer)
			n++
		}
	}
	return n
}

func remarks(r Rules, date turno.Date) []Remark {
	var all []Remark
	for _, w := range r.Weekly {
		if w.DayOfWeek != date.Weekday() {
			continue
		}
		if remark, touched := remarkOn(r.Zone, date, w); touched {
			all = append(all, remark)
		}
	}
	return all
}

func remarkOn(zone *time.Location, date turno.Date, w turno.Availability) (Remark, bool) {
	start, end := date.At(w.StartTime, zone), date.At(w.EndTime, zone)
	remark := Remark{Start: w.StartTime, End: w.EndTime, Begins: clockOf(date, start, zone), Ends: clockOf(date, end, zone)}
	change := end.Sub(start) - minutes(int(w.EndTime-w.StartTime))
	remark.By = change.Abs()
	switch {
	case !start.Before(end):
		remark.Kind = RemarkGone
	case change < 0:
		remark.Kind = RemarkShorter
	case change > 0:
		remark.Kind = RemarkLonger
	case remark.Begins != remark.Start:
		remark.Kind = RemarkShifted
	default:
		return Remark{}, false
	}
	return remark, true
}

// clockOf is what clocks show at the instant; midnight after the date is 24:00.
func clockOf(date turno.Date, at time.Time, zone *time.Location) turno.Clock {
	local := at.In(zone)
	c := turno.Clock(local.Hour()*60 + local.Minute()) //nolint:gosec // under 24 hours
	if c == 0 && turno.DateOf(at, zone) != date {
		return turno.EndOfDay
	}
	return c
}
