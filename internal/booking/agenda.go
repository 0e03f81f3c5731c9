package booking

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Agenda is what a doctor has before them in a stretch of time.
type Agenda struct {
	Doctor turno.Doctor // as the public sees it
	turno.Interval
	Visits    []VisitView // that touch the time, in its order: requested, confirmed, completed or missed
	CalledOff []VisitView // the first maxCalledOff cancelled ones of the time
	TimeOff   []turno.TimeOff
	Extra     []turno.ExtraHours
	Hours     []turno.Interval // the real working hours, extra ones included, without regard to time off
	Free      []turno.Interval // slots from now on that the practice can book
	Facts     AgendaFacts
}

// AgendaFacts are the figures of a doctor's day, whatever the agenda shows.
type AgendaFacts struct {
	Today      int // visits of today that were not called off
	Left       int // of these, requested or confirmed and not over
	FreeToday  int // slots from now until midnight that the practice can book
	Waiting    int // requests, of any day
	Unanswered int // confirmed and over: did the patient come?
}

// longestAgenda and maxCalledOff bound one agenda.
const (
	longestAgenda = 14 * 24 * time.Hour
	maxCalledOff  = 50
)

// Agenda reads what happens in [from, to), 14 days at most. It is for the doctor
// and staff. A list is not noted in the trail; opening a visit is.
func (s *Service) Agenda(ctx context.Context, c policy.Caller, doctorID uuid.UUID, from, to time.Time) (agenda Agenda, err error) {
	if err := policy.Check(c, policy.ReadAgenda, ownCalendar(c, doctorID)); err != nil {
		return Agenda{}, err
	}
	switch {
	case !from.Before(to):
		return Agenda{}, turno.Invalid(turno.FieldError{Location: "query.to", Message: "This must be later than from."})
	case to.Sub(from) > longestAgenda:
		return Agenda{}, turno.Invalid(turno.FieldError{Location: "query.to", Message: "This is at most 14 days after from."})
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		a := agendaTx{s: s, tx: tx, caller: c, doctorID: doctorID}
		agenda, err = a.read(turno.Interval{StartsAt: turno.Instant(from), EndsAt: turno.Instant(to)})
		return err
	})
	if err != nil {
		return Agenda{}, err
	}
	return agenda, nil
}

// agendaTx reads one agenda.
type agendaTx struct {
	s        *Service
	tx       *sqldb.Tx
	caller   policy.Caller
	doctorID uuid.UUID
}

func (a *agendaTx) read(when turno.Interval) (Agenda, error) {
	doctor, err := store.DoctorByID(a.tx, a.doctorID)
	if err != nil {
		return Agenda{}, err
	}
	agenda := Agenda{Doctor: publicDoctor(doctor), Interval: when}
	if agenda.Visits, err = a.visits(store.DetailsFilter{Since: when.StartsAt, To: when.EndsAt, HeldTime: true}); err != nil {
		return Agenda{}, err
	}
	calledOff := store.DetailsFilter{From: when.StartsAt, To: when.EndsAt, CalledOff: true, Limit: maxCalledOff}
	if agenda.CalledOff, err = a.visits(calledOff); err != nil {
		return Agenda{}, err
	}
	if agenda.TimeOff, err = store.TimeOffBetween(a.tx, a.doctorID, when.StartsAt, when.EndsAt); err != nil {
		return Agenda{}, err
	}
	zone, err := a.s.zones.Location(doctor.TimeZone)
	if err != nil {
		return Agenda{}, err
	}
	err = a.addTimes(&agenda, dayOf(turno.DateOf(a.tx.Now, zone), zone))
	return agenda, err
}

// addTimes adds hours, open times and the figures of today. One calendar does for
// both, unless the agenda is of other days.
func (a *agendaTx) addTimes(agenda *Agenda, today turno.Interval) error {
	read, withToday := agenda.Interval, agenda.Overlaps(today)
	if withToday {
		read = turno.Interval{StartsAt: earlier(read.StartsAt, today.StartsAt), EndsAt: later(read.EndsAt, today.EndsAt)}
	}
	calendar, rules, err := a.calendar(read)
	if err != nil {
		return err
	}
	for _, x := range calendar.Extra {
		if x.Overlaps(agenda.Interval) {
			agenda.Extra = append(agenda.Extra, x)
		}
	}
	agenda.Hours = hoursIn(rules, agenda.Interval)
	agenda.Free = freeForPractice(&calendar, rules, agenda.Interval, a.tx.Now)
	if !withToday {
		if calendar, rules, err = a.calendar(today); err != nil {
			return err
		}
	}
	counts, err := store.CountDay(a.tx, a.doctorID, today.StartsAt, today.EndsAt, a.tx.Now.Add(-unansweredReach))
	if err != nil {
		return err
	}
	agenda.Facts = AgendaFacts{Today: counts.Day, Left: counts.Left, Waiting: counts.Waiting, Unanswered: counts.Unanswered}
	agenda.Facts.FreeToday = len(freeForPractice(&calendar, rules, today, a.tx.Now))
	return nil
}

// calendar is all that decides what the doctor's time in an interval is.
func (a *agendaTx) calendar(when turno.Interval) (calendar store.Calendar, rules schedule.Rules, err error) {
	calendar, err = store.CalendarOf(a.tx, a.doctorID, when.StartsAt, when.EndsAt.Add(neighbourhood))
	if err == nil {
		rules, err = a.s.zones.Rules(&calendar)
	}
	return calendar, rules, err
}

func (a *agendaTx) visits(f store.DetailsFilter) ([]VisitView, error) {
	f.Doctors = []uuid.UUID{a.doctorID}
	details, err := store.ListVisitDetails(a.tx, f, a.caller.UserID)
	if err != nil {
		return nil, err
	}
	return a.s.views(a.caller, details, a.tx.Now)
}

// hoursIn is the real working time that touches an interval.
func hoursIn(rules schedule.Rules, when turno.Interval) []turno.Interval {
	windows := schedule.Windows(rules, when.StartsAt, when.EndsAt)
	hours := make([]turno.Interval, len(windows))
	for i, w := range windows {
		hours[i] = w.Interval
	}
	return hours
}

// freeForPractice is the slots of an interval, from now on, that the practice can
// book.
func freeForPractice(calendar *store.Calendar, rules schedule.Rules, when turno.Interval, now time.Time) []turno.Interval {
	if !calendar.Bookable {
		return nil
	}
	return schedule.Slots(rules, openings.Blocking(calendar.Busy, now, nil),
		schedule.Query{From: later(when.StartsAt, now), To: when.EndsAt, Now: now, ForStaff: true})
}

// dayOf is a date in a zone, from midnight to midnight.
func dayOf(date turno.Date, zone *time.Location) turno.Interval {
	return turno.Interval{StartsAt: date.At(0, zone).UTC(), EndsAt: date.AddDays(1).At(0, zone).UTC()}
}
