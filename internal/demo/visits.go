package demo

import (
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
)

// ahead is how far into the future the calendar is looked at. People book about
// twelve days ahead, so hardly anybody would be further out.
const ahead = 42 * 24 * time.Hour

const (
	leadOfNew      = 15 * 24 * time.Hour // how long before the visit people book, on average
	leadOfRegulars = 10 * 24 * time.Hour
)

// visit is an appointment with its story.
type visit struct {
	id         uuid.UUID
	patient    *patient
	at         turno.Interval
	visitType  *turno.VisitType
	createdAt  time.Time
	byStaff    bool // booked at the desk or by phone
	isNew      bool // the patient's first with this doctor
	reason     string
	status     turno.Status
	kind       turno.CancellationKind
	steps      []step // what happened after the booking, in order
	cancelNote string
	rating     *rating
}

// tookPlace reports whether the time was kept for the visit, also in vain.
func (v *visit) tookPlace() bool {
	return v.status != turno.StatusCancelled || v.kind == turno.CancelledNoShow
}

// step is one change in the life of a visit.
type step struct {
	event string // as the trail names it
	at    time.Time
	by    actor
}

// actor is who did something to a visit.
type actor int

const (
	theSystem actor = iota
	thePatient
	theDoctor
	theDesk
)

type rating struct {
	id        uuid.UUID
	stars     int
	comments  string
	createdAt time.Time
}

// fillCalendar walks through the doctor's offer from the first day to six weeks
// from now, and lets people take it.
func (g *generator) fillCalendar(r random, d *doctor, panel *panelOf) {
	if d.unverified {
		return
	}
	seen := &regulars{known: map[*patient]bool{}}
	windows := schedule.Windows(d.rules(), d.createdAt.Add(24*time.Hour), g.now.Add(ahead))
	d.fill = g.fillOf(d, windows)
	var busyUntil time.Time
	for _, w := range windows {
		for at := w.Anchor; at.Before(w.EndsAt); at = at.Add(minutes(d.slot)) {
			if at.Before(later(w.StartsAt, busyUntil)) {
				continue
			}
			if v := g.takeSlot(r, d, panel, seen, at, w.EndsAt); v != nil {
				busyUntil = v.at.EndsAt.Add(minutes(d.buffer))
			}
		}
	}
}

// fillOf is how much of the offer is taken at most times, so that the doctor has
// about the visits that the size promises.
func (g *generator) fillOf(d *doctor, windows []schedule.Window) float64 {
	if d.username == "doctor" {
		return 0.85
	}
	offered := 0.0
	for _, w := range windows {
		if w.StartsAt.Before(g.now) {
			offered += w.Duration().Minutes() / float64(d.slot) * g.demand(d, w.StartsAt)
		}
	}
	perVisit := 1.0 // slots
	if len(d.types) > 0 {
		perVisit = 1.5
	}
	perVisit += float64(d.buffer) / float64(d.slot)
	perVisit /= 1.17 // cancelled visits leave their time to others
	return math.Min(float64(g.plan.visitsEach)*perVisit/math.Max(offered, 1), 0.9)
}

// demand is how much people want to come at a time, 1 being usual.
func (g *generator) demand(d *doctor, at time.Time) float64 {
	local := at.In(d.zone)
	byDay := [...]float64{0.9, 1.12, 1.06, 1, 1.02, 0.88, 0.92}[local.Weekday()]
	byMonth := [...]float64{1.08, 1.08, 1.05, 1, 1, 0.97, 0.85, 0.6, 0.98, 1.08, 1.1, 0.85}[local.Month()-1]
	established := math.Min(0.4+at.Sub(d.createdAt).Hours()/24/200, 1) // a new doctor gets known
	soon := 1.0
	if days := at.Sub(g.now).Hours() / 24; days > -7 && days < 3 {
		soon = 1.2
	}
	return byDay * byMonth * established * soon
}

// takeSlot lets somebody take the slot, perhaps, and perhaps somebody else after
// them when they cancel. It returns the visit that keeps the time.
func (g *generator) takeSlot(r random, d *doctor, panel *panelOf, seen *regulars, at, end time.Time) *visit {
	if !r.chance(d.fill * g.demand(d, at)) {
		return nil
	}
	v := g.book(r, d, panel, seen, at, end, time.Time{})
	if v == nil || v.tookPlace() || !r.chance(0.6) {
		return keeping(v)
	}
	freed := v.steps[len(v.steps)-1].at
	return keeping(g.book(r, d, panel, seen, at, end, freed))
}

