package locale

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/turno-health/turno"
)

// forms is how a language and region write dates and times.
type forms struct {
	weekdays    [7]string // Sunday first, as time.Weekday counts
	shortDays   [7]string
	months      [12]string
	shortMonths [12]string

	// Layouts in which {w} {W} {d} {m} {M} {y} stand for the weekday short and
	// long, the day, the month short and long, and the year.
	date, dateOfYear, shortDate, shortDay, shortDayOfYear, monthOfYear, dayMonth string

	clock12  bool
	firstDay time.Weekday
	zone     string            // "%s time"
	cities   map[string]string // by zone: those that the language calls otherwise than the tz database
}

func english() forms {
	return forms{
		weekdays:    [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		shortDays:   [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		months:      [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		shortMonths: [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		date:        "{W} {d} {M}", dateOfYear: "{W} {d} {M} {y}", shortDate: "{d} {m} {y}", shortDay: "{w} {d} {m}", shortDayOfYear: "{w} {d} {m} {y}", monthOfYear: "{M} {y}", dayMonth: "{d} {m}",
		firstDay: time.Monday, zone: "%s time",
	}
}

func american() forms {
	f := english()
	f.date, f.dateOfYear, f.shortDate = "{W}, {M} {d}", "{W}, {M} {d}, {y}", "{m} {d}, {y}"
	f.shortDay, f.shortDayOfYear, f.dayMonth = "{w}, {m} {d}", "{w}, {m} {d}, {y}", "{m} {d}"
	f.clock12, f.firstDay = true, time.Sunday
	return f
}

func spanishForms() forms {
	return forms{
		weekdays:    [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		shortDays:   [7]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
		months:      [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		shortMonths: [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
		date:        "{W}, {d} de {M}", dateOfYear: "{W}, {d} de {M} de {y}", shortDate: "{d} {m} {y}", shortDay: "{w} {d} {m}", shortDayOfYear: "{w} {d} {m} {y}", monthOfYear: "{M} de {y}", dayMonth: "{d} {m}",
		firstDay: time.Monday, zone: "hora de %s", cities: spanishCities(),
	}
}

// Date is a day in full: "Monday 23 November", and with its year when that is not
// this one: "Monday 4 January 2027".
func (w *Words) Date(d turno.Date) string {
	if d.Year != w.today.Year {
		return w.DateOfYear(d)
	}
	return w.write(w.forms.date, d)
}

// DateOfYear is a day in full with its year: "Monday 23 November 2026".
func (w *Words) DateOfYear(d turno.Date) string { return w.write(w.forms.dateOfYear, d) }

// ShortDate is a day for tables: "23 Nov 2026".
func (w *Words) ShortDate(d turno.Date) string { return w.write(w.forms.shortDate, d) }

// ShortDay is a day of these weeks, "Mon 23 Nov", and with its year when that is
// not this one: "Mon 4 Jan 2027".
func (w *Words) ShortDay(d turno.Date) string {
	if d.Year != w.today.Year {
		return w.write(w.forms.shortDayOfYear, d)
	}
	return w.write(w.forms.shortDay, d)
}

// DayMonth is a day under the name of its weekday: "23 Nov".
func (w *Words) DayMonth(d turno.Date) string { return w.write(w.forms.dayMonth, d) }

// Month is "November 2026".
func (w *Words) Month(year int, month time.Month) string {
	return w.write(w.forms.monthOfYear, turno.Date{Year: year, Month: month, Day: 1})
}

// Weekday is "Monday".
func (w *Words) Weekday(day time.Weekday) string { return w.forms.weekdays[day] }

// ShortWeekday is "Mon".
func (w *Words) ShortWeekday(day time.Weekday) string { return w.forms.shortDays[day] }

// FirstDay is the day that weeks begin with.
func (w *Words) FirstDay() time.Weekday { return w.forms.firstDay }

// Time is a time of day as clocks at loc show it: "16:40", "4:40 PM". One that they
// show twice on the day that they are set back is told by its zone: "02:30 CEST".
func (w *Words) Time(t time.Time, loc *time.Location) string {
	t = t.In(loc)
	clock := w.clock(t.Hour(), t.Minute())
	if turno.ShownTwice(t, loc) {
		clock += "\u00a0" + offsetName(t) // a no-break space
	}
	return clock
}

// offsetName is what people call the offset of a time, or else the offset: "CET",
// "UTC-03".
func offsetName(t time.Time) string {
	name := t.Format("MST")
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + name
	}
	return name
}

// Clock is a local time of day. 24:00 is written as such, except by a clock of
// twelve hours.
func (w *Words) Clock(c turno.Clock) string {
	return w.clock(int(c)/60, int(c)%60)
}

// Hour labels a line of the hours: "16:00", "4 PM".
func (w *Words) Hour(hour int) string {
	if !w.forms.clock12 {
		return w.clock(hour, 0)
	}
	return fmt.Sprintf("%d\u00a0%s", halfDay(hour), half(hour)) // a no-break space
}

func (w *Words) clock(hour, minute int) string {
	if !w.forms.clock12 {
		return fmt.Sprintf("%02d:%02d", hour, minute)
	}
	return fmt.Sprintf("%d:%02d\u00a0%s", halfDay(hour), minute, half(hour)) // a no-break space
}

// halfDay is an hour as a clock of twelve shows it, and half which of the two.
func halfDay(hour int) int { return (hour+11)%12 + 1 }

func half(hour int) string {
	if hour%24 >= 12 {
		return "PM"
	}
	return "AM"
}

// DateTime is a day as Date writes it and its time: "Monday 23 November at 16:40".
func (w *Words) DateTime(t time.Time, loc *time.Location) string {
	return w.T("%s at %s", w.Date(turno.DateOf(t, loc)), w.Time(t, loc))
}

// ShortDateTime is "23 Nov 2026, 16:40".
func (w *Words) ShortDateTime(t time.Time, loc *time.Location) string {
	return w.ShortDate(turno.DateOf(t, loc)) + ", " + w.Time(t, loc)
}

// Day is today, tomorrow, yesterday, or the day in full.
func (w *Words) Day(d, today turno.Date) string {
	switch d {
	case today:
		return w.T("Today")
	case today.AddDays(1):
		return w.T("Tomorrow")
	case today.AddDays(-1):
		return w.T("Yesterday")
	}
	return w.On(today).Date(d)
}

// Minutes is a length: "40 minutes", "1 hour 30 minutes".
func (w *Words) Minutes(n int) string {
	switch hours, minutes := n/60, n%60; {
	case n < 60 || minutes != 0 && hours < 2 && n < 90:
		return w.N("%d minute|%d minutes", n)
	case minutes == 0:
		return w.N("%d hour|%d hours", hours)
	default:
		return w.N("%d hour|%d hours", hours) + " " + w.N("%d minute|%d minutes", minutes)
	}
}

// Ago is how long before now something happened, roughly: "20 minutes ago".
func (w *Words) Ago(since time.Duration) string {
	switch {
	case since < time.Minute:
		return w.T("just now")
	case since < time.Hour:
		return w.N("%d minute ago|%d minutes ago", int(since/time.Minute))
	case since < 24*time.Hour:
		return w.N("%d hour ago|%d hours ago", int(since/time.Hour))
	}
	return w.N("%d day ago|%d days ago", int(since/(24*time.Hour)))
}

// Zone names a time zone by its city, as the language calls it: "London time",
// "hora de Londres". UTC, which has other names, is no city's.
func (w *Words) Zone(name string) string {
	switch name {
	case "", "UTC", "Etc/UTC", "UCT", "Etc/UCT", "Universal", "Etc/Universal", "Zulu", "Etc/Zulu":
		return "UTC"
	}
	city, known := w.forms.cities[name]
	if !known {
		city = strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ")
	}
	return fmt.Sprintf(w.forms.zone, city)
}

// Decimal is a number with so many places after the point or comma.
func (w *Words) Decimal(x float64, places int) string {
	return w.printer.Sprintf("%."+strconv.Itoa(places)+"f", x)
}

// Percent is a rate from 0 to 1: "12 %", "12%".
func (w *Words) Percent(rate float64) string {
	n := w.printer.Sprintf("%.0f", rate*100)
	if w.sentences == nil {
		return n + "%"
	}
	return n + " %"
}

// Capital writes the first letter large, for a weekday that begins a heading.
func Capital(s string) string {
	for i, c := range s {
		return strings.ToUpper(string(c)) + s[i+len(string(c)):]
	}
	return s
}

func (w *Words) write(layout string, d turno.Date) string {
	f, weekday := w.forms, d.At(0, time.UTC).Weekday()
	return strings.NewReplacer(
		"{W}", f.weekdays[weekday], "{w}", f.shortDays[weekday],
		"{M}", f.months[d.Month-1], "{m}", f.shortMonths[d.Month-1],
		"{d}", strconv.Itoa(d.Day), "{y}", strconv.Itoa(d.Year),
	).Replace(layout)
}
