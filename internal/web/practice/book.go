package practice

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// bookView is a visit that the practice is about to book.
type bookView struct {
	Patient turno.Patient
	Types   []turno.VisitType
	Type    *turno.VisitType // nil: of the doctor's slot length
	Week    booking.SlotWeek
	Nearest []turno.Interval // to a time that was not to be had

	At    time.Time      // the time in the address; zero: none
	Offer *booking.Offer // what can be had then; nil: nothing is known of it
}

// showBook asks for whom first, then when: a follow-up comes with its patient,
// a walk-in without.
func showBook(p practice) error {
	patientID, err := uuid.Parse(p.URL.Query().Get("patient"))
	if err != nil {
		return p.findForm(http.StatusOK, p.Kept())
	}
	return p.bookForm(http.StatusOK, patientID, p.Kept(), nil)
}

// findForm finds a patient whom the caller may book for.
func (p practice) findForm(status int, form *page.Form) error {
	found, err := findPatients(p, p.URL.Query().Get("q"))
	if err != nil && !p.Take(form, err) {
		return err
	}
	same, err := p.SamePatients(form, func(u turno.User) string { return p.bookFor(u.ID) })
	if err != nil {
		return err
	}
	return p.ShowAs(status, page.Head{Title: p.T("Book a visit#by the practice"), Narrow: true, At: "/schedule"}, findPage(p, found, form, same))
}

// bookFor goes on with a patient, and the time that was chosen.
func (p practice) bookFor(patient uuid.UUID) string {
	return p.to("/schedule/book", "patient", patient.String(), "at", p.URL.Query().Get("at"), "day", p.URL.Query().Get("day"))
}

func findPatients(p practice, query string) (found []account.ListedUser, err error) {
	const shown = 20
	switch {
	case query == "":
		return nil, nil
	case p.Caller.IsStaff():
		found, _, err = p.Site.Account.Users(p.Context(), p.Caller, account.UserSearch{Query: query, Role: turno.RolePatient, Active: new(true), Limit: shown})
		return found, err
	}
	return p.Site.Account.OwnPatients(p.Context(), p.Caller, query, shown)
}

func (p practice) bookForm(status int, patientID uuid.UUID, form *page.Form, nearest []turno.Interval) error {
	view := bookView{Nearest: nearest, At: page.Instant(p.URL.Query().Get("at"))}
	var err error
	if view.Patient, err = p.Site.Account.Patient(p.Context(), p.Caller, patientID); err != nil {
		return err
	}
	if view.Types, err = p.Site.Booking.VisitTypes(p.Context(), p.Caller, p.Doctor.ID); err != nil {
		return err
	}
	wanted := p.URL.Query().Get("type")
	for _, t := range view.Types {
		if t.ID.String() == wanted && t.Active {
			view.Type = &t
		}
	}
	query := booking.SlotWeekQuery{DoctorID: p.Doctor.ID, VisitTypeID: view.typeID(), From: dayFrom(p), Zone: p.Doctor.TimeZone}
	if view.Week, err = p.Site.Booking.SlotWeek(p.Context(), p.Caller, query); err != nil {
		return err
	}
	if view.Offer, err = p.offer(view); err != nil {
		return err
	}
	return p.ShowAs(status, page.Head{Title: p.T("Book a visit#by the practice"), At: "/schedule"}, bookPage(p, view, form))
}

// offer is what can be had at the time in the address. A doctor whom nobody can book
// yet has none.
func (p practice) offer(v bookView) (*booking.Offer, error) {
	if v.At.IsZero() {
		return nil, nil //nolint:nilnil // no time, no offer
	}
	offer, err := p.Site.Booking.Offer(p.Context(), p.Caller, booking.OfferQuery{DoctorID: p.Doctor.ID, StartsAt: v.At, VisitTypeID: v.typeID(), PatientID: v.Patient.ID})
	switch {
	case turno.KindOf(err) == turno.KindNotFound:
		return nil, nil //nolint:nilnil // as said
	case err != nil:
		return nil, err
	}
	return &offer, nil
}

