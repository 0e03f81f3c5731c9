package sqldb

import (
	"context"
	"database/sql/driver"
	"fmt"
	"sync"
)

// longWrites are the transactions without a deadline. Each has a connection of its
// own, whose end ends whatever it left open.
type longWrites struct {
	file    driver.Connector
	running sync.RWMutex // held for reading by each, and for good when closed
}

// longSettings let an index over a large table be sorted in a file, which memory
// might not hold. 256 MB of pages let many rows find what they refer to in memory.
func longSettings() []string {
	return []string{"busy_timeout(0)", "foreign_keys(1)", "temp_store(FILE)", "cache_size(-262144)"}
}

// close waits for the transactions on the way.
func (l *longWrites) close() { l.running.Lock() }

// writeLong takes its turn before the writer and the jobs, which wait as they would
// for another process.
func (db *sqliteDB) writeLong(ctx context.Context, fn func(*Tx) error) error {
	if !db.long.running.TryRLock() {
		return ErrClosed
	}
	defer db.long.running.RUnlock()
	if err := db.writer.turn.take(ctx); err != nil {
		return err
	}
	defer db.writer.turn.give()
	var conn *sqliteConn
	err := db.untilFree(ctx, func() (err error) {
		conn, err = newSQLiteConn(ctx, db.long.file)
		return err
	})
	if err != nil {
		return err
	}
	defer conn.close() // an error and a panic too roll back
	err = db.untilFree(ctx, func() error { return conn.control(ctx, "BEGIN IMMEDIATE") })
	if err != nil {
		return err
	}
	tx := newTx(ctx, conn, db.opts)
	defer func() { _ = tx.finish(nil) }()
	if err := tx.finish(inside(fn, tx)); err != nil {
		return err
	}
	if err := conn.control(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
