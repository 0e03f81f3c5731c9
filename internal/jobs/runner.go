package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/turno-health/turno/internal/sqldb"
)

// How long a job may run, and how long after it began a job is taken over from
// a node that was killed. Tasks work in small transactions and go on next time.
const (
	jobTimeout  = time.Minute
	rescueAfter = 2 * time.Minute
	pollEvery   = time.Second
	workers     = 8

	cancelPatience = 5 * time.Second // for cancelled jobs to notice
)

// rememberFor is how long River keeps jobs that are done. Being unique in its day, a
// daily task may have two turns almost two days apart, and a turn that succeeded must
// be known until the next has ended: one that failed before is known for a week.
const rememberFor = 49 * time.Hour

// Handler does what an event asks for. The payload is the JSON that the use case
// wrote; it holds ids only. An event is delivered at least once, so a handler
// must be idempotent. An error means: later again, with growing delay.
type Handler func(ctx context.Context, payload string) error

// DirectHandler does what an event asks for in the transaction that marks the event as
// handled, so exactly once. It may be called again when that transaction is: it must
// change nothing but rows. An error leaves the event to a job, which tries again.
type DirectHandler func(tx *sqldb.Tx, payload string) error

// Config says what is to be run.
type Config struct {
	Logger *slog.Logger

	// Handlers are called for each event of their name. An event that nobody
	// here handles waits in the outbox for a version that does, 30 days at most.
	Handlers map[string]Handler

	// Direct are the handlers of events whose handling is nothing but changes of the
	// database. They need no job, unless one fails.
	Direct map[string]DirectHandler

	// Soon names the task that is to run soon after an event, for events that
	// need no job of their own: many events, one run.
	Soon map[string]string

	Tasks   []Task
	Queues  []Queue
	Signal  *Signal  // nil: the outbox is looked at every second only
	Metrics *Metrics // nil: nothing is counted
}

// Runner runs jobs until it is stopped.
type Runner struct {
	client riverClient
	closed func() error       // closes what the client was given to work with
	cancel context.CancelFunc // ends the relay and the queues
	done   sync.WaitGroup
}

// riverClient is what River's clients for the two engines have in common.
type riverClient interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
}

// Start begins to relay events and to run tasks, on a database that Migrate has
// prepared. It returns when River has started; cancelling ctx later stops
// nothing, Stop does.
func Start(ctx context.Context, db *sqldb.DB, c Config) (*Runner, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Handlers = c.handlers(db)
	r := &Runner{closed: func() error { return nil }}
	if err := r.open(db, riverConfig(c)); err != nil {
		return nil, err
	}
	ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := r.client.Start(context.WithoutCancel(ctx)); err != nil {
		r.cancel()
		return nil, errors.Join(fmt.Errorf("start the jobs: %w", err), r.closed())
	}
	relay := newRelay(db, r.client, c)
	for _, q := range c.Queues {
		line := newLine(q, c, relay.busy.Load)
		relay.lines = append(relay.lines, line)
		r.done.Go(func() { line.run(ctx) })
	}
	r.done.Go(func() { relay.run(ctx) })
	return r, nil
}

// handlers are those of jobs, and the direct ones for when they failed.
func (c Config) handlers(db *sqldb.DB) map[string]Handler {
	all := maps.Clone(c.Handlers)
	if all == nil {
		all = map[string]Handler{}
	}
	for event, handle := range c.Direct {
		all[event] = func(ctx context.Context, payload string) error {
			return db.Write(ctx, func(tx *sqldb.Tx) error { return handle(tx, payload) })
		}
	}
	return all
}

// Rest begins nothing new in the outbox and the queues. It is for a server that is
// about to wait for its requests, which may take all the time that there is.
func (r *Runner) Rest() { r.cancel() }

// Stop takes on nothing new and waits for what is running. When ctx ends first,
// running jobs are cancelled; River runs them again after a restart. Call it
// once, before the database is closed.
func (r *Runner) Stop(ctx context.Context) error {
	r.cancel()
	err := errors.Join(r.wait(ctx), r.client.Stop(ctx))
	if err != nil && ctx.Err() != nil {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelPatience)
		defer cancel()
		err = errors.Join(fmt.Errorf("finish the running jobs: %w", err), r.client.StopAndCancel(stopCtx))
	}
	return errors.Join(err, r.closed())
}

// wait waits for the relay and the queues to end what they are at, for a moment also
// when ctx has ended: a mail that has left must be noted.
func (r *Runner) wait(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		r.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-ended:
		return nil
	case <-time.After(cancelPatience):
		return ctx.Err()
	}
}

func (r *Runner) open(db *sqldb.DB, config *river.Config) (err error) {
	if pool := db.Pool(); pool != nil {
		r.client, err = newRiverClient(riverpgxv5.New(pool), config)
		return err
	}
	jobsDB, err := db.JobsDB()
	if err != nil {
		return fmt.Errorf("open the database for jobs: %w", err)
	}
	r.closed = jobsDB.Close
	// One process owns the file, so listening to others would only be polling.
	config.PollOnly = true
	if r.client, err = newRiverClient(riversqlite.New(jobsDB), config); err != nil {
		return errors.Join(err, jobsDB.Close())
	}
	return nil
}

func newRiverClient[TTx any](driver riverdriver.Driver[TTx], config *river.Config) (riverClient, error) {
	client, err := river.NewClient(driver, config)
	if err != nil {
		return nil, fmt.Errorf("make the job client: %w", err)
	}
	return client, nil
}

func riverConfig(c Config) *river.Config {
	known := river.NewWorkers()
	river.AddWorker(known, river.WorkFunc(c.runTask))
	river.AddWorker(known, river.WorkFunc(c.deliver))
	periodic := make([]*river.PeriodicJob, 0, len(c.Tasks))
	for _, task := range c.Tasks {
		periodic = append(periodic, task.periodic())
	}
	return &river.Config{
		Logger:               quiet(c.Logger),
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		FetchPollInterval:    pollEvery,

		CompletedJobRetentionPeriod: rememberFor,

		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: workers},
		},
		Workers:      known,
		PeriodicJobs: periodic,
	}
}

// watch runs a job, counts how it ended and logs what went wrong.
func (c Config) watch(ctx context.Context, name string, run func(context.Context) error) error {
	err := c.guard(ctx, name, run)
	c.Metrics.count(name, err)
	if isPostponed(err) {
		return nil
	}
	return err
}

// guard logs what goes wrong. A panic is an error of that job only.
func (c Config) guard(ctx context.Context, name string, run func(context.Context) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
		if isPostponed(err) {
			c.Logger.WarnContext(ctx, "a task waits for its next turn", "job", name, "error", err)
		} else if err != nil {
			c.Logger.ErrorContext(ctx, "a job failed", "job", name, "error", err)
			err = fmt.Errorf("%s: %w", name, err)
		}
	}()
	return run(ctx)
}

// quiet lets River's warnings and errors through: each of its starts, stops and
// elections is not news, and failed jobs are logged by watch.
func quiet(logger *slog.Logger) *slog.Logger {
	if logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(warnings{logger.Handler()})
}

type warnings struct{ slog.Handler }

func (h warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{h.Handler.WithAttrs(attrs)}
}

func (h warnings) WithGroup(name string) slog.Handler { return warnings{h.Handler.WithGroup(name)} }
