package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
)

// doctor is a doctor with all that lies in their calendar.
type doctor struct {
	person
	number           int
	field            *field
	license          string
	years            int
	bio              string
	location         *turno.Location
	zone             *time.Location
	slot, buffer     int // minutes
	notice, horizon  int // minutes, days
	autoConfirm      bool
	unverified       bool
	weekly           []turno.Availability
	extra            []turno.ExtraHours
	types            []turno.VisitType
	timeOff          []turno.TimeOff
	fill             float64 // how much of the offer is taken at most
	regulars         float64 // how many visits are by people who have been here
	charm            float64 // the mean of the ratings
	visits           []*visit
	ratings, ratedBy int // sum and count
}

func (d *doctor) rules() schedule.Rules {
	return schedule.Rules{
		Zone: d.zone, Weekly: d.weekly, Extra: d.extra, SlotMinutes: d.slot,
		BufferMinutes: d.buffer, MinNoticeMinutes: d.notice, HorizonDays: d.horizon,
	}
}

// verifiedAt is when the licence was checked, unless the doctor is unverified.
func (d *doctor) verifiedAt() time.Time { return d.createdAt.Add(3 * time.Hour) }

// newDoctor invents the n-th doctor. Number 0 is the account "doctor".
func (g *generator) newDoctor(n int) *doctor {
	r := newRandom(ofDoctor, n)
	place := pickShare(r, g.places)
	tenure := max(r.between(g.plan.tenureDays[0], g.plan.tenureDays[1]), r.between(g.plan.tenureDays[0], g.plan.tenureDays[1]))
	d := &doctor{
		person:      g.crowd.person(r, turno.GenderFemale, turno.GenderFemale, turno.GenderMale),
		number:      n,
		field:       g.chooseField(r, n),
		license:     fmt.Sprintf("DEMO-%02d-%06d", r.between(1, 52), n+1),
		years:       r.between(2, 20) + r.between(0, 19),
		location:    place,
		zone:        g.zones[place.TimeZone],
		buffer:      pickShare(r, []share[int]{{60, 0}, {30, 5}, {10, 10}}),
		notice:      pick(r, []int{30, 60, 60, 120, 240, 1440}),
		horizon:     pick(r, []int{45, 60, 60, 90, 180}),
		autoConfirm: r.chance(0.45),
		unverified:  n > 0 && n%25 == 24,
		weekly:      week(g.lineOfWeek(r, n), r.chance(0.25)),
		regulars:    r.around(0.55, 0.12, 0.2, 0.85),
		charm:       r.around(4.45, 0.35, 3.2, 4.95),
		fill:        0.85,
	}
	d.role, d.person.zone, d.slot = turno.RoleDoctor, place.TimeZone, pick(r, d.field.slots)
	if n == 0 {
		g.makeShowcase(d)
		tenure = min(g.plan.tenureDays[1], 330)
	}
	d.createdAt = g.today.AddDays(-tenure).At(10*60, d.zone).Add(r.span(6 * time.Hour))
	d.id = r.id(d.createdAt)
	d.bio = bio(r, d)
	g.openHours(r, d)
	g.takeTimeOff(r, d)
	if n == 0 || r.chance(0.7) {
		d.types = visitTypes(r, d)
	}
	return d
}

// makeShowcase makes the account "doctor" one to look at: a full week, whatever
// day it is.
func (g *generator) makeShowcase(d *doctor) {
	d.fullName, d.username, d.gender = showcaseDoctor, "doctor", turno.GenderFemale
	d.location = g.places[0].value
	d.zone, d.person.zone = g.zones[d.location.TimeZone], d.location.TimeZone
	d.slot, d.buffer, d.notice, d.horizon = 20, 0, 60, 60
	d.autoConfirm, d.years, d.charm = false, 17, 4.7
	d.weekly = week(showWeek, false)
}

// chooseField gives every field one doctor, then goes by their shares.
func (g *generator) chooseField(r random, n int) *field {
	if n < len(g.fields) {
		return &g.fields[n]
	}
	shares := make([]share[*field], len(g.fields))
	for i := range g.fields {
		shares[i] = share[*field]{g.fields[i].share, &g.fields[i]}
	}
	return pickShare(r, shares)
}

// lineOfWeek goes through the weeks in turn, so that no day is left empty.
func (g *generator) lineOfWeek(r random, n int) string {
	weeks := busyWeeks()
	if r.chance(g.plan.sparse) {
		weeks = sparseWeeks()
	}
	return weeks[n%len(weeks)]
}

// openHours adds one-off openings: for the showcase today and tomorrow when
// they fall on a weekend, for some others a Saturday to come.
func (g *generator) openHours(r random, d *doctor) {
	open := func(day turno.Date, from, to turno.Clock) {
		hours := turno.Interval{StartsAt: day.At(from, d.zone), EndsAt: day.At(to, d.zone)}
		d.extra = append(d.extra, turno.ExtraHours{ID: r.id(d.createdAt.Add(r.span(time.Hour))), Interval: hours})
	}
	weekend := func(day turno.Date) bool { return day.Weekday() == turno.Saturday || day.Weekday() == turno.Sunday }
	switch {
	case d.username == "doctor":
		for day := range 2 {
			if date := g.today.AddDays(day); weekend(date) {
				open(date, 9*60, 13*60)
			}
		}
	case r.chance(0.12):
		date := g.today.AddDays(r.between(3, 9))
		for date.Weekday() != turno.Sunday { // nobody works on Sundays
			date = date.AddDays(1)
		}
		open(date, 10*60, 13*60)
	}
}

