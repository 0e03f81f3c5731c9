package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/turno-health/turno"
)

// Displaced is a visit that must give way, with the slots of its length that are
// open, and with when its patient can't come.
type Displaced struct {
	StartsAt time.Time
	Open     []turno.Interval
	Busy     []turno.Interval
}

// Spread finds up to n slots for each of the visits, the nearest to its time
// first. As far as it goes no two visits get slots that overlap, the buffer after
// each included: everybody gets a first choice before anybody gets a second. Only
// a visit that has none at all then shares those of others.
func Spread(visits []Displaced, buffer time.Duration, n int) [][]turno.Interval {
	found := make([][]turno.Interval, len(visits))
	nearest := make([][]turno.Interval, len(visits))
	for i, v := range visits {
		nearest[i] = v.nearest()
	}
	var given []turno.Interval // sorted, without overlap
	for range n {
		for i := range visits {
			for len(nearest[i]) > 0 {
				slot := nearest[i][0]
				nearest[i] = nearest[i][1:]
				if at, free := roomFor(given, slot, buffer); free {
					given = slices.Insert(given, at, withBuffer(slot, buffer))
					found[i] = append(found[i], slot)
					break
				}
			}
		}
	}
	for i, v := range visits {
		if len(found[i]) == 0 {
			shared := v.nearest()
			found[i] = shared[:min(n, len(shared))]
		}
	}
	return found
}

// nearest is the open slots at which the patient can come, the nearest first; of
// two that are equally near, the earlier.
func (d Displaced) nearest() []turno.Interval {
	slots := slices.DeleteFunc(slices.Clone(d.Open), func(slot turno.Interval) bool {
		return slices.ContainsFunc(d.Busy, slot.Overlaps)
	})
	slices.SortStableFunc(slots, func(a, b turno.Interval) int {
		return cmp.Compare(a.StartsAt.Sub(d.StartsAt).Abs(), b.StartsAt.Sub(d.StartsAt).Abs())
	})
	return slots
}

// roomFor is where slot belongs among the given ones, and whether it overlaps
// none.
func roomFor(given []turno.Interval, slot turno.Interval, buffer time.Duration) (at int, free bool) {
	wanted := withBuffer(slot, buffer)
	at, _ = slices.BinarySearchFunc(given, wanted, func(g, w turno.Interval) int { return g.StartsAt.Compare(w.StartsAt) })
	free = (at == 0 || !given[at-1].Overlaps(wanted)) && (at == len(given) || !given[at].Overlaps(wanted))
	return at, free
}

func withBuffer(i turno.Interval, buffer time.Duration) turno.Interval {
	i.EndsAt = i.EndsAt.Add(buffer)
	return i
}
