package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	beginWrite = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
	beginRead  = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

	// connectionsPerCore leaves room for those who wait for the disk or a lock.
	connectionsPerCore = 4
	rollbackPatience   = 5 * time.Second
)

// sessionSettings hold unless the DSN says otherwise. Statements are short: a plan
// that expects too many rows would compile for longer than it runs, and one that is
// made anew for each execution takes longer than that. So each is planned once for a
// connection, whatever its arguments; the tests of package store look at those plans.
func sessionSettings() map[string]string {
	return map[string]string{
		"application_name":                    "turno",
		"timezone":                            "UTC",
		"jit":                                 "off",
		"plan_cache_mode":                     "force_generic_plan",
		"statement_timeout":                   "15s",
		"lock_timeout":                        "10s",
		"idle_in_transaction_session_timeout": "30s",
	}
}

type postgres struct {
	opts   Options
	conns  *pgxpool.Pool
	closed atomic.Bool
}

func openPostgres(ctx context.Context, dsn string, o Options) (engine, error) {
	config, err := postgresConfig(dsn)
	if err != nil {
		return nil, err
	}
	return openPool(ctx, config, dsn, o)
}

// postgresConfig is what the DSN says, with connections that notice when the server
// has vanished.
func postgresConfig(dsn string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	config.ConnConfig.DialFunc = dial
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectPatience
	}
	return config, nil
}

func openPool(ctx context.Context, config *pgxpool.Config, dsn string, o Options) (engine, error) {
	for name, value := range sessionSettings() {
		if _, given := config.ConnConfig.RuntimeParams[name]; !given {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	switch {
	case o.MaxConns > 0:
		config.MaxConns = int32(min(o.MaxConns, 10_000))
	case !strings.Contains(dsn, "pool_max_conns"):
		config.MaxConns = int32(max(8, connectionsPerCore*runtime.NumCPU())) //nolint:gosec // few
	}
	conns, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), config)
	if err != nil {
		return nil, err
	}
	if err := conns.Ping(ctx); err != nil {
		conns.Close()
		return nil, err
	}
	return &postgres{opts: o, conns: conns}, nil
}

func (p *postgres) name() Engine                   { return Postgres }
func (p *postgres) ping(ctx context.Context) error { return p.conns.Ping(ctx) }
func (p *postgres) pool() *pgxpool.Pool            { return p.conns }
func (p *postgres) jobs() (*sql.DB, error)         { return nil, nil }

func (p *postgres) close() error {
	p.closed.Store(true)
	p.conns.Close()
	return nil
}

func (p *postgres) read(ctx context.Context, fn func(*Tx) error) error {
	return p.transact(ctx, beginRead, fn)
}

func (p *postgres) write(ctx context.Context, fn func(*Tx) error) error {
	return p.transact(ctx, beginWrite, fn)
}

func (p *postgres) writeLong(ctx context.Context, fn func(*Tx) error) error {
	return p.transact(ctx, beginWrite, func(tx *Tx) error {
		if _, err := tx.Exec("SET LOCAL statement_timeout = 0"); err != nil {
			return fmt.Errorf("lift the deadline: %w", err)
		}
		return fn(tx)
	})
}

// transact runs fn between begin and COMMIT. A closure that runs no statement
// takes no connection.
func (p *postgres) transact(ctx context.Context, begin string, fn func(*Tx) error) error {
	if p.closed.Load() {
		return ErrClosed
	}
	s := &postgresSession{pool: p.conns, begin: begin}
	defer s.release(ctx) // a panic too rolls back
	tx := newTx(ctx, s, p.opts)
	if err := tx.finish(inside(fn, tx)); err != nil {
		return s.worthRetrying(ctx, tx.failed, err)
	}
	return s.commit(ctx)
}

// postgresSession is a transaction that begins with its first statement, in the
// same round trip.
type postgresSession struct {
	pool  *pgxpool.Pool
	begin string
	conn  *pgxpool.Conn // nil before the first statement
}

func (s *postgresSession) engine() Engine { return Postgres }

// start takes a connection. It reports whether BEGIN has still to be sent.
func (s *postgresSession) start(ctx context.Context) (pending bool, err error) {
	if s.conn != nil {
		return false, nil
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, fmt.Errorf("take a connection: %w", err)
	}
	s.conn = conn
	return true, nil
}

// commit ends the transaction. Of a connection that breaks here nobody can know
// whether the server had committed, so the attempt is not repeated.
func (s *postgresSession) commit(ctx context.Context) error {
	if s.conn == nil {
		return nil
	}
	tag, err := s.conn.Exec(ctx, "COMMIT")
	if err != nil {
		err = fmt.Errorf("commit: %w", err)
		if reason := retryReason(err); reason != "" {
			return &retryableError{reason, err}
		}
		return err
	}
	if tag.String() != "COMMIT" {
		return errRolledBack
	}
	return nil
}

