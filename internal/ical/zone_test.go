package ical_test

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/turno-health/turno/internal/ical"
	"github.com/turno-health/turno/internal/schedule/zonetest"
)

// A reader that knows nothing of a zone but its VTIMEZONE must find the moment
// that was meant.
func TestAZoneSaysAllThatAReaderNeeds(t *testing.T) {
	t.Parallel()
	zones := zonetest.Zones(t)
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		at := rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(rapid.Int64Range(1e5, 2e6).Draw(t, "half hours")*1800, 0)
		})
		c := ical.Calendar{}
		for range rapid.IntRange(1, 3).Draw(t, "events") {
			starts := at.Draw(t, "start")
			c.Events = append(c.Events, ical.Event{Stamp: starts, Starts: starts, Ends: starts.Add(30 * time.Minute), Zone: zone})
		}
		root, err := ical.Parse(c.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for i := range root.Components {
			event := &root.Components[i]
			if event.Name != "VEVENT" {
				continue
			}
			for name, meant := range map[string]time.Time{"DTSTART": c.Events[n].Starts, "DTEND": c.Events[n].Ends} {
				p, _ := event.Get(name)
				if got := understood(t, root, p); !got.Equal(meant) {
					t.Fatalf("%s of %s is %s, read as %s\n%s", name, zone, meant.UTC(), got.UTC(), c.Bytes())
				}
			}
			n++
		}
	})
}

// understood reads a time by the VTIMEZONE that stands beside it alone: the first
// moment at which the clocks show it.
func understood(t *rapid.T, calendar *ical.Component, p ical.Property) time.Time {
	if p.Parameter("TZID") == "" {
		return parsed(t, "20060102T150405Z", p.Value)
	}
	wall := parsed(t, "20060102T150405", p.Value)
	var found time.Time
	for _, zone := range calendar.Components {
		if zone.Name != "VTIMEZONE" || zone.Text("TZID") != p.Parameter("TZID") {
			continue
		}
		for i := range zone.Components {
			at := wall.Add(-offset(t, zone.Components[i].Text("TZOFFSETTO")))
			if inForce(t, &zone, at) == i && (found.IsZero() || at.Before(found)) {
				found = at
			}
		}
	}
	return found
}

// inForce is the observance with the last onset until then, or -1.
func inForce(t *rapid.T, zone *ical.Component, at time.Time) int {
	last, found := time.Time{}, -1
	for i, o := range zone.Components {
		onset := parsed(t, "20060102T150405", o.Text("DTSTART")).Add(-offset(t, o.Text("TZOFFSETFROM")))
		if !onset.After(at) && !onset.Before(last) {
			last, found = onset, i
		}
	}
	return found
}

func parsed(t *rapid.T, form, value string) time.Time {
	at, err := time.Parse(form, value)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func offset(t *rapid.T, s string) time.Duration {
	sign, digits := s[0], s[1:]
	var parts [3]int
	for i := 0; i*2 < len(digits); i++ {
		n, err := strconv.Atoi(digits[i*2 : i*2+2])
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = n
	}
	d := time.Duration(parts[0])*time.Hour + time.Duration(parts[1])*time.Minute + time.Duration(parts[2])*time.Second
	if sign == '-' {
		return -d
	}
	return d
}
