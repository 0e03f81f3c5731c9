package practice

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// typesView is the kinds of visit, one of them perhaps with what was typed.
type typesView struct {
	Types  []turno.VisitType
	Form   *page.Form
	Typed  uuid.UUID // whose form it is; uuid.Nil: the one for a new kind
	Filled bool      // the form holds what was typed
}

func showTypes(p practice) error {
	form := p.Kept()
	kind, _ := uuid.Parse(form.KeptID("/schedule/hours/types")) // Nil: a new one
	return p.typesPage(http.StatusOK, typesView{Form: form, Typed: kind, Filled: form.Kept})
}

func (p practice) typesPage(status int, v typesView) error {
	var err error
	if v.Types, err = p.Site.Booking.VisitTypes(p.Context(), p.Caller, p.Doctor.ID); err != nil {
		return err
	}
	return p.ShowAs(status, page.Head{Title: p.T("Kinds of visit"), At: "/schedule/hours"}, typesPage(p, v))
}

func addType(p practice) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	t := typedType(p, form)
	t.DoctorID = p.Doctor.ID
	if form.OK() {
		_, err = p.Site.Booking.AddVisitType(p.Context(), p.Caller, t)
	}
	return p.typeSaved(typesView{Form: form}, err)
}

func changeType(p practice) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	form, err := p.Form()
	if err != nil {
		return err
	}
	t, active := typedType(p, form), form.Get("do") != "deactivate" && (form.Get("do") == "activate" || form.Has("active"))
	if form.OK() {
		_, err = p.Site.Booking.UpdateVisitType(p.Context(), p.Caller, id, booking.VisitTypePatch{Name: &t.Name, Minutes: &t.Minutes,
			Mode: &t.Mode, Audience: &t.Audience, Instructions: &t.Instructions, Active: &active, Version: form.Version()})
	}
	return p.typeSaved(typesView{Form: form, Typed: id}, err)
}

// typeSaved goes on after a kind was saved, or shows what is wrong with it.
func (p practice) typeSaved(v typesView, err error) error {
	if err != nil && !p.Take(v.Form, err) {
		return err
	}
	if !v.Form.OK() {
		v.Filled = true
		return p.typesPage(http.StatusUnprocessableEntity, v)
	}
	p.Say("success", "The kind of visit is saved.")
	return p.Redirect(p.to("/schedule/hours/types"))
}

func typedType(p practice, form *page.Form) turno.VisitType {
	minutes, err := strconv.Atoi(form.Get("minutes"))
	if err != nil {
		form.Add("minutes", p.T("Write a whole number."))
	}
	return turno.VisitType{Name: form.Get("name"), Minutes: minutes, Mode: turno.VisitMode(form.Get("mode")),
		Audience: turno.Audience(form.Get("audience")), Instructions: form.Get("instructions")}
}

// formOf is the form of a kind: what was typed, or what is saved.
func (v typesView) formOf(t turno.VisitType) *page.Form {
	if v.Filled && v.Typed == t.ID {
		return v.Form
	}
	form := &page.Form{Values: map[string][]string{"name": {t.Name}, "mode": {string(t.Mode)}, "audience": {string(t.Audience)},
		"instructions": {t.Instructions}, "minutes": {strconv.Itoa(t.Minutes)}, page.VersionField: {string(t.Version())}}}
	return form
}

// problems are those of the form that was sent, for its own summary.
func (v typesView) problems(id uuid.UUID) []ui.Problem {
	if !v.Filled || v.Typed != id {
		return nil
	}
	problems := v.Form.Problems()
	for i := range problems {
		if problems[i].Field != "" {
			problems[i].Field += typeSuffix(id)
		}
	}
	return problems
}

// typeSuffix tells the fields of several forms on one page apart.
func typeSuffix(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return "-" + id.String()
}

func modes(p practice) []ui.Option {
	var options []ui.Option
	for _, mode := range []turno.VisitMode{turno.ModeInPerson, turno.ModePhone, turno.ModeVideo} {
		options = append(options, ui.Option{Value: string(mode), Label: capital(ui.ModeName(p.Words, mode))})
	}
	return options
}

func audiences(p practice) []ui.Option {
	return []ui.Option{
		{Value: string(turno.AudienceAll), Label: p.T("Everybody")},
		{Value: string(turno.AudienceNew), Label: p.T("Everybody, proposed to new patients")},
		{Value: string(turno.AudienceKnown), Label: p.T("Patients you have seen before")},
		{Value: string(turno.AudienceStaff), Label: p.T("Only you and the front desk")},
	}
}

// typeLine says in one line what a kind is.
func typeLine(p practice, t turno.VisitType) string {
	parts := []string{p.Minutes(t.Minutes), ui.ModeName(p.Words, t.Mode)}
	for _, option := range audiences(p) {
		if option.Value == string(t.Audience) {
			parts = append(parts, option.Label)
		}
	}
	return strings.Join(parts, " · ")
}
