package demo

import (
	"slices"
	"time"

	"github.com/turno-health/turno"
)

// tellStory gives the account "patient" and the child visits worth looking at,
// out of those that others would have had.
func (g *generator) tellStory(r random, doctors []*doctor) {
	day := 24 * time.Hour
	past := func(v *visit, least, most time.Duration) bool {
		age := g.now.Sub(v.at.EndsAt)
		return v.status == turno.StatusCompleted && age > least && age < most
	}
	upcoming := func(v *visit, least time.Duration) bool {
		return v.status == turno.StatusConfirmed && v.at.StartsAt.After(g.now.Add(least))
	}
	mine := doctors[0]
	g.leaveRequests(mine)
	g.give(g.me, mine, func(v *visit) bool { return past(v, 0, 60*day) && v.rating == nil && v.patient != g.me })
	g.give(g.me, mine, func(v *visit) bool { return past(v, 40*day, 400*day) && v.rating != nil })
	g.give(g.me, mine, func(v *visit) bool { return upcoming(v, 18*time.Hour) })
	g.give(g.child, mine, func(v *visit) bool { return past(v, 20*day, 300*day) })
	g.give(g.child, mine, func(v *visit) bool { return upcoming(v, 3*day) })
	for _, d := range doctors[1:] {
		if d.field.sees != seesAdults {
			continue
		}
		g.give(g.me, d, func(v *visit) bool { return past(v, 30*day, 600*day) })
		g.give(g.me, d, func(v *visit) bool { return v.kind == turno.CancelledByPatient && v.at.EndsAt.Before(g.now) })
		if g.give(g.me, d, func(v *visit) bool { return upcoming(v, 4*day) }) {
			break
		}
	}
	for _, v := range mine.visits {
		if v.patient == g.me || v.patient == g.child {
			v.reason = pick(r, mine.field.concerns)
		}
	}
}

// leaveRequests takes back the answers to the newest requests, so that there is
// something to do.
func (g *generator) leaveRequests(d *doctor) {
	const wanted = 4
	var answered []*visit
	open := 0
	for _, v := range d.visits {
		switch {
		case !v.at.StartsAt.After(g.now):
		case v.status == turno.StatusPending:
			open++
		case v.status == turno.StatusConfirmed && len(v.steps) == 1:
			answered = append(answered, v)
		}
	}
	slices.SortFunc(answered, func(a, b *visit) int { return b.createdAt.Compare(a.createdAt) })
	for _, v := range answered[:min(max(wanted-open, 0), len(answered))] {
		v.status, v.steps = turno.StatusPending, nil
	}
}

// give makes the last visit of the doctor that suits the patient's, and reports
// whether there is one. Of those to come it is the first.
func (g *generator) give(to *patient, d *doctor, suits func(*visit) bool) bool {
	var chosen *visit
	for _, v := range d.visits {
		if v.patient == g.me || v.patient == g.child || !suits(v) || !to.free(v.at) {
			continue
		}
		chosen = v
		if v.at.StartsAt.After(g.now) {
			break
		}
	}
	if chosen == nil {
		return false
	}
	chosen.patient = to
	if chosen.tookPlace() {
		to.busy = append(to.busy, chosen.at)
	}
	return true
}
