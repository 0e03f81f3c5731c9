package ui

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/turno-health/turno"
)

// AgendaProps describes a day or a week as columns of time: one for each day of
// a doctor, or one for each doctor of a day.
type AgendaProps struct {
	Label    string // read out
	Zone     *time.Location
	FromHour int // the first hour shown, 0 to 23
	ToHour   int // the hour at which it ends, 1 to 24
	Columns  []AgendaColumn
	Now      time.Time // where the line of the moment is; zero: none
	Compact  bool      // rows of less height: a week, a full front desk
	ByOne    bool      // on a phone the first column only: the page offers the others
}

// AgendaColumn is a day, or a doctor.
type AgendaColumn struct {
	Day   turno.Date
	Title string
	Note  string // below the title
	Href  string
	Today bool
	Items []AgendaItem
}

// AgendaItem is something that takes time: a visit, a free time, time off.
type AgendaItem struct {
	At, Ends time.Time
	Free     bool // a time that can be pressed
	Off      bool // time off, a break
	AllDay   bool // of time off: its times are no news
	Title    string
	Note     string
	Href     string
	Standing Standing // of a visit
	About    string   // read out with a free time: whose
	ID       string
	More     templ.Component
}

// Covers reports whether time off lasts through all of a day.
func Covers(off, day turno.Interval) bool {
	return !day.StartsAt.Before(off.StartsAt) && !off.EndsAt.Before(day.EndsAt)
}

// rowMinutes is the height of a row of the grid.
const rowMinutes = 5

// minutesInto is how long after the first hour of the day's column the time is,
// by the clock on the wall, within the hours shown.
func (p AgendaProps) minutesInto(day turno.Date, t time.Time) int {
	local := t.In(p.Zone)
	minutes := local.Hour()*60 + local.Minute()
	if at := turno.DateOf(t, p.Zone); at.Before(day) {
		minutes = 0
	} else if day.Before(at) {
		minutes = 24 * 60
	}
	return min(max(minutes-p.FromHour*60, 0), (p.ToHour-p.FromHour)*60)
}

// place is the classes that put an item into its rows.
func (p AgendaProps) place(day turno.Date, from, to time.Time) string {
	first, last := p.minutesInto(day, from)/rowMinutes, (p.minutesInto(day, to)+rowMinutes-1)/rowMinutes
	rows := (p.ToHour - p.FromHour) * 60 / rowMinutes
	first = min(first, rows-1)
	return "at" + strconv.Itoa(first) + " for" + strconv.Itoa(max(last-first, 1))
}

// hours are those that have a line.
func (p AgendaProps) hours() []int {
	var hours []int
	for h := p.FromHour; h < p.ToHour; h++ {
		hours = append(hours, h)
	}
	return hours
}

func (p AgendaProps) hourPlace(hour int) string {
	return "at" + strconv.Itoa((hour-p.FromHour)*60/rowMinutes) + " for" + strconv.Itoa(60/rowMinutes)
}

func (p AgendaProps) class() string {
	class := "agenda hours" + strconv.Itoa(p.ToHour-p.FromHour) + " columns" + strconv.Itoa(len(p.Columns))
	if p.Compact {
		class += " compact"
	}
	if p.ByOne {
		class += " by-one"
	}
	if len(p.Columns) == 1 {
		class += " single"
	}
	return class
}

// showsNow reports whether the moment is in the column's hours.
func (p AgendaProps) showsNow(column AgendaColumn) bool {
	if p.Now.IsZero() || turno.DateOf(p.Now, p.Zone) != column.Day {
		return false
	}
	minutes := p.minutesInto(column.Day, p.Now)
	return minutes > 0 && minutes < (p.ToHour-p.FromHour)*60
}

func (p AgendaProps) nowPlace(column AgendaColumn) string {
	return "at" + strconv.Itoa(p.minutesInto(column.Day, p.Now)/rowMinutes) + " for1"
}

func (i AgendaItem) class() string {
	switch {
	case i.Free:
		return "item free"
	case i.Off:
		return "item off"
	}
	class := "item booked " + string(i.Standing)
	if i.Ends.Sub(i.At) <= 20*time.Minute {
		class += " brief"
	}
	return class
}
