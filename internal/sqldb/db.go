package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/turno-health/turno"
)

// Engine is the kind of database.
type Engine string

// The engines. The values name the folders of the migrations.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options say how a database is opened. Now is required.
type Options struct {
	Now      turno.Now
	Logger   *slog.Logger        // nil: nothing is logged
	MaxConns int                 // 0: derived from the number of cores
	Patience time.Duration       // how long a write waits for another process; 0: 10 s
	Deadline time.Duration       // for the statements of a Write on SQLite; 0: 15 s. PostgreSQL: statement_timeout in the DSN
	OnWait   func()              // called once when a write has waited for another process for a second
	Retried  func(reason string) // called before each retry: "serialization", "deadlock", "busy" or "connection"

	// Trace is told of each statement, before it runs; nil is fine. It is for tests
	// that look at plans. With it, CopyIn inserts row by row on PostgreSQL too.
	Trace func(sql string, args []any)
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	opts   Options
	engine engine
}

// engine is what differs between the two databases.
type engine interface {
	name() Engine
	ping(ctx context.Context) error
	read(ctx context.Context, fn func(*Tx) error) error
	write(ctx context.Context, fn func(*Tx) error) error
	writeLong(ctx context.Context, fn func(*Tx) error) error
	migrate(ctx context.Context, files []migration, after []func(context.Context) error) error
	pool() *pgxpool.Pool
	jobs() (*sql.DB, error)
	close() error
}

// Open opens the database that dsn names: a postgres:// or postgresql:// URL, or
// the path of a SQLite file, which is made when missing. ctx bounds the opening
// only.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	if o.Now == nil {
		return nil, errors.New("open the database: Options.Now is missing")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	if o.Deadline == 0 {
		o.Deadline = 15 * time.Second
	}
	if o.Retried == nil {
		o.Retried = func(string) {}
	}
	open := openSQLite
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		open = openPostgres
	}
	e, err := open(ctx, dsn, o)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return &DB{opts: o, engine: e}, nil
}

// Now is the moment that a transaction would have which began now.
func (db *DB) Now() time.Time { return turno.Instant(db.opts.Now()) }

// Engine is the kind of database that db is.
func (db *DB) Engine() Engine { return db.engine.name() }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.engine.ping(ctx); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	return nil
}

// Close waits for what runs and closes all connections. Transactions begun
// afterwards fail with ErrClosed, as the cause of a KindUnavailable.
func (db *DB) Close() error { return db.engine.close() }

// Pool is the pool of connections to PostgreSQL, for River; nil on SQLite.
func (db *DB) Pool() *pgxpool.Pool { return db.engine.pool() }

// JobsDB is a connection of its own to the SQLite file, for River; the caller
// closes it, before db. It is nil on PostgreSQL.
func (db *DB) JobsDB() (*sql.DB, error) { return db.engine.jobs() }

// Read runs fn on one unchanging view of the database, in which nothing can be
// written. fn may run again when the connection was lost.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	refuseNested(ctx, "Read")
	return db.retrying(ctx, func() error { return db.engine.read(ctx, fn) })
}

// Write runs fn in a transaction and commits it; an error from fn, which is
// returned as it is, or a panic rolls back. Nil means that the change is on the
// disk. fn may run several times, and on SQLite among the closures of others in
// one real transaction.
//
// ctx counts on SQLite only until fn begins: from then on Write returns what
// really happened.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	refuseNested(ctx, "Write")
	return db.retrying(ctx, func() error { return db.engine.write(ctx, fn) })
}

// WriteLong is Write without a deadline, for what takes long because there is much
// of it: a bulk load, an index over a large table. Only the end of ctx interrupts
// it. On SQLite nobody else can write meanwhile.
func (db *DB) WriteLong(ctx context.Context, fn func(*Tx) error) error {
	refuseNested(ctx, "WriteLong")
	return db.retrying(ctx, func() error { return db.engine.writeLong(ctx, fn) })
}

const maxRetries = 3

// retrying repeats attempt while it fails for a reason that another attempt
// cures, after a short wait that differs between rivals. When the database stays
// busy or away the error is a turno.Error of KindUnavailable.
func (db *DB) retrying(ctx context.Context, attempt func() error) error {
	for retry := 1; ; retry++ {
		err := attempt()
		lost, ok := errors.AsType[*retryableError](err)
		if !ok || retry > maxRetries || ctx.Err() != nil {
			return explained(ctx, err)
		}
		db.opts.Retried(lost.reason)
		wait := time.Duration(rand.Int64N(int64(10*time.Millisecond))) << retry //nolint:gosec // jitter, no secret
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return explained(ctx, err)
		}
	}
}

// retryableError marks an attempt that left nothing behind and may succeed when
// it is made again. It never leaves this package.
type retryableError struct {
	reason string
	err    error
}

func (e *retryableError) Error() string { return e.err.Error() }
func (e *retryableError) Unwrap() error { return e.err }
