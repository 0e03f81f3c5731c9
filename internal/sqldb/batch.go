package sqldb

import (
	"fmt"
)

// Batch is a number of statements that run in order, in one network round trip
// on PostgreSQL. Their results are there after Run.
type Batch struct {
	tx         *Tx
	statements []statement
}

// statement is one of a batch. take reads its rows; where it is nil, rows
// receives their number, unless it is nil too.
type statement struct {
	sql  string
	args []any
	rows *int64
	take func(*Rows) error
}

// BatchError says which statement of a batch failed.
type BatchError struct {
	Statement int // in the order of adding, from 0
	Err       error
}

// Error names the statement by its number.
func (e *BatchError) Error() string {
	return fmt.Sprintf("statement %d of the batch: %v", e.Statement, e.Err)
}

// Unwrap is the error of the statement.
func (e *BatchError) Unwrap() error { return e.Err }

// Batch begins an empty batch.
func (tx *Tx) Batch() *Batch { return &Batch{tx: tx} }

// Exec adds a statement. rows, unless nil, receives how many rows it inserted,
// changed or deleted.
func (b *Batch) Exec(rows *int64, sql string, args ...any) {
	b.statements = append(b.statements, statement{sql: sql, args: args, rows: rows})
}

// BatchAll adds a query whose rows replace the content of all.
func BatchAll[T any](b *Batch, all *[]T, scan func(Scanner) (T, error), sql string, args ...any) {
	b.add(sql, args, func(rows *Rows) error {
		*all = nil
		for rows.Next() {
			value, err := scan(rows)
			if err != nil {
				return err
			}
			*all = append(*all, value)
		}
		return nil
	})
}

// BatchOne adds a query whose first row, if there is one, goes to value. found
// may be nil.
func BatchOne[T any](b *Batch, value *T, found *bool, scan func(Scanner) (T, error), sql string, args ...any) {
	b.add(sql, args, func(rows *Rows) (err error) {
		exists := rows.Next()
		if found != nil {
			*found = exists
		}
		if exists {
			*value, err = scan(rows)
		}
		return err
	})
}

func (b *Batch) add(sql string, args []any, take func(*Rows) error) {
	b.statements = append(b.statements, statement{sql: sql, args: args, take: take})
}

// Run runs the statements and empties the batch. The first failure ends it, as a
// *BatchError, and with it the transaction.
func (b *Batch) Run() error {
	statements := b.statements
	b.statements = nil
	if err := b.tx.usable(); err != nil || len(statements) == 0 {
		return err
	}
	return b.tx.fail(b.tx.session.batch(b.tx.ctx, statements))
}

// collect hands the result of a query to the statement that asked for it.
func (s statement) collect(c cursor) error {
	rows := &Rows{tx: &Tx{}, cursor: c}
	err := s.take(rows)
	rows.Close()
	if rows.Err() != nil {
		return rows.Err()
	}
	return err
}
