package ui

import (
	"context"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/locale"
)

// Reader is what components need to know of whoever reads.
type Reader struct {
	*locale.Words
	Zone   *time.Location
	Now    time.Time
	Person string // an id; "": nobody has signed in
}

// ShownToField is the field of a form that says whom it was shown to, so that what
// was typed waits for them alone when their session has ended.
const ShownToField = "shown_to"

// shownTo is the value of ShownToField, "" for a form that needs none.
func (r Reader) shownTo(p FormProps) string {
	if p.Get {
		return ""
	}
	return r.Person
}

type readerKey struct{}

// WithReader lets the components that are rendered with the context speak to the
// reader.
func WithReader(ctx context.Context, r Reader) context.Context {
	return context.WithValue(ctx, readerKey{}, r)
}

// Say is the reader of the page that is being written. Outside of one it is an
// Englishman at UTC.
func Say(ctx context.Context) Reader {
	if r, ok := ctx.Value(readerKey{}).(Reader); ok {
		return r
	}
	return Reader{Words: locale.Match(), Zone: time.UTC}
}

// weekday is the day of a visit in a list: "Thu", or what people say of a near one.
func (r Reader) weekday(at time.Time, zone *time.Location) string {
	day, today := turno.DateOf(at, zone), turno.DateOf(r.Now, zone)
	switch {
	case day == today:
		return r.T("Today")
	case day == today.AddDays(1):
		return r.T("Tomorrow")
	}
	return r.ShortWeekday(at.In(zone).Weekday())
}

// machine is an instant as the datetime of <time> takes it.
func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }
