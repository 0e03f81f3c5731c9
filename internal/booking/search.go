package booking

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/policy"
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

// SearchDoctors finds verified doctors with their next open times. A
// turno.KindUnavailable error says that there are too many to compute them for
// just now (see Config.FreeTime).
func (s *Service) SearchDoctors(ctx context.Context, c policy.Caller, q Search) (items []FoundDoctor, next string, err error) {
	if err := policy.Check(c, policy.SearchDoctors, 0); err != nil {
		return nil, "", err
	}
	after, err := q.list().Parse(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	indexed := s.awaitIndex(ctx)
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		t, err := s.searchIn(tx, q, indexed)
		if err != nil {
			return err
		}
		items, next, err = t.run(after, keyset.Size(q.Limit))
		return err
	})
	return items, next, err
}

// searchTx is one search, inside its transaction.
type searchTx struct {
	s               *Service
	tx              *sqldb.Tx
	want            Search
	indexed         bool                   // the index may be asked
	specializations []turno.Specialization // all there are, for a search with a text
}

func (s *Service) searchIn(tx *sqldb.Tx, q Search, indexed bool) (t *searchTx, err error) {
	t = &searchTx{s: s, tx: tx, want: q, indexed: indexed && s.config.FreeTime.Knows(tx.Now)}
	if q.Query != "" {
		t.specializations, err = store.Specializations(tx)
	}
	return t, err
}

func (t *searchTx) run(after keyset.Place, limit int) (items []FoundDoctor, next string, err error) {
	if t.want.Sort == SortRating || t.want.Sort == SortName {
		items, next, err = t.listed(after, limit)
	} else {
		items, next, err = t.earliest(after, limit)
	}
	if err == nil {
		err = addLocations(t.tx, items)
	}
	if err == nil && t.want.Days > 0 {
		err = t.addDays(items)
	}
	return items, next, err
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

// listed sorts by what the database knows, and asks for the open times of one page
// only.
func (t *searchTx) listed(after keyset.Place, limit int) ([]FoundDoctor, string, error) {
	order := store.ByName
	if t.want.Sort == SortRating {
		order = store.ByRating
	}
	doctors, err := store.FindDoctors(t.tx, t.want.filter(), order,
		store.DoctorKeyset{SearchName: after.Text, Rating: after.Rating, RatingCount: after.Count, ID: after.ID}, limit+1)
	if err != nil {
		return nil, "", err
	}
	doctors, next := keyset.Page(t.want.list(), doctors, limit, func(d turno.Doctor) keyset.Place {
		return keyset.Place{Text: store.SearchName(d.FullName), Rating: d.Rating, Count: d.RatingCount, ID: d.ID}
	})
	ids := make([]uuid.UUID, len(doctors))
	for i, d := range doctors {
		ids[i] = d.ID
	}
	open, err := t.nextSlots(ids)
	if err != nil {
		return nil, "", err
	}
	items := make([]FoundDoctor, len(doctors))
	for i, d := range doctors {
		items[i] = FoundDoctor{Doctor: publicDoctor(d), NextSlots: open[d.ID]}
	}
	return items, next, nil
}

// earliest finds who is open soonest, and reads the rest of that page only. Who no
// longer matches by then, since the index may not know it yet, is left out.
func (t *searchTx) earliest(after keyset.Place, limit int) ([]FoundDoctor, string, error) {
	found, err := t.soonest(after, limit+1)
	if err != nil {
		return nil, "", err
	}
	found, next := keyset.Page(t.want.list(), found, limit, func(f freetime.Found) keyset.Place {
		if len(f.Slots) > 0 {
			return keyset.Place{Open: true, Time: f.Slots[0].StartsAt, ID: f.DoctorID}
		}
		return keyset.Place{ID: f.DoctorID}
	})
	ids := make([]uuid.UUID, len(found))
	for i, f := range found {
		ids[i] = f.DoctorID
	}
	doctors, err := store.FoundDoctors(t.tx, t.want.filter(), t.specializations, ids)
	if err != nil {
		return nil, "", err
	}
	items := make([]FoundDoctor, 0, len(found))
	for _, f := range found {
		if i := slices.IndexFunc(doctors, func(d turno.Doctor) bool { return d.ID == f.DoctorID }); i >= 0 {
			items = append(items, FoundDoctor{Doctor: publicDoctor(doctors[i]), NextSlots: f.Slots})
		}
	}
	return items, next, nil
}

func addLocations(tx *sqldb.Tx, items []FoundDoctor) error {
	ids := make([]*uuid.UUID, len(items))
	for i := range items {
		ids[i] = items[i].LocationID
	}
	locations, err := store.LocationsByID(tx, ids)
	if err != nil {
		return err
	}
	for i, id := range ids {
		if id != nil {
			items[i].Location = locations[*id]
		}
	}
	return nil
}
