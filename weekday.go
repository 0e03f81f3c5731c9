package turno

import "time"

// Weekday is a day of the week by its English name, as the availability table
// spells it.
type Weekday string

// The days of the week.
const (
	Monday    Weekday = "Monday"
	Tuesday   Weekday = "Tuesday"
	Wednesday Weekday = "Wednesday"
	Thursday  Weekday = "Thursday"
	Friday    Weekday = "Friday"
	Saturday  Weekday = "Saturday"
	Sunday    Weekday = "Sunday"
)

// Weekdays lists the week in the order that calendars use, Monday first.
func Weekdays() []Weekday {
	return []Weekday{Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday}
}

// WeekdayOf names a day of package time.
func WeekdayOf(day time.Weekday) Weekday {
	return [...]Weekday{Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday}[day]
}

// Valid reports whether w is one of the seven.
func (w Weekday) Valid() bool { return w.index() >= 0 }

// Compare orders the week from Monday to Sunday.
func (w Weekday) Compare(other Weekday) int { return w.index() - other.index() }

func (w Weekday) index() int {
	for i, day := range Weekdays() {
		if day == w {
			return i
		}
	}
	return -1
}
