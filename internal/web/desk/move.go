package desk

import (
	"errors"
	"net/http"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// moveView is the times that a visit can be moved to.
type moveView struct {
	r            *page.Request
	Visit        booking.VisitView
	Week         booking.SlotWeek
	Zone         *time.Location
	Form         *page.Form
	Alternatives []turno.Interval
}

func movePage(r *page.Request) error {
	form := r.Kept()
	if !form.Kept {
		form = r.Query()
	}
	return showMove(r, http.StatusOK, form, nil)
}

func showMove(r *page.Request, status int, form *page.Form, alternatives []turno.Interval) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	v := moveView{r: r, Zone: clinicZone(r), Form: form, Alternatives: alternatives}
	if v.Visit, err = r.Site.Booking.Visit(r.Context(), r.Caller, id); err != nil {
		return err
	}
	from, _ := turno.ParseDate(r.URL.Query().Get("week")) // zero: today
	v.Week, err = r.Site.Booking.SlotWeek(r.Context(), r.Caller, v.Visit.OtherTimes(from, v.Zone.String()))
	if err != nil {
		return err
	}
	return r.ShowAs(status, page.Head{Title: r.T("Move to another time"), At: "/admin/appointments"}, moveComponent(v))
}

func moveVisit(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	form, err := r.Form()
	if err != nil {
		return err
	}
	to, err := time.Parse(time.RFC3339, form.Get("at"))
	if err != nil {
		if checkTime(r, form, clinicZone(r)); !form.OK() {
			return showMove(r, http.StatusUnprocessableEntity, form, nil)
		}
		to, _ = localTime(form, clinicZone(r))
	}
	_, err = r.Site.Booking.Move(r.Context(), r.Caller, id, to)
	if err == nil {
		r.Say("success", "The visit has been moved.")
		return r.Redirect(visitPath(id))
	}
	if !r.Take(form, err) {
		return err
	}
	rename(form, "scheduled_at", "time")
	var alternatives []turno.Interval
	if e, ok := errors.AsType[*turno.Error](err); ok {
		alternatives = e.Alternatives
	}
	return showMove(r, http.StatusUnprocessableEntity, form, alternatives)
}

func (v moveView) week() ui.WeekProps {
	return v.r.Week(page.Week{SlotWeek: v.Week, Zone: v.Zone, Note: timesNote(v.r, v.Visit.ScheduledAt, v.Visit.DoctorZone), Path: v.weekPath,
		Whole: func(day turno.Date) string { return v.weekPath(v.Week.From) + "&day=" + day.String() },
		Slot:  func(s *ui.Slot) { s.About += dotted(theirTime(v.r, s.At, v.Visit.DoctorZone)) }})
}

func (v moveView) weekPath(day turno.Date) string {
	return visitPath(v.Visit.ID) + "/move?week=" + day.String()
}

func (v moveView) localDate() string {
	if typed := v.Form.Get("date"); typed != "" {
		return typed
	}
	return turno.DateOf(v.Visit.ScheduledAt, v.Zone).String()
}

func (v moveView) localClock() string {
	if typed := v.Form.Get("time"); typed != "" {
		return typed
	}
	return v.Visit.ScheduledAt.In(v.Zone).Format("15:04")
}

func (v moveView) alternatives() []ui.Slot {
	var slots []ui.Slot
	for _, open := range v.Alternatives {
		slots = append(slots, ui.Slot{At: open.StartsAt, Label: v.r.Time(open.StartsAt, v.Zone), Note: v.r.ShortDay(turno.DateOf(open.StartsAt, v.Zone)) + dotted(theirTime(v.r, open.StartsAt, v.Visit.DoctorZone))})
	}
	return slots
}
