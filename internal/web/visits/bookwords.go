package visits

import (
	"slices"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// lost reports whether the time can't be had for this visit.
func (v bookView) lost() bool { return !v.offer.State.Bookable() }

// lostTitle says why.
func (v bookView) lostTitle(r *page.Request) string {
	if v.offer.State == booking.OfferTaken {
		return r.T("This time has just been taken")
	}
	if v.offer.State == booking.OfferTooShort {
		return r.T("This time is too short for this visit")
	}
	return r.T("This time is not open for a visit")
}

// tooShort reports whether somebody new can't have the time: all that everybody may
// book is longer. Of a visitor who has not signed in we can't tell.
func (v bookView) tooShort(r *page.Request) bool {
	forAll := func(c booking.OfferChoice) bool { return c.Type != nil && c.Type.Audience.Everybody() }
	chosen := v.offer.Chosen.Type
	return !r.SignedIn() && chosen != nil && chosen.Audience == turno.AudienceKnown && slices.ContainsFunc(v.offer.Choices, forAll)
}

// alternatives are other times to press. In the form they keep everything typed;
// before anybody has signed in there is nothing to keep, and they are links.
func (v bookView) alternatives(r *page.Request) []ui.Slot {
	slots := make([]ui.Slot, len(v.offer.Alternatives))
	for i, slot := range v.offer.Alternatives {
		slots[i] = ui.Slot{At: slot.StartsAt, Note: r.DayBelow(slot.StartsAt), About: v.offer.Doctor.FullName}
		if !r.SignedIn() {
			slots[i].Href = page.BookPath(v.doctor, slot.StartsAt, v.visitType)
		}
	}
	return slots
}

// forWhom is who is chosen: the reader unless told.
func (v bookView) forWhom() string {
	if chosen := v.form.Get("for"); chosen != "" {
		return chosen
	}
	return me
}

// people are whom the reader can book for.
func (v bookView) people(r *page.Request) []ui.Option {
	options := []ui.Option{{Value: me, Label: r.T("Me, %s", r.Person.FullName)}}
	for _, p := range v.dependants {
		options = append(options, ui.Option{Value: p.ID.String(), Label: p.FullName, Hint: r.Born(p.DateOfBirth)})
	}
	return append(options, ui.Option{Value: somebodyNew, Label: r.T("Somebody else I care for"), Hint: r.T("A child or a relative: you'll manage their visits.")})
}

// kinds are the visit types to choose from. One that is too long for the time
// can't be chosen.
func (v bookView) kinds(r *page.Request) []ui.Option {
	options := make([]ui.Option, len(v.offer.Choices))
	for i, choice := range v.offer.Choices {
		options[i] = ui.Option{
			Value: choice.Type.ID.String(), Label: choice.Type.Name,
			Hint: r.T("%s, %s", r.Minutes(choice.Minutes), ui.ModeName(r.Words, choice.Type.Mode)), Disabled: !choice.Fits && !v.lost(),
		}
		if !choice.Fits && (!v.lost() || v.offer.State == booking.OfferTooShort) {
			options[i].Hint = r.T("%s: too long for this time", r.Minutes(choice.Minutes))
		}
	}
	return options
}

// chosenKind is the id of the visit type that is chosen.
func (v bookView) chosenKind() string {
	if id := v.offer.Chosen.TypeID(); id != nil {
		return id.String()
	}
	return ""
}

// kind is the chosen visit in a line: "First visit, 40 minutes, by video".
func (v bookView) kind(r *page.Request) string {
	return kindLine(r, v.offer.Chosen.Type, v.offer.Chosen.Minutes)
}

// place is where the patient has to go; nil when it is nowhere.
func (v bookView) place() *turno.Location {
	if t := v.offer.Chosen.Type; t != nil && t.Mode != turno.ModeInPerson {
		return nil
	}
	return v.offer.Location
}

// kindLine is what kind of visit it is, in a line.
func kindLine(r *page.Request, t *turno.VisitType, minutes int) string {
	if t == nil {
		return r.Minutes(minutes)
	}
	return t.Name + " · " + r.Minutes(minutes) + ui.ModeNote(r.Words, t.Mode)
}

// clinicTime is the time as the clinic's clocks show it; "" when the reader's show
// the same.
func clinicTime(r *page.Request, at time.Time, zoneName string) string {
	zone := r.ZoneNamed(zoneName, r.Zone)
	if page.SameClocks(at, r.Zone, zone) {
		return ""
	}
	clock := r.Time(at, zone)
	if day := turno.DateOf(at, zone); day != turno.DateOf(at, r.Zone) {
		clock = r.T("%s at %s", r.Date(day), clock)
	}
	return r.T("%s at the clinic (%s)", clock, r.Words.Zone(zoneName))
}

// submitLabel says what pressing does: a request is no visit yet.
func (v bookView) submitLabel(r *page.Request) string {
	if v.offer.Confirmed {
		return r.T("Book this visit")
	}
	return r.T("Request this visit")
}
