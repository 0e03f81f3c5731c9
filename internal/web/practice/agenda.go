package practice

import (
	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/live"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// queued is how many requests, and visits without an answer, a page lists.
const queued = 20

// agenda is a day or a week of a doctor, with what waits for an answer.
type agenda struct {
	booking.Agenda
	Day        turno.Date
	Week       bool
	Requests   []booking.VisitView
	MoreAsked  bool // there are more requests than are listed
	Unanswered []booking.VisitView
	MoreOver   bool
}

// showAgenda shows a day, or with view=week the week around it.
func showAgenda(p practice) error {
	query := p.URL.Query()
	a, err := readAgenda(p, dayAsked(p), query.Get("view") == "week")
	if err != nil {
		return err
	}
	head := page.Head{Title: agendaTitle(p, a), Wide: a.Week}
	if query.Has("print") {
		return p.Show(head, printedDay(p, a))
	}
	return p.Show(head, agendaPage(p, a))
}

// dayAsked is the day in the address, or today.
func dayAsked(p practice) turno.Date {
	day, err := turno.ParseDate(p.URL.Query().Get("day"))
	if err != nil || day.Year < 2000 || day.Year > 2200 {
		return p.today()
	}
	return day
}

func readAgenda(p practice, day turno.Date, week bool) (agenda, error) {
	a := agenda{Day: day, Week: week}
	from, days := day, 1
	if week {
		from, days = p.weekOf(day), 7
	}
	var err error
	a.Agenda, err = p.Site.Booking.Agenda(p.Context(), p.Caller, p.Doctor.ID, from.At(0, p.Local), from.AddDays(days).At(0, p.Local))
	if err != nil {
		return agenda{}, err
	}
	var next string
	if a.Requests, next, err = p.Site.Booking.Requests(p.Context(), p.Caller, p.Doctor.ID, queued, ""); err != nil {
		return agenda{}, err
	}
	a.MoreAsked = next != ""
	if a.Unanswered, next, err = p.Site.Booking.Unanswered(p.Context(), p.Caller, p.Doctor.ID, queued, ""); err != nil {
		return agenda{}, err
	}
	a.MoreOver = next != ""
	return a, nil
}

// weekOf is the first day of the week that the day is in, as the reader counts.
func (p practice) weekOf(day turno.Date) turno.Date {
	weekday := day.At(0, p.Local).In(p.Local).Weekday()
	return day.AddDays(-int(weekday-p.FirstDay()+7) % 7)
}

// openElsewhere is the visits without an answer that the page does not show
// anyway, each with its buttons.
func (a agenda) openElsewhere(p practice) []booking.VisitView {
	if a.Week {
		return a.Unanswered
	}
	var elsewhere []booking.VisitView
	for _, v := range a.Unanswered {
		if p.dayOf(v.ScheduledAt) != a.Day {
			elsewhere = append(elsewhere, v)
		}
	}
	return elsewhere
}

// rest is how many of the day's confirmed visits are over and wait for an
// answer, once no confirmed one is still ahead.
func (a agenda) rest(p practice) int {
	n := 0
	for _, v := range a.Visits {
		if v.Status != turno.StatusConfirmed || p.dayOf(v.ScheduledAt) != a.Day {
			continue
		}
		if v.EndsAt.After(p.Now) {
			return 0
		}
		n++
	}
	return n
}

func agendaTitle(p practice, a agenda) string {
	if a.Week {
		first := p.weekOf(a.Day)
		return p.T("%s to %s", p.DayMonth(first), p.ShortDate(first.AddDays(6)))
	}
	return capital(p.Date(a.Day))
}

// agendaFacts are the figures above the page.
func agendaFacts(p practice, a agenda) []ui.Fact {
	f := a.Facts
	facts := []ui.Fact{
		{Name: p.T("Visits today"), Value: p.count(f.Today), Note: p.T("%s still to come", p.count(f.Left))},
		{Name: p.T("Waiting for you"), Value: p.count(f.Waiting)},
		{Name: p.T("Still open"), Value: p.count(f.FreeToday), Note: p.T("free times today")},
	}
	if f.Waiting > 0 {
		facts[1].Href, facts[1].Note = "#waiting", p.T("the oldest asked %s", p.Ago(p.Now.Sub(oldest(a))))
	}
	if f.Unanswered > 0 {
		facts = append(facts, ui.Fact{Name: p.T("Without an answer"), Value: p.count(f.Unanswered), Note: p.T("did they come?")})
	}
	return facts
}

// events tells the page of an agenda to look again.
func events(p practice) error {
	return p.StayTuned(live.Calendar(p.Doctor.ID))
}
