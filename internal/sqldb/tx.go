package sqldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/turno-health/turno"
)

// Tx is a transaction on the way. It belongs to the closure that received it and
// to one goroutine.
type Tx struct {
	Now time.Time // the moment of the whole transaction: UTC, whole microseconds

	ctx     context.Context
	session session
	open    *Rows // the result being read
	failed  error // the first error of a statement: the transaction is lost
	done    bool
}

// session is one engine's side of a transaction.
type session interface {
	engine() Engine
	exec(ctx context.Context, sql string, args []any) (rows int64, err error)
	query(ctx context.Context, sql string, args []any) (cursor, error)
	batch(ctx context.Context, statements []statement) error
}

// cursor is one engine's result of a query. Close returns the error that ended
// the result, if one did.
type cursor interface {
	Next() bool
	Scan(dest ...any) error
	Close() error
}

func newTx(ctx context.Context, s session, o Options) *Tx {
	if o.Trace != nil {
		s = traced{s, o.Trace}
	}
	return &Tx{Now: turno.Instant(o.Now()), ctx: context.WithValue(ctx, insideKey{}, true), session: s}
}

// Engine is the kind of database that the transaction runs on.
func (tx *Tx) Engine() Engine { return tx.session.engine() }

// Context bounds the transaction. Starting another one with it panics.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Exec runs a statement and says how many rows it inserted, changed or deleted.
func (tx *Tx) Exec(sql string, args ...any) (rows int64, err error) {
	if err := tx.usable(); err != nil {
		return 0, err
	}
	rows, err = tx.session.exec(tx.ctx, sql, args)
	return rows, tx.fail(err)
}

// Query runs a statement that returns rows. They must be read to the end or
// closed before the next statement. All and One are shorter.
func (tx *Tx) Query(sql string, args ...any) (*Rows, error) {
	if err := tx.usable(); err != nil {
		return nil, err
	}
	c, err := tx.session.query(tx.ctx, sql, args)
	if err != nil {
		return nil, tx.fail(err)
	}
	tx.open = &Rows{tx: tx, cursor: c}
	return tx.open, nil
}

// QueryRow runs a statement of which the first row counts.
func (tx *Tx) QueryRow(sql string, args ...any) *Row {
	rows, err := tx.Query(sql, args...)
	return &Row{rows: rows, err: err}
}

func (tx *Tx) usable() error {
	switch {
	case tx.done:
		return errors.New("sqldb: the transaction has ended")
	case tx.failed != nil:
		return fmt.Errorf("sqldb: a statement failed before, so the transaction is lost: %w", tx.failed)
	case tx.open != nil:
		return tx.fail(errors.New("sqldb: the rows of the statement before are still being read"))
	}
	return nil
}

func (tx *Tx) fail(err error) error {
	if err != nil && tx.failed == nil {
		tx.failed = err
	}
	return err
}

// finish ends what the closure left open, and says what became of the
// transaction, given what the closure returned.
func (tx *Tx) finish(err error) error {
	tx.done = true
	if tx.open != nil {
		tx.open.Close()
	}
	switch {
	case err != nil:
		return err
	case tx.failed != nil:
		return fmt.Errorf("sqldb: the closure passed over an error: %w", tx.failed)
	}
	return nil
}
