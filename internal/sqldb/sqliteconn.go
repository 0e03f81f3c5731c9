package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxPrepared bounds the statements that a connection keeps.
const maxPrepared = 512

// sqliteConn is one connection with the statements that it has prepared. It calls
// the driver without database/sql between: the pool, its locks and its conversions
// serve nothing here and took a tenth of a booking's time.
type sqliteConn struct {
	conn     sqliteDriverConn
	texts    texts
	prepared map[string]sqliteStmt
	steady   context.Context        // the writer's: see statementContext
	wrote    bool                   // a statement that may write has run since this was unset
	spoil    func(sql string) error // for tests: fails statements of the writer itself
}

// sqliteStmt is what the driver's prepared statements can do.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func newSQLiteConn(ctx context.Context, file driver.Connector) (*sqliteConn, error) {
	conn, err := connectSQLite(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("open a connection: %w", err)
	}
	return &sqliteConn{conn: conn, prepared: map[string]sqliteStmt{}}, nil
}

func connectSQLite(ctx context.Context, file driver.Connector) (sqliteDriverConn, error) {
	conn, err := file.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(sqliteDriverConn)
	if !ok {
		_ = conn.Close()
		return nil, fmt.Errorf("the driver's %T lacks a method", conn)
	}
	return full, nil
}

func (c *sqliteConn) engine() Engine { return SQLite }

// close ends the connection, and with it any transaction.
func (c *sqliteConn) close() {
	c.forget()
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
	c.wrote = true
	result, err := stmt.ExecContext(ctx, values)
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
	c.wrote = c.wrote || !strings.HasPrefix(strings.TrimSpace(sql), "SELECT")
	rows, err := stmt.QueryContext(ctx, values)
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
	if c.steady == nil {
		return ctx, nil
	}
	return c.steady, ctx.Err()
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

func (c *sqliteConn) prepare(ctx context.Context, sql string, args []any) (sqliteStmt, []driver.NamedValue, error) {
	text, values, err := c.texts.bind(sql, args)
	if err != nil {
		return nil, nil, err
	}
	if stmt := c.prepared[text]; stmt != nil {
		return stmt, values, nil
	}
	prepared, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	stmt, ok := prepared.(sqliteStmt)
	if !ok {
		return nil, nil, errors.Join(fmt.Errorf("the driver's %T lacks a method", prepared), prepared.Close())
	}
	if len(c.prepared) >= maxPrepared {
		c.forget()
	}
	c.prepared[text] = stmt
	return stmt, values, nil
}

// sqliteCursor reads the rows of a statement one after the other.
type sqliteCursor struct {
	rows   driver.Rows
	values []driver.Value // of the row that was read last
	err    error          // what ended the rows early
}

func (c *sqliteCursor) Next() bool {
	if c.values == nil {
		c.values = make([]driver.Value, len(c.rows.Columns()))
	}
	err := c.rows.Next(c.values)
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return err == nil
}

func (c *sqliteCursor) Scan(dest ...any) error {
	if len(dest) != len(c.values) {
		return fmt.Errorf("the row has %d columns, not %d", len(c.values), len(dest))
	}
	for i, d := range dest {
		if err := sqliteAssign(d, c.values[i]); err != nil {
			return fmt.Errorf("column %d into %T: %w", i, d, err)
		}
	}
	return nil
}

func (c *sqliteCursor) Close() error {
	closing := c.rows.Close()
	if c.err != nil {
		return c.err
	}
	return closing
}
