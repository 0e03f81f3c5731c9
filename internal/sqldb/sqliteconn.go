package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// maxPrepared bounds the statements that a connection keeps.
const maxPrepared = 512

// sqliteConn is one connection with the statements that it has prepared.
type sqliteConn struct {
	conn     *sql.Conn
	texts    texts
	prepared map[string]*sql.Stmt
	brisk    bool                   // the writer's: see statementContext
	spoil    func(sql string) error // for tests: fails statements of the writer itself
}

func newSQLiteConn(ctx context.Context, file *sql.DB) (*sqliteConn, error) {
	conn, err := file.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a connection: %w", err)
	}
	return &sqliteConn{conn: conn, prepared: map[string]*sql.Stmt{}}, nil
}

func (c *sqliteConn) engine() Engine { return SQLite }

// discard closes the connection for good, and with it any transaction.
func (c *sqliteConn) discard() {
	c.forget()
	_ = c.conn.Raw(func(any) error { return driver.ErrBadConn }) // tells database/sql not to keep it
	_ = c.conn.Close()
}

func (c *sqliteConn) forget() {
	for _, stmt := range c.prepared {
		_ = stmt.Close()
	}
	clear(c.prepared)
}

// control runs a statement about transactions.
func (c *sqliteConn) control(ctx context.Context, sql string) error {
	if c.spoil != nil {
		if err := c.spoil(sql); err != nil {
			return err
		}
	}
	_, err := c.exec(ctx, sql, nil)
	return err
}

func (c *sqliteConn) exec(ctx context.Context, sql string, args []any) (int64, error) {
	ctx, err := c.statementContext(ctx)
	if err != nil {
		return 0, err
	}
	stmt, values, err := c.prepare(ctx, sql, args)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(ctx, values...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (c *sqliteConn) query(ctx context.Context, sql string, args []any) (cursor, error) {
	ctx, err := c.statementContext(ctx)
	if err != nil {
		return nil, err
	}
	stmt, values, err := c.prepare(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, values...)
	if err != nil {
		return nil, err
	}
	return &sqliteCursor{rows: rows}, nil
}

// statementContext is what one statement runs under. The driver starts a goroutine
// for each statement that could be interrupted, an eighth of a booking's time. So
// the writer, whose statements are short and whom no caller can cancel, looks at
// its deadline between statements instead.
func (c *sqliteConn) statementContext(ctx context.Context) (context.Context, error) {
	if !c.brisk {
		return ctx, nil
	}
	return context.WithoutCancel(ctx), ctx.Err()
}

func (c *sqliteConn) batch(ctx context.Context, statements []statement) error {
	for i, st := range statements {
		if err := c.run(ctx, st); err != nil {
			return &BatchError{i, err}
		}
	}
	return nil
}

func (c *sqliteConn) run(ctx context.Context, st statement) error {
	if st.take == nil {
		rows, err := c.exec(ctx, st.sql, st.args)
		if st.rows != nil {
			*st.rows = rows
		}
		return err
	}
	result, err := c.query(ctx, st.sql, st.args)
	if err != nil {
		return err
	}
	return st.collect(result)
}

func (c *sqliteConn) prepare(ctx context.Context, sql string, args []any) (*sql.Stmt, []any, error) {
	text, values, err := c.texts.bind(sql, args)
	if err != nil {
		return nil, nil, err
	}
	if stmt := c.prepared[text]; stmt != nil {
		return stmt, values, nil
	}
	stmt, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	if len(c.prepared) >= maxPrepared {
		c.forget()
	}
	c.prepared[text] = stmt
	return stmt, values, nil
}

type sqliteCursor struct {
	rows    *sql.Rows
	targets []sqliteTarget
	scans   []any
}

func (c *sqliteCursor) Next() bool { return c.rows.Next() }

func (c *sqliteCursor) Scan(dest ...any) error {
	if len(c.targets) != len(dest) {
		c.targets = make([]sqliteTarget, len(dest))
		c.scans = make([]any, len(dest))
		for i := range c.targets {
			c.scans[i] = &c.targets[i]
		}
	}
	for i, d := range dest {
		c.targets[i].dest = d
	}
	return c.rows.Scan(c.scans...)
}

func (c *sqliteCursor) Close() error {
	closing := c.rows.Close()
	if err := c.rows.Err(); err != nil {
		return err
	}
	return closing
}
