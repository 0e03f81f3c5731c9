package desk

import (
	"net/http"
	"slices"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// clinicView is how the clinic is doing: today, over the days that were asked
// for, and how soon patients can be seen.
type clinicView struct {
	r        *page.Request
	Form     *page.Form // the range and the zone
	Today    insight.Today
	Days     insight.Days
	Counts   []insight.DayCount
	Ratings  []insight.DoctorRating
	NextBest string // the cursor of the next page of ratings
	Access   insight.Access
	ToVerify int64
}

// maxChartDays is how many days a chart shows legibly.
const maxChartDays = 400

// clinic shows the numbers. The range and the zone are in the address.
func clinic(r *page.Request) error {
	v := clinicView{r: r, Form: r.Query()}
	err := v.read(v.asked())
	if err != nil && r.Take(v.Form, err) { // a range that makes no sense: the usual one
		rename(v.Form, "time_zone", "zone")
		if err := v.read(insight.Days{TimeZone: r.Clinic().TimeZone}); err != nil {
			return err
		}
		return r.ShowAs(http.StatusUnprocessableEntity, page.Head{Title: r.T("Clinic"), At: "/admin"}, clinicPage(v))
	}
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("Clinic"), At: "/admin"}, clinicPage(v))
}

// asked is the days of the address: the last of them is part of the range, as
// people count.
func (v *clinicView) asked() insight.Days {
	days := insight.Days{TimeZone: v.Form.Get("zone")}
	if days.TimeZone == "" {
		days.TimeZone = v.r.Clinic().TimeZone
	}
	if from, err := turno.ParseDate(v.Form.Get("from")); err == nil {
		days.From = from
	}
	if to, err := turno.ParseDate(v.Form.Get("to")); err == nil {
		days.To = to.AddDays(1)
	}
	if !days.From.IsZero() && !days.To.IsZero() && days.From.DaysUntil(days.To) > maxChartDays {
		days.From = days.To.AddDays(-maxChartDays)
	}
	return days
}

func (v *clinicView) read(days insight.Days) (err error) {
	ctx, numbers := v.r.Context(), v.r.Site.Insight
	if v.Counts, v.Days, err = numbers.AppointmentsPerDay(ctx, v.r.Caller, days, insight.ByVisit); err != nil {
		return err
	}
	if v.Access, err = numbers.Access(ctx, v.r.Caller, v.Days); err != nil {
		return err
	}
	if v.Today, err = numbers.Today(ctx, v.r.Caller, v.r.Clinic().TimeZone); err != nil {
		return err
	}
	if v.Ratings, v.NextBest, err = numbers.DoctorRatings(ctx, v.r.Caller, 0, v.Form.Get("ratings")); err != nil {
		return err
	}
	queue, err := v.r.Site.Account.DoctorsToVerify(ctx, v.r.Caller, 1, "")
	v.ToVerify = queue.Total
	return err
}

func (v clinicView) number(n int64) string { return v.r.Decimal(float64(n), 0) }

// facts are today's numbers, each with the way to what it counts.
func (v clinicView) facts() []ui.Fact {
	day := v.Today.Visits
	return []ui.Fact{
		{Name: v.r.T("Visits today"), Value: v.number(day.Total() - day.Cancelled), Href: "/admin/day"},
		{Name: v.r.T("Wait for an answer"), Value: v.number(v.Today.Waiting), Href: "/admin/appointments?status=pending"},
		{Name: v.r.T("Attended or not?"), Value: v.number(v.Today.Unanswered), Note: v.r.T("visits that are over"), Href: "/admin/appointments?status=unanswered"},
		{Name: v.r.T("Doctors to verify"), Value: v.number(v.ToVerify), Href: "/admin/doctors"},
		{Name: v.r.T("New patients"), Value: v.number(v.Today.NewPatients), Note: v.r.T("since Monday"), Href: "/admin/users?role=patient"},
	}
}

func (v clinicView) from() string { return v.Days.From.String() }

func (v clinicView) to() string { return v.Days.To.AddDays(-1).String() }

// ranges are the usual ones, to press.
func (v clinicView) ranges() []ui.Choice {
	var choices []ui.Choice
	today := v.Today.Day
	for _, usual := range []struct {
		name     string
		from, to turno.Date
	}{
		{v.r.T("The last 30 days"), today.AddDays(-29), today},
		{v.r.T("The last 12 weeks"), today.AddDays(-83), today},
		{v.r.T("The last year"), today.AddDays(-364), today},
		{v.r.T("The next 4 weeks"), today, today.AddDays(27)},
	} {
		choices = append(choices, ui.Choice{
			Label: usual.name, Href: v.r.With("from", usual.from.String(), "to", usual.to.String()),
			Current: v.from() == usual.from.String() && v.to() == usual.to.String(),
		})
	}
	return choices
}

