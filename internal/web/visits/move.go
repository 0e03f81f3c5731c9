package visits

import (
	"net/http"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// moveView is the page to choose another time for a visit.
type moveView struct {
	booking.VisitView
	week    booking.SlotWeek
	to      time.Time // the time that was chosen; zero: none yet
	problem error     // why it could not be done
	token   string    // of the link in a mail, by which somebody is here who has not signed in
}

// base is this page's address, to which a part of the query is added.
func (v moveView) base() string {
	if v.token != "" {
		return linkPath("/visit/move", v.token) + "&"
	}
	return page.VisitPath(v.ID) + "/reschedule?"
}

// back is where the visit itself is shown.
func (v moveView) back() string {
	if v.token != "" {
		return linkPath("/visit", v.token)
	}
	return page.VisitPath(v.ID)
}

// action is where the form of the page goes.
func (v moveView) action() string {
	if v.token != "" {
		return "/visit/move"
	}
	return page.VisitPath(v.ID) + "/reschedule"
}

// showMove shows a week of open times of the same doctor and kind.
func showMove(r *page.Request) error {
	v, err := open(r)
	if err != nil {
		return err
	}
	if !v.Can.Move {
		return r.Redirect(page.VisitPath(v.ID))
	}
	return showWeek(r, http.StatusOK, moveView{VisitView: v, to: page.Instant(r.URL.Query().Get("at"))})
}

// move puts the visit at the time that was chosen. When somebody was faster, the
// page says so and shows the others.
func move(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	form, err := r.Form()
	if err != nil {
		return err
	}
	moved, err := r.Site.Booking.Move(r.Context(), r.Caller, id, page.Instant(form.Get("at")))
	if kind := turno.KindOf(err); kind == turno.KindConflict || kind == turno.KindInvalid {
		return cantMove(r, err)
	}
	if err != nil {
		return err
	}
	switch {
	case moved.Status == turno.StatusConfirmed:
		r.Say(string(ui.Success), "The visit is at its new time.")
	case r.Caller.IsStaff() || r.Caller.Is(moved.DoctorID): // they confirm it themselves
		r.Say(string(ui.Success), "The visit is at its new time. It is not confirmed yet.")
	default:
		r.Say(string(ui.Success), "The visit is at its new time. The doctor has to confirm it again.")
	}
	return r.Redirect(page.VisitPath(id))
}

func cantMove(r *page.Request, problem error) error {
	v, err := open(r)
	if err != nil {
		return err
	}
	return showWeek(r, httpx.Status(turno.KindOf(problem)), moveView{VisitView: v, problem: problem})
}

// stillThere says of what stays where it was, by whose visit it is.
func stillThere(r *page.Request, v moveView) string {
	if v.token != "" || r.Caller.Is(v.PatientID) {
		return r.T("Your visit is still at its old time.")
	}
	return r.T("The visit is still at its old time.")
}

func showWeek(r *page.Request, status int, v moveView) error {
	var err error
	who := r.Caller
	if v.token != "" {
		who = policy.Caller{} // whoever is signed in: the link is its owner's
	}
	v.week, err = r.Site.Booking.SlotWeek(r.Context(), who, v.OtherTimes(firstDay(r, v), r.Zone.String()))
	if err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("Change the time"), At: placeOf(r), Private: true}, movePage(r, v))
}

// firstDay is the week in the address, or else the one of the visit.
func firstDay(r *page.Request, v moveView) turno.Date {
	day, err := turno.ParseDate(r.URL.Query().Get("week"))
	if err != nil {
		day = turno.DateOf(v.ScheduledAt, r.Zone).AddDays(-2)
	}
	return turno.Later(day, r.Today())
}

// weekProps is the week with its arrows; a time that is pressed is chosen.
func (v moveView) weekProps(r *page.Request) ui.WeekProps {
	path := func(first turno.Date) string { return v.base() + "week=" + first.String() }
	here := path(v.week.From)
	return r.Week(page.Week{SlotWeek: v.week, Zone: r.Zone, Note: r.ZoneNote(v.DoctorZone), Path: path,
		Whole: func(day turno.Date) string { return here + "&day=" + day.String() },
		Slot: func(s *ui.Slot) {
			s.Selected, s.Href = s.At.Equal(v.to), here+"&at="+page.Machine(s.At)
		}})
}

// alternatives are the nearest open times, when the one wanted is gone.
func (v moveView) alternatives(r *page.Request) []ui.Slot {
	var slots []ui.Slot
	for _, slot := range alternativesOf(v.problem) {
		slots = append(slots, ui.Slot{At: slot.StartsAt, Note: r.DayBelow(slot.StartsAt)})
	}
	return slots
}
