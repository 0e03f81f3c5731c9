package freetime

import (
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/store"
)

// Query is a search for open times, at the moment of a transaction that began
// after Await said yes, and that Knows says yes to.
type Query struct {
	Now   time.Time
	From  time.Time // not before; also not before Now
	Kinds bool      // of the shortest kind of visit that everybody may book; else of a slot
	Slots int       // how many open times of each doctor at most
}

func (q Query) schedule() schedule.Query {
	from := q.From
	if from.Before(q.Now) {
		from = q.Now
	}
	return schedule.Query{Now: q.Now, From: from, To: q.Now.Add(farthest), Limit: q.Slots}
}

// Found is a doctor with their next open times; none when there is none.
type Found struct {
	DoctorID uuid.UUID
	Slots    []turno.Interval
}

// Place is where a list of the soonest goes on: after a doctor, and the first open
// time that they were listed with, if there was one. The zero Place is the start.
type Place struct {
	Open     bool
	StartsAt time.Time
	DoctorID uuid.UUID
}

// Soonest lists at most limit of the doctors that match, from a place on: by their
// first open time and then by id, and last those without any.
//
// It goes through the order until nobody who follows can be earlier than those it
// has: for most searches after some tens of doctors.
func (x *Index) Soonest(q Query, matches func(*store.SearchFacts) bool, after Place, limit int) []Found {
	x.known.RLock()
	defer x.known.RUnlock()
	v, first := variantOf(q.Kinds), q.schedule()
	start := place{at: never, id: after.DoctorID}
	if after.Open {
		start.at = after.StartsAt.UnixMicro()
	}
	best := make(order, 0, limit+1)
	for _, p := range x.orders[v] {
		if len(best) == limit && p.compare(best[limit-1]) > 0 {
			break
		}
		if !matches(&p.doctor.facts) {
			continue
		}
		at, open := p.doctor.free[v].First(first)
		if p.at = at; !open {
			p.at = never
		}
		if after.DoctorID != uuid.Nil && p.compare(start) <= 0 {
			continue
		}
		if best = best.with(p); len(best) > limit {
			best = best[:limit]
		}
	}
	found := make([]Found, len(best))
	for i, p := range best {
		found[i] = Found{DoctorID: p.id, Slots: p.doctor.free[v].AppendSlots(nil, first)}
	}
	return found
}

// Next lists the next open times of a doctor; false when the index does not know
// them.
func (x *Index) Next(q Query, doctorID uuid.UUID) ([]turno.Interval, bool) {
	return x.slots(q.schedule(), q.Kinds, doctorID)
}

// Between lists all open times of a doctor from q.From up to the moment; false
// when the index does not know them.
func (x *Index) Between(q Query, to time.Time, doctorID uuid.UUID) ([]turno.Interval, bool) {
	within := q.schedule()
	within.To, within.Limit = to, 0
	return x.slots(within, q.Kinds, doctorID)
}

func (x *Index) slots(q schedule.Query, wantKinds bool, doctorID uuid.UUID) ([]turno.Interval, bool) {
	x.known.RLock()
	defer x.known.RUnlock()
	d := x.doctors[doctorID]
	if d == nil {
		return nil, false
	}
	return d.free[variantOf(wantKinds)].AppendSlots(nil, q), true
}

// Slots lists what schedule.Slots says about q for a patient, at a moment after
// Current said yes to the doctor; false when the index does not know the doctor, or
// visits of that length, or all that patients may book by then.
func (x *Index) Slots(q schedule.Query, doctorID uuid.UUID) ([]turno.Interval, bool) {
	x.known.RLock()
	d := x.doctors[doctorID]
	known := d != nil && q.Now.Before(x.until)
	x.known.RUnlock()
	if !known {
		return nil, false
	}
	for _, free := range d.free {
		if q.Minutes == 0 || free.Minutes() == q.Minutes {
			return free.AppendSlots(make([]turno.Interval, 0, free.Count(q)), q), true
		}
	}
	return nil, false
}

// Count is how many doctors match.
func (x *Index) Count(matches func(*store.SearchFacts) bool) (n int) {
	x.known.RLock()
	defer x.known.RUnlock()
	for _, p := range x.orders[slots] {
		if matches(&p.doctor.facts) {
			n++
		}
	}
	return n
}

// Specializations is how many doctors of each specialization there are, by its id.
func (x *Index) Specializations() map[int]int {
	x.known.RLock()
	defer x.known.RUnlock()
	counts := map[int]int{}
	for _, p := range x.orders[slots] {
		counts[p.doctor.facts.SpecializationID]++
	}
	return counts
}
