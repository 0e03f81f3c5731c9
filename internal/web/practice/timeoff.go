package practice

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// timeOffView is what is blocked, and what somebody is about to block.
type timeOffView struct {
	Form      *page.Form
	Off       []turno.TimeOff
	Conflicts *booking.TimeOffConflicts // the visits in the way of what was typed
	ToCall    []booking.VisitView       // whose visit was moved or cancelled and whom no mail reaches
}

func showTimeOff(p practice) error {
	day := dayAsked(p)
	if day.Before(p.today()) {
		day = p.today()
	}
	form := &page.Form{Values: map[string][]string{"from_date": {day.String()}, "to_date": {day.String()}, "from_time": {"00:00"}, "to_time": {"24:00"}}}
	return p.timeOffPage(http.StatusOK, timeOffView{Form: form})
}

func (p practice) timeOffPage(status int, v timeOffView) error {
	var err error
	if v.Off, err = p.Site.Booking.TimeOff(p.Context(), p.Caller, p.Doctor.ID); err != nil {
		return err
	}
	return p.ShowAs(status, page.Head{Title: p.T("Time off"), At: "/schedule/hours"}, timeOffPage(p, v))
}

// addTimeOff blocks the time. When visits are in the way it lists them first,
// and then does with each what was chosen: moves it, or cancels it.
func addTimeOff(p practice) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	off := booking.NewTimeOff{DoctorID: p.Doctor.ID, Reason: form.Get("reason"), CancelVisits: form.Get("do") == "clear"}
	off.StartsAt = typedTime(p, form, "from_date", "from_time")
	off.EndsAt = typedTime(p, form, "to_date", "to_time")
	if !form.OK() {
		return p.timeOffPage(http.StatusUnprocessableEntity, timeOffView{Form: form})
	}
	conflicts, err := p.Site.Booking.TimeOffConflicts(p.Context(), p.Caller, p.Doctor.ID, off.Interval)
	if err != nil {
		return p.refuseTimeOff(form, nil, err)
	}
	if conflicts.Count > 0 && !off.CancelVisits {
		return p.timeOffPage(http.StatusConflict, timeOffView{Form: form, Conflicts: &conflicts})
	}
	if _, err := p.Site.Booking.MoveOutOfTheWay(p.Context(), p.Caller, off, relocations(form, conflicts)); err != nil {
		return p.refuseTimeOff(form, &conflicts, err)
	}
	if toCall := unreached(conflicts); len(toCall) > 0 {
		return p.timeOffPage(http.StatusOK, timeOffView{Form: &page.Form{}, ToCall: toCall})
	}
	p.Say("success", "The time is blocked.")
	return p.Redirect(p.to("/schedule/time-off"))
}

func (p practice) refuseTimeOff(form *page.Form, conflicts *booking.TimeOffConflicts, err error) error {
	if !p.Take(form, err) {
		return err
	}
	for i, e := range form.Errors {
		switch e.Field {
		case "starts_at":
			form.Errors[i].Field = "from_date"
		case "ends_at":
			form.Errors[i].Field = "to_date"
		}
	}
	if conflicts != nil && conflicts.Count == 0 {
		conflicts = nil
	}
	return p.timeOffPage(http.StatusUnprocessableEntity, timeOffView{Form: form, Conflicts: conflicts})
}

// relocations are the visits for which another time was chosen.
func relocations(form *page.Form, conflicts booking.TimeOffConflicts) []booking.Relocation {
	var moves []booking.Relocation
	for _, v := range conflicts.Visits {
		if to := page.Instant(form.Get("to-" + v.ID.String())); !to.IsZero() {
			moves = append(moves, booking.Relocation{ID: v.ID, To: to})
		}
	}
	return moves
}

// unreached are the patients whom somebody has to call.
func unreached(conflicts booking.TimeOffConflicts) []booking.VisitView {
	var toCall []booking.VisitView
	for _, v := range conflicts.Visits {
		if !v.PatientMail {
			toCall = append(toCall, v.VisitView)
		}
	}
	return toCall
}

// places is where a visit in the way can go.
func places(p practice, form *page.Form, v booking.ConflictingVisit) ui.FieldProps {
	name := "to-" + v.ID.String()
	field := ui.FieldProps{Kind: ui.Select, Name: name, Label: p.T("What becomes of it, %s", v.PatientName), HideLabel: true, NotAsked: true, Small: true, Value: form.Get(name)}
	for i, slot := range v.Alternatives {
		value := page.Machine(slot.StartsAt)
		field.Options = append(field.Options, ui.Option{Value: value, Label: p.T("Move to %s", p.ShortDay(p.dayOf(slot.StartsAt))+", "+p.clock(slot.StartsAt))})
		if i == 0 && !form.Has(name) {
			field.Value = value
		}
	}
	field.Options = append(field.Options, ui.Option{Value: "", Label: p.T("Cancel it")})
	return field
}

func deleteTimeOff(p practice) error {
	return deleted(p, func(id uuid.UUID) error { return p.Site.Booking.DeleteTimeOff(p.Context(), p.Caller, id) },
		"/schedule/time-off", func() { p.Say("success", "The time is open again.") })
}

// span is from when to when somebody is away.
func (p practice) span(i turno.Interval) string {
	from, to := p.dayOf(i.StartsAt), p.dayOf(i.EndsAt)
	if from == to {
		return p.T("%s, %s to %s", capital(p.Date(from)), p.clock(i.StartsAt), p.clock(i.EndsAt))
	}
	return p.T("%s to %s", p.ShortDateTime(i.StartsAt, p.Local), p.ShortDateTime(i.EndsAt, p.Local))
}
