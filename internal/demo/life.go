package demo

import (
	"math"
	"time"

	"github.com/turno-health/turno"
)

// How often things go another way than planned.
const (
	cancelled     = 0.095
	missed        = 0.043
	neverAnswered = 0.006
	unanswered    = 0.12 // visits of yesterday and today that nobody has closed yet
	rated         = 0.36
	commented     = 0.45
)

// live tells what became of a visit until now. Every step lies after the one
// before, and none in the future.
func (g *generator) live(r random, d *doctor, v *visit) {
	v.status = turno.StatusPending
	confirmedAt := v.createdAt
	if d.autoConfirm || v.byStaff {
		v.status = turno.StatusConfirmed
	} else if confirmedAt = g.answer(r, v); confirmedAt.IsZero() {
		g.expire(v)
		return
	}
	if g.cancel(r, d, v, confirmedAt) {
		return
	}
	if v.status == turno.StatusPending {
		if confirmedAt.After(g.now) {
			return
		}
		v.step("confirmed", confirmedAt, pickShare(r, []share[actor]{{45, theDoctor}, {55, theDesk}}), turno.StatusConfirmed)
	}
	if v.at.EndsAt.Before(g.now) {
		g.close(r, v)
	}
}

// answer is when the practice confirms the request; zero when it never does.
func (g *generator) answer(r random, v *visit) time.Time {
	if r.chance(neverAnswered) {
		return time.Time{}
	}
	at := v.createdAt.Add(r.wait(11*time.Hour) + 2*time.Minute)
	if latest := v.at.StartsAt.Add(-time.Minute); at.After(latest) {
		at = v.createdAt.Add(latest.Sub(v.createdAt) / 2)
	}
	return at.Truncate(time.Second)
}

// expire is the system's doing, minutes after the end of a request's time.
func (g *generator) expire(v *visit) {
	if at := v.at.EndsAt.Add(time.Minute); !at.After(g.now) {
		v.kind = turno.CancelledExpired
		v.step("cancelled", at, theSystem, turno.StatusCancelled)
	}
}

// cancel lets the patient or the practice call the visit off, and reports
// whether they did. A third of the patients do so within the last day.
func (g *generator) cancel(r random, d *doctor, v *visit, confirmedAt time.Time) bool {
	if !r.chance(cancelled) {
		return false
	}
	const lastDay = 24 * time.Hour
	first, last := v.createdAt, v.at.StartsAt.Add(-lastDay)
	if r.chance(0.26) || !first.Before(last) {
		first, last = later(v.createdAt, last), v.at.StartsAt
	}
	at := first.Add(r.span(last.Sub(first) - time.Minute)).Add(30 * time.Second)
	if at.After(g.now) || !at.Before(v.at.StartsAt) {
		return false
	}
	if v.status == turno.StatusPending && confirmedAt.Before(at) {
		v.step("confirmed", confirmedAt, theDesk, turno.StatusConfirmed)
	}
	by := thePatient
	v.kind = turno.CancelledByPatient
	if r.chance(0.22) {
		by, v.kind = pickShare(r, []share[actor]{{30, theDoctor}, {70, theDesk}}), turno.CancelledByPractice
		v.cancelNote = pick(r, []string{"The doctor is ill.", "Called away to an emergency.", "The patient asked us by phone.", "The room is not available.", ""})
	}
	v.step("cancelled", at, by, turno.StatusCancelled)
	return true
}

// close says whether the patient came, unless nobody has said so yet.
func (g *generator) close(r random, v *visit) {
	at := v.at.EndsAt.Add(r.wait(12 * time.Minute)).Truncate(time.Second)
	recent := v.at.EndsAt.After(g.now.Add(-36 * time.Hour))
	if at.After(g.now) || (recent && r.chance(unanswered)) {
		return
	}
	if r.chance(missed) {
		v.kind = turno.CancelledNoShow
		v.step("missed", at, theDesk, turno.StatusCancelled)
		return
	}
	v.step("completed", at, theDoctor, turno.StatusCompleted)
}

func (v *visit) step(event string, at time.Time, by actor, to turno.Status) {
	v.steps = append(v.steps, step{event: event, at: at, by: by})
	v.status = to
}

// rate lets the patient say what they thought, perhaps.
func (g *generator) rate(r random, d *doctor, v *visit) {
	if !r.chance(rated) {
		return
	}
	at := later(v.at.EndsAt, v.steps[len(v.steps)-1].at).Add(r.wait(20*time.Hour) + 15*time.Minute)
	if at.After(g.now) {
		return
	}
	g.giveRating(r, d, v, int(math.Round(r.around(d.charm, 0.95, 1, 5))), at)
}

func (g *generator) giveRating(r random, d *doctor, v *visit, stars int, at time.Time) {
	v.rating = &rating{id: r.id(at), stars: stars, createdAt: at}
	if r.chance(commented) {
		v.rating.comments = pick(r, g.comments[stars])
	}
	d.ratings += stars
	d.ratedBy++
}
