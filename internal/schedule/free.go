package schedule

import (
	"math"
	"slices"
	"sort"
	"time"

	"github.com/turno-health/turno"
)

// Free is the starts at which a doctor's patients may begin visits of one length,
// now or later, computed once for a stretch of time. What of it is open at a
// moment costs little more than looking: notice, horizon, times that are released
// late and holds that expire are kept as conditions, since they change by
// themselves as time passes. It is right for as long as neither the rules nor the
// busy periods change. It never changes, so it is safe for concurrent use.
type Free struct {
	runs       []run
	conditions []condition

	// In microseconds, as are all instants here: compact, and as exact as what is
	// stored.
	grid, length, notice, horizon int64
}

// run is a number of starts, a step of the grid apart, under one condition.
type run struct {
	first     int64
	count     int32
	condition int32 // which of Free.conditions
}

// condition is what time must bring before a start is open.
type condition struct {
	since   int64 // open from this moment on: the end of the holds in the way
	release int64 // and from so long before the start
}

// always is the condition of most starts.
func always() condition { return condition{since: -1 << 62, release: 1 << 60} }

// NewFree computes the starts in [from, to) of visits of so many minutes; 0 means
// Rules.SlotMinutes. busy are the doctor's periods sorted by start, buffers already
// in them; those that expire block until then.
func NewFree(r Rules, busy []turno.BusyPeriod, minutesEach int, from, to time.Time) *Free {
	if minutesEach == 0 {
		minutesEach = r.SlotMinutes
	}
	f := &Free{
		grid:       minutes(r.SlotMinutes).Microseconds(),
		length:     minutes(minutesEach).Microseconds(),
		notice:     minutes(r.MinNoticeMinutes).Microseconds(),
		horizon:    (time.Duration(r.HorizonDays) * day).Microseconds(),
		conditions: []condition{always()},
	}
	f.compute(r, busy, from, to)
	f.runs = slices.Clone(f.runs) // no longer than they are: they stay for long
	return f
}

// Renewed is f with the starts in [from, to) computed anew, under the rules that f
// was computed with; to is not before from. Of busy it needs what is in the way of
// visits that begin then.
func (f *Free) Renewed(r Rules, busy []turno.BusyPeriod, from, to time.Time) *Free {
	renewed := &Free{
		runs: make([]run, 0, len(f.runs)+2), conditions: []condition{always()},
		grid: f.grid, length: f.length, notice: f.notice, horizon: f.horizon,
	}
	renewed.keep(f, math.MinInt64, notBefore(from))
	renewed.compute(r, busy, from, to)
	renewed.keep(f, notBefore(to), math.MaxInt64)
	return renewed
}

// compute adds the free starts in [from, to), which are later than those there are.
func (f *Free) compute(r Rules, busy []turno.BusyPeriod, from, to time.Time) {
	s := newSearch(r, Query{From: from, To: to, Minutes: f.Minutes(), ForStaff: true})
	if s.grid <= 0 || s.length <= 0 || s.first.After(s.last) {
		return
	}
	for _, w := range Windows(r, s.first, s.last.Add(1)) {
		c := always()
		if w.ReleaseMinutes != nil {
			if *w.ReleaseMinutes == 0 { // never for patients
				continue
			}
			c.release = minutes(*w.ReleaseMinutes).Microseconds()
		}
		first, last := s.starts(w)
		for start := first; !start.After(last); start = start.Add(s.grid) {
			for len(busy) > 0 && !busy[0].EndsAt.After(start) {
				busy = busy[1:]
			}
			if since, free := freeSince(busy, start.Add(s.length+s.buffer)); free {
				f.add(start.UnixMicro(), 1, condition{since: max(c.since, since), release: c.release})
			}
		}
	}
}

// keep adds the starts in [low, high) of another, which are later than those there
// are.
func (f *Free) keep(of *Free, low, high int64) {
	for _, r := range of.runs[of.reaching(low):] {
		first := of.onGrid(r, low)
		if last := min(of.last(r), high-1); first <= last {
			f.add(first, int32((last-first)/of.grid)+1, of.conditions[r.condition]) //nolint:gosec // no more than there were
		}
	}
}

