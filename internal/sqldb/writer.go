package sqldb

import (
	"context"
	"database/sql/driver"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
)

const (
	maxGroup = 128 // closures that share one commit

	turnAfter  = time.Second           // of continuous groups: then others get their turn
	turnLength = 12 * time.Millisecond // longer than anybody's pollInterval
)

// pollInterval is how long to wait before asking for the file's lock again; it
// varies, so that rivals do not march in step.
func pollInterval() time.Duration {
	return 2*time.Millisecond + rand.N(2*time.Millisecond) //nolint:gosec // jitter, no secret
}

// writer owns the connection that writes. Its goroutine takes all writes that
// wait, runs them one after the other in one real transaction (see commitGroup),
// and answers after the commit. The closures run on that goroutine: one
// that had to be woken for each would queue for a processor behind all who wait. A
// panic, or the end of a test, is handed to the goroutine whose closure it was.
type writer struct {
	ctx     context.Context // never ends: closing is told by closing
	file    driver.Connector
	opts    Options
	conn    *sqliteConn // nil: to be opened
	turn    turn
	waiting chan *write
	closing chan struct{}
	closed  chan struct{}
	group   []*write // on the way
	warned  bool     // OnWait has been called
	careful int      // groups to come whose closures are kept apart from the start
	spoil   func(sql string) error
}

func startWriter(ctx context.Context, file driver.Connector, o Options) *writer {
	w := &writer{
		ctx: ctx, file: file, opts: o, turn: newTurn(),
		waiting: make(chan *write), closing: make(chan struct{}), closed: make(chan struct{}),
	}
	go w.run()
	return w
}

