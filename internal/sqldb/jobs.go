package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"time"

	"modernc.org/sqlite"
)

const jobsPatience = time.Minute

// jobs opens a connection for River, whose driver speaks database/sql. Polling
// for the file's lock, it would hardly ever win against the writer; so the two
// take turns.
func (db *sqliteDB) jobs() (*sql.DB, error) {
	query := url.Values{
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", jobsPatience.Milliseconds()),
			"foreign_keys(1)", "synchronous(FULL)",
		},
		"_txlock": {"immediate"},
	}
	dsn := url.URL{Scheme: "file", Path: db.path, RawQuery: query.Encode()}
	connector, err := sqlite.NewConnector(dsn.String())
	if err != nil {
		return nil, err
	}
	file := sql.OpenDB(&jobsConnector{Connector: connector, turn: db.writer.turn})
	file.SetMaxOpenConns(1)
	return file, nil
}

// turn is held by whoever writes to the file in this process. Those who wait are
// served in the order of their coming, as a channel does.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) give() { <-t }

type jobsConnector struct {
	driver.Connector
	turn turn
}

// Connect opens the connection that takes turns.
func (c *jobsConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := connectSQLite(ctx, c.Connector)
	if err != nil {
		return nil, err
	}
	return &jobsConn{sqliteDriverConn: conn, turn: c.turn}, nil
}

// sqliteDriverConn is what the driver's connections can do.
type sqliteDriverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// jobsConn holds the turn for each transaction, and for each statement outside
// of one. database/sql lets one goroutine at a time use it.
type jobsConn struct {
	sqliteDriverConn
	turn turn
	held bool // by the transaction on the way
}

// BeginTx takes the turn until the transaction ends.
func (c *jobsConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if err := c.turn.take(ctx); err != nil {
		return nil, err
	}
	tx, err := c.sqliteDriverConn.BeginTx(ctx, opts)
	if err != nil {
		c.turn.give()
		return nil, err
	}
	c.held = true
	return &jobsTx{Tx: tx, conn: c}, nil
}

// ExecContext runs a statement in its turn.
func (c *jobsConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if !c.held {
		if err := c.turn.take(ctx); err != nil {
			return nil, err
		}
		defer c.turn.give()
	}
	return c.sqliteDriverConn.ExecContext(ctx, query, args)
}

// QueryContext runs a statement in its turn, which ends with the rows: it may be
// an INSERT .. RETURNING.
func (c *jobsConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.held {
		return c.sqliteDriverConn.QueryContext(ctx, query, args)
	}
	if err := c.turn.take(ctx); err != nil {
		return nil, err
	}
	rows, err := c.sqliteDriverConn.QueryContext(ctx, query, args)
	if err != nil {
		c.turn.give()
		return nil, err
	}
	return &jobsRows{Rows: rows, turn: c.turn}, nil
}

type jobsTx struct {
	driver.Tx
	conn *jobsConn
}

// Commit ends the turn. database/sql calls it or Rollback, once.
func (t *jobsTx) Commit() error {
	defer t.conn.release()
	return t.Tx.Commit()
}

// Rollback ends the turn.
func (t *jobsTx) Rollback() error {
	defer t.conn.release()
	return t.Tx.Rollback()
}

func (c *jobsConn) release() {
	if c.held {
		c.held = false
		c.turn.give()
	}
}

type jobsRows struct {
	driver.Rows
	turn   turn
	closed bool
}

// Close ends the turn.
func (r *jobsRows) Close() error {
	if !r.closed {
		r.closed = true
		defer r.turn.give()
	}
	return r.Rows.Close()
}
