package ical_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/turno-health/turno/internal/ical"
	"github.com/turno-health/turno/internal/schedule/zonetest"
)

func sameCalendar() cmp.Options {
	return cmp.Options{
		cmpopts.EquateEmpty(),
		cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
		cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	zones := zonetest.Zones(t)
	rapid.Check(t, func(t *rapid.T) {
		wrote := calendars(zones).Draw(t, "calendar")
		read, err := ical.Read(wrote.Bytes())
		if err != nil {
			t.Fatalf("%v\n%s", err, wrote.Bytes())
		}
		for i := range wrote.Events {
			read.Events[i].Zone = wrote.Events[i].Zone // an hour that clocks show twice is written in UTC
		}
		if diff := cmp.Diff(&wrote, read, sameCalendar()); diff != "" {
			t.Fatalf("%s\n%s", diff, wrote.Bytes())
		}
	})
}

func calendars(zones []*time.Location) *rapid.Generator[ical.Calendar] {
	return rapid.Custom(func(t *rapid.T) ical.Calendar {
		return ical.Calendar{
			Product: text().Draw(t, "product"), Method: rapid.SampledFrom([]ical.Method{"", ical.Request, ical.Cancel}).Draw(t, "method"),
			Name: text().Draw(t, "name"), Refresh: time.Duration(rapid.IntRange(0, 1e6).Draw(t, "refresh")) * time.Second,
			Events: rapid.SliceOfN(events(zones), 0, 3).Draw(t, "events"),
		}
	})
}

func events(zones []*time.Location) *rapid.Generator[ical.Event] {
	person := rapid.Custom(func(t *rapid.T) ical.Person {
		return ical.Person{Name: text().Draw(t, "name"), Email: "a@example.org"}
	})
	return rapid.Custom(func(t *rapid.T) ical.Event {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		starts := time.Unix(rapid.Int64Range(1e8, 4.1e9).Draw(t, "start"), 0)
		e := ical.Event{
			UID: text().Draw(t, "uid"), Stamp: starts, Starts: starts, Ends: starts.Add(time.Hour), Zone: zone,
			Sequence: rapid.IntRange(0, 99).Draw(t, "sequence"), Modified: starts.Add(-time.Hour),
			Status:  rapid.SampledFrom([]ical.Status{ical.Tentative, ical.Confirmed, ical.Cancelled}).Draw(t, "status"),
			Summary: text().Draw(t, "summary"), Description: text().Draw(t, "description"), Location: text().Draw(t, "location"),
			URL: "https://example.org/?a=1;b,c", Free: rapid.Bool().Draw(t, "free"), Private: rapid.Bool().Draw(t, "private"),
		}
		organizer := person.Draw(t, "organizer")
		e.Organizer = &organizer
		for _, p := range rapid.SliceOfN(person, 0, 2).Draw(t, "attendees") {
			e.Attendees = append(e.Attendees, ical.Attendee{Person: p, Answer: ical.Accepted})
		}
		for range rapid.IntRange(0, 2).Draw(t, "alarms") {
			before := time.Duration(rapid.IntRange(-1e6, 1e6).Draw(t, "before")) * time.Second
			e.Alarms = append(e.Alarms, ical.Alarm{Before: before, Text: text().Draw(t, "text")})
		}
		return e
	})
}

// text is any text without the control characters that no line can hold.
func text() *rapid.Generator[string] {
	return rapid.StringMatching(`[^\x00-\x08\x0b-\x1f\x7f]{0,40}`).Filter(func(s string) bool { return strings.ToValidUTF8(s, "") == s })
}

func TestBrokenStreamsAreToldByTheirLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, stream string
		line         int
	}{
		{"nothing", "", 1},
		{"no beginning", "VERSION:2.0\r\n", 1},
		{"no end", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", 3},
		{"another end", "BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", 2},
		{"something after the end", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nA:B\r\n", 3},
		{"no value", "BEGIN:VCALENDAR\r\nSUMMARY\r\nEND:VCALENDAR\r\n", 2},
		{"no name", "BEGIN:VCALENDAR\r\n:x\r\nEND:VCALENDAR\r\n", 2},
		{"a parameter without a value", "BEGIN:VCALENDAR\r\nA;B:x\r\nEND:VCALENDAR\r\n", 2},
		{"quotes that stay open, after a fold", "BEGIN:VCALENDAR\r\nB:y\r\n z\r\nA;B=\"x:y\r\nEND:VCALENDAR\r\n", 4},
		{"not UTF-8", "BEGIN:VCALENDAR\r\nA:\xff\r\nEND:VCALENDAR\r\n", 1},
		{"too deep", strings.Repeat("BEGIN:X\r\n", 9), 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ical.Parse([]byte(tt.stream))
			if e, ok := errors.AsType[*ical.SyntaxError](err); !ok || e.Line != tt.line {
				t.Errorf("got %v, want an error in line %d", err, tt.line)
			}
		})
	}
}

func TestTimesOfOthersAreUnderstood(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, start, want string }{
		{"UTC", "DTSTART:20270301T090000Z", "2027-03-01T09:00:00Z"},
		{"a zone", "DTSTART;TZID=Europe/Madrid:20270301T090000", "2027-03-01T08:00:00Z"},
		{"a zone, in quotes, in small letters", `dtstart;tzid="Europe/Madrid":20270301T090000`, "2027-03-01T08:00:00Z"},
		{"an hour shown twice is the first", "DTSTART;TZID=Europe/Madrid:20271031T023000", "2027-10-31T00:30:00Z"},
		{"an hour that is skipped counts by the offset before", "DTSTART;TZID=Europe/Madrid:20270328T023000", "2027-03-28T01:30:00Z"},
		{"floating is refused", "DTSTART:20270301T090000", ""},
		{"another age is refused", "DTSTART:99990301T090000Z", ""},
		{"an unknown zone is refused", "DTSTART;TZID=Moon/Base:20270301T090000", ""},
		{"a zone that is a path is refused", "DTSTART;TZID=../../etc/passwd:20270301T090000", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := ical.Read([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTAMP:20270301T080000Z\nDTEND:20280301T080000Z\n" + tt.start + "\nEND:VEVENT\nEND:VCALENDAR\n"))
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("read as %s", c.Events[0].Starts)
			case tt.want != "" && err != nil:
				t.Error(err)
			case tt.want != "" && c.Events[0].Starts.UTC().Format(time.RFC3339) != tt.want:
				t.Errorf("got %s", c.Events[0].Starts.UTC())
			}
		})
	}
}

// Whatever arrives: no panic, and what could be read is written so that it is read
// as the same again.
func FuzzRead(f *testing.F) {
	f.Add([]byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20270301T080000Z\r\nDTEND;TZID=Europe/Madrid:20271031T093000\r\nDTSTART;TZID=Europe/Madrid:20270301T090000\r\nBEGIN:VALARM\r\nTRIGGER:-PT2H\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
	f.Add([]byte("BEGIN:VCALENDAR\r\nREFRESH-INTERVAL:P1W\r\nBEGIN:VEVENT\r\nDTSTAMP:20270301T080000Z\r\nDTSTART:20270301T080000Z\r\nDTEND:20270301T080000Z\r\nATTENDEE;CN=\"^'\":mailto:a\r\nSUMMARY:a\\,b\r\n  c\r\nEND:VEVENT\r\nEND:VCALENDAR"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		first, err := ical.Read(stream)
		if err != nil {
			return
		}
		written := first.Bytes()
		second, err := ical.Read(written)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if again := second.Bytes(); string(again) != string(written) {
			t.Errorf("wrote\n%s\nthen\n%s", written, again)
		}
	})
}
