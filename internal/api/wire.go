package api

import (
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// instant is a moment in a request: RFC 3339 with an offset, in a year that a
// clinic has use for.
type instant struct{ at time.Time }

// UnmarshalText reads RFC 3339.
func (i *instant) UnmarshalText(text []byte) error {
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return errors.New("is not an instant like 2027-01-31T09:30:00Z")
	}
	i.at = at.UTC()
	return nil
}

// MarshalText writes RFC 3339, for examples.
func (i instant) MarshalText() ([]byte, error) { return []byte(i.at.Format(time.RFC3339Nano)), nil }

// Schema is how the document describes an instant.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}

// Resolve refuses years that the databases or JSON have no room for.
func (i *instant) Resolve(_ huma.Context, where *huma.PathBuffer) []error {
	if i.at.IsZero() || i.at.Year() >= 1900 && i.at.Year() < 2200 {
		return nil
	}
	return []error{&huma.ErrorDetail{Location: where.String(), Message: "lies outside of the years 1900 to 2199"}}
}

var offsetInQuery = regexp.MustCompile(`(T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)\+([0-9]{2}:[0-9]{2})`)

// literalOffsets lets people write "from=2027-01-31T09:30:00+01:00" as it is:
// in a query a plus means a space, which no instant has.
func literalOffsets(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = offsetInQuery.ReplaceAllString(r.URL.RawQuery, "$1%2B$2")
		next.ServeHTTP(w, r)
	})
}

// IDParam is an id in a path. It is exported for huma, which skips unexported
// types when they are embedded; so are the others.
type IDParam struct {
	ID uuid.UUID `path:"id" doc:"The id." example:"0197f3a4-7c1e-7b5a-9d0e-1f2a3b4c5d6e"`
}

// PageParams asks for a page of a list.
type PageParams struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
	Cursor string `query:"cursor" maxLength:"6000" doc:"The next_cursor of the page before."`
}

// RangeParams asks for a stretch of time, [from, to).
type RangeParams struct {
	From instant `query:"from" doc:"Not before this instant."`
	To   instant `query:"to" doc:"Before this instant."`
}

// list is a page of items.
type list[T any] struct {
	Items      []T    `json:"items" nullable:"false" doc:"In order; empty rather than absent."`
	NextCursor string `json:"next_cursor,omitempty" doc:"Where the next page begins; absent on the last."`
}

func (l list[T]) nextCursor() string { return l.NextCursor }

// listOf is a page that views each item. It is never null.
func listOf[T, V any](items []T, next string, view func(T) V) list[V] {
	return list[V]{Items: viewed(items, view), NextCursor: next}
}

// viewed views each item. The result is never nil.
func viewed[T, V any](items []T, view func(T) V) []V {
	views := make([]V, len(items))
	for i, item := range items {
		views[i] = view(item)
	}
	return views
}

// optionalID is an id in a query, which may be absent. Huma has no pointers there.
func optionalID(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// utc is t in UTC, and nil if it is.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.UTC()
	return &at
}

// idSchema stands for an id in the document.
type idSchema struct{}

// Schema describes an id.
func (idSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "uuid"}
}

// clockSchema stands for a local time in the document.
type clockSchema struct{}

// Schema describes a local time.
func (clockSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$`,
		PatternDescription: "a time like 09:30"}
}

// dateSchema stands for a day in the document.
type dateSchema struct{}

// Schema describes a day.
func (dateSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date"}
}
