package sqldb

import (
	"fmt"
	"strconv"
	"strings"
)

// Where builds the conditions of a statement and numbers its arguments. The zero
// Where has none.
type Where struct {
	conditions []string
	args       []any
}

// Add adds a condition in which each "$?" stands for the next of values. It
// panics when their numbers differ.
func (w *Where) Add(condition string, values ...any) {
	parts := strings.Split(condition, "$?")
	if len(parts) != len(values)+1 {
		panic(fmt.Sprintf("sqldb: %d values for the condition %q", len(values), condition))
	}
	var s strings.Builder
	for i, value := range values {
		s.WriteString(parts[i])
		s.WriteString(w.Arg(value))
	}
	s.WriteString(parts[len(values)])
	w.conditions = append(w.conditions, s.String())
}

// Arg adds an argument that is used elsewhere in the statement and returns its
// placeholder.
func (w *Where) Arg(value any) string {
	w.args = append(w.args, value)
	return "$" + strconv.Itoa(len(w.args))
}

// Limit is "LIMIT n". The number is written out: for one that it does not know
// PostgreSQL, which plans a statement once, expects a tenth of all rows.
func Limit(n int) string { return "LIMIT " + strconv.Itoa(n) }

// SQL is "WHERE a AND b", or nothing without conditions.
func (w *Where) SQL() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(w.conditions, "\n   AND ")
}

// Args are the arguments in the order of their numbers.
func (w *Where) Args() []any { return w.args }
