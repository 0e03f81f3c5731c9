package insight

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// place is where a page ended, so that the next one begins after it.
type place struct {
	Time       time.Time `json:"t,omitzero"`
	Hundredths int64     `json:"h,omitempty"`
	Count      int64     `json:"c,omitempty"`
	ID         uuid.UUID `json:"i"`
}

// cursor is the place as an opaque text.
func (p place) cursor() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // a struct of plain fields always marshals
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// placeOf reads a cursor; an empty one is the zero place, before the first page.
func placeOf(cursor string) (p place, err error) {
	if cursor == "" {
		return p, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil || p.ID == uuid.Nil {
		return place{}, invalid("query.cursor", "This is not a cursor that we gave out.")
	}
	return p, nil
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
func page[T any](items []T, limit int, end func(T) place) (shown []T, next string) {
	if len(items) <= limit {
		return items, ""
	}
	return items[:limit], end(items[limit-1]).cursor()
}
