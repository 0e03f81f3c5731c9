package practice

import (
	"net/http"
	"strings"

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
	form := p.Kept()
	if !form.Kept {
		form.Values = map[string][]string{"from_date": {day.String()}, "to_date": {day.String()}, "from_time": {"00:00"}, "to_time": {"24:00"}}
	}
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
// and then does with each what was chosen: moves it, or cancels it. A visit that
// nobody was shown is in the way still: then it lists them anew.
func addTimeOff(p practice) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	off := booking.NewTimeOff{DoctorID: p.Doctor.ID, Reason: form.Get("reason")}
	off.StartsAt = typedTime(p, form, "from_date", "from_time")
	off.EndsAt = typedTime(p, form, "to_date", "to_time")
	if !form.OK() {
		return p.timeOffPage(http.StatusUnprocessableEntity, timeOffView{Form: form})
	}
	conflicts, err := p.Site.Booking.TimeOffConflicts(p.Context(), p.Caller, p.Doctor.ID, off.Interval)
	if err != nil {
		return p.refuseTimeOff(form, nil, err)
	}
	if conflicts.Count > 0 && form.Get("do") != "clear" {
		return p.timeOffPage(http.StatusConflict, timeOffView{Form: form, Conflicts: &conflicts})
	}
	chosen := choices(form, conflicts)
	off.Cancel = chosen.cancel
	done, err := p.Site.Booking.MoveOutOfTheWay(p.Context(), p.Caller, off, chosen.moves)
	switch {
	case turno.CodeOf(err) == turno.CodeAppointmentsInTheWay:
		return p.lookAgain(form, off.Interval)
	case err != nil:
		for _, refused := range done.Refused {
			form.Add(choiceField(refused.ID), p.Sentence(whyNot(refused.Err)))
		}
		return p.refuseTimeOff(form, &conflicts, err)
	case len(done.Unreached) > 0:
		return p.timeOffPage(http.StatusOK, timeOffView{Form: &page.Form{}, ToCall: done.Unreached})
	}
	p.Say("success", "The time is blocked.")
	return p.Redirect(p.to("/schedule/time-off"))
}

// whyNot is the reason of a refusal: what is wrong with the time, when it is that.
func whyNot(e *turno.Error) string {
	if len(e.Fields) > 0 {
		return e.Fields[0].Message
	}
	return e.Message
}

// lookAgain lists what is in the way by now.
func (p practice) lookAgain(form *page.Form, when turno.Interval) error {
	conflicts, err := p.Site.Booking.TimeOffConflicts(p.Context(), p.Caller, p.Doctor.ID, when)
	if err != nil {
		return p.refuseTimeOff(form, nil, err)
	}
	form.Add("", p.T("There are visits in this time that were not listed before. Please look again."))
	return p.timeOffPage(http.StatusConflict, timeOffView{Form: form, Conflicts: &conflicts})
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

// chosenPlaces is what somebody chose for the visits that they were shown.
type chosenPlaces struct {
	moves  []booking.Relocation
	cancel []uuid.UUID
}

// choices reads what becomes of the visits in the way. Of a visit that the form
// does not speak of nothing was chosen.
func choices(form *page.Form, conflicts booking.TimeOffConflicts) chosenPlaces {
	var chosen chosenPlaces
	for _, v := range conflicts.Visits {
		field := choiceField(v.ID)
		to := page.Instant(form.Get(field))
		switch {
		case !to.IsZero():
			chosen.moves = append(chosen.moves, booking.Relocation{ID: v.ID, To: to})
		case form.Has(field) && form.Get(field) == "":
			chosen.cancel = append(chosen.cancel, v.ID)
		}
	}
	for text := range strings.FieldsSeq(form.Get(unlistedField)) {
		if id, err := uuid.Parse(text); err == nil && !form.Has(choiceField(id)) {
			chosen.cancel = append(chosen.cancel, id)
		}
	}
	return chosen
}

// unlistedField holds the visits that the page counted and did not list.
const unlistedField = "unlisted"

func unlisted(conflicts booking.TimeOffConflicts) string {
	ids := make([]string, len(conflicts.Unlisted))
	for i, id := range conflicts.Unlisted {
		ids[i] = id.String()
	}
	return strings.Join(ids, " ")
}

// choiceField is the field of what becomes of a visit.
func choiceField(id uuid.UUID) string { return "to-" + id.String() }

// places is where a visit in the way can go.
func places(p practice, form *page.Form, v booking.ConflictingVisit) ui.FieldProps {
	name := choiceField(v.ID)
	field := ui.FieldProps{Kind: ui.Select, Name: name, Label: p.T("What becomes of it, %s", v.PatientName), HideLabel: true, NotAsked: true, Small: true, Value: form.Get(name), Error: form.Error(name)}
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

// span is from when to when somebody is away: whole days without their midnights.
func (p practice) span(i turno.Interval) string {
	from, to := p.dayOf(i.StartsAt), p.dayOf(i.EndsAt)
	last := to.AddDays(-1)
	switch whole := i.StartsAt.Equal(from.At(0, p.Local)) && i.EndsAt.Equal(to.At(0, p.Local)); {
	case whole && from == last:
		return capital(p.Date(from))
	case whole:
		return capital(p.T("%s to %s", p.ShortDay(from), p.ShortDay(last)))
	}
	if from == to {
		return p.T("%s, %s to %s", capital(p.Date(from)), p.clock(i.StartsAt), p.clock(i.EndsAt))
	}
	return p.T("%s to %s", p.ShortDateTime(i.StartsAt, p.Local), p.ShortDateTime(i.EndsAt, p.Local))
}
