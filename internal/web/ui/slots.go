package ui

import (
	"time"

	"github.com/turno-health/turno"
)

// Slot is an open time that can be pressed.
type Slot struct {
	At       time.Time
	Label    string // "16:40"; the reader's own form unless told
	Href     string // a link; or else a button of the form around it
	Value    string // what the button sends as "at"
	About    string // read out after the time: the day, the doctor
	Selected bool
	Note     string // below the time: "40 min", "video"
}

// SlotDay is a day with its open times.
type SlotDay struct {
	Day   turno.Date
	Name  string // "Today", "Tue"
	Date  string // "24 Nov"
	Slots []Slot
	More  string // where the rest of the day is shown; empty: these are all
	MoreN int    // how many more there are
}

// WeekProps describes a week of open times.
type WeekProps struct {
	ID            string // of the part of the page that is swapped
	Title         string // "24 to 30 November"
	Level         int    // of the title's heading: 2 unless told
	Days          []SlotDay
	Previous      string // the address of the week before; empty: none
	Next          string
	First         string // the week with the first open time, when this one has none
	FirstLabel    string // "First open time: Monday 30 November"
	ZoneNote      string // "Times are in Madrid time"
	Nothing       string // said when no day has a time
	PreviousLabel string // "Earlier" unless told
	NextLabel     string
}

func (p WeekProps) empty() bool {
	for _, day := range p.Days {
		if len(day.Slots) > 0 {
			return false
		}
	}
	return true
}

// DateNavProps describes the arrows above an agenda.
type DateNavProps struct {
	Label                    string // "Other days"
	Previous, Next, Today    string // addresses; empty: not offered
	PreviousLabel, NextLabel string
}

func slotValue(s Slot) string {
	if s.Value != "" {
		return s.Value
	}
	return machine(s.At)
}

func or(given, otherwise string) string {
	if given != "" {
		return given
	}
	return otherwise
}