// takeTimeOff gives everybody August weeks and the days around New Year, and
// some a few days in the weeks to come.
func (g *generator) takeTimeOff(r random, d *doctor) {
	take := func(first turno.Date, days int, reason string) {
		starts, ends := first.At(0, d.zone), first.AddDays(days).At(0, d.zone)
		for _, other := range d.timeOff {
			if starts.Before(other.EndsAt) && other.StartsAt.Before(ends) {
				return
			}
		}
		asked := starts.Add(-r.span(40*24*time.Hour) - 20*24*time.Hour)
		if asked.After(g.now) {
			asked = g.now.Add(-r.span(10*24*time.Hour) - time.Hour).Truncate(time.Minute)
		}
		if starts.Before(d.createdAt) {
			return
		}
		asked = later(asked, d.createdAt)
		d.timeOff = append(d.timeOff, turno.TimeOff{
			ID: r.id(asked), Interval: turno.Interval{StartsAt: starts, EndsAt: ends}, Reason: reason, CreatedAt: asked,
		})
	}
	soon := g.today.AddDays(r.between(4, 36))
	if d.username == "doctor" {
		soon = g.today.AddDays(24)
	}
	if d.username == "doctor" || r.chance(0.3) {
		take(soon, r.between(1, 5), pick(r, []string{"Holiday", "Conference", "Training", "Family", ""}))
	}
	busyUntil := g.today.AddDays(21) // the showcase is at work
	for year := g.today.Year - 2; year <= g.today.Year+1; year++ {
		summer := turno.Date{Year: year, Month: time.August, Day: r.between(1, 17)}
		newYear := turno.Date{Year: year, Month: time.December, Day: r.between(24, 30)}
		for _, leave := range []struct {
			first turno.Date
			days  int
		}{{summer, r.between(7, 15)}, {newYear, r.between(2, 8)}} {
			atWork := d.username == "doctor" && g.today.Before(leave.first.AddDays(leave.days+1)) && leave.first.Before(busyUntil)
			if !atWork && leave.first.Before(g.today.AddDays(120)) {
				take(leave.first, leave.days, "Holiday")
			}
		}
	}
}

func visitTypes(r random, d *doctor) []turno.VisitType {
	bring := pick(r, []string{
		"Please bring a list of your medicines and any earlier reports.",
		"Please come ten minutes early to register.",
		"Bring your insurance card and earlier results, on paper or on your phone.",
	})
	types := []turno.VisitType{
		{Name: "First visit", Minutes: 2 * d.slot, Mode: turno.ModeInPerson, Audience: turno.AudienceNew, Instructions: bring},
		{Name: "Follow-up", Minutes: d.slot, Mode: turno.ModeInPerson, Audience: turno.AudienceAll},
	}
	if r.chance(0.4) {
		types[1].Audience = turno.AudienceKnown
	}
	if d.username == "doctor" || r.chance(0.5) {
		types = append(types, turno.VisitType{
			Name: "Video consultation", Minutes: 15, Mode: turno.ModeVideo, Audience: turno.AudienceAll,
			Instructions: "You will find the link in your confirmation. A quiet room and a good light help.",
		})
	}
	if r.chance(0.25) {
		types = append(types, turno.VisitType{
			Name: "Telephone call", Minutes: d.slot, Mode: turno.ModePhone, Audience: turno.AudienceKnown,
			Instructions: "We call the number in your profile.",
		})
	}
	if r.chance(0.2) {
		types = append(types, turno.VisitType{Name: "Urgent, same day", Minutes: d.slot, Mode: turno.ModeInPerson, Audience: turno.AudienceStaff})
	}
	for i := range types {
		types[i].ID, types[i].DoctorID, types[i].Active = r.id(d.createdAt), d.id, true
	}
	return types
}

// bio is a few sentences about a doctor, none of them in Latin.
func bio(r random, d *doctor) string {
	given, _, _ := strings.Cut(d.fullName, " ")
	name := strings.ToLower(d.field.name)
	city := pick(r, []string{"Barcelona", "Lisbon", "Leeds", "Vienna", "Granada", "Lagos", "Pune", "Gdańsk"})
	sentences := []string{
		pick(r, []string{
			fmt.Sprintf("%s has worked in %s for %d years, with a special interest in %s.", given, name, d.years, d.field.about),
			fmt.Sprintf("%d years in %s. What I care about most: %s.", d.years, name, d.field.about),
			fmt.Sprintf("Trained in %s; %d years of experience with %s.", city, d.years, d.field.about),
			fmt.Sprintf("I came to %s in %s, %d years ago, and stayed. My subject: %s.", name, city, d.years, d.field.about),
		}),
		pick(r, []string{
			"I explain what I do and why, and write it down for you to take home.",
			"Time to listen comes first; most answers follow from it.",
			"I prefer few medicines and clear plans.",
			"No question is too small.",
			"Patients say that visits begin on time.",
			"I work closely with your other doctors, so that nothing is done twice.",
		}),
	}
	if r.chance(0.6) {
		sentences = append(sentences, pick(r, []string{
			"I speak Spanish and English.", "I speak Spanish, English and German.", "I speak English, French and Arabic.",
			"I speak Spanish, Portuguese and English.", "Sign language by arrangement.", "I also teach at the university hospital.",
		}))
	}
	return strings.Join(sentences, " ")
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// visitType is the one of that name, or nil when the doctor has none.
func (d *doctor) visitType(name string) *turno.VisitType {
	for i := range d.types {
		if d.types[i].Name == name {
			return &d.types[i]
		}
	}
	return nil
}

func idOf(t *turno.VisitType) *uuid.UUID {
	if t == nil {
		return nil
	}
	return &t.ID
}
