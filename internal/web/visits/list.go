package visits

import (
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// myVisits is what a person has ahead and behind them.
type myVisits struct {
	ahead, past         []booking.VisitView
	nextAhead, nextPast string // cursors of the pages after
}

// list shows the visits of the reader and of those they care for: what comes
// first, then what was.
func list(r *page.Request) error {
	var mine myVisits
	var err error
	query := r.URL.Query()
	mine.ahead, mine.nextAhead, err = r.Site.Booking.MyVisits(r.Context(), r.Caller, booking.MyVisits{Cursor: query.Get("ahead")})
	if err != nil {
		return err
	}
	mine.past, mine.nextPast, err = r.Site.Booking.MyVisits(r.Context(), r.Caller, booking.MyVisits{Past: true, Limit: 10, Cursor: query.Get("past")})
	if err != nil {
		return err
	}
	return r.Show(page.Head{Title: r.T("My visits")}, listPage(r, mine))
}

// row is a visit in the list.
func row(r *page.Request, v booking.VisitView) ui.VisitProps {
	p := ui.VisitProps{
		At: v.ScheduledAt, Ends: v.EndsAt, ShowDay: true, Who: v.DoctorName, What: v.Specialization + " · " + kindOf(r, v),
		Standing: ui.StandingOf(v.Appointment), Href: page.VisitPath(v.ID), Where: placeLine(v),
	}
	if !v.Mine {
		p.ForWhom = v.PatientName
	}
	return p
}

// more is the address of the page after, or "".
func more(r *page.Request, list, cursor string) string {
	if cursor == "" {
		return ""
	}
	return r.With(list, cursor)
}

// back is the address of the first page, on a later one.
func back(r *page.Request, list string) string {
	if r.URL.Query().Get(list) == "" {
		return ""
	}
	return r.With(list, "")
}
