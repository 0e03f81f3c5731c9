package sqldb

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// texts remembers how statements look to SQLite. Values are never written into a
// statement, so there are only as many as the program has.
type texts struct{ known sync.Map }

// text is a statement for SQLite, cut where a list of placeholders belongs.
type text struct {
	parts []string // one more than lists
	lists []int    // the numbers of the arguments that are lists
	count int      // of arguments
}

// bind is the statement for SQLite and its arguments.
func (t *texts) bind(sql string, args []any) (string, []driver.NamedValue, error) {
	known, ok := t.known.Load(sql)
	if !ok {
		known, _ = t.known.LoadOrStore(sql, rewrite(sql))
	}
	return known.(*text).bind(args)
}

func (t *text) bind(args []any) (string, []driver.NamedValue, error) {
	if t.count != len(args) {
		return "", nil, fmt.Errorf("the statement takes %d arguments, not %d", t.count, len(args))
	}
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		values[i].Ordinal = i + 1
		if _, ok := arg.(List); ok {
			continue // a list is spread out below
		}
		value, err := sqliteArg(arg)
		if err != nil {
			return "", nil, fmt.Errorf("argument $%d: %w", i+1, err)
		}
		values[i].Value = value
	}
	if len(t.lists) == 0 {
		return t.parts[0], values, t.refuseLists(args)
	}
	return t.spread(args, values)
}

func (t *text) refuseLists(args []any) error {
	for i, arg := range args {
		if _, ok := arg.(List); ok {
			return fmt.Errorf("argument $%d is a list, but the statement does not say = ANY($%d)", i+1, i+1)
		}
	}
	return nil
}

// spread writes out the lists: their values follow the other arguments. The last
// is repeated up to a power of two, so that few different statements arise.
func (t *text) spread(args []any, values []driver.NamedValue) (string, []driver.NamedValue, error) {
	var s strings.Builder
	for i, number := range t.lists {
		list, ok := args[number-1].(List)
		if !ok {
			return "", nil, fmt.Errorf("argument $%d must come from In", number)
		}
		s.WriteString(t.parts[i])
		s.WriteByte('(')
		for j := range powerOfTwo(len(list.values)) {
			value, err := sqliteArg(list.values[min(j, len(list.values)-1)])
			if err != nil {
				return "", nil, fmt.Errorf("argument $%d: %w", number, err)
			}
			values = append(values, driver.NamedValue{Ordinal: len(values) + 1, Value: value})
			if j > 0 {
				s.WriteByte(',')
			}
			s.WriteByte('?')
			s.WriteString(strconv.Itoa(len(values)))
		}
		s.WriteByte(')')
	}
	s.WriteString(t.parts[len(t.lists)])
	if len(values) > maxVariables {
		return "", nil, errors.New("the lists are too long for one statement")
	}
	return s.String(), values, nil
}

// maxVariables is SQLite's limit (SQLITE_MAX_VARIABLE_NUMBER).
const maxVariables = 32766

func powerOfTwo(n int) int {
	if n == 0 {
		return 0
	}
	power := 1
	for power < n {
		power *= 2
	}
	return power
}

// rewrite turns $1 into ?1, because SQLite takes $1 for a name, and cuts out
// = ANY($1). Strings, quoted names and comments stay as they are. A parameter that
// only counts on is left without its number, which is a name to SQLite: the driver
// asks for each, and SQLite looks among all, which took a fifth of a bulk insert.
func rewrite(sql string) *text {
	t := &text{}
	var part []byte
	next := 1 // what SQLite would call a parameter without a number
	for i := 0; i < len(sql); {
		if end := quotedEnd(sql, i); end > i {
			part = append(part, sql[i:end]...)
			i = end
			continue
		}
		number, end := placeholder(sql, i)
		if number == 0 {
			part = append(part, sql[i])
			i++
			continue
		}
		t.count = max(t.count, number)
		i = end
		if head, ok := listHead(part); ok && end < len(sql) && sql[end] == ')' {
			t.parts = append(t.parts, head)
			t.lists = append(t.lists, number)
			part = nil
			i++
			continue
		}
		part = append(part, '?')
		if number == next && len(t.lists) == 0 {
			next++ // SQLite counts on by itself
		} else {
			part = strconv.AppendInt(part, int64(number), 10)
			next = max(next, number+1)
		}
	}
	t.parts = append(t.parts, string(part))
	return t
}

// quotedEnd is the end of the string, quoted name or comment that begins at i,
// or i when none does.
func quotedEnd(sql string, i int) int {
	rest := sql[i:]
	closing, skip := "", 1
	switch {
	case rest[0] == '\'' || rest[0] == '"':
		closing = rest[:1]
	case strings.HasPrefix(rest, "--"):
		closing = "\n"
	case strings.HasPrefix(rest, "/*"):
		closing, skip = "*/", 2
	default:
		return i
	}
	if n := strings.Index(rest[skip:], closing); n >= 0 {
		return i + skip + n + len(closing)
	}
	return len(sql)
}

// placeholder is the number of the placeholder at i and its end; 0 without one.
func placeholder(sql string, i int) (number, end int) {
	if sql[i] != '$' {
		return 0, i
	}
	end = i + 1
	for end < len(sql) && sql[end] >= '0' && sql[end] <= '9' {
		end++
	}
	number, err := strconv.Atoi(sql[i+1 : end])
	if err != nil {
		return 0, i
	}
	return number, end
}

// listHead is the text before a list in SQLite's words.
func listHead(part []byte) (string, bool) {
	if head, ok := strings.CutSuffix(string(part), "= ANY("); ok {
		return head + "IN ", true
	}
	if head, ok := strings.CutSuffix(string(part), "<> ALL("); ok {
		return head + "NOT IN ", true
	}
	return "", false
}
