package sqldb

import (
	"errors"
	"fmt"
)

// ErrNoRows says that a statement of which one row was expected returned none.
var ErrNoRows = errors.New("no rows")

// Scanner is a row to be read: *Row or *Rows.
type Scanner interface {
	Scan(dest ...any) error
}

// All runs a statement and collects what scan makes of each row. Without rows it
// is nil.
func All[T any](tx *Tx, scan func(Scanner) (T, error), sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return all, rows.Err()
}

// One runs a statement and returns what scan makes of its first row, or
// ErrNoRows.
func One[T any](tx *Tx, scan func(Scanner) (T, error), sql string, args ...any) (T, error) {
	value, found, err := first(tx, scan, sql, args)
	if err == nil && !found {
		err = ErrNoRows
	}
	return value, err
}

func first[T any](tx *Tx, scan func(Scanner) (T, error), sql string, args []any) (value T, found bool, err error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return value, false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return value, false, rows.Err()
	}
	if value, err = scan(rows); err != nil {
		return value, false, err
	}
	rows.Close()
	return value, true, rows.Err()
}

// Rows is the result of a query, before the first row at first.
type Rows struct {
	tx     *Tx
	cursor cursor
	closed bool
	err    error
}

// Next goes to the next row. False means the end, or an error: ask Err.
func (r *Rows) Next() bool {
	if r.closed {
		return false
	}
	if r.cursor.Next() {
		return true
	}
	r.Close()
	return false
}

// Scan reads the row into dest: pointers to time.Time, uuid.UUID, turno.Date,
// turno.Clock, bool, numbers, strings, []byte and types made of those. What may
// be NULL needs a pointer to such a pointer.
func (r *Rows) Scan(dest ...any) error {
	if r.closed {
		return errors.New("sqldb: Scan after the last row")
	}
	if err := r.cursor.Scan(dest...); err != nil {
		return fmt.Errorf("read a row: %w", err)
	}
	return nil
}

// Err is the error that ended the rows early.
func (r *Rows) Err() error { return r.err }

// Close ends the reading. It may be called more than once.
func (r *Rows) Close() {
	if r.closed {
		return
	}
	r.closed = true
	r.err = r.tx.fail(r.cursor.Close())
	r.tx.open = nil
}

// Row is the first row of a query.
type Row struct {
	rows *Rows
	err  error
}

// Scan reads the row into dest as Rows.Scan does, or returns ErrNoRows.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}