// fits reports whether a visit of a length can be had at the time in the address. The
// offer says it of the kinds of visit, and so of what is longer than one that does not
// fit; a length of which it says nothing is tried.
func (v bookView) fits(minutes int) bool {
	switch {
	case v.Offer == nil:
		return true
	case v.Offer.State == booking.OfferTaken || v.Offer.State == booking.OfferNotOffered:
		return false
	}
	for _, choice := range v.Offer.Choices {
		if !choice.Fits && choice.Minutes <= minutes {
			return false
		}
	}
	return true
}

// chosenFits is fits for what is chosen.
func (v bookView) chosenFits(p practice) bool {
	if v.Type != nil {
		return v.fits(v.Type.Minutes)
	}
	return v.fits(p.Doctor.SlotMinutes)
}

// noTime says why the time in the address is not to be had.
func (v bookView) noTime(p practice) string {
	switch v.Offer.State {
	case booking.OfferTaken:
		return p.T("This time is not free")
	case booking.OfferNotOffered:
		return p.T("This time can't be booked")
	case booking.OfferTooShort, booking.OfferOpen, booking.OfferHeld: // open for a shorter kind
	}
	return p.T("This time is too short")
}

// others are times to have in place of it; an error has named its own.
func (v bookView) others(p practice) []ui.Slot {
	if len(v.Nearest) > 0 {
		return nil
	}
	return nearestSlots(p, v.Offer.Alternatives)
}

// kindLabel names a kind of visit, its length, and that it does not fit.
func (v bookView) kindLabel(p practice, name string, minutes int) string {
	label := name + ", " + p.Minutes(minutes)
	if !v.fits(minutes) {
		label += " · " + p.T("does not fit at this time")
	}
	return label
}

func (v bookView) typeID() *uuid.UUID {
	if v.Type == nil {
		return nil
	}
	return &v.Type.ID
}

// kinds are the visit types to choose from.
func (v bookView) kinds(p practice) []ui.Choice {
	choices := []ui.Choice{{Label: v.kindLabel(p, p.T("Visit"), p.Doctor.SlotMinutes), Href: p.With("type", ""), Current: v.Type == nil}}
	for _, t := range v.Types {
		if t.Active {
			choices = append(choices, ui.Choice{Label: v.kindLabel(p, t.Name, t.Minutes), Href: p.With("type", t.ID.String()), Current: v.Type != nil && v.Type.ID == t.ID})
		}
	}
	return choices
}

// book books what was chosen.
func book(p practice) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	patientID, err := uuid.Parse(p.URL.Query().Get("patient"))
	if err != nil {
		return turno.NotFound("patient")
	}
	wanted := booking.NewVisit{DoctorID: p.Doctor.ID, PatientID: patientID, ScheduledAt: timeChosen(p, form)}
	if id, err := uuid.Parse(p.URL.Query().Get("type")); err == nil {
		wanted.VisitTypeID = &id
	}
	wanted.Idempotency = form.Once(p.Doctor.ID.String(), patientID.String(), wanted.ScheduledAt.String(), p.URL.Query().Get("type"))
	if !form.OK() {
		return p.bookForm(http.StatusUnprocessableEntity, patientID, form, nil)
	}
	booked, err := p.Site.Booking.Book(p.Context(), p.Caller, wanted)
	if err != nil {
		if p.Take(form, err) {
			return p.bookForm(http.StatusUnprocessableEntity, patientID, form, alternativesOf(err))
		}
		return err
	}
	p.Say("success", "The visit is booked.")
	return p.Redirect(p.toVisit(booked.ID))
}

// addPatient registers somebody new, which is for staff.
func addPatient(p practice) error {
	form, err := p.Form()
	if err != nil {
		return err
	}
	person, made, err := p.RegisterPatient(form, account.NewUser{
		FullName: form.Get("full_name"), DateOfBirth: form.Date("date_of_birth"), ContactNumber: form.Get("contact_number")})
	if err != nil {
		return err
	}
	if !made {
		return p.findForm(http.StatusUnprocessableEntity, form)
	}
	return p.Redirect(p.bookFor(person.ID))
}
