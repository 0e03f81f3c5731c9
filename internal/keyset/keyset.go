package keyset

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
)

// Place is where a page ended: the keys of its last item. A list fills in those
// that it is sorted by, and always ID. The zero Place is before the first page.
type Place struct {
	Time   time.Time `json:"t,omitzero"`  // in the years 1 to 9999
	Rating float64   `json:"n,omitempty"` // 0 to 5
	Text   string    `json:"s,omitempty"` // without NUL, at most 4,000 bytes
	Count  int       `json:"c,omitempty"` // 0 to 1<<31 - 1
	Open   bool      `json:"o,omitempty"`
	ID     uuid.UUID `json:"i"`
}

// List names a list and its order. The cursors of one are nothing to another,
// which is sorted by other keys.
type List string

// cursor is what an opaque cursor holds.
type cursor struct {
	List List `json:"l"`
	Place
}

// Cursor is a place in the list as an opaque cursor.
func (l List) Cursor(p Place) string {
	text, err := json.Marshal(cursor{l, p})
	if err != nil {
		panic(err) // a struct of plain fields always marshals
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// Parse reads a cursor; an empty one is the zero Place. Errors: NotOfThisList, for
// one that Cursor of the same list cannot have written.
func (l List) Parse(opaque string) (Place, error) {
	if opaque == "" {
		return Place{}, nil
	}
	var c cursor
	text, err := base64.RawURLEncoding.DecodeString(opaque)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || c.List != l || c.ID == uuid.Nil || !c.sound() {
		return Place{}, NotOfThisList()
	}
	return c.Place, nil
}

// NotOfThisList is KindInvalid, at query.cursor.
func NotOfThisList() error {
	return turno.Invalid(turno.FieldError{Location: "query.cursor", Message: "This is not a cursor of this list."})
}

// sound reports whether the values are such as a row can hold.
func (p Place) sound() bool {
	const bestRating, longestText, lastYear = 5, 4000, 9999
	year := p.Time.UTC().Year()
	return year >= 1 && year <= lastYear &&
		p.Rating >= 0 && p.Rating <= bestRating && // which NaN is not
		p.Count >= 0 && p.Count <= math.MaxInt32 &&
		len(p.Text) <= longestText && utf8.ValidString(p.Text) && !strings.ContainsRune(p.Text, 0)
}

// Size is the wanted number of items within what a page holds: 20 unless told,
// 100 at most.
func Size(limit int) int {
	const usual, most = 20, 100
	if limit <= 0 {
		return usual
	}
	return min(limit, most)
}

// Page cuts a list that was read one longer than the limit, and says where it
// goes on; next is empty at the end.
func Page[T any](list List, items []T, limit int, place func(T) Place) (page []T, next string) {
	if len(items) <= limit {
		return items, ""
	}
	return items[:limit], list.Cursor(place(items[limit-1]))
}