// freeSince is from when on the periods leave their time free up to end; never
// when one of them does not expire.
func freeSince(busy []turno.BusyPeriod, end time.Time) (since int64, free bool) {
	since = always().since
	for i := range busy {
		if !busy[i].StartsAt.Before(end) {
			break
		}
		if busy[i].ExpiresAt == nil {
			return 0, false
		}
		since = max(since, busy[i].ExpiresAt.UnixMicro())
	}
	return since, true
}

// add adds the next starts: to the last run, if they go on there.
func (f *Free) add(first int64, count int32, c condition) {
	if n := len(f.runs); n > 0 {
		last := &f.runs[n-1]
		if first == last.first+int64(last.count)*f.grid && c == f.conditions[last.condition] {
			last.count += count
			return
		}
	}
	which := slices.Index(f.conditions, c)
	if which < 0 {
		which = len(f.conditions)
		f.conditions = append(f.conditions, c)
	}
	f.runs = append(f.runs, run{first, count, int32(which)}) //nolint:gosec // few conditions
}

// AppendSlots appends what Slots says about q to dst, for a patient. It ignores
// Minutes and ForStaff.
func (f *Free) AppendSlots(dst []turno.Interval, q Query) []turno.Interval {
	left := q.Limit
	f.each(q, func(first, last int64) bool {
		for at := first; at <= last; at += f.grid {
			dst = append(dst, turno.Interval{StartsAt: time.UnixMicro(at).UTC(), EndsAt: time.UnixMicro(at + f.length).UTC()})
			if left--; left == 0 {
				return false
			}
		}
		return true
	})
	return dst
}

// Count is how many slots AppendSlots would append.
func (f *Free) Count(q Query) (n int) {
	f.each(q, func(first, last int64) bool {
		n += int((last-first)/f.grid) + 1
		return q.Limit == 0 || n < q.Limit
	})
	if q.Limit > 0 {
		n = min(n, q.Limit)
	}
	return n
}

// Minutes is how long each of the visits is.
func (f *Free) Minutes() int { return int(f.length / time.Minute.Microseconds()) }

// First is the start of the first slot that AppendSlots would append, in
// microseconds since 1970; false when there is none.
func (f *Free) First(q Query) (at int64, found bool) {
	f.each(q, func(first, _ int64) bool {
		at, found = first, true
		return false
	})
	return at, found
}

// Earliest is a moment before which nothing will be open from now on, whatever
// time brings, in microseconds since 1970; false when there is nothing at all.
func (f *Free) Earliest(now time.Time) (at int64, found bool) {
	bound := now.UnixMicro() + f.notice
	for _, r := range f.runs[f.reaching(bound):] {
		return max(r.first, bound), true
	}
	return 0, false
}

// each calls yield with the first and the last start, both inclusive, of the
// stretches of the grid that are open for q, until it says false.
func (f *Free) each(q Query, yield func(first, last int64) bool) {
	now := q.Now.UnixMicro()
	low := max(notBefore(q.From), notBefore(q.Now)+f.notice)
	high := min(notBefore(q.To)-1, now+f.horizon)
	for _, r := range f.runs[f.reaching(low):] {
		if r.first > high {
			return
		}
		c := f.conditions[r.condition]
		if now < c.since {
			continue
		}
		first, last := f.onGrid(r, low), min(f.last(r), high, now+c.release)
		if first <= last && !yield(first, last) {
			return
		}
	}
}

// reaching is the first run that has a start at the moment or after it.
func (f *Free) reaching(moment int64) int {
	return sort.Search(len(f.runs), func(i int) bool { return f.last(f.runs[i]) >= moment })
}

// onGrid is the first moment of a run's grid that is neither before the run nor
// before low.
func (f *Free) onGrid(r run, low int64) int64 {
	if low <= r.first {
		return r.first
	}
	return r.first + (low-r.first+f.grid-1)/f.grid*f.grid
}

func (f *Free) last(r run) int64 { return r.first + int64(r.count-1)*f.grid }

// notBefore is the first whole microsecond that is not before t.
func notBefore(t time.Time) int64 {
	micros := t.UnixMicro()
	if t.Nanosecond()%int(time.Microsecond) != 0 {
		micros++
	}
	return micros
}
