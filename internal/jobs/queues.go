package jobs

import (
	"context"
	"time"
)

// Queue is work that waits in a table of its own, which says what is due: no job is
// made of it. Every node asks for it, soon after an event was handled and once a
// second; so whoever does the work takes it first, that no two nodes do the same.
type Queue struct {
	Name string

	// Work does some of what is due, and says how much got done and whether more is
	// due. The context ends when the node stops. An error tells what will be tried
	// again; when nothing got done either, the queue rests, longer each time.
	Work func(ctx context.Context) (done int, more bool, err error)

	// Pause is the least time between two calls: the share of the machine that the
	// work may take.
	Pause time.Duration

	// Leisure has it wait while events are many, ten pauses at most: nobody waits for
	// what it does.
	Leisure bool
}

// mostPauses bounds how long a queue of leisure waits.
const mostPauses = 10

// A queue in trouble rests so long.
const (
	shortestRest = time.Second
	longestRest  = time.Minute
)

// line is a queue at work on this node, one call after the other.
type line struct {
	queue  Queue
	config Config
	wake   *Signal
	busy   func() bool // whether events are many
}

func newLine(q Queue, c Config, busy func() bool) *line { return &line{q, c, NewSignal(), busy} }

func (l *line) run(ctx context.Context) {
	ticker := time.NewTicker(relayEvery)
	defer ticker.Stop()
	var rest time.Duration
	for ctx.Err() == nil {
		done, more, err := l.work(ctx)
		rest = restAfter(rest, done, err)
		l.pause(ctx, max(rest, l.queue.Pause))
		for waited := 1; l.queue.Leisure && l.busy() && waited < mostPauses; waited++ {
			l.pause(ctx, l.queue.Pause)
		}
		if more {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-l.wake.rung:
		}
	}
}

// pause ends sooner when the node stops.
func (l *line) pause(ctx context.Context, d time.Duration) {
	if d == 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// restAfter is how long to rest after a call, given the rest before it.
func restAfter(before time.Duration, done int, err error) time.Duration {
	if err == nil || done > 0 {
		return 0
	}
	return min(max(2*before, shortestRest), longestRest)
}

func (l *line) work(ctx context.Context) (done int, more bool, err error) {
	err = l.config.guard(ctx, l.queue.Name, func(ctx context.Context) (err error) {
		done, more, err = l.queue.Work(ctx)
		return err
	})
	l.config.Metrics.add(l.queue.Name, done, err)
	return done, more, err
}
