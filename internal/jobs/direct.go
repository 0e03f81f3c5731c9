package jobs

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// directBatch is how many events are handled in one transaction: few enough that on
// SQLite a booking behind it waits for milliseconds, and so many that what a commit
// costs by itself is little for each.
const directBatch = 60

// manyEvents is from how many on there are more than a quiet practice has.
const manyEvents = 20

// handleDirect handles the events that need no job, each in the transaction that marks
// it. It returns the others, and those whose handler failed: they become jobs, which
// are seen and tried again. The error is of a database that is away.
func (r *relay) handleDirect(ctx context.Context, events []store.Event) (rest []store.Event, err error) {
	var direct []store.Event
	for _, e := range events {
		if r.direct[e.Name] != nil {
			direct = append(direct, e)
			r.owe(e)
		} else {
			rest = append(rest, e)
		}
	}
	for batch := range slices.Chunk(direct, directBatch) {
		if r.handleTogether(ctx, batch) == nil {
			continue
		}
		for _, e := range batch {
			err := r.handleTogether(ctx, []store.Event{e})
			if turno.KindOf(err) == turno.KindUnavailable || ctx.Err() != nil {
				return nil, err
			}
			if err != nil {
				rest = append(rest, e)
			}
		}
	}
	if len(direct) > 0 {
		for _, line := range r.lines {
			line.wake.Wake()
		}
	}
	return rest, nil
}

// handleTogether handles all these events or none.
func (r *relay) handleTogether(ctx context.Context, events []store.Event) error {
	var done []string
	err := r.db.Write(ctx, func(tx *sqldb.Tx) error {
		done = done[:0]
		taken, err := store.TakeEvents(tx, idsOf(events))
		if err != nil {
			return err
		}
		for _, e := range events {
			if !slices.Contains(taken, e.ID) { // another node was faster
				continue
			}
			if err := call(tx, r.direct[e.Name], e.Payload); err != nil {
				return fmt.Errorf("%s: %w", e.Name, err)
			}
			done = append(done, e.Name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range done {
		r.metrics.count(name, nil)
	}
	return nil
}

// call calls a handler. A panic is an error of that event only.
func call(tx *sqldb.Tx, handle DirectHandler, payload string) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return handle(tx, payload)
}
