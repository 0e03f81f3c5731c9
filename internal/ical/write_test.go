package ical_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/ical"
	"github.com/turno-health/turno/internal/schedule/zonetest"
)

func TestAnInvitationIsWrittenLineByLine(t *testing.T) {
	t.Parallel()
	madrid := zonetest.Zone(t, "Europe/Madrid")
	c := ical.Calendar{
		Product: "-//Turno//Turno//EN", Method: ical.Request,
		Events: []ical.Event{{
			UID: "0197f3a4@turno", Stamp: time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC),
			Starts: time.Date(2027, 3, 29, 9, 0, 0, 0, madrid), Ends: time.Date(2027, 3, 29, 9, 30, 0, 0, madrid), Zone: madrid,
			Sequence: 2, Status: ical.Confirmed,
			Summary: "Visit, with Dr. Núñez; floor 2", Description: "Bring:\r\n- a list\\of medicines",
			Organizer: &ical.Person{Name: `Clinic "South": desk`, Email: "desk@example.org"},
			Attendees: []ical.Attendee{{Person: ical.Person{Name: "Ana", Email: "ana@example.org"}, Answer: ical.Accepted}},
			Alarms:    []ical.Alarm{{Before: 26 * time.Hour, Text: "Tomorrow"}},
		}},
	}
	want := []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Turno//Turno//EN", "CALSCALE:GREGORIAN", "METHOD:REQUEST",
		"BEGIN:VTIMEZONE", "TZID:Europe/Madrid",
		"BEGIN:DAYLIGHT", "DTSTART:20270328T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST", "END:DAYLIGHT",
		"END:VTIMEZONE",
		"BEGIN:VEVENT", "UID:0197f3a4@turno", "DTSTAMP:20270301T080000Z",
		"DTSTART;TZID=Europe/Madrid:20270329T090000", "DTEND;TZID=Europe/Madrid:20270329T093000", "SEQUENCE:2", "STATUS:CONFIRMED",
		`SUMMARY:Visit\, with Dr. Núñez\; floor 2`, `DESCRIPTION:Bring:\n- a list\\of medicines`,
		`ORGANIZER;CN="Clinic ^'South^': desk":mailto:desk@example.org`,
		"ATTENDEE;CN=Ana;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:ana@example.o", " rg",
		"BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P1DT2H", "DESCRIPTION:Tomorrow", "END:VALARM",
		"END:VEVENT", "END:VCALENDAR", "",
	}
	if diff := cmp.Diff(want, strings.Split(string(c.Bytes()), "\r\n")); diff != "" {
		t.Error(diff)
	}
}

func TestAFeedSaysWhatItIsCalledAndHowOftenToAsk(t *testing.T) {
	t.Parallel()
	c := ical.Calendar{Product: "-//Turno//Turno//EN", Name: "Visits", Colour: "teal", Refresh: 90 * time.Minute}
	want := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Turno//Turno//EN\r\nCALSCALE:GREGORIAN\r\nNAME:Visits\r\nX-WR-CALNAME:Visits\r\n" +
		"COLOR:teal\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H30M\r\nX-PUBLISHED-TTL:PT1H30M\r\nEND:VCALENDAR\r\n"
	if diff := cmp.Diff(want, string(c.Bytes())); diff != "" {
		t.Error(diff)
	}
}

func TestLinesAreFoldedBetweenCharacters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, summary string }{
		{"letters of one octet", strings.Repeat("a", 300)},
		{"letters of two", strings.Repeat("ñ", 300)},
		{"of two, one octet further", "a" + strings.Repeat("ñ", 300)},
		{"of four", strings.Repeat("🩺", 100)},
		{"just as long as a line may be", strings.Repeat("a", 75-len("SUMMARY:"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at := time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
			c := ical.Calendar{Events: []ical.Event{{Stamp: at, Starts: at, Ends: at, Summary: tt.summary}}}
			for text := range strings.SplitSeq(string(c.Bytes()), "\r\n") {
				if len(text) > 75 || strings.ToValidUTF8(text, "") != text {
					t.Errorf("a line of %d octets: %q", len(text), text)
				}
			}
			read, err := ical.Read(c.Bytes())
			if err != nil || read.Events[0].Summary != tt.summary {
				t.Errorf("read back: %v, %v", read, err)
			}
		})
	}
}

// A text that could begin a line of its own would be a second event.
func TestNothingWrittenCanBeginALineOfItsOwn(t *testing.T) {
	t.Parallel()
	const evil = "x\r\nEND:VEVENT\nBEGIN:VALARM\rATTACH:http://example.org\x00\x1b"
	c := ical.Calendar{Product: evil, Name: evil, Colour: evil, Method: evil, Events: []ical.Event{{
		UID: evil, Status: evil, Summary: evil, Description: evil, Location: evil, URL: evil,
		Organizer: &ical.Person{Name: evil, Email: evil}, Attendees: []ical.Attendee{{Person: ical.Person{Name: evil, Email: evil}}},
		Alarms: []ical.Alarm{{Text: evil}},
	}}}
	root, err := ical.Parse(c.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(root.Components) != 1 || len(root.Components[0].Components) != 1 || len(root.Components[0].Components[0].Components) != 0 {
		t.Errorf("got %+v", root)
	}
	for text := range strings.SplitSeq(string(c.Bytes()), "\r\n") {
		if strings.HasPrefix(text, "ATTACH") || strings.ContainsAny(text, "\r\n\x00\x1b") {
			t.Errorf("%q", text)
		}
	}
}

func TestDurationsAreWrittenAsTheStandardHasThem(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		time.Second: "PT1S", time.Minute: "PT1M", time.Hour: "PT1H", 24 * time.Hour: "P1D", 25 * time.Hour: "P1DT1H",
		time.Hour + 5*time.Second: "PT1H0M5S", 24*time.Hour + 90*time.Second: "P1DT1M30S",
	} {
		c := ical.Calendar{Refresh: d}
		if !strings.Contains(string(c.Bytes()), "REFRESH-INTERVAL;VALUE=DURATION:"+want+"\r\n") {
			t.Errorf("%s is not written as %s:\n%s", d, want, c.Bytes())
		}
	}
}
