package booking_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// searchNode is a server on the clinic's database that answers from an index.
type searchNode struct {
	*booking.Service
	db    *sqldb.DB
	index *freetime.Index
}

func (c *clinic) searchNode(db *sqldb.DB, config freetime.Config) *searchNode {
	c.t.Helper()
	n := &searchNode{db: db, index: freetime.New(db, config)}
	n.Service = booking.New(db, booking.Config{Box: c.box, MaxOpenVisits: 1000, Changed: n.index.Changed, FreeTime: n.index})
	n.index.Start(c.t.Context())
	c.t.Cleanup(n.index.Stop)
	if !n.index.AwaitFilled(c.t.Context()) {
		c.t.Fatal("the calendars were not read")
	}
	return n
}

// twoProcesses runs a test on a clinic on each engine, with a second connection to
// the same database as another process has it.
func twoProcesses(t *testing.T, test func(t *testing.T, c *clinic, other *sqldb.DB)) {
	t.Helper()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn, clock := storetest.DSN(t, engine), storetest.NewClock(storetest.Monday())
			var dbs []*sqldb.DB
			for range 2 {
				db, err := sqldb.Open(t.Context(), dsn, sqldb.Options{Now: clock.Now, MaxConns: 8, Patience: patience, Deadline: patience})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = db.Close() })
				if err := store.Migrate(t.Context(), db); err != nil {
					t.Fatal(err)
				}
				dbs = append(dbs, db)
			}
			test(t, newClinic(t, dbs[0], clock), dbs[1])
		})
	}
}

// TestTheIndexSaysWhatComputingSays lets two nodes change everything that decides
// what is open, at once, and time pass, and compares what each of them finds with
// the plain computation. TURNO_FREETIME_ROUNDS makes it longer.
func TestTheIndexSaysWhatComputingSays(t *testing.T) {
	t.Parallel()
	rounds := 6
	if text := os.Getenv("TURNO_FREETIME_ROUNDS"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	twoProcesses(t, func(t *testing.T, c *clinic, other *sqldb.DB) {
		w := newWorld(t, c, other)
		for round := range rounds {
			before := len(w.done)
			w.calm = w.random.IntN(4) > 0
			if w.byHand = round%3 < 2; w.byHand {
				w.work(2)
			} else { // one node alone: what it did it finds at once
				w.work(1)
				w.compare(round, w.nodes[:1], 0)
			}
			w.compare(round, w.nodes, time.Second)
			c.clock.Advance(w.aWhile())
			w.compare(round, w.nodes, 0)
			if t.Failed() {
				t.Fatalf("it had just: %v", w.done[before:])
			}
		}
		t.Logf("%d changes, %d searches compared", len(w.done), w.searches)
	})
}

// world is a clinic with two nodes, and everything that was done in it.
type world struct {
	*clinic
	t        *testing.T
	nodes    []*searchNode
	doctors  []policy.Caller
	patients []policy.Caller
	random   *rand.Rand
	searches int
	byHand   bool // things happen that no node is told of
	calm     bool // no rules change, so that nothing has to be read whole

	mu     sync.Mutex
	done   []string
	visits []turno.Appointment
	holds  []heldTime
}

type heldTime struct {
	id uuid.UUID
	by policy.Caller
}

func newWorld(t *testing.T, c *clinic, other *sqldb.DB) *world {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	w := &world{clinic: c, t: t, random: rand.New(rand.NewPCG(seed, 0))}
	w.doctors = []policy.Caller{c.doctor}
	for range 7 {
		w.doctors = append(w.doctors, c.newDoctor())
	}
	for range 12 {
		w.patients = append(w.patients, c.newPatient())
	}
	for _, db := range []*sqldb.DB{c.db, other} {
		w.nodes = append(w.nodes, c.searchNode(db, freetime.Config{Now: time.Now, Poll: 50 * time.Millisecond, Patience: 10 * time.Second}))
	}
	return w
}

// aWhile is how long it is until the next round: mostly a moment, sometimes so long
// that the changes in between are no longer kept.
func (w *world) aWhile() time.Duration {
	minutes := []int{0, 1, 4, 5, 9, 14, 30, 600, 3000}
	return time.Duration(minutes[w.random.IntN(len(minutes))])*time.Minute + time.Duration(w.random.IntN(60))*time.Second
}

// work lets people and programs do things on the first nodes, all at once.
func (w *world) work(nodes int) {
	w.t.Helper()
	var wg sync.WaitGroup
	for i := range 4 {
		node, random := w.nodes[i%nodes], rand.New(rand.NewPCG(w.random.Uint64(), 0))
		wg.Go(func() {
			for range 5 {
				w.act(node, random)
			}
		})
	}
	wg.Wait()
}

// compare wants every node to find what the plain computation finds, at the latest
// after so long.
func (w *world) compare(round int, nodes []*searchNode, within time.Duration) {
	w.t.Helper()
	deadline := time.Now().Add(within)
	for range 8 {
		q := w.aSearch()
		w.searches++
		span := w.aSpan()
		want, wantOpen := w.everything(w.Service, q), w.openTimes(w.Service, span)
		for i, node := range nodes {
			w.awaitIndex(node)
			diff := func() string {
				return difference(want, w.everything(node.Service, q)) +
					difference(wantOpen, w.openTimes(node.Service, span))
			}
			found := diff()
			for found != "" && time.Now().Before(deadline) {
				found = diff()
			}
			if found != "" {
				w.t.Errorf("round %d, %s: node %d says something else about %+v and %+v (-computed +index):\n%s", round, w.clock.Now(), i, q, span, found)
			}
		}
	}
}

// awaitIndex waits until the node answers from its index: after a long while it
// reads all calendars anew.
func (w *world) awaitIndex(n *searchNode) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); !n.index.Await(w.t.Context()) || !n.index.Knows(w.clock.Now()); {
		if time.Now().After(deadline) {
			w.t.Fatal("the index does not follow")
		}
		n.index.Wake()
		n.index.AwaitFilled(w.t.Context())
	}
}

