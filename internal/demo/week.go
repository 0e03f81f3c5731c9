package demo

import (
	"strings"

	"github.com/turno-health/turno"
)

// sparseWeeks are those of consultants who come for a few sessions, busyWeeks
// those of people whose main job this is. A line is the days and their hours.
func sparseWeeks() []string {
	return []string{
		"Mon Wed 09:00-13:00",
		"Tue Thu 15:30-19:30",
		"Mon Thu 09:00-12:30",
		"Fri 09:00-14:00; Sat 09:30-13:00",
		"Wed 16:00-21:00; Fri 10:00-14:00",
		"Tue 09:00-12:30 15:00-19:00",
		"Mon Tue 10:00-14:00",
		"Thu 08:30-14:00; Fri 15:00-18:00",
		"Tue Fri 08:00-12:00",
		"Wed 09:00-13:00 15:00-18:00",
	}
}

func busyWeeks() []string {
	return []string{
		"Mon Tue Wed Thu Fri 09:00-14:00",
		"Mon Tue Thu 09:00-13:30 15:30-18:30; Wed 09:00-13:30",
		"Tue Wed Thu Fri 10:00-14:00 16:00-19:00; Sat 10:00-13:30",
		"Mon Tue Wed Thu 15:00-20:30; Fri 09:00-13:00",
		"Mon Wed Fri 08:00-15:00",
		"Mon Tue Wed Thu 16:30-21:00; Sat 09:00-14:00",
		"Mon Tue Thu Fri 08:30-12:30 14:00-17:00",
		"Mon Tue Wed Thu Fri 14:00-20:00",
	}
}

// showWeek is the week of the account "doctor".
const showWeek = "Mon Tue Wed Thu Fri 09:00-13:00; Mon Wed 16:00-19:00"

// sameDay is how long before its end a part of a window is kept back for
// patients who can come within a day.
const sameDay = 24 * 60

// week reads such a line. keptBack puts the last hour of every window into one
// of its own, which patients see from a day before.
func week(line string, keptBack bool) []turno.Availability {
	var hours []turno.Availability
	for part := range strings.SplitSeq(line, "; ") {
		var days []turno.Weekday
		for word := range strings.FieldsSeq(part) {
			if start, end, isWindow := strings.Cut(word, "-"); isWindow {
				for _, day := range days {
					hours = append(hours, window(day, clock(start), clock(end), keptBack)...)
				}
				continue
			}
			days = append(days, weekday(word))
		}
	}
	return hours
}

func window(day turno.Weekday, start, end turno.Clock, keptBack bool) []turno.Availability {
	if !keptBack {
		return []turno.Availability{{DayOfWeek: day, StartTime: start, EndTime: end}}
	}
	release := sameDay
	return []turno.Availability{
		{DayOfWeek: day, StartTime: start, EndTime: end - 60},
		{DayOfWeek: day, StartTime: end - 60, EndTime: end, ReleaseMinutes: &release},
	}
}

func weekday(short string) turno.Weekday {
	for _, day := range turno.Weekdays() {
		if strings.HasPrefix(string(day), short) {
			return day
		}
	}
	panic("no weekday begins with " + short) // our own lines above
}

func clock(s string) turno.Clock {
	c, err := turno.ParseClock(s)
	if err != nil {
		panic(err) // our own lines above
	}
	return c
}
