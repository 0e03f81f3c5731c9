package find

import (
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/locale"
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
	week, last := p.week, p.week.From.AddDays(len(p.week.Days)-1)
	props := ui.WeekProps{
		ID: "times", Title: locale.Capital(r.T("%s to %s", r.ShortDay(week.From), r.ShortDay(last))), ZoneNote: zoneNote(r, p.Doctor.TimeZone),
		Days: p.days(r),
	}
	if r.Today().Before(week.From) {
		props.Previous = p.weekFrom(r, later(week.From.AddDays(-len(week.Days)), r.Today()))
	}
	if last.Before(turno.DateOf(r.Now, r.Zone).AddDays(p.Doctor.HorizonDays)) {
		props.Next = p.weekFrom(r, last.AddDays(1))
	}
	first := week.Next
	if first == nil {
		first = p.NextSlot
	}
	if first != nil && !p.shows(turno.DateOf(first.StartsAt, r.Zone)) {
		props.First = p.weekFrom(r, turno.DateOf(first.StartsAt, r.Zone))
		props.FirstLabel = r.T("First open time: %s", r.Day(turno.DateOf(first.StartsAt, r.Zone), r.Today()))
	}
	return props
}

func (p profile) shows(day turno.Date) bool {
	return !day.Before(p.week.From) && day.Before(p.week.From.AddDays(len(p.week.Days)))
}

// weekFrom is the address of the week that begins on a day.
func (p profile) weekFrom(r *page.Request, day turno.Date) string {
	return r.With("week", day.String(), "day", "", "reviews", "")
}

// daySlots is how many times of a day are shown at first.
const daySlots = 8

// days are the days of the week; a long one is shown whole on request.
func (p profile) days(r *page.Request) []ui.SlotDay {
	days := make([]ui.SlotDay, len(p.week.Days))
	for i, d := range p.week.Days {
		day := ui.SlotDay{Day: d.Date, Name: dayName(r, d.Date), Date: r.DayMonth(d.Date)}
		shown := d.Slots
		if len(shown) > daySlots+1 && r.URL.Query().Get("day") != d.Date.String() {
			shown = shown[:daySlots]
			day.More, day.MoreN = r.With("week", p.week.From.String(), "day", d.Date.String(), "reviews", ""), len(d.Slots)-daySlots
		}
		for _, slot := range shown {
			day.Slots = append(day.Slots, ui.Slot{At: slot.StartsAt, Href: page.BookPath(p.Doctor.ID, slot.StartsAt, p.typeID()), About: r.Date(d.Date)})
		}
		days[i] = day
	}
	return days
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
	local := at.In(clock(doctor.TimeZone))
	return r.Month(local.Year(), local.Month())
}

func later(a, b turno.Date) turno.Date {
	if a.Before(b) {
		return b
	}
	return a
}
