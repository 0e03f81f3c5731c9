package sqldb

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/turno-health/turno"
)

// CopyIn inserts many rows in bulk and says how many: by COPY on PostgreSQL, by
// INSERT statements of many rows on SQLite. A row has a value for each column,
// of the types that Exec takes. Triggers and constraints hold as always; a row
// that a trigger ignores is not counted. On PostgreSQL an enum is its name.
//
// In a Write statement_timeout counts for the whole of it, so hand over some ten
// thousand rows at a time, or use WriteLong.
func (tx *Tx) CopyIn(table string, columns []string, rows iter.Seq[[]any]) (int64, error) {
	if err := tx.usable(); err != nil {
		return 0, err
	}
	var n int64
	var err error
	if s, ok := tx.session.(*postgresSession); ok {
		n, err = s.copyIn(tx.ctx, table, columns, rows)
	} else {
		n, err = insertMany(tx.ctx, tx.session, table, columns, rows)
	}
	if err != nil {
		return n, tx.fail(fmt.Errorf("copy into %s: %w", table, err))
	}
	return n, nil
}

// rowsPerInsert is where a longer statement brings SQLite little more.
const rowsPerInsert = 16

func insertMany(ctx context.Context, s session, table string, columns []string, rows iter.Seq[[]any]) (total int64, err error) {
	one, many := insertText(table, columns, 1), insertText(table, columns, rowsPerInsert)
	insert := func(sql string, args []any) error {
		n, err := s.exec(ctx, sql, args)
		total += n
		return err
	}
	args := make([]any, 0, rowsPerInsert*len(columns))
	for row := range rows {
		if len(row) != len(columns) {
			return total, fmt.Errorf("a row has %d values for %d columns", len(row), len(columns))
		}
		if args = append(args, row...); len(args) < cap(args) {
			continue
		}
		if err := insert(many, args); err != nil {
			return total, err
		}
		args = args[:0]
	}
	for ; len(args) > 0; args = args[len(columns):] {
		if err := insert(one, args[:len(columns)]); err != nil {
			return total, err
		}
	}
	return total, nil
}

// insertText has only two forms for a table, so that both stay prepared.
func insertText(table string, columns []string, rows int) string {
	var s strings.Builder
	s.WriteString("INSERT INTO " + quoted(table) + " (" + quotedList(columns) + ") VALUES ")
	for i := range rows * len(columns) {
		switch {
		case i == 0:
			s.WriteString("(")
		case i%len(columns) == 0:
			s.WriteString("), (")
		default:
			s.WriteString(", ")
		}
		s.WriteString("$" + strconv.Itoa(i+1))
	}
	s.WriteString(")")
	return s.String()
}

// copyIn speaks the COPY protocol in its text form: that needs no knowledge of
// the columns' types, enums among them.
func (s *postgresSession) copyIn(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (int64, error) {
	if _, err := s.exec(ctx, "SELECT 1", nil); err != nil { // begins the transaction
		return 0, err
	}
	next, stop := iter.Pull(rows)
	defer stop()
	source := &copySource{next: next, columns: len(columns)}
	sql := "COPY " + quoted(table) + " (" + quotedList(columns) + ") FROM STDIN"
	tag, err := s.conn.Conn().PgConn().CopyFrom(ctx, source, sql)
	if source.err != nil {
		return 0, source.err
	}
	return tag.RowsAffected(), err
}

// copySource reads rows in COPY's text form.
type copySource struct {
	next    func() ([]any, bool)
	columns int
	buffer  []byte
	sent    int   // of buffer
	err     error // a row that can't be written
}

// Read implements io.Reader.
func (c *copySource) Read(p []byte) (int, error) {
	const enough = 1 << 15
	if c.sent == len(c.buffer) {
		c.buffer, c.sent = c.buffer[:0], 0
		for len(c.buffer) < enough && c.err == nil {
			row, ok := c.next()
			if !ok {
				break
			}
			c.buffer, c.err = appendCopyRow(c.buffer, row, c.columns)
		}
	}
	if c.err != nil {
		return 0, c.err
	}
	if len(c.buffer) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.buffer[c.sent:])
	c.sent += n
	return n, nil
}

func appendCopyRow(dst []byte, row []any, columns int) ([]byte, error) {
	if len(row) != columns {
		return dst, fmt.Errorf("a row has %d values for %d columns", len(row), columns)
	}
	for i, value := range row {
		if i > 0 {
			dst = append(dst, '\t')
		}
		var err error
		if dst, err = appendCopyValue(dst, value); err != nil {
			return dst, fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return append(dst, '\n'), nil
}

func appendCopyValue(dst []byte, value any) ([]byte, error) {
	switch v := pointee(value).(type) {
	case nil:
		return append(dst, `\N`...), nil
	case time.Time:
		return turno.Instant(v).AppendFormat(dst, time.RFC3339Nano), nil
	case uuid.UUID:
		return append(dst, v.String()...), nil
	case turno.Date:
		return append(dst, v.String()...), nil
	case turno.Clock:
		return append(dst, v.String()...), nil
	default:
		return appendPlain(dst, plain(v), value)
	}
}

func appendPlain(dst []byte, v, value any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return appendCopyText(dst, v), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case float64:
		return strconv.AppendFloat(dst, v, 'g', -1, 64), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case []byte:
		return hex.AppendEncode(append(dst, `\\x`...), v), nil
	}
	return dst, fmt.Errorf("a %T cannot be a value", value)
}

// appendCopyText escapes what COPY would take for the end of a value or a row.
func appendCopyText(dst []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; c {
		case '\\':
			dst = append(dst, `\\`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

func quotedList(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = quoted(name)
	}
	return strings.Join(list, ", ")
}