// difference is cmp.Diff, which takes long where nothing differs.
func difference(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
}

// findings is all that is said about a search.
type findings struct {
	Doctors []booking.FoundDoctor
	Count   int
	Home    booking.Home
}

func (w *world) everything(s *booking.Service, q booking.Search) (f findings) {
	w.t.Helper()
	f.Doctors = w.pages(s, q)
	var err error
	if f.Count, err = s.CountDoctors(w.t.Context(), policy.Caller{}, q); err == nil {
		f.Home, err = s.Home(w.t.Context(), policy.Caller{}, 3)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

// pages follows a search to its end.
func (w *world) pages(s *booking.Service, q booking.Search) (all []booking.FoundDoctor) {
	w.t.Helper()
	for {
		items, next, err := s.SearchDoctors(w.t.Context(), policy.Caller{}, q)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, items...)
		if q.Cursor = next; next == "" {
			return all
		}
	}
}

func (w *world) aSearch() booking.Search {
	pick := func(n int) bool { return w.random.IntN(n) == 0 }
	q := booking.Search{Limit: 1 + w.random.IntN(9), Kinds: pick(2), Slots: w.random.IntN(6), Zone: "Europe/Madrid"}
	if pick(3) {
		q.From = w.clock.Now().Add(time.Duration(w.random.IntN(20*24*60)-600) * time.Minute)
	}
	if pick(3) {
		q.Days = 1 + w.random.IntN(7)
	}
	if pick(3) {
		q.Query = []string{"person", "PERSON 1", "specialization 2", "á", "1", "nobody"}[w.random.IntN(6)]
	}
	if pick(4) {
		q.SpecializationID = 1 + w.random.IntN(8)
	}
	if pick(4) {
		q.MinRating = 4.5
	}
	if pick(6) {
		q.Sort = booking.SortName
	}
	return q
}

// note remembers what was done, for the report of a failure; a refusal is nothing.
func (w *world) note(err error, format string, args ...any) bool {
	if err != nil {
		if turno.KindOf(err) == turno.KindInternal {
			w.t.Errorf("%s: %v", fmt.Sprintf(format, args...), err)
		}
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = append(w.done, fmt.Sprintf(format, args...))
	return true
}
