package booking

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// awaitIndex reports whether the index of open times may be asked. Call it before
// the transaction in which it is.
func (s *Service) awaitIndex(ctx context.Context) bool {
	return s.config.FreeTime != nil && s.config.FreeTime.Await(ctx)
}

// indexIsCurrent reports whether the index may be asked about one doctor. It waits
// for nothing.
func (s *Service) indexIsCurrent(doctorID uuid.UUID) bool {
	return s.config.FreeTime != nil && s.config.FreeTime.Current(doctorID)
}

func (t *searchTx) query() freetime.Query {
	return freetime.Query{Now: t.tx.Now, From: t.want.From, Kinds: t.want.Kinds, Slots: t.want.slotCount()}
}

// soonest finds at most limit of the doctors who are open soonest, from a place on.
func (t *searchTx) soonest(after keyset.Place, limit int) ([]freetime.Found, error) {
	if t.indexed {
		place := freetime.Place{Open: after.Open, StartsAt: after.Time, DoctorID: after.ID}
		return t.s.config.FreeTime.Soonest(t.query(), t.want.filter().Matcher(t.specializations), place, limit), nil
	}
	return t.computeSoonest(after, limit)
}

// mostComputed is for how many doctors open times are computed in one request
// while the index can't be asked: some tenths of a second's work.
const mostComputed = 500

// computeSoonest is soonest without the index: it computes the open times of every
// doctor who matches.
func (t *searchTx) computeSoonest(after keyset.Place, limit int) ([]freetime.Found, error) {
	ids, err := store.FindableIDs(t.tx, t.want.filter())
	if err != nil {
		return nil, err
	}
	if t.s.config.FreeTime != nil && len(ids) > mostComputed {
		return nil, &turno.Error{Kind: turno.KindUnavailable, Code: turno.CodeUnavailable, RetryAfter: time.Second,
			Message: "The search is getting ready. Please try again in a moment."}
	}
	open, err := t.nextSlots(ids)
	if err != nil {
		return nil, err
	}
	key := func(id uuid.UUID) keyset.Place {
		if slots := open[id]; len(slots) > 0 {
			return keyset.Place{Open: true, Time: slots[0].StartsAt, ID: id}
		}
		return keyset.Place{ID: id}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return compareSoonest(key(a), key(b)) })
	if after.ID != uuid.Nil {
		ids = slices.DeleteFunc(ids, func(id uuid.UUID) bool { return compareSoonest(key(id), after) <= 0 })
	}
	found := make([]freetime.Found, min(limit, len(ids)))
	for i := range found {
		found[i] = freetime.Found{DoctorID: ids[i], Slots: open[ids[i]]}
	}
	return found, nil
}