// write runs fn in a group and returns what became of it.
func (w *writer) write(ctx context.Context, fn func(*Tx) error) error {
	c := newWrite(fn)
	select {
	case <-w.closing:
		return ErrClosed
	default:
	}
	select {
	case w.waiting <- c:
		return c.follow(ctx)
	case <-w.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close lets the group on the way end and waits for it.
func (w *writer) close() {
	close(w.closing)
	<-w.closed
}

func (w *writer) run() {
	ended := false
	defer func() {
		if ended {
			w.discard()
			close(w.closed)
			return
		}
		w.abandon() // a closure has ended this goroutine
		go w.run()
	}()
	busy := time.NewTimer(turnAfter)
	defer busy.Stop()
	for {
		first, rested := w.next()
		if first == nil {
			ended = true
			return
		}
		if rested {
			busy.Reset(turnAfter)
		}
		w.serve(first)
		select {
		case <-busy.C:
			w.pause()
			busy.Reset(turnAfter)
		default:
		}
	}
}

// abandon gives up what was on the way: whoever can try again does.
func (w *writer) abandon() {
	w.discard()
	for _, call := range w.group {
		if call.aborted {
			call.answer(call.err)
		} else {
			call.answer(&retryableError{"busy", errAborted})
		}
	}
}

// next waits for a write; nil means that the writer is closing. rested tells that
// the file was free for a whole turn meanwhile.
func (w *writer) next() (first *write, rested bool) {
	turn := time.NewTimer(turnLength)
	defer turn.Stop()
	for {
		select {
		case first = <-w.waiting:
			return first, rested
		case <-turn.C:
			rested = true
		case <-w.closing:
			return nil, rested
		}
	}
}

func (w *writer) pause() {
	select {
	case <-time.After(turnLength):
	case <-w.closing:
	}
}

// serve runs first and all that wait besides, and answers them.
func (w *writer) serve(first *write) {
	locked := w.takeTurn()
	if locked == nil {
		defer w.turn.give()
		locked = w.begin()
	}
	w.group = w.gather(first)
	if locked == nil {
		w.settle(w.group)
		return
	}
	answerAll(w.group, locked)
}

// takeTurn waits for the connection of the jobs.
func (w *writer) takeTurn() error {
	ctx, cancel := context.WithTimeout(w.ctx, w.opts.Patience)
	defer cancel()
	if err := w.turn.take(ctx); err != nil {
		return &patienceError{err}
	}
	return nil
}

// gather takes the writes that wait by now.
func (w *writer) gather(first *write) []*write {
	group := []*write{first}
	for len(group) < maxGroup {
		select {
		case call := <-w.waiting:
			group = append(group, call)
		default:
			return group
		}
	}
	return group
}

// begin takes the file's lock, waiting for other processes as long as the
// options allow.
func (w *writer) begin() error {
	patience := time.NewTimer(w.opts.Patience)
	defer patience.Stop()
	warning := time.NewTimer(time.Second)
	defer warning.Stop()
	for {
		err := w.tryBegin()
		if !sqliteBusy(err) {
			return err
		}
		select {
		case <-time.After(pollInterval()):
		case <-warning.C:
			w.warn()
		case <-patience.C:
			return &patienceError{err}
		case <-w.closing:
			return ErrClosed
		}
	}
}

func (w *writer) tryBegin() error {
	ctx, cancel := context.WithTimeout(w.ctx, w.opts.Deadline)
	defer cancel()
	if w.conn == nil {
		conn, err := newSQLiteConn(ctx, w.file)
		if err != nil {
			return err
		}
		conn.spoil, conn.steady = w.spoil, w.ctx
		w.conn = conn
	}
	err := w.conn.control(ctx, "BEGIN IMMEDIATE")
	if err != nil && !sqliteBusy(err) {
		w.discard()
	}
	return err
}

func (w *writer) warn() {
	if w.opts.OnWait != nil && !w.warned {
		w.warned = true
		w.opts.OnWait()
	}
}

// discard closes the connection; what it had not committed is gone.
func (w *writer) discard() {
	if w.conn != nil {
		w.conn.close()
		w.conn = nil
	}
}

// perform runs the closure of a call. What it panics with is kept for its caller.
func (w *writer) perform(ctx context.Context, call *write) {
	tx := newTx(ctx, w.conn, w.opts)
	returned := false
	defer func() {
		if returned {
			return
		}
		call.err, call.aborted = errAborted, true
		if call.panicked = recover(); call.panicked != nil {
			w.opts.Logger.ErrorContext(ctx, "a transaction panicked", "stack", string(debug.Stack()))
		}
		_ = tx.finish(nil)
	}()
	err := tx.finish(inside(call.fn, tx))
	returned = true
	if reason := retryReason(tx.failed); reason != "" {
		err = &retryableError{reason, err}
	}
	call.err, call.failed = err, tx.failed != nil
}

// write is one call of Write on its way through the writer.
type write struct {
	fn       func(*Tx) error
	state    atomic.Int32
	answered chan error

	// What the last run of fn came to.
	err      error
	failed   bool // a statement did
	aborted  bool // fn did not return: it is not run again
	panicked any  // nil when fn ended its goroutine
}

const (
	queued int32 = iota
	started
	withdrawn
)

func newWrite(fn func(*Tx) error) *write {
	return &write{fn: fn, answered: make(chan error, 1)}
}

// start reports whether the call may run: its caller has not given up before.
func (c *write) start() bool {
	return c.state.Load() == started || c.state.CompareAndSwap(queued, started)
}

// answer tells the caller what became of the call; only the first answer counts.
func (c *write) answer(err error) {
	select {
	case c.answered <- err:
	default:
	}
}

func answerAll(calls []*write, err error) {
	for _, call := range calls {
		call.answer(err)
	}
}

// follow is the caller's side: it waits for the answer, unless ctx ends before
// the closure begins. When the closure panicked, or ended its goroutine, so does
// this.
func (c *write) follow(ctx context.Context) error {
	var err error
	select {
	case err = <-c.answered:
	case <-ctx.Done():
		if c.state.CompareAndSwap(queued, withdrawn) {
			return ctx.Err()
		}
		err = <-c.answered // it has begun: what happens now must be known
	}
	switch {
	case !c.aborted:
		return err
	case c.panicked != nil:
		panic(c.panicked)
	default:
		runtime.Goexit()
		return err
	}
}
