package ical

import "time"

// Method is what a calendar in a message asks for (RFC 5546, section 1.4). A
// calendar that is fetched has none.
type Method string

// The methods of scheduling messages that we send.
const (
	Request Method = "REQUEST" // a new event, or another version of one
	Cancel  Method = "CANCEL"
)

// Status is what an event is now (RFC 5545, section 3.8.1.11).
type Status string

// The states of an event.
const (
	Tentative Status = "TENTATIVE"
	Confirmed Status = "CONFIRMED"
	Cancelled Status = "CANCELLED"
)

// Calendar is one stream: VCALENDAR.
type Calendar struct {
	Product string        // PRODID, "-//Owner//Product//EN"
	Method  Method        // of a message; empty otherwise
	Name    string        // RFC 7986, section 5.1
	Colour  string        // a CSS3 colour's name; RFC 7986, section 5.9
	Refresh time.Duration // how often to fetch it again; RFC 7986, section 5.7
	Events  []Event
}

// Event is one VEVENT that takes place once.
type Event struct {
	UID         string    // the same in all versions of the event, in feeds and in messages
	Stamp       time.Time // of a message: when it was made; else when the event was last changed
	Starts      time.Time
	Ends        time.Time
	Zone        *time.Location // whose clocks the event goes by; nil is UTC
	Sequence    int            // rises with every change that people must hear of
	Created     time.Time      // zero: not said
	Modified    time.Time      // zero: not said
	Status      Status         // empty: not said
	Summary     string
	Description string
	Location    string
	URL         string
	Free        bool // the time stays free for others (TRANSP:TRANSPARENT)
	Private     bool // not for everybody who sees the calendar (CLASS:PRIVATE)
	Organizer   *Person
	Attendees   []Attendee
	Alarms      []Alarm
}

// Person is a calendar user who has an address.
type Person struct {
	Name  string
	Email string
}

// Attendee is somebody who is asked to come.
type Attendee struct {
	Person
	Answer Answer // empty: NeedsAction
}

// Answer is an attendee's PARTSTAT (RFC 5545, section 3.2.12).
type Answer string

// The answers of attendees.
const (
	NeedsAction Answer = "NEEDS-ACTION"
	Accepted    Answer = "ACCEPTED"
	Declined    Answer = "DECLINED"
)

// Alarm is a reminder that the calendar program shows.
type Alarm struct {
	Before time.Duration // the start
	Text   string
}
