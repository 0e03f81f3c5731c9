package sqldb

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// migrationLock is the first half of the advisory lock's key; the second is the
// schema, because a lock belongs to a whole database.
const migrationLock = 0x7475726e // "turn"

const postgresHistory = `
CREATE TABLE IF NOT EXISTS schema_migrations (
    version    integer PRIMARY KEY,
    name       text NOT NULL,
    applied_at timestamptz NOT NULL
)`

// migrate works on a connection of its own, which it closes at the end: with it
// go the lock and the settings.
func (p *postgres) migrate(ctx context.Context, files []migration, after []func(context.Context) error) error {
	pooled, err := p.conns.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	conn := pooled.Hijack()
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()

	// Waiting for another node's migrations may take long, and so may ours.
	const settings = "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_session_timeout = 0"
	if _, err := conn.PgConn().Exec(ctx, settings).ReadAll(); err != nil {
		return fmt.Errorf("prepare the connection: %w", err)
	}
	const lock = "SELECT pg_advisory_lock($1, hashtext(COALESCE(current_schema(), '')))"
	if _, err := conn.Exec(ctx, lock, migrationLock); err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	changed, err := p.apply(ctx, conn, files)
	if err != nil {
		return err
	}
	if changed {
		p.conns.Reset() // statements prepared before may no longer fit
	}
	for _, run := range after {
		if err := run(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (p *postgres) apply(ctx context.Context, conn *pgx.Conn, files []migration) (changed bool, err error) {
	if _, err := conn.Exec(ctx, postgresHistory); err != nil {
		return false, fmt.Errorf("make the table of migrations: %w", err)
	}
	rows, err := conn.Query(ctx, "SELECT version FROM schema_migrations")
	if err != nil {
		return false, fmt.Errorf("read the table of migrations: %w", err)
	}
	applied, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return false, fmt.Errorf("read the table of migrations: %w", err)
	}
	missing, err := pending(files, applied)
	if err != nil {
		return false, err
	}
	for _, m := range missing {
		if err := p.applyOne(ctx, conn, m); err != nil {
			return false, fmt.Errorf("migration %04d_%s: %w", m.version, m.name, err)
		}
		p.opts.Logger.InfoContext(ctx, "migrated", "version", m.version, "name", m.name)
	}
	return len(missing) > 0, nil
}

func (p *postgres) applyOne(ctx context.Context, conn *pgx.Conn, m migration) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // nothing after the commit
	if _, err := conn.PgConn().Exec(ctx, m.sql).ReadAll(); err != nil {
		return err
	}
	const note = "INSERT INTO schema_migrations (version, name, applied_at) VALUES ($1, $2, $3)"
	if _, err := tx.Exec(ctx, note, m.version, m.name, p.opts.Now().UTC()); err != nil {
		return err
	}
	return tx.Commit(ctx)
}
