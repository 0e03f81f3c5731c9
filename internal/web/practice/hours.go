package practice

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// hoursView is the editor of the weekly hours and the rules of booking.
type hoursView struct {
	Form    *page.Form
	Rows    map[turno.Weekday]int // how many windows each day has room for
	Preview *booking.HoursPreview // nil: nothing was asked for
	Draft   bool                  // the preview is of what was typed, not of what is saved
}

// maxRows is how many windows a day of the editor has at most.
const maxRows = 12

// showHours shows what is saved, and the visits that it leaves outside.
func showHours(p practice) error {
	week, err := p.Site.Booking.Availability(p.Context(), p.Caller, p.Doctor.ID)
	if err != nil {
		return err
	}
	preview, err := p.Site.Booking.PreviewHours(p.Context(), p.Caller, p.Doctor.ID, booking.HoursDraft{Week: week})
	if err != nil {
		return err
	}
	form := p.Kept()
	if !form.Kept {
		form = hoursForm(p, week)
	}
	return p.hoursPage(http.StatusOK, hoursView{Form: form, Rows: rowsOf(form, ""), Preview: &preview})
}

func (p practice) hoursPage(status int, v hoursView) error {
	return p.ShowAs(status, page.Head{Title: p.T("Weekly hours"), At: "/schedule/hours"}, hoursPage(p, v))
}

// hoursForm fills the editor with what is saved.
func hoursForm(p practice, week []turno.Availability) *page.Form {
	d := p.Doctor
	form := &page.Form{Values: map[string][]string{
		"slot_minutes": {strconv.Itoa(d.SlotMinutes)}, "buffer_minutes": {strconv.Itoa(d.BufferMinutes)},
		"min_notice_minutes": {strconv.Itoa(d.MinNoticeMinutes)}, "horizon_days": {strconv.Itoa(d.HorizonDays)},
		"time_zone": {d.TimeZone}, page.VersionField: {string(d.HoursVersion())},
	}}
	if d.AutoConfirm {
		form.Values.Set("auto_confirm", "on")
	}
	counts := map[turno.Weekday]int{}
	for _, w := range week {
		row := counts[w.DayOfWeek]
		counts[w.DayOfWeek]++
		form.Values.Set(windowField("start", w.DayOfWeek, row), w.StartTime.String())
		form.Values.Set(windowField("end", w.DayOfWeek, row), w.EndTime.String())
		if w.ReleaseMinutes != nil {
			form.Values.Set(windowField("release", w.DayOfWeek, row), strconv.Itoa(*w.ReleaseMinutes))
		}
	}
	return form
}

// windowField is the name of a field of a day's window.
func windowField(what string, day turno.Weekday, row int) string {
	return what + "-" + string(day) + "-" + strconv.Itoa(row)
}

// rowsOf counts the windows of each day, and gives one day room for another.
func rowsOf(form *page.Form, longer turno.Weekday) map[turno.Weekday]int {
	rows := map[turno.Weekday]int{}
	for _, day := range turno.Weekdays() {
		for row := range maxRows {
			if form.Get(windowField("start", day, row)) != "" || form.Get(windowField("end", day, row)) != "" {
				rows[day] = row + 1
			}
		}
		if day == longer || rows[day] == 0 {
			rows[day] = min(rows[day]+1, maxRows)
		}
	}
	return rows
}

// changeHours does what the pressed button says with the editor: one more
// window, a day copied, a preview, or saving.
func changeHours(p practice) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	do, day, _ := strings.Cut(form.Get("do"), " ")
	switch do {
	case "add":
		return p.hoursPage(http.StatusOK, hoursView{Form: form, Rows: rowsOf(form, turno.Weekday(day))})
	case "copy":
		copyDay(form)
		return p.hoursPage(http.StatusOK, hoursView{Form: form, Rows: rowsOf(form, "")})
	case "preview", "save":
	default: // nothing is saved that nobody asked for
		form.Add("", p.T("This form could not be read."))
		return p.wrongHours(form)
	}
	week, fields := readWeek(p, form)
	draft := readSettings(p, form)
	draft.Week = week
	draft.Version = form.Version()
	if !form.OK() {
		return p.wrongHours(form)
	}
	preview, err := p.Site.Booking.PreviewHours(p.Context(), p.Caller, p.Doctor.ID, draft)
	if err == nil && do != "preview" {
		_, err = p.Site.Booking.SaveHours(p.Context(), p.Caller, p.Doctor.ID, draft)
	}
	switch {
	case p.takeWindows(form, err, fields):
		return p.wrongHours(form)
	case err != nil:
		return err
	case do == "preview":
		return p.hoursPage(http.StatusOK, hoursView{Form: form, Rows: rowsOf(form, ""), Preview: &preview, Draft: true})
	}
	if preview.OutsideCount > 0 {
		p.Say("warn", "Saved. Some visits now lie outside your hours; they stay, and are listed below.")
	} else {
		p.Say("success", "Saved. Your new hours count from now on.")
	}
	return p.Redirect(p.to("/schedule/hours"))
}

