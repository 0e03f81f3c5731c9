package sqldb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
)

// List is several values as one argument. Make it with In.
type List struct{ values []any }

// In makes an argument of values for a statement that says exactly
//
//	column = ANY($3)     or     column <> ALL($3)
//
// PostgreSQL gets an array, SQLite a list in parentheses. No values means that
// nothing, or everything, matches.
func In[T any](values []T) List {
	list := List{values: make([]any, len(values))}
	for i, value := range values {
		list.values[i] = value
	}
	return list
}

// array is the list in PostgreSQL's text form of an array, which fits an array of
// any type, enums included.
func (l List) array() (string, error) {
	var s strings.Builder
	s.WriteByte('{')
	for i, value := range l.values {
		if i > 0 {
			s.WriteByte(',')
		}
		text, err := element(value)
		if err != nil {
			return "", err
		}
		s.WriteByte('"')
		s.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text))
		s.WriteByte('"')
	}
	s.WriteByte('}')
	return s.String(), nil
}

func element(value any) (string, error) {
	switch v := value.(type) {
	case uuid.UUID:
		return v.String(), nil
	case time.Time:
		return turno.Instant(v).Format(time.RFC3339Nano), nil
	case turno.Date:
		return v.String(), nil
	case turno.Clock:
		return v.String(), nil
	}
	switch v := plain(value).(type) {
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	return "", fmt.Errorf("a list cannot hold a %T", value)
}