// compareSoonest orders by the soonest open time; doctors without one come last.
func compareSoonest(a, b keyset.Place) int {
	switch {
	case a.Open != b.Open && a.Open:
		return -1
	case a.Open != b.Open:
		return 1
	}
	if order := a.Time.Compare(b.Time); order != 0 {
		return order
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}

// addDays adds the open times of the days that a search asks for.
func (t *searchTx) addDays(items []FoundDoctor) error {
	const most = 7
	zone, err := zoneNamed("query.time_zone", t.want.Zone)
	if err != nil {
		return err
	}
	days := min(t.want.Days, most)
	alike := map[turno.Date][]uuid.UUID{} // by the day of their next open time
	for _, item := range items {
		if len(item.NextSlots) > 0 {
			first := turno.DateOf(item.NextSlots[0].StartsAt, zone)
			alike[first] = append(alike[first], item.ID)
		}
	}
	for first, ids := range alike {
		from := later(first.At(0, zone), later(t.want.From, t.tx.Now))
		open, err := t.slotsBetween(ids, from, first.AddDays(days).At(0, zone))
		if err != nil {
			return err
		}
		for i := range items {
			if slots, asked := open[items[i].ID]; asked {
				items[i].Days = everyDay(first, days, SlotDays(slots, zone))
			}
		}
	}
	return nil
}

// slotsBetween lists all open times of doctors in [from, to).
func (t *searchTx) slotsBetween(ids []uuid.UUID, from, to time.Time) (map[uuid.UUID][]turno.Interval, error) {
	query := t.query()
	query.From = from
	open, unknown := t.fromIndex(ids, func(id uuid.UUID) ([]turno.Interval, bool) {
		return t.s.config.FreeTime.Between(query, to, id)
	})
	computed, _, err := t.s.slotsWithin(t.tx, unknown, slotsWanted{from: from, to: to, kinds: t.want.Kinds})
	maps.Copy(open, computed)
	return open, err
}

// nextSlots lists the next open times of doctors that the search shows.
func (t *searchTx) nextSlots(ids []uuid.UUID) (map[uuid.UUID][]turno.Interval, error) {
	query := t.query()
	open, unknown := t.fromIndex(ids, func(id uuid.UUID) ([]turno.Interval, bool) {
		return t.s.config.FreeTime.Next(query, id)
	})
	computed, err := t.s.computeNextSlots(t.tx, unknown, t.want)
	maps.Copy(open, computed)
	return open, err
}

// fromIndex asks the index about each of the doctors, and names those of whom it
// does not know.
func (t *searchTx) fromIndex(ids []uuid.UUID, ask func(uuid.UUID) ([]turno.Interval, bool)) (open map[uuid.UUID][]turno.Interval, unknown []uuid.UUID) {
	open = make(map[uuid.UUID][]turno.Interval, len(ids))
	if !t.indexed {
		return open, ids
	}
	for _, id := range ids {
		slots, known := ask(id)
		if !known {
			unknown = append(unknown, id)
			continue
		}
		open[id] = slots
	}
	return open, unknown
}

// computeNextSlots computes the next open times of doctors. Most have some within
// two weeks; only for the others the whole horizon is read.
func (s *Service) computeNextSlots(tx *sqldb.Tx, ids []uuid.UUID, q Search) (map[uuid.UUID][]turno.Interval, error) {
	const soon, longestHorizon = 14 * 24 * time.Hour, (turno.MostHorizonDays + 1) * 24 * time.Hour
	from := later(q.From, tx.Now)
	want := slotsWanted{from: from, to: from.Add(soon), kinds: q.Kinds, count: q.slotCount()}
	open, scarce, err := s.slotsWithin(tx, ids, want)
	if err != nil || len(scarce) == 0 {
		return open, err
	}
	want.to = tx.Now.Add(longestHorizon)
	further, _, err := s.slotsWithin(tx, scarce, want)
	maps.Copy(open, further)
	return open, err
}

// slotsWanted says which open times of many doctors are wanted.
type slotsWanted struct {
	from, to time.Time
	count    int  // of each doctor at most; 0: all
	kinds    bool // as Search.Kinds
}

// slotsWithin computes the next open times of doctors, and names those who have
// fewer than wanted but may have more later. A doctor whose rules can't be computed,
// since this machine does not know their zone, has none.
func (s *Service) slotsWithin(tx *sqldb.Tx, ids []uuid.UUID, want slotsWanted) (open map[uuid.UUID][]turno.Interval, scarce []uuid.UUID, err error) {
	calendars, err := store.Calendars(tx, ids, want.from, want.to.Add(neighbourhood))
	if err != nil {
		return nil, nil, err
	}
	open = make(map[uuid.UUID][]turno.Interval, len(ids))
	for _, id := range ids {
		calendar := calendars[id]
		rules, err := s.zones.Rules(calendar)
		if err != nil { // nobody can book with them either, and the others can be found
			s.config.Logger.ErrorContext(tx.Context(), "the open times of a doctor can't be computed", "doctor", id, "error", err)
			continue
		}
		query := schedule.Query{From: want.from, To: want.to, Now: tx.Now, Limit: want.count}
		if want.kinds {
			query.Minutes = calendar.ShortestVisit
		}
		slots := schedule.Slots(rules, openings.Blocking(calendar.Busy, tx.Now, nil), query)
		open[id] = slots
		horizon := tx.Now.AddDate(0, 0, calendar.HorizonDays)
		if len(slots) < want.count && horizon.After(want.to) {
			scarce = append(scarce, id)
		}
	}
	return open, scarce, nil
}
