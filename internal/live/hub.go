package live

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// Topic is what a page shows: a doctor's calendar, or the clinic as a whole.
type Topic struct{ doctorID uuid.UUID }

// Calendar is the topic of one doctor's calendar: hours, time off, visits, holds.
func Calendar(doctorID uuid.UUID) Topic { return Topic{doctorID} }

// Clinic is the topic of everything: each change of a calendar is one of it too.
func Clinic() Topic { return Topic{} }

// Config is what a Hub is told. The zero value of a field is the product's own
// choice.
type Config struct {
	Logger    *slog.Logger  // nil: nothing is logged
	PerPerson int           // subscriptions of one person or address; 0: 12
	PerNode   int           // subscriptions in all; 0: 4,000
	Gap       time.Duration // between two messages to other nodes; 0: 250 ms
	Poll      time.Duration // how often a SQLite file is looked at; 0: 1 s
	Heard     func()        // called when another node said that it changed something, or may have; nil is fine
}

// Hub passes on that something changed. It is safe for concurrent use. Start it
// once, and Stop it before the database is closed.
type Hub struct {
	db     *sqldb.DB
	config Config
	name   string // of this node, so that it knows its own messages

	mu      sync.Mutex
	ended   bool
	topics  map[Topic]map[*subscription]bool
	persons map[string]int
	count   int

	outgoing outbox
	cancel   context.CancelFunc
	done     sync.WaitGroup
}

// subscription is one open page. Its channel holds one word at most: a reader who
// is slow is told once.
type subscription struct {
	person string
	topics []Topic
	news   chan struct{}
	gone   bool
}

// New makes a hub for the processes that share a database.
func New(db *sqldb.DB, c Config) *Hub {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	for _, field := range []struct {
		value *int
		usual int
	}{{&c.PerPerson, 12}, {&c.PerNode, 4000}} {
		if *field.value == 0 {
			*field.value = field.usual
		}
	}
	if c.Heard == nil {
		c.Heard = func() {}
	}
	if c.Gap == 0 {
		c.Gap = 250 * time.Millisecond
	}
	if c.Poll == 0 {
		c.Poll = time.Second
	}
	return &Hub{
		db: db, config: c, name: turno.NewID().String(),
		topics: map[Topic]map[*subscription]bool{}, persons: map[string]int{},
		outgoing: newOutbox(),
	}
}

// Start begins to talk to the other processes on the database. Cancelling ctx
// later stops nothing, Stop does.
func (h *Hub) Start(ctx context.Context) {
	ctx, h.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if h.db.Engine() == sqldb.SQLite {
		h.done.Go(func() { h.watchFile(ctx) })
		return
	}
	h.done.Go(func() { h.listen(ctx) })
	h.done.Go(func() { h.tellOthers(ctx) })
}

// Stop ends all subscriptions, tells the other nodes what they have not been told
// yet, and waits for the hub's goroutines.
func (h *Hub) Stop() {
	h.EndSubscriptions()
	if h.cancel != nil {
		h.cancel()
	}
	h.done.Wait()
}

// Changed says that a committed write changed a doctor's calendar, or with uuid.Nil
// something of the clinic that belongs to no calendar. It never blocks.
func (h *Hub) Changed(doctorID uuid.UUID) {
	h.tell(doctorID)
	if h.db.Engine() == sqldb.Postgres {
		h.outgoing.add(doctorID)
	}
}

// Subscribe returns a channel with a word in it whenever one of the topics may
// have changed since the last word was taken; it never says what. The first word is
// there at once, since nobody knows what changed before. The channel is closed
// when ctx ends or the hub stops.
//
// person is whose page it is: a user's id, or the address of somebody unknown. The
// errors are of turno.KindRateLimited for a person with too many open pages, and of
// turno.KindUnavailable when the node has too many or is stopping.
func (h *Hub) Subscribe(ctx context.Context, person string, topics ...Topic) (<-chan struct{}, error) {
	s := &subscription{person: person, topics: topics, news: make(chan struct{}, 1)}
	s.tell()
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.admit(person); err != nil {
		return nil, err
	}
	h.count++
	h.persons[person]++
	for _, topic := range topics {
		if h.topics[topic] == nil {
			h.topics[topic] = map[*subscription]bool{}
		}
		h.topics[topic][s] = true
	}
	context.AfterFunc(ctx, func() { h.remove(s) })
	return s.news, nil
}

// retryAfter is when a page that was refused may ask again.
const retryAfter = 30 * time.Second

func (h *Hub) admit(person string) error {
	switch {
	case h.ended || h.count >= h.config.PerNode:
		return &turno.Error{Kind: turno.KindUnavailable, Code: turno.CodeUnavailable, RetryAfter: retryAfter,
			Message: "Live updates are not available just now. Please reload the page to see what is new."}
	case h.persons[person] >= h.config.PerPerson:
		return turno.RateLimited("You have this open in many windows. Close some to see changes as they happen.", retryAfter)
	}
	return nil
}

// Subscribers is the number of open pages on this node.
func (h *Hub) Subscribers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.count
}

// EndSubscriptions closes every subscription and refuses new ones: for a server
// that is about to wait for its requests to end.
func (h *Hub) EndSubscriptions() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	for _, subscriptions := range h.topics {
		for s := range subscriptions {
			h.drop(s)
		}
	}
}

func (h *Hub) remove(s *subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(s)
}

// drop forgets a subscription. The caller holds the lock, under which alone words
// are sent, so nothing is sent on the closed channel.
func (h *Hub) drop(s *subscription) {
	if s.gone {
		return
	}
	s.gone = true
	close(s.news)
	h.count--
	if h.persons[s.person]--; h.persons[s.person] == 0 {
		delete(h.persons, s.person)
	}
	for _, topic := range s.topics {
		delete(h.topics[topic], s)
		if len(h.topics[topic]) == 0 {
			delete(h.topics, topic)
		}
	}
}

// tell tells the pages of this node about a calendar, and those of the clinic.
func (h *Hub) tell(doctorID uuid.UUID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.topics[Clinic()] {
		s.tell()
	}
	if doctorID == uuid.Nil {
		return
	}
	for s := range h.topics[Calendar(doctorID)] {
		s.tell()
	}
}

// tellAll tells every page of this node.
func (h *Hub) tellAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, subscriptions := range h.topics {
		for s := range subscriptions {
			s.tell()
		}
	}
}

func (s *subscription) tell() {
	select {
	case s.news <- struct{}{}:
	default: // it has not taken the last word yet
	}
}
