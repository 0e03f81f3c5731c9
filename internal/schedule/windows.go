package schedule

import (
	"time"

	"github.com/turno-health/turno"
)

// Window is a stretch of real time in which slots may lie.
type Window struct {
	turno.Interval
	Anchor         time.Time // slots step from here; before StartsAt where the beginning was cut off
	ReleaseMinutes *int      // as in turno.Availability; always nil for extra hours
}

// roomForWindows is how many windows a search holds without allocating: four
// weeks of two a day, and some.
const roomForWindows = 64

// Windows lists the real windows of the hours that share any time with
// [from, to), whole, sorted and without overlap, in UTC.
//
// Extra hours win over weekly ones. What remains of a weekly window keeps its
// own grid. Of two windows of the same sort the one that really begins later is
// cut to begin at the end of the other (docs/decisions/0002). A window that a
// change of the clocks leaves empty is not there.
func Windows(r Rules, from, to time.Time) []Window {
	return appendWindows(nil, r, from, to)
}

// Outside lists the indexes of the visits that the hours do not cover from
// start to end. A visit that reaches from one window into an adjoining one is
// covered.
func Outside(r Rules, visits []turno.Interval) []int {
	var outside []int
	var room [roomForWindows]Window
	for i, visit := range visits {
		covered := visit.StartsAt
		for _, w := range appendWindows(room[:0], r, visit.StartsAt, visit.EndsAt) {
			if !w.StartsAt.After(covered) {
				covered = later(covered, w.EndsAt)
			}
		}
		if covered.Before(visit.EndsAt) {
			outside = append(outside, i)
		}
	}
	return outside
}

func appendWindows(dst []Window, r Rules, from, to time.Time) []Window {
	var weeklyRoom, extraRoom [roomForWindows]Window
	weekly := withoutOverlap(appendWeekly(weeklyRoom[:0], r, from, to))
	extra := withoutOverlap(appendExtra(extraRoom[:0], r.Extra))

	var covered time.Time // the end of the extra hours so far
	for _, w := range weekly {
		w.StartsAt = later(w.StartsAt, covered)
		for len(extra) > 0 && extra[0].StartsAt.Before(w.EndsAt) {
			left := w
			left.EndsAt = extra[0].StartsAt
			dst = appendWithin(dst, left, from, to)
			dst = appendWithin(dst, extra[0], from, to)
			covered = extra[0].EndsAt
			w.StartsAt = later(w.StartsAt, covered)
			extra = extra[1:]
		}
		dst = appendWithin(dst, w, from, to)
	}
	for _, w := range extra {
		dst = appendWithin(dst, w, from, to)
	}
	return dst
}

// appendWeekly adds the weekly windows of every date that can have one in
// [from, to). It begins a date early: where a zone skipped a whole day, the
// hours of that day really lie on the next.
func appendWeekly(dst []Window, r Rules, from, to time.Time) []Window {
	clock := localClock{zone: r.Zone}
	midnight, last := wallMidnight(from.In(r.Zone)).Add(-day), wallMidnight(to.In(r.Zone))
	for ; !midnight.After(last); midnight = midnight.Add(day) {
		weekday := turno.WeekdayOf(midnight.Weekday())
		for i := range r.Weekly {
			hours := &r.Weekly[i]
			if hours.DayOfWeek != weekday {
				continue
			}
			start := clock.at(midnight, hours.StartTime)
			dst = insert(dst, Window{
				Interval:       turno.Interval{StartsAt: start, EndsAt: clock.at(midnight, hours.EndTime)},
				Anchor:         start,
				ReleaseMinutes: hours.ReleaseMinutes,
			})
		}
	}
	return dst
}

func appendExtra(dst []Window, extra []turno.ExtraHours) []Window {
	for i := range extra {
		start := extra[i].StartsAt.UTC()
		dst = insert(dst, Window{
			Interval: turno.Interval{StartsAt: start, EndsAt: extra[i].EndsAt.UTC()},
			Anchor:   start,
		})
	}
	return dst
}

// insert adds w to windows sorted by start, behind those that start with it.
// They come nearly in order, so that is rarely more than an append.
func insert(windows []Window, w Window) []Window {
	windows = append(windows, w)
	for i := len(windows) - 1; i > 0 && w.StartsAt.Before(windows[i-1].StartsAt); i-- {
		windows[i], windows[i-1] = windows[i-1], w
	}
	return windows
}

// withoutOverlap cuts each of the sorted windows to begin no sooner than the
// ones before it end, in place, and drops what is empty.
func withoutOverlap(windows []Window) []Window {
	kept := windows[:0]
	var reached time.Time
	for _, w := range windows {
		w.StartsAt = later(w.StartsAt, reached)
		if w.StartsAt.Before(w.EndsAt) {
			kept = append(kept, w)
			reached = w.EndsAt
		}
	}
	return kept
}

// appendWithin adds w unless it is empty or shares no time with [from, to).
func appendWithin(dst []Window, w Window, from, to time.Time) []Window {
	if w.StartsAt.Before(w.EndsAt) && w.StartsAt.Before(to) && from.Before(w.EndsAt) {
		dst = append(dst, w)
	}
	return dst
}