// zones are those that make sense here: the clinic's, the reader's, UTC, and the
// one that is shown. Of two names for one, such as Etc/UTC, the one that is shown is
// there.
func (v clinicView) zones() []ui.Option {
	var options []ui.Option
	for _, name := range []string{v.r.Clinic().TimeZone, v.r.Zone.String(), "UTC", v.Days.TimeZone} {
		option := ui.Option{Value: name, Label: v.r.Words.Zone(name)}
		same := slices.IndexFunc(options, func(o ui.Option) bool { return o.Label == option.Label })
		switch {
		case name == "":
		case same < 0:
			options = append(options, option)
		case name == v.Days.TimeZone:
			options[same] = option
		}
	}
	return options
}

// perDay is the visits of each day, stacked by status.
func (v clinicView) perDay() ui.ChartProps {
	p := ui.ChartProps{
		Title: v.r.T("Visits per day"), DayName: v.r.T("Day"), Level: 2,
		Series: []ui.Series{
			{Name: v.r.T("Completed"), Tone: "accent"}, {Name: v.r.T("Confirmed"), Tone: "calm"},
			{Name: v.r.T("Requested"), Tone: "warm"}, {Name: v.r.T("Cancelled or missed"), Tone: "faded"}, // one status
		},
	}
	every := max(1, (len(v.Counts)+7)/8)
	var total int64
	for i, day := range v.Counts {
		total += day.Total()
		bar := ui.Bar{Day: day.Day, Name: v.r.ShortDate(day.Day),
			Values: []int{int(day.Completed), int(day.Confirmed), int(day.Pending), int(day.Cancelled)}}
		if i%every == every/2 {
			bar.Label = v.r.DayMonth(day.Day)
		}
		p.Bars = append(p.Bars, bar)
	}
	p.Summary = v.r.N("%d visit from %s to %s, by the day of the visit, in %s.|%d visits from %s to %s, by the day of the visit, in %s.", int(total),
		v.r.ShortDate(v.Days.From), v.r.ShortDate(v.Days.To.AddDays(-1)), v.r.Words.Zone(v.Days.TimeZone))
	return p
}

// ratings is the mean rating of each doctor, the best first.
func (v clinicView) ratings() ui.BarsProps {
	p := ui.BarsProps{Title: v.r.T("Average rating per doctor"), Summary: v.r.T("Of all feedback that patients have given."),
		Head: [2]string{v.r.T("Doctor"), v.r.T("Rating")}, Most: 5, Level: 2}
	for _, doctor := range v.Ratings {
		item := ui.BarItem{Label: doctor.FullName, Value: doctor.Average, Shown: "–", Href: "/doctors/" + doctor.DoctorID.String(),
			Note: doctor.Specialization + " · " + v.r.N("%d rating|%d ratings", int(doctor.Count))}
		if doctor.Count > 0 {
			item.Shown = v.r.Decimal(doctor.Average, 2)
		}
		p.Items = append(p.Items, item)
	}
	return p
}

func (v clinicView) morePages() ui.PaginationProps {
	p := ui.PaginationProps{}
	if v.NextBest != "" {
		p.Next = v.r.With("ratings", v.NextBest)
	}
	if v.Form.Get("ratings") != "" {
		p.Previous = v.r.With("ratings", "")
	}
	return p
}

// waits is how long patients wait in each field of medicine.
func (v clinicView) waits() ui.BarsProps {
	p := ui.BarsProps{Title: v.r.T("Third next available"), Head: [2]string{v.r.T("Specialization"), v.r.T("Days")}, Level: 2,
		Summary: v.r.T("Days from today to the third open time: the first two are often chance. The mean over the doctors of a field.")}
	for _, field := range v.Access.Specializations {
		item := ui.BarItem{Label: field.Name, Note: v.r.N("%d doctor|%d doctors", field.Doctors), Shown: "–", Tone: "calm"}
		if days := field.ThirdNextDays; days != nil {
			item.Value, item.Shown = *days, v.r.Decimal(*days, 1)
		}
		if field.Closed > 0 {
			item.Note += " · " + v.r.N("%d without open times|%d without open times", field.Closed)
		}
		p.Items = append(p.Items, item)
	}
	return p
}

// rates are how easy it is to be seen. What can't be divided is a dash.
func (v clinicView) rates() []ui.Fact {
	percent := func(rate *float64) string {
		if rate == nil {
			return "–"
		}
		return v.r.Percent(*rate)
	}
	past := v.Access.Past
	return []ui.Fact{
		{Name: v.r.T("Filled"), Value: percent(v.Access.Ahead.Rate()), Note: v.r.T("of the next 28 days")},
		{Name: v.r.T("Lead time"), Value: v.lead(past.LeadMinutes()), Note: v.r.T("from booking to visit, on average")},
		{Name: v.r.T("Cancelled"), Value: percent(past.CancellationRate()), Note: v.r.T("of all visits, missed ones apart")},
		{Name: v.r.T("Cancelled late"), Value: percent(past.LateCancellationRate()), Note: v.r.T("by patients, in the last 24 hours")},
		{Name: v.r.T("Did not come"), Value: percent(past.NoShowRate()), Note: v.r.T("of completed and missed visits")},
	}
}

func (v clinicView) lead(minutes *float64) string {
	const perDay = float64(24 * time.Hour / time.Minute)
	if minutes == nil {
		return "–"
	}
	return v.r.T("%s days", v.r.Decimal(*minutes/perDay, 1))
}
