package schedule

import (
	"slices"
	"sort"
	"time"

	"github.com/turno-health/turno"
)

// Rules are what decides where a doctor's slots are.
type Rules struct {
	Zone             *time.Location // the weekly hours are local to it; never nil
	Weekly           []turno.Availability
	Extra            []turno.ExtraHours
	SlotMinutes      int // the grid, and the length of a visit without a type; without a positive one nothing is offered
	BufferMinutes    int // kept free after each visit
	MinNoticeMinutes int // patients start no sooner than this from now
	HorizonDays      int // and no later than this, in days of 24 hours
}

// Query is one search for slots.
type Query struct {
	From, To time.Time // slots that start in [From, To)
	Now      time.Time
	Minutes  int  // the length of the visit; 0 means Rules.SlotMinutes
	ForStaff bool // sees windows that patients do not see (yet), free of notice and horizon
	Limit    int  // at most so many slots, the soonest; 0 means all
}

// walkIn is how far in the past staff are offered a start.
const walkIn = 60 * time.Minute

// nearestReach is how far from the wanted time Nearest looks, either way.
const nearestReach = 14 * 24 * time.Hour

// Slots lists the offered slots, soonest first, each from the start to the end
// of the visit without the buffer after it, in UTC. busy are the doctor's
// periods sorted by start, buffers already in them. A visit longer than the
// grid is offered at each step of the grid, so such offers overlap.
func Slots(r Rules, busy []turno.Interval, q Query) []turno.Interval {
	return AppendSlots(nil, r, busy, q)
}

// AppendSlots appends what Slots lists to dst. It allocates nothing for a few
// weeks' search when dst has room.
func AppendSlots(dst []turno.Interval, r Rules, busy []turno.Interval, q Query) []turno.Interval {
	s := newSearch(r, q)
	if s.grid <= 0 || s.length <= 0 || s.first.After(s.last) {
		return dst
	}
	var room [roomForWindows]Window
	windows := appendWindows(room[:0], r, s.first, s.last.Add(1))
	left := s.count(windows)
	if q.Limit > 0 {
		left = min(left, q.Limit)
	}
	dst = slices.Grow(dst, left)
	for _, w := range windows {
		first, last := s.starts(w)
		end := last.Sub(first)
		for at := time.Duration(0); at <= end; { // both after first
			busy = endingAfter(busy, first.Add(at))
			free, onward := end, end+1 // the last start before the next busy period, and the first one after it
			if len(busy) > 0 {
				free = min(end, busy[0].StartsAt.Sub(first)-s.length-s.buffer)
				onward = s.onGrid(busy[0].EndsAt.Sub(first))
			}
			for ; at <= free; at += s.grid {
				if left == 0 {
					return dst
				}
				start := first.Add(at)
				dst = append(dst, turno.Interval{StartsAt: start, EndsAt: start.Add(s.length)})
				left--
			}
			at = max(at, onward)
		}
	}
	return dst
}

// Offered reports whether a slot at this very start is offered. It ignores From,
// To and Limit of q.
func Offered(r Rules, busy []turno.Interval, start time.Time, q Query) bool {
	var room [1]turno.Interval
	q.From, q.To, q.Limit = start, start.Add(1), 1
	return len(AppendSlots(room[:0], r, busy, q)) == 1
}

// Nearest lists the n offered slots that start nearest to around, soonest first:
// the alternatives for somebody who lost a race. Of two that are equally near
// the earlier is nearer. It looks two weeks either way and ignores From, To and
// Limit of q.
func Nearest(r Rules, busy []turno.Interval, around time.Time, n int, q Query) []turno.Interval {
	q.Limit = 0
	var slots []turno.Interval
	// Whatever lies outside of a reach is farther than all that lies in it.
	for reach := nearestReach / 16; len(slots) < n && reach <= nearestReach; reach *= 2 {
		q.From, q.To = around.Add(-reach), around.Add(reach)
		slots = AppendSlots(slots[:0], r, busy, q)
	}
	high := sort.Search(len(slots), func(i int) bool { return !slots[i].StartsAt.Before(around) })
	low := high
	for high-low < n && high-low < len(slots) {
		before, after := low > 0, high < len(slots)
		if before && (!after || around.Sub(slots[low-1].StartsAt) <= slots[high].StartsAt.Sub(around)) {
			low--
		} else {
			high++
		}
	}
	return slots[low:high]
}

// search is a query made ready: every length a duration, and the first and the
// last instant at which a slot may start.
type search struct {
	grid, length, buffer time.Duration
	now                  time.Time
	first, last          time.Time // both inclusive
	forStaff             bool
}

func newSearch(r Rules, q Query) search {
	s := search{
		grid:     minutes(r.SlotMinutes),
		length:   minutes(r.SlotMinutes),
		buffer:   minutes(r.BufferMinutes),
		now:      q.Now,
		first:    q.From.UTC(),
		last:     q.To.Add(-1).UTC(),
		forStaff: q.ForStaff,
	}
	if q.Minutes != 0 {
		s.length = minutes(q.Minutes)
	}
	if q.ForStaff {
		s.first = later(s.first, q.Now.Add(-walkIn))
		return s
	}
	s.first = later(s.first, q.Now.Add(minutes(r.MinNoticeMinutes)))
	s.last = earlier(s.last, q.Now.Add(time.Duration(r.HorizonDays)*24*time.Hour))
	return s
}

// starts is the first and the last instant, both inclusive, at which a slot in
// w may start; the first is on w's grid. With none the first is after the last.
func (s search) starts(w Window) (first, last time.Time) {
	last = earlier(s.last, w.EndsAt.Add(-s.length))
	if w.ReleaseMinutes != nil && !s.forStaff {
		if *w.ReleaseMinutes == 0 {
			return s.now, s.now.Add(-1)
		}
		last = earlier(last, s.now.Add(minutes(*w.ReleaseMinutes)))
	}
	first = w.Anchor
	if ahead := later(s.first, w.StartsAt).Sub(w.Anchor); ahead > 0 {
		first = first.Add(s.onGrid(ahead))
	}
	return first, last
}

// onGrid rounds a time after an anchor up to the grid.
func (s search) onGrid(after time.Duration) time.Duration {
	onward := after + s.grid - 1
	return onward - onward%s.grid
}

// count is the number of slots that there would be if nothing were busy.
func (s search) count(windows []Window) int {
	n := 0
	for _, w := range windows {
		if first, last := s.starts(w); !first.After(last) {
			n += int(last.Sub(first)/s.grid) + 1
		}
	}
	return n
}

// endingAfter drops the leading periods that are over at t.
func endingAfter(busy []turno.Interval, t time.Time) []turno.Interval {
	for len(busy) > 0 && !busy[0].EndsAt.After(t) {
		busy = busy[1:]
	}
	return busy
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
