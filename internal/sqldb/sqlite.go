package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"modernc.org/sqlite"
)

const (
	readersPerCore = 2
	readerPatience = 5 * time.Second // for the moments in which SQLite itself needs the file alone
)

// sqliteDB is a file with one writer and several readers.
type sqliteDB struct {
	opts    Options
	path    string
	readers *readerPool
	writer  *writer
	long    longWrites
}

func openSQLite(ctx context.Context, path string, o Options) (engine, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := createFile(path); err != nil {
		return nil, err
	}
	// The writer polls for the lock itself, to hand it on in time.
	writers, err := fileConnector(path, "busy_timeout(0)", "foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	db := &sqliteDB{opts: o, path: path}
	if err := db.useWAL(ctx, writers); err != nil {
		return nil, err
	}
	if db.readers, err = openReaders(path, o.MaxConns); err != nil {
		return nil, err
	}
	if db.long.file, err = fileConnector(path, longSettings()...); err != nil {
		return nil, err
	}
	db.writer = startWriter(context.WithoutCancel(ctx), writers, o)
	return db, nil
}

// createFile makes the file so that only its owner can read it. SQLite gives the
// same mode to the files that it keeps beside it.
func createFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder %s does not exist: make it first", filepath.Dir(path))
	}
	if err != nil {
		return err
	}
	return file.Close()
}

// fileSettings hold for every connection. Savepoints, and statements that set off
// triggers, keep a journal of their own, a temporary file unless memory holds it: a
// fifth of a booking's time.
func fileSettings() []string {
	return []string{"synchronous(FULL)", "journal_size_limit(67108864)", "temp_store(MEMORY)", "cache_size(-65536)"}
}

// fileConnector opens connections to the file with our settings and then the given
// pragmas.
func fileConnector(path string, pragmas ...string) (driver.Connector, error) {
	query := url.Values{"_pragma": append(fileSettings(), pragmas...)}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	return sqlite.NewConnector(dsn.String())
}

// openFile opens the file for work that is done seldom and alone.
func openFile(path string, pragmas ...string) (*sql.DB, error) {
	connector, err := fileConnector(path, pragmas...)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// useWAL makes writers and readers independent of each other. The setting stays
// in the file; rivals that make it first are waited for.
func (db *sqliteDB) useWAL(ctx context.Context, writers driver.Connector) error {
	return db.untilFree(ctx, func() error {
		conn, err := newSQLiteConn(ctx, writers)
		if err != nil {
			return err
		}
		defer conn.close()
		var mode string
		err = newTx(ctx, conn, db.opts).QueryRow("PRAGMA journal_mode = WAL").Scan(&mode)
		if err == nil && mode != "wal" {
			err = fmt.Errorf("the file system of %s does not support write-ahead logging", db.path)
		}
		return err
	})
}

// untilFree repeats try while another process has the file locked, within the
// patience of the options.
func (db *sqliteDB) untilFree(ctx context.Context, try func() error) error {
	patience := time.NewTimer(db.opts.Patience)
	defer patience.Stop()
	for {
		err := try()
		if !sqliteBusy(err) {
			return err
		}
		select {
		case <-time.After(pollInterval()):
		case <-ctx.Done():
			return ctx.Err()
		case <-patience.C:
			return &patienceError{err}
		}
	}
}

func (db *sqliteDB) name() Engine        { return SQLite }
func (db *sqliteDB) pool() *pgxpool.Pool { return nil }

func (db *sqliteDB) ping(ctx context.Context) error {
	return db.read(ctx, func(tx *Tx) error {
		var one int
		return tx.QueryRow("SELECT 1 FROM (SELECT count(*) FROM sqlite_master)").Scan(&one)
	})
}

func (db *sqliteDB) write(ctx context.Context, fn func(*Tx) error) error {
	return db.writer.write(ctx, fn)
}

func (db *sqliteDB) close() error {
	db.writer.close()
	db.long.close()
	db.readers.close()
	return nil
}

// read runs fn on a connection that cannot write, in the caller's context.
func (db *sqliteDB) read(ctx context.Context, fn func(*Tx) error) error {
	conn, err := db.readers.take(ctx)
	if err != nil {
		return err
	}
	ended := false
	defer func() { db.readers.give(conn, ended) }()
	// Neither touches the file, so there is nothing to interrupt.
	atOnce := context.WithoutCancel(ctx)
	if err := conn.control(atOnce, "BEGIN"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { ended = conn.control(atOnce, "ROLLBACK") == nil }() // a panic too ends the view
	tx := newTx(ctx, conn, db.opts)
	defer func() { _ = tx.finish(nil) }()
	return tx.finish(inside(fn, tx))
}

// readerPool hands out connections for reading, each to one transaction.
type readerPool struct {
	file   driver.Connector
	free   chan *sqliteConn // nil stands for a connection still to be opened
	closed chan struct{}
}

func openReaders(path string, limit int) (*readerPool, error) {
	if limit <= 0 {
		limit = max(4, readersPerCore*runtime.NumCPU())
	}
	timeout := fmt.Sprintf("busy_timeout(%d)", readerPatience.Milliseconds())
	file, err := fileConnector(path, timeout, "query_only(1)")
	if err != nil {
		return nil, err
	}
	p := &readerPool{file: file, free: make(chan *sqliteConn, limit), closed: make(chan struct{})}
	for range limit {
		p.free <- nil
	}
	return p, nil
}

func (p *readerPool) take(ctx context.Context) (*sqliteConn, error) {
	select {
	case <-p.closed:
		return nil, ErrClosed
	default:
	}
	select {
	case conn := <-p.free:
		if conn != nil {
			return conn, nil
		}
		conn, err := newSQLiteConn(ctx, p.file)
		if err != nil {
			p.free <- nil
		}
		return conn, err
	case <-p.closed:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *readerPool) give(conn *sqliteConn, sound bool) {
	if !sound {
		conn.close()
		conn = nil
	}
	p.free <- conn
}

// close waits for the transactions on the way.
func (p *readerPool) close() {
	close(p.closed)
	for range cap(p.free) {
		if conn := <-p.free; conn != nil {
			conn.close()
		}
	}
}