func keeping(v *visit) *visit {
	if v == nil || !v.tookPlace() {
		return nil
	}
	return v
}

// book finds a patient for the slot and tells their visit's story up to now. It
// returns nil when nobody has booked by now. notBefore is when the slot came free.
func (g *generator) book(r random, d *doctor, panel *panelOf, seen *regulars, start, end, notBefore time.Time) *visit {
	v := &visit{at: turno.Interval{StartsAt: start, EndsAt: start.Add(minutes(d.slot))}}
	v.patient, v.isNew = seen.pick(r, d, panel)
	if v.visitType = chooseType(r, d, v.isNew); v.visitType != nil {
		v.at.EndsAt = start.Add(minutes(v.visitType.Minutes))
	}
	if v.at.EndsAt.After(end) || d.away(v.at, minutes(d.buffer)) || !v.patient.free(v.at) {
		return nil
	}
	if start.After(g.now) && v.patient.open >= mostOpen {
		return nil
	}
	v.byStaff = r.chance(0.22) || v.visitType != nil && v.visitType.Audience == turno.AudienceStaff
	if !g.chooseBooking(r, d, v, notBefore) {
		return nil
	}
	v.id = r.id(v.createdAt)
	if r.chance(0.65) {
		v.reason = pick(r, d.field.concerns)
	}
	g.live(r, d, v)
	if v.tookPlace() {
		v.patient.busy = append(v.patient.busy, v.at)
		seen.add(v.patient)
		if start.After(g.now) {
			v.patient.open++
		}
	}
	if v.status == turno.StatusCompleted {
		seen.known[v.patient] = true
		g.rate(r, d, v)
	}
	d.visits = append(d.visits, v)
	return v
}

// chooseBooking sets when the visit was booked, and reports whether it could
// have been by now.
func (g *generator) chooseBooking(r random, d *doctor, v *visit, notBefore time.Time) bool {
	start, notice := v.at.StartsAt, minutes(d.notice)
	if v.byStaff {
		notice = 0
	}
	mean := leadOfRegulars
	if v.isNew {
		mean = leadOfNew
	}
	lead := max(r.wait(mean), notice+10*time.Minute)
	for lead > time.Duration(d.horizon)*24*time.Hour {
		lead /= 2
	}
	v.createdAt = daytime(start.Add(-lead), start.Add(-notice), d.zone).Truncate(time.Minute)
	if v.createdAt.Before(notBefore) {
		left := start.Add(-notice).Sub(notBefore)
		if left < 2*time.Minute {
			return false
		}
		v.createdAt = notBefore.Add(r.span(left - time.Minute)).Truncate(time.Minute).Add(time.Minute)
	}
	return v.createdAt.After(d.verifiedAt()) && !v.createdAt.After(g.now)
}

// daytime moves a booking in the small hours to the morning after, where the
// visit leaves room for that.
func daytime(at, latest time.Time, zone *time.Location) time.Time {
	if hour := at.In(zone).Hour(); hour < 7 {
		if moved := at.Add(time.Duration(8-hour) * time.Hour); moved.Before(latest) {
			return moved
		}
	}
	return at
}

func chooseType(r random, d *doctor, isNew bool) *turno.VisitType {
	if len(d.types) == 0 {
		return nil
	}
	if isNew {
		return d.visitType("First visit")
	}
	name := pickShare(r, []share[string]{
		{62, "Follow-up"}, {18, "Video consultation"}, {10, "Telephone call"}, {5, "Urgent, same day"}, {5, "First visit"},
	})
	if t := d.visitType(name); t != nil {
		return t
	}
	return d.visitType("Follow-up")
}

// away reports whether the doctor has time off during the visit or the buffer.
func (d *doctor) away(at turno.Interval, buffer time.Duration) bool {
	at.EndsAt = at.EndsAt.Add(buffer)
	for _, off := range d.timeOff {
		if off.Overlaps(at) {
			return true
		}
	}
	return false
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
