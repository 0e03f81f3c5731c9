package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turno-health/turno/internal/demo"
)

const (
	searchesPerSecond = 100
	bookingsPerSecond = 200
	// fresh is for how long a search may still offer what was given away.
	fresh = time.Second
)

// measureSearch searches for the soonest visits among the most doctors while
// visits are booked, half of them at times that a search has just offered, and
// looks whether anything is offered that was given away too long ago.
func (r *runner) measureSearch(ctx context.Context, s *stage) error {
	site := s.crowded()
	w, err := newWatch(ctx, site)
	if err != nil {
		return err
	}
	defer w.stop()
	few := min(16, r.config.Clients)
	searching, booking := r.connect(site.server.url, few), r.connect(site.server.url, few)
	calm := &side{where: site, turn: func(ctx context.Context, length time.Duration) *Load {
		return open(ctx, searchesPerSecond, few, length, w.search(searching))
	}}
	var written []*Load
	busy := &side{where: site, begin: func() { written = nil }, turn: func(ctx context.Context, length time.Duration) *Load {
		var all sync.WaitGroup
		var booked *Load
		all.Go(func() { booked = open(ctx, bookingsPerSecond, few, length, w.book(booking)) })
		l := open(ctx, searchesPerSecond, few, length, w.search(searching))
		all.Wait()
		written = append(written, booked)
		return l
	}}
	full := &side{where: site, turn: func(ctx context.Context, length time.Duration) *Load {
		return closed(ctx, few, length, searches(searching))
	}}
	if err := r.takeTurns(ctx, 2*r.config.Slice, calm, busy, full); err != nil {
		return err
	}
	w.stop()
	what := fmt.Sprintf("soonest first, %s doctors, %d/s", thousands(site.doctors), searchesPerSecond)
	r.add(busy.result("search", fmt.Sprintf("%s, while %d/s are booked", what, bookingsPerSecond), site.String()).
		reached(milliseconds(busy.total().Percentile(99)), "ms p99", "< 10 ms with 10,000 doctors").
		known("Doctolib: hundreds of doctors in under 200 ms"))
	r.add(calm.result("search", what+", nothing booked", site.String()))
	r.add(full.result("search", fmt.Sprintf("soonest first, %d clients without pause", few), site.String()))
	r.add((&side{loads: written}).result("search", "bookings meanwhile", site.String()))
	r.add(Result{Row: "search", What: fmt.Sprintf("times offered over %s after their booking was acknowledged", fresh), Where: site.String(),
		Note: fmt.Sprintf("of %s offers, %s bookings at offered times; %d answers came too fast to be looked at", thousands(w.offers), thousands(len(w.given)), w.unseen.Load())}.
		reached(float64(w.stale), "offers", "0"))
	return nil
}

// offer is a time with a doctor, as the API writes them.
type offer struct{ doctor, at string }

// watch compares what searches offer with what was given away.
type watch struct {
	people   *people
	desk     string
	patients chan string // who book what is offered, once each, so that they are free
	offered  chan offer  // to be booked

	answers chan sighting
	done    chan struct{} // closed when all answers were looked at
	once    sync.Once

	unseen atomic.Int64 // answers that were not looked at: looking was too slow

	mu     sync.Mutex
	taken  map[offer]bool      // somebody has asked for it
	given  map[offer]time.Time // when its booking was acknowledged
	offers int
	stale  int
}

// sighting is an answer of a search, and when that was asked for.
type sighting struct {
	asked time.Time
	body  []byte
}

func newWatch(ctx context.Context, s *site) (*watch, error) {
	c := NewClient(s.server.url)
	defer c.Close()
	desk, err := signIn(ctx, c, "desk", demo.Password)
	if err != nil {
		return nil, err
	}
	w := &watch{
		people: s.people, desk: desk.token, patients: make(chan string, 4000), offered: make(chan offer, 200),
		answers: make(chan sighting, 10_000), done: make(chan struct{}),
		taken: map[offer]bool{}, given: map[offer]time.Time{},
	}
	for cursor := ""; len(w.patients) < cap(w.patients)-100; {
		var page struct {
			Items      []struct{ ID string }
			NextCursor string `json:"next_cursor"`
		}
		path := "/users?role=patient&limit=100&cursor=" + url.QueryEscape(cursor)
		if err := c.api(ctx, http.StatusOK, http.MethodGet, path, desk.token, nil, &page); err != nil {
			return nil, err
		}
		for _, patient := range page.Items {
			w.patients <- patient.ID
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	go w.look()
	return w, nil
}

// stop waits until every answer was looked at.
func (w *watch) stop() {
	w.once.Do(func() { close(w.answers) })
	<-w.done
}

func (w *watch) search(connections []*Client) request {
	return func(ctx context.Context, client int) error {
		asked := time.Now()
		answer, err := soonest(ctx, connections[client])
		if err != nil {
			return err
		}
		select {
		case w.answers <- sighting{asked, answer.Body}:
		default:
			w.unseen.Add(1)
		}
		return nil
	}
}

func (w *watch) look() {
	defer close(w.done)
	for seen := range w.answers {
		var found struct {
			Items []struct {
				ID        string
				NextSlots []struct {
					StartsAt string `json:"starts_at"`
				} `json:"next_slots"`
			}
		}
		if json.Unmarshal(seen.body, &found) != nil {
			continue // an answer that is none has no offers
		}
		w.mu.Lock()
		for _, doctor := range found.Items {
			for _, slot := range doctor.NextSlots {
				w.judge(seen.asked, offer{doctor.ID, slot.StartsAt})
			}
		}
		w.mu.Unlock()
	}
}

// judge looks at one offer of a search that was asked at a moment.
func (w *watch) judge(asked time.Time, o offer) {
	w.offers++
	if at, given := w.given[o]; given && asked.Sub(at) > fresh {
		w.stale++
	}
	if w.taken[o] {
		return
	}
	select {
	case w.offered <- o:
	default: // enough are waiting
	}
}

// book books in turn a time that was offered, at the desk for somebody of the
// clinic, and a time that nobody else wants.
func (w *watch) book(connections []*Client) request {
	mine := w.people.bookings(connections)
	offeredNext := make([]bool, len(connections))
	return func(ctx context.Context, client int) error {
		offeredNext[client] = !offeredNext[client]
		if !offeredNext[client] {
			return mine(ctx, client)
		}
		o, patient, found := w.next()
		if !found {
			return mine(ctx, client)
		}
		body := fmt.Appendf(nil, `{"doctor_id":%q,"scheduled_at":%q,"patient_id":%q}`, o.doctor, o.at, patient)
		answer, err := connections[client].Send(ctx, http.MethodPost, "/api/v1/appointments", bearer(w.desk), body)
		if err == nil && answer.Status == http.StatusConflict {
			return nil // the patient has a visit then, or the time has become another's
		}
		if err := expect(http.StatusCreated, answer, err); err != nil {
			return err
		}
		w.mu.Lock()
		w.given[o] = time.Now()
		w.mu.Unlock()
		return nil
	}
}

// next is an offer that nobody has asked for yet, and somebody who has not
// booked.
func (w *watch) next() (o offer, patient string, found bool) {
	for {
		select {
		case o = <-w.offered:
		default:
			return offer{}, "", false
		}
		w.mu.Lock()
		again := w.taken[o]
		w.taken[o] = true
		w.mu.Unlock()
		if again {
			continue
		}
		select {
		case patient = <-w.patients:
			return o, patient, true
		default:
			return offer{}, "", false
		}
	}
}
