package ical

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Read reads a calendar whose events take place once, as Bytes writes them. What a
// Calendar has no field for is passed over; times in zones need a name of the tz
// database. Errors name the event.
func Read(stream []byte) (*Calendar, error) {
	root, err := Parse(stream)
	if err != nil {
		return nil, err
	}
	if root.Name != "VCALENDAR" {
		return nil, fmt.Errorf("this is a %s, not a calendar", root.Name)
	}
	c := &Calendar{
		Product: root.Text("PRODID"), Method: Method(root.Text("METHOD")), Name: root.Text("NAME"), Colour: root.Text("COLOR"),
	}
	if refresh, ok := root.Get("REFRESH-INTERVAL"); ok {
		if c.Refresh, err = parseDuration(refresh.Value); err != nil {
			return nil, fmt.Errorf("REFRESH-INTERVAL: %w", err)
		}
	}
	for i := range root.Components {
		if root.Components[i].Name != "VEVENT" {
			continue
		}
		e, err := readEvent(&root.Components[i])
		if err != nil {
			return nil, fmt.Errorf("event %q: %w", e.UID, err)
		}
		c.Events = append(c.Events, e)
	}
	return c, nil
}

func readEvent(c *Component) (Event, error) {
	e := Event{
		UID: c.Text("UID"), Status: Status(c.Text("STATUS")), Summary: c.Text("SUMMARY"), Description: c.Text("DESCRIPTION"),
		Location: c.Text("LOCATION"), Free: c.Text("TRANSP") == "TRANSPARENT", Private: c.Text("CLASS") == "PRIVATE",
	}
	if url, ok := c.Get("URL"); ok {
		e.URL = url.Value
	}
	var failed []error
	for _, t := range []struct {
		name   string
		into   *time.Time
		needed bool
	}{
		{"DTSTAMP", &e.Stamp, true}, {"DTSTART", &e.Starts, true}, {"DTEND", &e.Ends, true},
		{"CREATED", &e.Created, false}, {"LAST-MODIFIED", &e.Modified, false},
	} {
		p, ok := c.Get(t.name)
		if !ok {
			if t.needed {
				failed = append(failed, errors.New(t.name+" is missing"))
			}
			continue
		}
		at, zone, err := parseTime(p)
		if err != nil {
			failed = append(failed, err)
		}
		if *t.into = at; t.name == "DTSTART" {
			e.Zone = zone
		}
	}
	if p, ok := c.Get("SEQUENCE"); ok {
		n, err := strconv.Atoi(p.Value)
		if err != nil {
			failed = append(failed, fmt.Errorf("SEQUENCE is no number: %q", p.Value))
		}
		e.Sequence = n
	}
	for _, p := range c.Properties {
		switch p.Name {
		case "ORGANIZER":
			person := readPerson(p)
			e.Organizer = &person
		case "ATTENDEE":
			e.Attendees = append(e.Attendees, Attendee{Person: readPerson(p), Answer: Answer(p.Parameter("PARTSTAT"))})
		}
	}
	for i := range c.Components {
		if alarm := &c.Components[i]; alarm.Name == "VALARM" {
			trigger, _ := alarm.Get("TRIGGER")
			before, err := parseDuration(trigger.Value)
			if err != nil {
				failed = append(failed, fmt.Errorf("TRIGGER: %w", err))
			}
			e.Alarms = append(e.Alarms, Alarm{Before: -before, Text: alarm.Text("DESCRIPTION")})
		}
	}
	return e, errors.Join(failed...)
}

func readPerson(p Property) Person {
	email := p.Value
	if scheme := "mailto:"; len(email) >= len(scheme) && strings.EqualFold(email[:len(scheme)], scheme) {
		email = email[len(scheme):]
	}
	return Person{Name: p.Parameter("CN"), Email: email}
}

// parseTime reads a DATE-TIME and the zone that it was written in, nil for UTC. The
// rules of zones are known for the years around ours only.
func parseTime(p Property) (time.Time, *time.Location, error) {
	if len(p.Value) < 4 || p.Value[:4] < "1970" || p.Value[:4] > "2100" {
		return time.Time{}, nil, fmt.Errorf("%s is not between 1970 and 2100: %q", p.Name, p.Value)
	}
	name := p.Parameter("TZID")
	if name == "" {
		t, err := time.Parse(utcForm, p.Value)
		if err != nil {
			return t, nil, fmt.Errorf("%s is neither in UTC nor in a zone: %q", p.Name, p.Value)
		}
		return t, nil, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return time.Time{}, nil, fmt.Errorf("%s is in a zone that nobody knows: %q", p.Name, name)
	}
	t, err := time.Parse(localForm, p.Value)
	if err != nil {
		return t, zone, fmt.Errorf("%s is no time: %q", p.Name, p.Value)
	}
	return firstShown(t, zone), zone, nil
}

// firstShown is the first moment at which the clocks of a zone show a time, and
// for one that they skip, the moment by the offset before (RFC 5545, section
// 3.3.5).
func firstShown(wall time.Time, zone *time.Location) time.Time {
	const day = 24 * time.Hour // no zone is further from UTC
	_, before := wall.Add(-day).In(zone).Zone()
	_, after := wall.Add(day).In(zone).Zone()
	for _, offset := range []int{max(before, after), min(before, after)} {
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if t.Format(localForm) == wall.Format(localForm) {
			return t
		}
	}
	return wall.Add(-time.Duration(before) * time.Second).In(zone)
}

var durationForm = regexp.MustCompile(`^([+-]?)P(?:(\d{1,4})W|(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?)$`)

func parseDuration(s string) (time.Duration, error) {
	m := durationForm.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("this is no duration: %q", s)
	}
	var d time.Duration
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(m[i+2]) // digits, or nothing
		d += time.Duration(n) * unit
	}
	if m[1] == "-" {
		d = -d
	}
	return d, nil
}
