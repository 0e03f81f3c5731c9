package booking

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
)

// keyset is where a list goes on: after the item with these keys, so that
// nothing is skipped or shown twice while items come and go.
type keyset struct {
	Time   time.Time `json:"t,omitzero"`
	Number float64   `json:"n,omitempty"`
	Text   string    `json:"s,omitempty"`
	Count  int       `json:"c,omitempty"`
	Open   bool      `json:"o,omitempty"`
	ID     uuid.UUID `json:"i"`
}

// String is the keyset as an opaque cursor.
func (k keyset) String() string {
	text, err := json.Marshal(k)
	if err != nil {
		panic(err) // a struct of plain fields always marshals
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// parseCursor reads what String wrote; an empty cursor is the zero keyset.
func parseCursor(cursor string) (k keyset, err error) {
	if cursor == "" {
		return k, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, &k)
	}
	if err != nil || k.ID == uuid.Nil {
		return keyset{}, turno.Invalid(turno.FieldError{Location: "query.cursor", Message: "This is not a cursor that we gave out."})
	}
	return k, nil
}

// pageSize is the wanted limit within what a list gives.
func pageSize(limit int) int {
	const usual, most = 20, 100
	if limit <= 0 {
		return usual
	}
	return min(limit, most)
}

// page cuts a list that was read one longer than the limit, and says where it
// goes on.
func page[T any](items []T, limit int, key func(T) keyset) ([]T, string) {
	if len(items) <= limit {
		return items, ""
	}
	return items[:limit], key(items[limit-1]).String()
}

// sortWeek puts windows in the order of the week.
func sortWeek(week []turno.Availability) {
	slices.SortFunc(week, func(a, b turno.Availability) int {
		if days := a.DayOfWeek.Compare(b.DayOfWeek); days != 0 {
			return days
		}
		return int(a.StartTime - b.StartTime)
	})
}
