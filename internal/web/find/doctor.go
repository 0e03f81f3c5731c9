package find

import (
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// profile is a doctor's own page.
type profile struct {
	booking.DoctorPage
	visitType *turno.VisitType // whose times are shown; nil: the plain visit
	week      booking.SlotWeek
	reviews   []turno.Feedback
	older     string // the cursor of the reviews before
	kept      *booking.KeptTime
}

// doctor shows a doctor with a week of open times.
func doctor(r *page.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	var p profile
	if p.DoctorPage, err = r.Site.Booking.DoctorPage(r.Context(), r.Caller, id); err != nil {
		return err
	}
	p.visitType = p.chooseType(r.URL.Query().Get("type"))
	if p.Bookable {
		if p.week, err = r.Site.Booking.SlotWeek(r.Context(), r.Caller, p.wantedWeek(r)); err != nil {
			return err
		}
	}
	if p.kept, err = keptTime(r); err != nil {
		return err
	}
	if p.reviews, p.older, err = r.Site.Booking.Feedback(r.Context(), r.Caller, id, 5, r.URL.Query().Get("reviews")); err != nil {
		return err
	}
	return r.Show(page.Head{Title: p.Doctor.FullName, Description: about(r, p.Doctor), At: "/doctors"}, doctorPage(r, p))
}

// chooseType is the visit type asked for, or else the one as long as a slot, or
// the first.
func (p profile) chooseType(asked string) *turno.VisitType {
	var chosen *turno.VisitType
	for _, t := range p.VisitTypes {
		switch {
		case t.ID.String() == asked:
			return &t
		case chosen == nil, chosen.Minutes != p.Doctor.SlotMinutes && t.Minutes == p.Doctor.SlotMinutes:
			chosen = &t
		}
	}
	return chosen
}

// wantedWeek is the week in the address, today's when there is none or it has
// passed.
func (p profile) wantedWeek(r *page.Request) booking.SlotWeekQuery {
	q := booking.SlotWeekQuery{DoctorID: p.Doctor.ID, VisitTypeID: p.typeID(), From: r.Today(), Zone: r.Zone.String()}
	if day, err := turno.ParseDate(r.URL.Query().Get("week")); err == nil && q.From.Before(day) {
		q.From = day
	}
	return q
}

func (p profile) typeID() *uuid.UUID {
	if p.visitType == nil {
		return nil
	}
	return &p.visitType.ID
}

// weekProps is the week with its arrows.
func (p profile) weekProps(r *page.Request) ui.WeekProps {
	week := p.week
	if week.Next == nil {
		week.Next = p.NextSlot
	}
	return r.Week(page.Week{SlotWeek: week, Zone: r.Zone, Note: r.ZoneNote(p.Doctor.TimeZone), Until: r.Today().AddDays(p.Doctor.HorizonDays),
		Path: func(first turno.Date) string { return r.With("week", first.String(), "day", "", "reviews", "") },
		Whole: func(day turno.Date) string {
			return r.With("week", week.From.String(), "day", day.String(), "reviews", "")
		},
		Slot: func(s *ui.Slot) { s.Href = page.BookPath(p.Doctor.ID, s.At, p.typeID()) }})
}

// types are the visit types to choose from.
func (p profile) types(r *page.Request) []ui.Choice {
	choices := make([]ui.Choice, len(p.VisitTypes))
	for i, t := range p.VisitTypes {
		choices[i] = ui.Choice{Label: t.Name, Count: r.Minutes(t.Minutes), Icon: ui.ModeIcon(t.Mode), Href: r.With("type", t.ID.String(), "reviews", ""), Current: p.visitType != nil && t.ID == p.visitType.ID}
	}
	return choices
}

// month is when a review was written, as closely as anybody learns it.
func month(r *page.Request, at time.Time, doctor turno.Doctor) string {
	local := at.In(r.ZoneNamed(doctor.TimeZone, time.UTC))
	return r.Month(local.Year(), local.Month())
}
