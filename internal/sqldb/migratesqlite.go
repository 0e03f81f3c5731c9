package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const sqliteHistory = `
CREATE TABLE IF NOT EXISTS schema_migrations (
    version    INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT`

// migrate holds an exclusive lock on a second, empty file: the database itself
// must stay open to after, which writes through connections of its own. The
// system releases the lock of a process that dies.
func (db *sqliteDB) migrate(ctx context.Context, files []migration, after []func(context.Context) error) (err error) {
	unlock, err := lockFile(ctx, db.path+"-migrate")
	if err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := db.apply(ctx, files); err != nil {
		return err
	}
	for _, run := range after {
		if err := run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lockFile waits, as long as ctx allows, until no other process holds the file.
func lockFile(ctx context.Context, path string) (unlock func() error, err error) {
	if err := createFile(path); err != nil {
		return nil, err
	}
	file, err := openFile(path, "busy_timeout(0)")
	if err != nil {
		return nil, err
	}
	file.SetMaxOpenConns(1)
	for {
		_, err := file.ExecContext(ctx, "BEGIN EXCLUSIVE")
		if err == nil {
			return file.Close, nil
		}
		if !sqliteBusy(err) {
			return nil, errors.Join(err, file.Close())
		}
		select {
		case <-time.After(pollInterval()):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		}
	}
}

// apply runs the missing files on a connection without foreign keys, so that a
// migration can rebuild a table (https://sqlite.org/lang_altertable.html#otheralter);
// they are checked before the commit. So nothing cascades in a migration.
func (db *sqliteDB) apply(ctx context.Context, files []migration) (err error) {
	file, err := openFile(db.path, "busy_timeout(0)", "foreign_keys(0)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	file.SetMaxOpenConns(1)
	var conn *sql.Conn
	err = db.untilFree(ctx, func() (err error) {
		conn, err = file.Conn(ctx)
		return err
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	missing, err := db.missing(ctx, conn, files)
	if err != nil {
		return err
	}
	for _, m := range missing {
		if err := db.applyOne(ctx, conn, m); err != nil {
			return fmt.Errorf("migration %04d_%s: %w", m.version, m.name, err)
		}
		db.opts.Logger.InfoContext(ctx, "migrated", "version", m.version, "name", m.name)
	}
	return nil
}

func (db *sqliteDB) missing(ctx context.Context, conn *sql.Conn, files []migration) ([]migration, error) {
	var applied []int
	err := db.untilFree(ctx, func() error {
		if _, err := conn.ExecContext(ctx, sqliteHistory); err != nil {
			return err
		}
		var err error
		applied, err = appliedVersions(ctx, conn)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the table of migrations: %w", err)
	}
	return pending(files, applied)
}

func appliedVersions(ctx context.Context, conn *sql.Conn) (applied []int, err error) {
	rows, err := conn.QueryContext(ctx, "SELECT version FROM schema_migrations")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var version int
		if err := rows.Scan(&version); err != nil {
			return nil, err
		}
		applied = append(applied, version)
	}
	return applied, rows.Err()
}

func (db *sqliteDB) applyOne(ctx context.Context, conn *sql.Conn, m migration) error {
	err := db.untilFree(ctx, func() error {
		_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE")
		return err
	})
	if err != nil {
		return err
	}
	if err := db.applyWithin(ctx, conn, m); err != nil {
		_, rollback := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return errors.Join(err, rollback)
	}
	return nil
}

func (db *sqliteDB) applyWithin(ctx context.Context, conn *sql.Conn, m migration) error {
	if _, err := conn.ExecContext(ctx, m.sql); err != nil {
		return err
	}
	var table string
	err := conn.QueryRowContext(ctx, `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table)
	if err == nil {
		return fmt.Errorf("it leaves rows of %s that point nowhere", table)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	const note = "INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, ?)"
	if _, err := conn.ExecContext(ctx, note, m.version, m.name, db.opts.Now().UnixMicro()); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}
