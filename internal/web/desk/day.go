package desk

import (
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/live"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// dayView is a day of the clinic, one column a doctor.
type dayView struct {
	r       *page.Request
	Desk    booking.ClinicDay
	Date    turno.Date
	Columns []booking.DayColumn // that are shown
	Zone    *time.Location
	Fields  []turno.Specialization
	Field   int                 // the specialization that is shown; 0: all
	One     *booking.DayColumn  // the doctor who alone is shown; nil: all of the page
	All     []booking.DayColumn // of the page, to choose one of
	New     bool                // a clinic without a doctor, and the reader can add the first
}

// day shows the front desk's day.
func day(r *page.Request) error {
	q := r.Query()
	date, _ := turno.ParseDate(q.Get("date"))       // zero: today
	field, _ := page.Whole(q.Get("specialization")) // 0: all
	one, _ := uuid.Parse(q.Get("doctor"))           // Nil: all
	clinicDay, err := r.Site.Booking.ClinicDay(r.Context(), r.Caller, booking.ClinicDayQuery{
		Date: date, SpecializationID: field, Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	fields, err := r.Site.Account.Specializations(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	v := dayView{r: r, Desk: clinicDay, Date: clinicDay.Date, Columns: clinicDay.Columns, All: clinicDay.Columns,
		Zone: r.ZoneNamed(clinicDay.Zone, time.UTC), Fields: fields, Field: field}
	if v.New, err = noDoctorYet(r, clinicDay); err != nil {
		return err
	}
	for i, column := range v.All {
		if column.DoctorID == one {
			v.One, v.Columns = &v.All[i], v.All[i:i+1]
		}
	}
	return r.Show(page.Head{Title: v.title(), Wide: true, At: "/admin/day"}, dayPage(v))
}

// noDoctorYet reports whether the clinic has no doctor at all, to those who can add
// one. A day on which somebody works needs no question.
func noDoctorYet(r *page.Request, today booking.ClinicDay) (bool, error) {
	if today.Doctors > 0 || !may(r, policy.WriteUser) {
		return false, nil
	}
	found, _, err := r.Site.Account.Users(r.Context(), r.Caller, account.UserSearch{Role: turno.RoleDoctor, Limit: 1})
	return len(found) == 0, err
}

// firstStep is something to do before anybody can book.
type firstStep struct {
	Title, Text, Label, Href string
}

// firstSteps are what a new clinic needs, in order.
func (v dayView) firstSteps() []firstStep {
	r := v.r
	return []firstStep{
		{r.T("A location"), r.T("Where visits happen, with its telephone and time zone. Look whether it is right."), r.T("Locations"), "/admin/locations"},
		{r.T("A specialization"), r.T("Patients look for a doctor by these."), r.T("Specializations"), "/admin/specializations"},
		{r.T("The first doctor"), r.T("Add their account and verify their licence. With their hours, patients can book."), r.T("New doctor"), "/admin/users/new?role=doctor"},
	}
}

// dayEvents tells an open day that something changed.
func dayEvents(r *page.Request) error {
	if err := policy.Check(r.Caller, policy.ReadClinicDay, 0); err != nil {
		return err
	}
	return r.StayTuned(live.Clinic())
}

func (v dayView) title() string { return v.r.Day(v.Date, v.today()) }

func (v dayView) today() turno.Date { return turno.DateOf(v.r.Now, v.Zone) }

func (v dayView) at(date turno.Date) string {
	if date == v.today() {
		return v.r.With("date", "", "cursor", "")
	}
	return v.r.With("date", date.String(), "cursor", "")
}

func (v dayView) nav() ui.DateNavProps {
	nav := ui.DateNavProps{
		Label:    v.r.T("Other days"),
		Previous: v.at(v.Date.AddDays(-1)), PreviousLabel: v.r.T("The day before"),
		Next: v.at(v.Date.AddDays(1)), NextLabel: v.r.T("The day after"),
	}
	if v.Date != v.today() {
		nav.Today = v.at(v.today())
	}
	return nav
}

// summary is what is shown, in a sentence: the date in full when the title is a
// word, and how many doctors, visits and free times.
func (v dayView) summary() string {
	visits, free, waiting := 0, 0, 0
	for _, column := range v.Columns {
		visits += len(column.Visits)
		free += len(column.Free)
		for _, visit := range column.Visits {
			if visit.Status == turno.StatusPending {
				waiting++
			}
		}
	}
	text := locale.Capital(v.r.DateOfYear(v.Date)) + " · " + v.doctors() + " · " + v.r.N("%d visit|%d visits", visits) + " · " + v.r.N("%d free time|%d free times", free)
	if waiting > 0 {
		text += " · " + v.r.N("%d waits for an answer|%d wait for an answer", waiting)
	}
	return text
}

// doctors is how many doctors are shown, and of how many when there are more on
// other pages, or one was chosen.
func (v dayView) doctors() string {
	if n := len(v.Columns); n != v.Desk.Doctors {
		return v.r.T("%d of %d doctors", n, v.Desk.Doctors)
	}
	return v.r.N("%d doctor|%d doctors", v.Desk.Doctors)
}

func (v dayView) fieldOptions() []ui.Option {
	options := []ui.Option{{Label: v.r.T("All specializations")}}
	for _, field := range v.Fields {
		options = append(options, ui.Option{Value: strconv.Itoa(field.ID), Label: field.Name})
	}
	return options
}

// choices are the doctors to look at one by one, on a phone. The first is shown
// there when nobody was chosen.
func (v dayView) choices() []ui.Choice {
	choices := make([]ui.Choice, 0, len(v.All))
	for i, column := range v.All {
		choices = append(choices, ui.Choice{
			Label: column.DoctorName, Count: strconv.Itoa(len(column.Visits)),
			Href:    v.r.With("doctor", column.DoctorID.String()),
			Current: v.One != nil && v.One.DoctorID == column.DoctorID || v.One == nil && i == 0,
		})
	}
	return choices
}

// The hours that are shown when nobody works or is seen outside of them.
const (
	usualFrom = 8
	usualTo   = 18
)

func (v dayView) agenda() ui.AgendaProps {
	p := ui.AgendaProps{Label: v.r.T("The day of all doctors"), Zone: v.Zone, ByOne: v.One == nil, Now: v.r.Now}
	p.FromHour, p.ToHour = v.hours()
	for _, column := range v.Columns {
		p.Columns = append(p.Columns, v.column(column))
	}
	return p
}

// hours are the first and last that anything is in.
func (v dayView) hours() (from, to int) {
	from, to = 24, 0
	cover := func(i turno.Interval) {
		starts, ends := v.hourOf(i.StartsAt), v.hourOf(i.EndsAt.Add(time.Hour-time.Second))
		if i.StartsAt.Before(v.Desk.StartsAt) {
			starts = 0
		}
		if ends <= starts || i.EndsAt.After(v.Desk.EndsAt) {
			ends = 24
		}
		from, to = min(from, starts), max(to, ends)
	}
	for _, column := range v.Columns {
		for _, hours := range column.Hours {
			cover(hours)
		}
		for _, visit := range column.Visits {
			cover(visit.Interval())
		}
	}
	if from >= to {
		return usualFrom, usualTo
	}
	return from, to
}

func (v dayView) hourOf(t time.Time) int { return t.In(v.Zone).Hour() }

func (v dayView) column(c booking.DayColumn) ui.AgendaColumn {
	column := ui.AgendaColumn{
		Day: v.Date, Title: c.DoctorName, Note: v.columnNote(c),
		Href: "/schedule?" + url.Values{"doctor": {c.DoctorID.String()}, "day": {v.Date.String()}}.Encode(),
	}
	midnight := turno.Interval{StartsAt: v.Date.At(0, v.Zone), EndsAt: v.Date.AddDays(1).At(0, v.Zone)}
	for _, off := range c.TimeOff {
		column.Items = append(column.Items, ui.AgendaItem{At: off.StartsAt, Ends: off.EndsAt, Off: true, AllDay: ui.Covers(off, midnight), Title: v.r.T("Away")})
	}
	for _, visit := range c.Visits {
		column.Items = append(column.Items, ui.AgendaItem{
			At: visit.ScheduledAt, Ends: visit.EndsAt, Title: visit.PatientName, Note: v.r.Born(visit.PatientBirth) + dotted(theirTime(v.r, visit.ScheduledAt, visit.DoctorZone)) + typeNote(v.r, visit),
			Standing: ui.StandingOf(visit.Appointment), Href: visitPath(visit.ID), ID: "v-" + visit.ID.String(),
		})
	}
	for _, free := range c.Free {
		column.Items = append(column.Items, ui.AgendaItem{
			At: free.StartsAt, Ends: free.EndsAt, Free: true, About: v.r.T("with %s", c.DoctorName) + dotted(theirTime(v.r, free.StartsAt, c.DoctorZone)), Href: bookPath(c.DoctorID, free.StartsAt, v.One != nil),
		})
	}
	return column
}

func (v dayView) more() ui.PaginationProps {
	p := ui.PaginationProps{Note: v.r.N("%d doctor|%d doctors", v.Desk.Doctors)}
	if v.Desk.Next != "" {
		p.Next = v.r.With("cursor", v.Desk.Next, "doctor", "")
	}
	if v.r.Query().Get("cursor") != "" {
		p.Previous = v.r.With("cursor", "", "doctor", "")
	}
	return p
}

func (v dayView) fieldValue() string {
	if v.Field == 0 {
		return ""
	}
	return strconv.Itoa(v.Field)
}

// clear is the day without filters, when there is one.
func (v dayView) clear() string {
	if v.Field == 0 && v.One == nil {
		return ""
	}
	return v.r.With("specialization", "", "doctor", "", "cursor", "")
}
