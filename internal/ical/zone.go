package ical

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// zoneSpan is a zone and the time that a calendar uses of it.
type zoneSpan struct {
	zone     *time.Location
	from, to time.Time
}

// zonesOf is the zones that events are written in, by name.
func zonesOf(events []Event) []zoneSpan {
	spans := map[string]zoneSpan{}
	for i := range events {
		e := &events[i]
		zone := e.zone()
		if zone == time.UTC {
			continue
		}
		s, known := spans[zone.String()]
		if !known {
			s = zoneSpan{zone, e.Starts, e.Ends}
		}
		if e.Starts.Before(s.from) {
			s.from = e.Starts
		}
		if e.Ends.After(s.to) {
			s.to = e.Ends
		}
		spans[zone.String()] = s
	}
	sorted := make([]zoneSpan, 0, len(spans))
	for _, s := range spans {
		sorted = append(sorted, s)
	}
	slices.SortFunc(sorted, func(a, b zoneSpan) int { return strings.Compare(a.zone.String(), b.zone.String()) })
	return sorted
}

// zone writes a VTIMEZONE (RFC 5545, section 3.6.5) with one observance for each
// change of the clocks in the span, and the one in force at its start. Rules that
// go on for ever would promise more than the tz database can: laws change.
func (w *writer) zone(s zoneSpan) {
	w.text("BEGIN", "VTIMEZONE")
	w.text("TZID", s.zone.String())
	begins, _ := s.from.In(s.zone).ZoneBounds()
	w.observance(s.from.In(s.zone), begins)
	for at := nextBound(s.from.In(s.zone)); !at.IsZero() && !at.After(s.to); at = nextBound(at) {
		_, before := at.Add(-time.Second).Zone()
		if _, now := at.Zone(); now != before {
			w.observance(at, at)
		}
	}
	w.text("END", "VTIMEZONE")
}

// nextBound is when the clocks may change next; zero for never. On the last day of
// a leap year after 2037 the time package says that they have changed already.
func nextBound(at time.Time) time.Time {
	_, ends := at.ZoneBounds()
	if !ends.IsZero() && !ends.After(at) {
		_, ends = at.Add(24 * time.Hour).ZoneBounds()
	}
	return ends
}

// observance writes what the clocks show from begins on, which at lies in. The
// start is written as the clocks before it show.
func (w *writer) observance(at, begins time.Time) {
	name, offset := at.Zone()
	before := offset
	onset := time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC) // "always"
	if !begins.IsZero() {
		_, before = begins.Add(-time.Second).Zone()
		onset = begins.UTC().Add(time.Duration(before) * time.Second)
	}
	kind := "STANDARD"
	if at.IsDST() {
		kind = "DAYLIGHT"
	}
	w.text("BEGIN", kind)
	w.text("DTSTART", onset.Format(localForm))
	w.text("TZOFFSETFROM", utcOffset(before))
	w.text("TZOFFSETTO", utcOffset(offset))
	w.escaped("TZNAME", name)
	w.text("END", kind)
}

// utcOffset is a UTC-OFFSET (RFC 5545, section 3.3.14).
func utcOffset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	s := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		s += fmt.Sprintf("%02d", seconds%60)
	}
	return s
}

// repeated reports whether the clocks have shown the same time before, since they
// were set back.
func repeated(t time.Time) bool {
	begins, _ := t.ZoneBounds()
	if begins.IsZero() {
		return false
	}
	_, before := begins.Add(-time.Second).Zone()
	_, now := t.Zone()
	return t.Sub(begins) < time.Duration(before-now)*time.Second
}
