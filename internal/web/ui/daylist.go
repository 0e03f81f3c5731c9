package ui

import "time"

// DayListProps describes a day as its hours below each other: on a phone, on
// paper, and wherever each visit needs room for what can be done with it.
type DayListProps struct {
	Label string // read out
	Zone  *time.Location
	Hours []DayHour
}

// DayHour is what begins in an hour.
type DayHour struct {
	Hour  int // of the wall clock
	Items []DayItem
}

// DayItem is one of a visit, a few open times, time off, or the line of the
// moment.
type DayItem struct {
	Visit *VisitProps
	Free  []Slot
	Off   *OffProps
	Now   time.Time
}

// OffProps is time in which nobody is seen.
type OffProps struct {
	At, Ends time.Time
	AllDay   bool // its times are no news
	Title    string
	Note     string
	Href     string
}
