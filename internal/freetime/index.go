package freetime

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/sqldb"
)

// Config is what an Index is told. Now is required; the zero value of another
// field is the product's own choice.
type Config struct {
	Now      turno.Now     // tells how old what is known is
	Logger   *slog.Logger  // nil: nothing is logged
	Poll     time.Duration // how often the database is asked what changed; 0: 500 ms
	Patience time.Duration // how long a search waits for an answer to that; 0: 1 s
}

// fresh is how old the last look at the database may be for a search: within a
// second after a booking was acknowledged, on any node, nobody is offered its time.
const fresh = 900 * time.Millisecond

// Index is when the doctors of a database are open. It is safe for concurrent use.
// Start it once, and Stop it before the database is closed.
type Index struct {
	db     *sqldb.DB
	config Config
	zones  openings.Zones
	follow follower // of the one goroutine that writes

	known   sync.RWMutex
	doctors map[uuid.UUID]*doctor
	orders  [variants]order
	until   time.Time // what is known is all that patients may book before this moment

	mu      sync.Mutex
	changed map[uuid.UUID]uint64 // on this node, and not in yet: by doctor, which of the changes was the last
	marked  uint64               // how many changes this node was told of
	heard   uint64               // which of them was the last elsewhere
	applied uint64               // how many of them are in
	looked  time.Time            // when the last look at the database began
	filled  bool
	lost    bool          // the last look failed
	passed  chan struct{} // closed after each look, and made anew

	rung   chan struct{}
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// New makes an index that knows nothing yet.
func New(db *sqldb.DB, c Config) *Index {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Poll == 0 {
		c.Poll = 500 * time.Millisecond
	}
	if c.Patience == 0 {
		c.Patience = time.Second
	}
	return &Index{
		db: db, config: c,
		doctors: map[uuid.UUID]*doctor{}, changed: map[uuid.UUID]uint64{},
		passed: make(chan struct{}), rung: make(chan struct{}, 1),
	}
}

// Start begins to read calendars, some at a time, and then to follow what changes.
// Cancelling ctx later stops nothing, Stop does.
func (x *Index) Start(ctx context.Context) {
	ctx, x.cancel = context.WithCancel(context.WithoutCancel(ctx))
	x.done.Go(func() { x.run(ctx) })
}

// Stop ends the following and waits for it. Who waits in Await is told no.
func (x *Index) Stop() {
	if x.cancel != nil {
		x.cancel()
	}
	x.done.Wait()
}

// Changed says that a write which was committed, on this node or before it lost a
// time to another, changed a doctor's calendar, or what searches look at. It never
// blocks: what changed is read when somebody searches, or with the next look at the
// database.
func (x *Index) Changed(doctorID uuid.UUID) {
	if doctorID == uuid.Nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.marked++
	x.changed[doctorID] = x.marked
}

// Elsewhere says that another node has written: the index looks at the database now,
// and says nothing before it has.
func (x *Index) Elsewhere() {
	x.mu.Lock()
	x.marked++
	x.heard = x.marked
	x.mu.Unlock()
	x.Wake()
}

// Wake makes the index look at the database now.
func (x *Index) Wake() {
	select {
	case x.rung <- struct{}{}:
	default: // it is about to
	}
}

// Await waits until the index has everything that this node had committed or heard
// of when it was called, and what any node had committed a second ago. It reports
// false while calendars are being read for the first time, and when the database
// cannot be followed: then nothing that the index says may be shown.
func (x *Index) Await(ctx context.Context) bool {
	x.mu.Lock()
	wanted := x.marked
	x.mu.Unlock()
	var patience <-chan time.Time
	for {
		usable, current, passed := x.state(wanted)
		if usable && current {
			return true
		}
		x.Wake()
		if !usable {
			return false
		}
		if patience == nil {
			timer := time.NewTimer(x.config.Patience)
			defer timer.Stop()
			patience = timer.C
		}
		select {
		case <-passed:
		case <-patience:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

func (x *Index) state(wanted uint64) (usable, current bool, passed <-chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.filled && !x.lost, x.applied >= wanted && x.config.Now().Sub(x.looked) < fresh, x.passed
}

// Current reports at once whether the index has all of a doctor's calendar that it
// would have after Await. If not, it will soon: until then computing one calendar
// takes less time than waiting for a look, which may be at many.
func (x *Index) Current(doctorID uuid.UUID) bool {
	x.mu.Lock()
	_, changed := x.changed[doctorID]
	current := !changed && x.filled && !x.lost && x.applied >= x.heard && x.config.Now().Sub(x.looked) < fresh
	x.mu.Unlock()
	if !current {
		x.Wake()
	}
	return current
}

// AwaitFilled waits until all calendars have been read and the database can be
// followed, and reports false when ctx ended before that.
func (x *Index) AwaitFilled(ctx context.Context) bool {
	for {
		usable, _, passed := x.state(0)
		if usable {
			return true
		}
		select {
		case <-passed:
		case <-ctx.Done():
			return false
		}
	}
}

// Knows reports whether what was read reaches as far as patients may book at this
// moment, which is that of a transaction.
func (x *Index) Knows(now time.Time) bool {
	x.known.RLock()
	defer x.known.RUnlock()
	return now.Before(x.until)
}

// Size is how many doctors the index knows.
func (x *Index) Size() int {
	x.known.RLock()
	defer x.known.RUnlock()
	return len(x.doctors)
}

// Age is how long ago the last good look at the database began: centuries, before
// the first.
func (x *Index) Age() time.Duration {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.config.Now().Sub(x.looked)
}
