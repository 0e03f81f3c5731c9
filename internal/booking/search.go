package booking

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Search is what a patient looks for; zero fields choose all.
type Search struct {
	Query            string // part of a doctor's name or of a specialization's
	SpecializationID int
	MinRating        float64
	Sort             string    // SortEarliest unless told
	From             time.Time // open times from then on; zero: from now
	Kinds            bool      // times that fit a kind of visit that everybody may book; else the doctor's slot length
	Slots            int       // how many open times to show of each doctor: 3 unless told, 20 at most
	Days             int       // also all open times of so many days, from the day of each doctor's next one on: 7 at most
	Zone             string    // IANA name of those days
	Limit            int
	Cursor           string
}

// The ways to sort a search.
const (
	SortEarliest = "earliest" // soonest open time first, then those without any
	SortRating   = "rating"
	SortName     = "name"
)

// FoundDoctor is a doctor with the next times that a patient could book.
type FoundDoctor struct {
	turno.Doctor
	Location  *turno.Location
	NextSlots []turno.Interval
	Days      []SlotDay // those asked for, also without an open time; none for a doctor without any
}

// slotCount is how many open times a found doctor shows.
func (q Search) slotCount() int {
	const usual, most = 3, 20
	if q.Slots <= 0 {
		return usual
	}
	return min(q.Slots, most)
}

// SearchDoctors finds verified doctors with their next open times.
func (s *Service) SearchDoctors(ctx context.Context, c policy.Caller, q Search) (items []FoundDoctor, next string, err error) {
	if err := policy.Check(c, policy.SearchDoctors, 0); err != nil {
		return nil, "", err
	}
	after, err := q.list().Parse(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	limit := keyset.Size(q.Limit)
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		var err error
		if q.Sort == SortRating || q.Sort == SortName {
			items, next, err = s.searchListed(tx, q, after, limit)
		} else {
			items, next, err = s.searchEarliest(tx, q, after, limit)
		}
		if err == nil {
			err = addLocations(tx, items)
		}
		if err == nil && q.Days > 0 {
			err = s.addDays(tx, items, q)
		}
		return err
	})
	return items, next, err
}

