package visits

import (
	"net/http"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// moveView is the page to choose another time for a visit.
type moveView struct {
	booking.VisitView
	week    booking.SlotWeek
	to      time.Time // the time that was chosen; zero: none yet
	problem error     // why it could not be done
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
	if moved.Status == turno.StatusConfirmed {
		r.Say(string(ui.Success), "The visit is at its new time.")
	} else {
		r.Say(string(ui.Success), "The visit is at its new time. The doctor has to confirm it again.")
	}
	return r.Redirect(page.VisitPath(id))
}

func cantMove(r *page.Request, problem error) error {
	v, err := open(r)
	if err != nil {
		return err
	}
	return showWeek(r, http.StatusConflict, moveView{VisitView: v, problem: problem})
}

func showWeek(r *page.Request, status int, v moveView) error {
	var err error
	v.week, err = r.Site.Booking.SlotWeek(r.Context(), r.Caller, v.OtherTimes(firstDay(r, v), r.Zone.String()))
	if err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("Change the time"), At: placeOf(r)}, movePage(r, v))
}

// firstDay is the week in the address, or else the one of the visit.
func firstDay(r *page.Request, v moveView) turno.Date {
	day, err := turno.ParseDate(r.URL.Query().Get("week"))
	if err != nil {
		day = turno.DateOf(v.ScheduledAt, r.Zone).AddDays(-2)
	}
	if day.Before(r.Today()) {
		return r.Today()
	}
	return day
}

// weekProps is the week with its arrows; a time that is pressed is chosen.
func (v moveView) weekProps(r *page.Request) ui.WeekProps {
	first, last := v.week.From, v.week.From.AddDays(len(v.week.Days)-1)
	path := page.VisitPath(v.ID) + "/reschedule?week="
	props := ui.WeekProps{ID: "times", Title: locale.Capital(r.T("%s to %s", r.ShortDay(first), r.ShortDay(last))), Next: path + last.AddDays(1).String(), ZoneNote: zoneNote(r, v.DoctorZone)}
	if r.Today().Before(first) {
		previous := first.AddDays(-len(v.week.Days))
		if previous.Before(r.Today()) {
			previous = r.Today()
		}
		props.Previous = path + previous.String()
	}
	if next := v.week.Next; next != nil {
		day := turno.DateOf(next.StartsAt, r.Zone)
		props.First, props.FirstLabel = path+day.String(), r.T("First open time: %s", r.Day(day, r.Today()))
	}
	for _, d := range v.week.Days {
		props.Days = append(props.Days, v.day(r, d, path+first.String()))
	}
	return props
}

// day is a day of the week; a long one is shown whole on request.
func (v moveView) day(r *page.Request, open booking.SlotDay, week string) ui.SlotDay {
	const most = 8
	day := ui.SlotDay{Day: open.Date, Name: locale.Capital(r.ShortWeekday(open.Date.At(0, time.UTC).Weekday())), Date: r.DayMonth(open.Date)}
	shown := open.Slots
	if len(shown) > most+1 && r.URL.Query().Get("day") != open.Date.String() {
		shown = shown[:most]
		day.More, day.MoreN = week+"&day="+open.Date.String(), len(open.Slots)-most
	}
	for _, slot := range shown {
		day.Slots = append(day.Slots, ui.Slot{At: slot.StartsAt, About: r.Date(open.Date), Selected: slot.StartsAt.Equal(v.to), Href: week + "&at=" + page.Machine(slot.StartsAt)})
	}
	return day
}

// alternatives are the nearest open times, when the one wanted is gone.
func (v moveView) alternatives(r *page.Request) []ui.Slot {
	var slots []ui.Slot
	for _, slot := range alternativesOf(v.problem) {
		slots = append(slots, ui.Slot{At: slot.StartsAt, Note: dayBelow(r, slot.StartsAt)})
	}
	return slots
}

// zoneNote says whose times they are.
func zoneNote(r *page.Request, clinic string) string {
	if clinicTime(r, r.Now, clinic) == "" {
		return r.T("Times are in %s.", r.Words.Zone(r.Zone.String()))
	}
	return r.T("Times are in %s; the clinic is on %s.", r.Words.Zone(r.Zone.String()), r.Words.Zone(clinic))
}
