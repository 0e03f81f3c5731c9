package turno

import (
	"fmt"
	"time"
)

// Date is a day of the calendar without a time or a zone: a birthday, a day
// off, a row of a chart.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the date that a clock on the wall in loc shows at the instant t.
func DateOf(t time.Time, loc *time.Location) Date {
	year, month, day := t.In(loc).Date()
	return Date{year, month, day}
}

// ParseDate reads the ISO 8601 form "2006-01-02" and nothing else.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a date like 2006-01-31", s)
	}
	return DateOf(t, time.UTC), nil
}

// String is the ISO 8601 form "2006-01-02".
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// IsZero reports whether d is the zero Date, which no calendar has.
func (d Date) IsZero() bool { return d == Date{} }

// AddDays is the date n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC), time.UTC)
}

// DaysUntil counts the days from d to other; negative when other is earlier.
func (d Date) DaysUntil(other Date) int {
	return int(other.midnightUTC().Sub(d.midnightUTC()) / (24 * time.Hour))
}

// Before reports whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.midnightUTC().Before(other.midnightUTC()) }

// Later is the later of two days.
func Later(a, b Date) Date {
	if a.Before(b) {
		return b
	}
	return a
}

// Weekday is the day of the week that d falls on.
func (d Date) Weekday() Weekday { return WeekdayOf(d.midnightUTC().Weekday()) }

// At is the instant at which clocks in loc show c on the day d. A local time
// that a change to summer time skips is read with the offset before the change;
// one that occurs twice is the first (RFC 5545, section 3.3.5). 24:00 is
// midnight at the end of the day.
func (d Date) At(c Clock, loc *time.Location) time.Time {
	wanted := d.midnightUTC().Add(time.Duration(c) * time.Minute)
	// Under a fixed offset the answer is wanted minus that offset. So walk
	// through the stretches of one offset, beginning a day early (no offset is
	// that large), to the first that lasts until its own answer.
	t := wanted.Add(-24 * time.Hour).In(loc)
	answer := wanted.Add(-offsetAt(t))
	for {
		end, changes := offsetEnd(t)
		if !changes || answer.Before(end) {
			return answer
		}
		t = end
		next := wanted.Add(-offsetAt(t))
		if next.Before(end) { // the change skips wanted
			return answer
		}
		answer = next
	}
}

// Has reports whether clocks in loc show c on the day d: not in what a change to
// summer time skips.
func (d Date) Has(c Clock, loc *time.Location) bool {
	shown := d.At(c, loc)
	return shown.UTC().Add(offsetAt(shown.In(loc))).Equal(d.midnightUTC().Add(time.Duration(c) * time.Minute))
}

// ShownTwice reports whether clocks in loc show at another instant what they show
// at t, because they are set back.
func ShownTwice(t time.Time, loc *time.Location) bool {
	t = t.In(loc)
	start, end := t.ZoneBounds()
	if !end.IsZero() {
		back := offsetAt(t) - offsetAt(end)
		if back > 0 && !t.Add(back).Before(end) { // again after the change
			return true
		}
	}
	if start.IsZero() {
		return false
	}
	back := offsetAt(start.Add(-1)) - offsetAt(t)
	return back > 0 && t.Add(-back).Before(start) // already before it
}

// MarshalText makes a Date a string in JSON.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

func (d Date) midnightUTC() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

func offsetAt(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// offsetEnd is an instant up to which the offset at t lasts for sure, and false
// if it lasts for ever. Go's ZoneBounds may end a stretch early, at the turn of
// the year; on the last day of a leap year even before t (tzset counts 365 days
// in every year), though then nothing changes before the day is over.
func offsetEnd(t time.Time) (end time.Time, changes bool) {
	_, end = t.ZoneBounds()
	if end.IsZero() {
		return end, false
	}
	if !end.After(t) {
		const day = 24 * time.Hour
		end = t.Truncate(day).Add(day) // the next midnight in UTC
	}
	return end, true
}