// release gives the connection back, after rolling back what was not committed.
// The pool closes a connection that is not idle by then.
func (s *postgresSession) release(ctx context.Context) {
	if s.conn == nil {
		return
	}
	if pg := s.conn.Conn().PgConn(); !pg.IsClosed() && pg.TxStatus() != 'I' {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackPatience)
		defer cancel()
		_, _ = s.conn.Exec(ctx, "ROLLBACK") // failing, it leaves a connection that is not idle
	}
	s.conn.Release()
	s.conn = nil
}

// worthRetrying marks err when the transaction failed for a reason that another
// attempt cures. COMMIT was not sent yet, so a lost connection is such a reason.
func (s *postgresSession) worthRetrying(ctx context.Context, failed, err error) error {
	if failed == nil || ctx.Err() != nil {
		return err
	}
	reason := retryReason(failed)
	if reason == "" && s.connectionLost(failed) {
		reason = "connection"
	}
	if reason == "" {
		return err
	}
	return &retryableError{reason, err}
}

func (s *postgresSession) connectionLost(failed error) bool {
	if hasState(failed, "57P01", "57P02") { // the server is going down
		return true
	}
	if _, spoken := errors.AsType[*pgconn.PgError](failed); spoken {
		return false
	}
	return s.conn != nil && s.conn.Conn().IsClosed()
}

func (s *postgresSession) exec(ctx context.Context, sql string, args []any) (int64, error) {
	var rows int64
	err := s.send(ctx, []statement{{sql: sql, args: args, rows: &rows}})
	return rows, err
}

func (s *postgresSession) batch(ctx context.Context, statements []statement) error {
	err := s.send(ctx, statements)
	return err
}

// send runs statements in one round trip, BEGIN before them where it is due.
func (s *postgresSession) send(ctx context.Context, statements []statement) (err error) {
	results, err := s.queue(ctx, statements)
	if err != nil {
		return err
	}
	defer func() {
		if closing := results.Close(); err == nil && closing != nil {
			err = closing
		}
	}()
	for i, st := range statements {
		if err := receive(results, st); err != nil && len(statements) > 1 {
			return &BatchError{i, err}
		} else if err != nil {
			return err
		}
	}
	return nil
}

// queue sends statements and returns their results, past the one of BEGIN.
func (s *postgresSession) queue(ctx context.Context, statements []statement) (pgx.BatchResults, error) {
	batch := &pgx.Batch{}
	for i, st := range statements {
		args, err := postgresArgs(st.args)
		if err != nil {
			return nil, &BatchError{i, err}
		}
		batch.Queue(st.sql, args...)
	}
	pending, err := s.start(ctx)
	if err != nil {
		return nil, err
	}
	if pending {
		begin := &pgx.QueuedQuery{SQL: s.begin}
		batch.QueuedQueries = append([]*pgx.QueuedQuery{begin}, batch.QueuedQueries...)
	}
	results := s.conn.SendBatch(ctx, batch)
	if !pending {
		return results, nil
	}
	if _, err := results.Exec(); err != nil {
		_ = results.Close()
		return nil, fmt.Errorf("begin: %w", err)
	}
	return results, nil
}

func receive(results pgx.BatchResults, st statement) error {
	if st.take == nil {
		tag, err := results.Exec()
		if st.rows != nil {
			*st.rows = tag.RowsAffected()
		}
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	return st.collect(&postgresCursor{rows: rows})
}

func (s *postgresSession) query(ctx context.Context, sql string, args []any) (cursor, error) {
	results, err := s.queue(ctx, []statement{{sql: sql, args: args}})
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		_ = results.Close()
		return nil, err
	}
	return &postgresCursor{rows: rows, results: results}, nil
}

// postgresCursor reads rows, and closes results, if given, after them.
type postgresCursor struct {
	rows    pgx.Rows
	results pgx.BatchResults
	targets []any
	finish  []func() error
}

func (c *postgresCursor) Next() bool { return c.rows.Next() }

func (c *postgresCursor) Scan(dest ...any) error {
	c.targets, c.finish = c.targets[:0], c.finish[:0]
	for _, d := range dest {
		target, finish := postgresTarget(d)
		c.targets = append(c.targets, target)
		if finish != nil {
			c.finish = append(c.finish, finish)
		}
	}
	if err := c.rows.Scan(c.targets...); err != nil {
		return err
	}
	for _, finish := range c.finish {
		if err := finish(); err != nil {
			return err
		}
	}
	return nil
}

func (c *postgresCursor) Close() error {
	c.rows.Close()
	err := c.rows.Err()
	if c.results == nil {
		return err
	}
	if closing := c.results.Close(); err == nil {
		err = closing
	}
	return err
}
