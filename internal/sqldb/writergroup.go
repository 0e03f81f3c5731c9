package sqldb

import (
	"context"
	"errors"
	"fmt"
)

// carefulFor is for how many groups closures are kept apart after one had to be
// undone: where some are, more follow.
const carefulFor = 32

// errTorn says that the transaction holds a part of what a closure was to write.
var errTorn = errors.New("a closure gave up after it had begun to write")

// settle runs and answers group, for which the transaction has begun.
func (w *writer) settle(group []*write) {
	ctx, cancel := context.WithTimeout(w.ctx, w.opts.Deadline)
	defer cancel()
	if len(group) == 1 {
		w.commitAlone(ctx, group[0])
		return
	}
	apart := w.careful > 0
	w.careful = max(0, w.careful-1)
	err := w.commitGroup(ctx, group, apart)
	if errors.Is(err, errTorn) {
		w.careful = carefulFor
		err = w.repeat(group)
	}
	if err == nil {
		for _, call := range group {
			call.answer(call.err)
		}
		return
	}
	w.discard()
	for i, call := range group {
		if err := w.rerun(call); err != nil {
			answerAll(group[i:], err) // the others would wait as long, one after the other
			return
		}
	}
}

// commitGroup runs each of group and commits. An error means that nobody may be
// answered. Where they are kept apart, each runs within a savepoint, which takes
// back what one that fails has written. That costs all of them a copy of every
// page that they write, and most who fail have only read (a request with an
// Idempotency-Key has claimed it). So at first there are none, and errTorn says that
// they would have been needed.
func (w *writer) commitGroup(ctx context.Context, group []*write, apart bool) error {
	for _, call := range group {
		if call.aborted || !call.start() {
			continue
		}
		var err error
		if apart {
			err = w.performApart(ctx, call)
		} else {
			w.conn.wrote = false
			w.perform(ctx, call)
			// After a failed statement nobody knows what is left of the transaction.
			if call.err != nil && (w.conn.wrote || call.failed || call.aborted) {
				err = errTorn
			}
		}
		if err != nil {
			return err
		}
	}
	return w.conn.control(ctx, "COMMIT")
}

func (w *writer) performApart(ctx context.Context, call *write) error {
	if err := w.conn.control(ctx, "SAVEPOINT closure"); err != nil {
		return err
	}
	w.perform(ctx, call)
	if call.err != nil {
		if err := w.conn.control(ctx, "ROLLBACK TO closure"); err != nil {
			return err
		}
	}
	return w.conn.control(ctx, "RELEASE closure")
}

// repeat undoes a group and runs it again, its closures kept apart.
func (w *writer) repeat(group []*write) error {
	ctx, cancel := context.WithTimeout(w.ctx, w.opts.Deadline)
	defer cancel()
	if err := w.conn.control(ctx, "ROLLBACK"); err != nil {
		return err
	}
	if err := w.begin(); err != nil {
		return err
	}
	return w.commitGroup(ctx, group, true)
}

// rerun runs and answers call in a transaction of its own, after its group was lost.
// An error means that none could begin, and nobody was answered.
func (w *writer) rerun(call *write) error {
	if call.aborted {
		call.answer(call.err)
		return nil
	}
	if err := w.begin(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(w.ctx, w.opts.Deadline)
	defer cancel()
	w.commitAlone(ctx, call)
	return nil
}

// commitAlone runs call in the transaction that has begun, and answers it.
func (w *writer) commitAlone(ctx context.Context, call *write) {
	end := "ROLLBACK"
	if call.start() {
		w.perform(ctx, call)
		if call.err == nil {
			end = "COMMIT"
		}
	}
	if err := w.conn.control(ctx, end); err != nil {
		w.discard()
		if call.err == nil {
			call.err = fmt.Errorf("commit: %w", err)
		}
	}
	call.answer(call.err)
}