func (p practice) wrongHours(form *page.Form) error {
	return p.hoursPage(http.StatusUnprocessableEntity, hoursView{Form: form, Rows: rowsOf(form, "")})
}

// copyDay gives other days the windows of one.
func copyDay(form *page.Form) {
	from := turno.Weekday(form.Get("copy_from"))
	var to []turno.Weekday
	for i, day := range turno.Weekdays() {
		switch form.Get("copy_to") {
		case string(day), "all":
			to = append(to, day)
		case "weekdays":
			if i < 5 {
				to = append(to, day)
			}
		}
	}
	for _, day := range to {
		for row := range maxRows {
			for _, what := range []string{"start", "end", "release"} {
				form.Values.Set(windowField(what, day, row), form.Get(windowField(what, from, row)))
			}
		}
	}
}

// readWeek reads the windows, and which row of the editor each was typed into.
func readWeek(p practice, form *page.Form) (week []turno.Availability, fields []string) {
	for _, day := range turno.Weekdays() {
		for row := range maxRows {
			start, end := windowField("start", day, row), windowField("end", day, row)
			if form.Get(start) == "" && form.Get(end) == "" {
				continue
			}
			w := turno.Availability{DayOfWeek: day}
			w.StartTime, _ = p.Clock(form, start)
			w.EndTime, _ = p.Clock(form, end)
			if w.EndTime == 0 && w.StartTime > 0 { // "12:00 AM", until which no hours of the day last
				w.EndTime = turno.EndOfDay
			}
			if minutes, err := strconv.Atoi(form.Get(windowField("release", day, row))); err == nil {
				w.ReleaseMinutes = &minutes
			}
			week, fields = append(week, w), append(fields, fmt.Sprintf("%s-%d", day, row))
		}
	}
	return week, fields
}

// readSettings reads the rules of booking.
func readSettings(p practice, form *page.Form) booking.HoursDraft {
	number := func(field string) *int {
		n, err := strconv.Atoi(form.Get(field))
		if err != nil {
			form.Add(field, p.T("Write a whole number."))
		}
		return &n
	}
	zone, confirms := form.Get("time_zone"), form.Has("auto_confirm")
	rules := turno.BookingRules{SlotMinutes: number("slot_minutes"), BufferMinutes: number("buffer_minutes"),
		MinNoticeMinutes: number("min_notice_minutes"), HorizonDays: number("horizon_days")}
	return booking.HoursDraft{BookingRules: rules, TimeZone: &zone, AutoConfirm: &confirms}
}

// takeWindows is Take, for which body[3].end_time is a field of the editor.
func (p practice) takeWindows(form *page.Form, err error, fields []string) bool {
	before := len(form.Errors)
	if !p.Take(form, err) {
		return false
	}
	e := asError(err)
	names := map[string]string{"start_time": "start", "end_time": "end", "release_minutes": "release", "day_of_week": "start"}
	for i, field := range e.Fields {
		var n int
		var what string
		if _, err := fmt.Sscanf(field.Location, "body[%d].%s", &n, &what); err == nil && n < len(fields) {
			form.Errors[before+i].Field = names[what] + "-" + fields[n]
		}
	}
	return true
}

// releases are when patients see a window, in plain words.
func releases(p practice, chosen string) []ui.Option {
	options := []ui.Option{
		{Value: "", Label: p.T("Open to patients")},
		{Value: "0", Label: p.T("For staff only")},
	}
	known := chosen == "" || chosen == "0"
	for _, minutes := range []int{120, 24 * 60, 48 * 60, 7 * 24 * 60} {
		value := strconv.Itoa(minutes)
		options = append(options, ui.Option{Value: value, Label: p.T("From %s before", p.length(minutes))})
		known = known || value == chosen
	}
	if minutes, err := strconv.Atoi(chosen); err == nil && !known {
		options = append(options, ui.Option{Value: chosen, Label: p.T("From %s before", p.length(minutes))})
	}
	return options
}

// notices are how long before a visit patients can still book it.
func notices(p practice, chosen string) []ui.Option {
	options := []ui.Option{{Value: "0", Label: p.T("Until it begins")}}
	known := chosen == "0" || chosen == ""
	for _, minutes := range []int{30, 60, 120, 240, 12 * 60, 24 * 60, 48 * 60} {
		value := strconv.Itoa(minutes)
		options = append(options, ui.Option{Value: value, Label: p.T("Until %s before", p.length(minutes))})
		known = known || value == chosen
	}
	if minutes, err := strconv.Atoi(chosen); err == nil && !known {
		options = append(options, ui.Option{Value: chosen, Label: p.T("Until %s before", p.length(minutes))})
	}
	return options
}

// length is minutes, hours or whole days in words.
func (p practice) length(minutes int) string {
	const day = 24 * 60
	if minutes > day && minutes%day == 0 {
		return p.N("%d day|%d days", minutes/day)
	}
	return p.Minutes(minutes)
}
