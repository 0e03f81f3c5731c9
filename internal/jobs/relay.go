package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// relayBatch is how many events become jobs at a time.
const relayBatch = 500

// relayEvery is how often the outbox is looked at when nobody wakes the relay:
// what another node committed, or what has become due.
const relayEvery = time.Second

// relayPause is the least time between two looks: under load, one look for many
// events costs the bookings much less than a look for each.
const relayPause = 200 * time.Millisecond

// afterTasks is the priority of events: tasks, which are few, do not wait behind
// thousands of them.
const afterTasks = 2

// relayTimeout bounds one batch, and so how long a stop waits for it.
const relayTimeout = 15 * time.Second

// Signal wakes the relay after a commit, so that an event need not wait for the
// next second. It may be used before the runner starts.
type Signal struct{ rung chan struct{} }

// NewSignal makes a Signal for one runner and any number of use cases.
func NewSignal() *Signal { return &Signal{rung: make(chan struct{}, 1)} }

// Wake never blocks. Calls before the relay looks count as one.
func (s *Signal) Wake() {
	select {
	case s.rung <- struct{}{}:
	default:
	}
}

// eventArgs is an event as a River job. The key is unique among the jobs that
// River remembers, completed ones included for two days. So an event that was
// inserted but not yet marked when a node died is not delivered twice.
type eventArgs struct {
	Key     string `json:"key" river:"unique"`
	Event   string `json:"event"`
	Payload string `json:"payload"`
}

// Kind names the job in River's table.
func (eventArgs) Kind() string { return "event" }

// deliver hands an event to its handler.
func (c Config) deliver(ctx context.Context, job *river.Job[eventArgs]) error {
	handle := c.Handlers[job.Args.Event]
	if handle == nil {
		return fmt.Errorf("no handler for the event %s", job.Args.Event) // another version may have one
	}
	return c.watch(ctx, job.Args.Event, func(ctx context.Context) error { return handle(ctx, job.Args.Payload) })
}

// relay handles committed events, or turns them into River jobs. Every node runs one: they need
// no leader, since inserting twice is one job and marking twice is one mark.
type relay struct {
	db       *sqldb.DB
	client   riverClient
	logger   *slog.Logger
	handlers map[string]Handler
	direct   map[string]DirectHandler
	metrics  *Metrics
	lines    []*line // to be woken when an event may have given them work
	soon     map[string]string
	tasks    map[string]Task
	owed     map[string]bool // tasks to run soon that had just run: tried again
	wanted   []string        // the events that somebody here is for
	rung     <-chan struct{}
	busy     atomic.Bool // the last look found many events
}

func newRelay(db *sqldb.DB, client riverClient, c Config) *relay {
	r := &relay{db: db, client: client, logger: c.Logger, handlers: c.Handlers, direct: c.Direct, metrics: c.Metrics, soon: c.Soon,
		tasks: map[string]Task{}, owed: map[string]bool{}}
	for _, task := range c.Tasks {
		r.tasks[task.Name] = task
	}
	wanted := slices.AppendSeq(slices.Collect(maps.Keys(c.Handlers)), maps.Keys(c.Direct))
	wanted = slices.AppendSeq(wanted, maps.Keys(c.Soon))
	slices.Sort(wanted)
	r.wanted = slices.Compact(wanted)
	if c.Signal != nil {
		r.rung = c.Signal.rung
	}
	return r
}

func (r *relay) run(ctx context.Context) {
	if len(r.wanted) == 0 {
		return
	}
	ticker := time.NewTicker(relayEvery)
	defer ticker.Stop()
	for {
		if err := r.drain(ctx); err != nil && ctx.Err() == nil {
			r.logger.WarnContext(ctx, "the outbox could not be relayed; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(relayPause):
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-r.rung:
		}
	}
}

// drain relays until nothing is waiting. A batch that has begun is finished: a
// stop between its two steps would only make the next start look twice.
func (r *relay) drain(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := r.relayOnce(context.WithoutCancel(ctx))
		if err != nil || n < relayBatch {
			return err
		}
	}
	return nil
}

func (r *relay) relayOnce(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, relayTimeout)
	defer cancel()
	var events []store.Event
	if err := r.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		events, err = store.WaitingEvents(tx, r.wanted, relayBatch)
		return err
	}); err != nil {
		return 0, err
	}
	r.busy.Store(len(events) >= manyEvents)
	if len(events) == 0 && len(r.owed) == 0 {
		return 0, nil
	}
	rest, err := r.handleDirect(ctx, events)
	if err != nil {
		return 0, err
	}
	// River first: if this node dies before the mark, the next look inserts the
	// same keys again, and River knows them.
	if err := r.insert(ctx, rest); err != nil || len(rest) == 0 {
		return len(events), err
	}
	if err := r.db.Write(ctx, func(tx *sqldb.Tx) error { return store.MarkRelayed(tx, idsOf(rest)) }); err != nil {
		return 0, err
	}
	return len(events), nil
}

func idsOf(events []store.Event) []uuid.UUID {
	ids := make([]uuid.UUID, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	return ids
}

// insert makes a job for each event that has a handler, and one for each task
// that is to run soon. A task that ran a moment ago, perhaps before what the event
// tells of, is owed: it is tried again until River takes it.
func (r *relay) insert(ctx context.Context, events []store.Event) error {
	var jobs []river.InsertManyParams
	for _, e := range events {
		if r.handlers[e.Name] != nil {
			jobs = append(jobs, river.InsertManyParams{
				Args:       eventArgs{Key: e.Key, Event: e.Name, Payload: e.Payload},
				InsertOpts: &river.InsertOpts{Priority: afterTasks, UniqueOpts: river.UniqueOpts{ByArgs: true}},
			})
		}
		r.owe(e)
	}
	owed := slices.Sorted(maps.Keys(r.owed))
	for _, name := range owed {
		jobs = append(jobs, r.tasks[name].now())
	}
	if len(jobs) == 0 {
		return nil
	}
	results, err := r.client.InsertMany(ctx, jobs)
	if err != nil {
		return fmt.Errorf("insert jobs: %w", err)
	}
	for i, result := range results[len(jobs)-len(owed):] {
		if !result.UniqueSkippedAsDuplicate {
			delete(r.owed, owed[i])
		}
	}
	return nil
}

// owe notes the task that is to run soon after an event.
func (r *relay) owe(e store.Event) {
	if task, known := r.tasks[r.soon[e.Name]]; known {
		r.owed[task.Name] = true
	}
}