// addDays reads the open times of the days that a search asks for, at once for
// all doctors whose next open time is on the same day.
func (s *Service) addDays(tx *sqldb.Tx, items []FoundDoctor, q Search) error {
	const most = 7
	zone, err := zoneNamed("query.time_zone", q.Zone)
	if err != nil {
		return err
	}
	days := min(q.Days, most)
	alike := map[turno.Date][]uuid.UUID{}
	for _, item := range items {
		if len(item.NextSlots) > 0 {
			first := turno.DateOf(item.NextSlots[0].StartsAt, zone)
			alike[first] = append(alike[first], item.ID)
		}
	}
	for first, ids := range alike {
		from := later(first.At(0, zone), later(q.From, tx.Now))
		open, _, err := s.slotsWithin(tx, ids, slotsWanted{from: from, to: first.AddDays(days).At(0, zone), kinds: q.Kinds})
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

// list is the search in its order: each is sorted by keys of its own.
func (q Search) list() keyset.List {
	if q.Sort == SortRating || q.Sort == SortName {
		return keyset.List("doctors by " + q.Sort)
	}
	return "doctors by " + SortEarliest
}

func (q Search) filter() store.DoctorFilter {
	return store.DoctorFilter{Text: q.Query, SpecializationID: q.SpecializationID, MinRating: q.MinRating}
}

// searchListed sorts by what the database knows, and computes the open times of
// one page only.
func (s *Service) searchListed(tx *sqldb.Tx, q Search, after keyset.Place, limit int) ([]FoundDoctor, string, error) {
	order := store.ByName
	if q.Sort == SortRating {
		order = store.ByRating
	}
	doctors, err := store.FindDoctors(tx, q.filter(), order,
		store.DoctorKeyset{SearchName: after.Text, Rating: after.Rating, RatingCount: after.Count, ID: after.ID}, limit+1)
	if err != nil {
		return nil, "", err
	}
	doctors, next := keyset.Page(q.list(), doctors, limit, func(d turno.Doctor) keyset.Place {
		return keyset.Place{Text: store.SearchName(d.FullName), Rating: d.Rating, Count: d.RatingCount, ID: d.ID}
	})
	ids := make([]uuid.UUID, len(doctors))
	for i, d := range doctors {
		ids[i] = d.ID
	}
	open, err := s.nextSlots(tx, ids, q)
	if err != nil {
		return nil, "", err
	}
	items := make([]FoundDoctor, len(doctors))
	for i, d := range doctors {
		items[i] = FoundDoctor{Doctor: publicDoctor(d), NextSlots: open[d.ID]}
	}
	return items, next, nil
}

// searchEarliest computes the open times of every doctor that matches, and
// reads the rest of one page only.
func (s *Service) searchEarliest(tx *sqldb.Tx, q Search, after keyset.Place, limit int) ([]FoundDoctor, string, error) {
	ids, err := store.FindableIDs(tx, q.filter())
	if err != nil {
		return nil, "", err
	}
	open, err := s.nextSlots(tx, ids, q)
	if err != nil {
		return nil, "", err
	}
	key := func(id uuid.UUID) keyset.Place {
		if slots := open[id]; len(slots) > 0 {
			return keyset.Place{Open: true, Time: slots[0].StartsAt, ID: id}
		}
		return keyset.Place{ID: id}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return compareSoonest(key(a), key(b)) })
	if after.ID != uuid.Nil {
		first, _ := slices.BinarySearchFunc(ids, after, func(id uuid.UUID, k keyset.Place) int {
			if compareSoonest(key(id), k) <= 0 {
				return -1
			}
			return 1
		})
		ids = ids[first:]
	}
	ids, next := keyset.Page(q.list(), ids, limit, key)
	doctors, err := store.DoctorsByID(tx, ids)
	if err != nil {
		return nil, "", err
	}
	items := make([]FoundDoctor, len(doctors))
	for _, d := range doctors {
		items[slices.Index(ids, d.ID)] = FoundDoctor{Doctor: publicDoctor(d), NextSlots: open[d.ID]}
	}
	return items, next, nil
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

// nextSlots computes the next open times of doctors that a search shows. Most
// have some within two weeks; only for the others the whole horizon is read.
func (s *Service) nextSlots(tx *sqldb.Tx, ids []uuid.UUID, q Search) (map[uuid.UUID][]turno.Interval, error) {
	const soon, longestHorizon = 14 * 24 * time.Hour, 731 * 24 * time.Hour
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
// fewer than wanted but may have more later.
func (s *Service) slotsWithin(tx *sqldb.Tx, ids []uuid.UUID, want slotsWanted) (open map[uuid.UUID][]turno.Interval, scarce []uuid.UUID, err error) {
	calendars, err := store.Calendars(tx, ids, want.from, want.to.Add(neighbourhood))
	if err != nil {
		return nil, nil, err
	}
	open = make(map[uuid.UUID][]turno.Interval, len(ids))
	for _, id := range ids {
		calendar := calendars[id]
		rules, err := s.zones.Rules(calendar)
		if err != nil {
			return nil, nil, err
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

func addLocations(tx *sqldb.Tx, items []FoundDoctor) error {
	locations, err := store.Locations(tx)
	if err != nil {
		return err
	}
	for i := range items {
		for _, location := range locations {
			if items[i].LocationID != nil && *items[i].LocationID == location.ID {
				items[i].Location = &location
			}
		}
	}
	return nil
}

// Slots lists the open times of a doctor that begin in [from, to), soonest
// first, for a visit of the type, or of the doctor's slot length. A zero from is
// now, a zero to two weeks later; to is at most 62 days after from. The practice
// also sees times that are not released to patients.
func (s *Service) Slots(ctx context.Context, c policy.Caller, doctorID uuid.UUID, from, to time.Time, visitTypeID *uuid.UUID) (open []turno.Interval, err error) {
	if err := policy.Check(c, policy.ReadSlots, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		query, err := slotQuery(tx, c, doctorID, from, to)
		if err != nil {
			return err
		}
		calendar, err := store.CalendarOf(tx, doctorID, query.From, query.To.Add(neighbourhood))
		if err != nil {
			return err
		}
		if !calendar.Bookable {
			return turno.NotFound("doctor")
		}
		if query.Minutes, err = minutesOf(tx, doctorID, visitTypeID, query.ForStaff); err != nil {
			return err
		}
		rules, err := s.zones.Rules(&calendar)
		if err != nil {
			return err
		}
		open = schedule.Slots(rules, openings.Blocking(calendar.Busy, tx.Now, nil), query)
		return nil
	})
	return open, err
}

func slotQuery(tx *sqldb.Tx, c policy.Caller, doctorID uuid.UUID, from, to time.Time) (schedule.Query, error) {
	const usual, longest = 14 * 24 * time.Hour, 62 * 24 * time.Hour
	if from.IsZero() {
		from = tx.Now
	}
	if to.IsZero() {
		to = from.Add(usual)
	}
	switch {
	case to.Before(from):
		return schedule.Query{}, turno.Invalid(turno.FieldError{Location: "query.to", Message: "This is before from."})
	case to.Sub(from) > longest:
		return schedule.Query{}, turno.Invalid(turno.FieldError{Location: "query.to", Message: "This is at most 62 days after from."})
	}
	return schedule.Query{From: from, To: to, Now: tx.Now, ForStaff: forPractice(c, doctorID)}, nil
}

// minutesOf is the length of a visit type that the caller may book; 0 stands for
// the doctor's own.
func minutesOf(tx *sqldb.Tx, doctorID uuid.UUID, typeID *uuid.UUID, practice bool) (int, error) {
	if typeID == nil {
		return 0, nil
	}
	visitType, err := store.VisitTypeByID(tx, *typeID)
	hidden := !visitType.Active || visitType.Audience == turno.AudienceStaff && !practice
	if turno.KindOf(err) == turno.KindNotFound || err == nil && (visitType.DoctorID != doctorID || hidden) {
		return 0, turno.Invalid(turno.FieldError{Location: "query.visit_type_id", Message: "This doctor has no such visit type."})
	}
	return visitType.Minutes, err
}
