package desk

import (
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/page"
)

// pressed is the time that came with a link or a button.
func (v *bookView) pressed() (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, v.Form.Get("at"))
	return at, err == nil
}

// typed reports whether a day or a time was typed, and no time pressed.
func (v *bookView) typed() bool {
	_, pressed := v.pressed()
	return !pressed && (v.Form.Get("at") != "" || v.Form.Has("date") || v.Form.Has("time"))
}

// time is the one that was pressed, or the day and time of the fields, or now.
func (v *bookView) time() time.Time {
	if at, ok := v.pressed(); ok {
		return at
	}
	if at, ok := localTime(v.Form, v.Zone); ok {
		return at
	}
	const grid = 5 * time.Minute
	return v.r.Now.Truncate(grid)
}

// localTime is the day and time of two fields; false when there is no such moment.
func localTime(f *page.Form, zone *time.Location) (time.Time, bool) {
	date, clock, ok := typedMoment(f)
	if !ok || !date.Has(clock, zone) {
		return time.Time{}, false
	}
	return date.At(clock, zone), true
}

func typedMoment(f *page.Form) (turno.Date, turno.Clock, bool) {
	date, err := turno.ParseDate(f.Get("date"))
	if err != nil {
		return turno.Date{}, 0, false
	}
	clock, ok := page.ParseClock(f.Get("time"))
	return date, clock, ok
}

// checkTime says what is wrong with the two fields.
func checkTime(r *page.Request, f *page.Form, zone *time.Location) {
	if f.Get("date") == "" || f.Get("time") == "" {
		f.Add("time", r.T("Say on which day and at what time."))
		return
	}
	if _, err := turno.ParseDate(f.Get("date")); err != nil {
		f.Add("date", r.T("There is no such day."))
	}
	r.Clock(f, "time") // adds what is wrong with it
	if date, clock, ok := typedMoment(f); ok {
		if skipped := r.Skipped(date, clock, zone); skipped != "" {
			f.Add("time", skipped)
		}
	}
}

// localDate and localClock fill the fields for another time; what is no time comes
// back as it was typed.
func (v bookView) localDate() string {
	if v.Untimed && v.Form.Has("date") {
		return v.Form.Get("date")
	}
	return turno.DateOf(v.At, v.Zone).String()
}

func (v bookView) localClock() string {
	if v.Untimed && v.Form.Has("time") || v.Form.Error("time") != "" {
		return v.Form.Get("time")
	}
	return v.At.In(v.Zone).Format("15:04")
}
