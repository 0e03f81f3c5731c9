package ical

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxLine is how many octets a line has at most, without its end (RFC 5545,
// section 3.1).
const maxLine = 75

// The forms of DATE-TIME (RFC 5545, section 3.3.5).
const (
	localForm = "20060102T150405"
	utcForm   = localForm + "Z"
)

// Bytes is the calendar as it is sent.
func (c *Calendar) Bytes() []byte {
	var w writer
	w.text("BEGIN", "VCALENDAR")
	w.text("VERSION", "2.0")
	w.escaped("PRODID", c.Product)
	w.text("CALSCALE", "GREGORIAN")
	w.some("METHOD", string(c.Method))
	w.someEscaped("NAME", c.Name)
	w.someEscaped("X-WR-CALNAME", c.Name) // what programs read that do not know RFC 7986
	w.some("COLOR", c.Colour)
	if c.Refresh > 0 {
		w.text("REFRESH-INTERVAL;VALUE=DURATION", duration(c.Refresh))
		w.text("X-PUBLISHED-TTL", duration(c.Refresh))
	}
	for _, z := range zonesOf(c.Events) {
		w.zone(z)
	}
	for i := range c.Events {
		w.event(&c.Events[i])
	}
	w.text("END", "VCALENDAR")
	return w.out
}

// writer collects folded content lines.
type writer struct{ out []byte }

func (w *writer) event(e *Event) {
	w.text("BEGIN", "VEVENT")
	w.escaped("UID", e.UID)
	w.text("DTSTAMP", utc(e.Stamp))
	zone := e.zone()
	w.time("DTSTART", e.Starts, zone)
	w.time("DTEND", e.Ends, zone)
	w.text("SEQUENCE", strconv.Itoa(e.Sequence))
	if !e.Created.IsZero() {
		w.text("CREATED", utc(e.Created))
	}
	if !e.Modified.IsZero() {
		w.text("LAST-MODIFIED", utc(e.Modified))
	}
	w.some("STATUS", string(e.Status))
	w.someEscaped("SUMMARY", e.Summary)
	w.someEscaped("DESCRIPTION", e.Description)
	w.someEscaped("LOCATION", e.Location)
	w.some("URL", e.URL)
	if e.Free {
		w.text("TRANSP", "TRANSPARENT")
	}
	if e.Private {
		w.text("CLASS", "PRIVATE")
	}
	if e.Organizer != nil {
		w.text("ORGANIZER"+named(*e.Organizer), mailto(*e.Organizer))
	}
	for _, a := range e.Attendees {
		answer := a.Answer
		if answer == "" {
			answer = NeedsAction
		}
		w.text("ATTENDEE"+named(a.Person)+";ROLE=REQ-PARTICIPANT;PARTSTAT="+string(answer), mailto(a.Person))
	}
	for _, a := range e.Alarms {
		w.text("BEGIN", "VALARM")
		w.text("ACTION", "DISPLAY")
		w.text("TRIGGER", duration(-a.Before))
		w.escaped("DESCRIPTION", a.Text)
		w.text("END", "VALARM")
	}
	w.text("END", "VEVENT")
}

// zone is the zone that the event's times can be written in. Clocks that are set
// back show an hour twice, and readers take the first: what lies in the second
// is written in UTC.
func (e *Event) zone() *time.Location {
	if e.Zone == nil || repeated(e.Starts.In(e.Zone)) || repeated(e.Ends.In(e.Zone)) {
		return time.UTC
	}
	return e.Zone
}

func (w *writer) time(name string, t time.Time, zone *time.Location) {
	if zone == time.UTC {
		w.text(name, utc(t))
		return
	}
	w.text(name+";TZID="+parameter(zone.String()), t.In(zone).Format(localForm))
}

func utc(t time.Time) string { return t.UTC().Format(utcForm) }

// duration is a DURATION (RFC 5545, section 3.3.6), in whole seconds.
func duration(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	const day = 24 * time.Hour
	s := sign + "P"
	if d >= day {
		s += strconv.Itoa(int(d/day)) + "D"
		d %= day
		if d < time.Second {
			return s
		}
	}
	s += "T"
	if d >= time.Hour {
		s += strconv.Itoa(int(d/time.Hour)) + "H"
	}
	m, r := d%time.Hour/time.Minute, d%time.Minute/time.Second
	if m > 0 || d >= time.Hour && r > 0 { // seconds never follow hours
		s += strconv.Itoa(int(m)) + "M"
	}
	if r > 0 || d < time.Minute {
		s += strconv.Itoa(int(r)) + "S"
	}
	return s
}

func mailto(p Person) string { return "mailto:" + p.Email }

func named(p Person) string {
	if printable(p.Name) == "" {
		return ""
	}
	return ";CN=" + parameter(p.Name)
}

// parameter writes a parameter's value, in quotes where it needs them; what quotes
// can't hold is written as RFC 6868 says.
func parameter(value string) string {
	value = strings.NewReplacer("^", "^^", "\n", "^n", `"`, "^'").Replace(printable(value))
	if strings.ContainsAny(value, ":;,") {
		return `"` + value + `"`
	}
	return value
}

// printable is a text without what no line may hold: control characters but tabs
// and line breaks, each of which becomes "\n".
func printable(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r < ' ' && r != '\t' && r != '\n' || r == 0x7f:
			return -1
		}
		return r
	}, s)
}

func (w *writer) some(name, value string) {
	if printable(value) != "" {
		w.text(name, value)
	}
}

func (w *writer) someEscaped(name, value string) {
	if printable(value) != "" {
		w.escaped(name, value)
	}
}

// escaped writes a property of type TEXT (RFC 5545, section 3.3.11).
func (w *writer) escaped(name, value string) {
	w.text(name, strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(printable(value)))
}

// text writes a content line, folded so that no line is too long and none ends
// within a character. The value must not hold a line break.
func (w *writer) text(name, value string) {
	line := name + ":" + strings.ReplaceAll(printable(value), "\n", " ")
	room := maxLine
	for len(line) > room {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		w.out = append(append(w.out, line[:cut]...), "\r\n "...)
		line, room = line[cut:], maxLine-1 // the space counts
	}
	w.out = append(append(w.out, line...), "\r\n"...)
}
