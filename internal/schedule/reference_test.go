package schedule_test

import (
	"maps"
	"slices"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
)

// painted is a stretch of minutes of one window, before anything overlaps it.
type painted struct {
	turno.Interval
	release *int
}

// canvas says which window each minute belongs to. Slow, and plainly right.
type canvas map[int64]*painted

// reference is what Slots should say: it tries every minute of the query, and
// every minute of the slot that would begin there.
func reference(s situation) []turno.Interval {
	owner, busy := paint(s), canvas{}
	for _, period := range s.Busy {
		busy.fill(&painted{Interval: period})
	}
	var slots []turno.Interval
	for start := s.Query.From; start.Before(s.Query.To); start = start.Add(time.Minute) {
		window := owner[start.Unix()/60]
		if window == nil || start.Sub(window.StartsAt)%minutes(s.Rules.SlotMinutes) != 0 {
			continue
		}
		end := start.Add(length(s))
		fits := owner.all(start, end, window)
		free := busy.all(start, end.Add(minutes(s.Rules.BufferMinutes)), nil)
		if fits && free && mayBook(s.Rules, s.Query, window.release, start) {
			slots = append(slots, turno.Interval{StartsAt: start.UTC(), EndsAt: end.UTC()})
		}
	}
	return slots
}

func mayBook(r schedule.Rules, q schedule.Query, release *int, start time.Time) bool {
	ahead := start.Sub(q.Now)
	if q.ForStaff {
		return ahead >= -time.Hour
	}
	if release != nil && (*release == 0 || ahead > minutes(*release)) {
		return false
	}
	return ahead >= minutes(r.MinNoticeMinutes) && ahead <= time.Duration(r.HorizonDays)*24*time.Hour
}

// paint gives every minute its window: among weekly ones the first to begin has
// it, then extra hours paint over them, again the first to begin.
func paint(s situation) canvas {
	var weekly, extra []*painted
	date := turno.DateOf(s.Query.From, s.Rules.Zone).AddDays(-4)
	for range 12 {
		for _, hours := range s.Rules.Weekly {
			if hours.DayOfWeek == date.Weekday() {
				times := turno.Interval{
					StartsAt: date.At(hours.StartTime, s.Rules.Zone),
					EndsAt:   date.At(hours.EndTime, s.Rules.Zone),
				}
				weekly = append(weekly, &painted{Interval: times, release: hours.ReleaseMinutes})
			}
		}
		date = date.AddDays(1)
	}
	for _, hours := range s.Rules.Extra {
		extra = append(extra, &painted{Interval: hours.Interval})
	}
	below, above := fillInOrder(weekly), fillInOrder(extra)
	maps.Copy(below, above)
	return below
}

func fillInOrder(windows []*painted) canvas {
	slices.SortStableFunc(windows, func(a, b *painted) int { return a.StartsAt.Compare(b.StartsAt) })
	c := canvas{}
	for _, window := range windows {
		c.fill(window)
	}
	return c
}

func (c canvas) fill(window *painted) {
	for t := window.StartsAt; t.Before(window.EndsAt); t = t.Add(time.Minute) {
		if c[t.Unix()/60] == nil {
			c[t.Unix()/60] = window
		}
	}
}

func (c canvas) all(from, to time.Time, window *painted) bool {
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		if c[t.Unix()/60] != window {
			return false
		}
	}
	return true
}
