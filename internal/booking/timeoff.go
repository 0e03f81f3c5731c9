package booking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// NewTimeOff is time that a doctor wants to see nobody in.
type NewTimeOff struct {
	DoctorID uuid.UUID
	turno.Interval
	Reason       string      // for the practice; patients never see it
	CancelVisits bool        // cancel the visits in the way instead of refusing, whichever they are
	Cancel       []uuid.UUID // or cancel those of these that are in the way, and refuse when there are others
}

// longestTimeOff bounds one stretch of time off, yearsOfTimeOff how many years from
// now it ends.
const (
	longestTimeOff = 2 * 366 * 24 * time.Hour
	yearsOfTimeOff = 5
)

// TimeOff lists a doctor's time off that is not over, soonest first.
func (s *Service) TimeOff(ctx context.Context, c policy.Caller, doctorID uuid.UUID) (off []turno.TimeOff, err error) {
	if err := policy.Check(c, policy.ReadTimeOff, ownCalendar(c, doctorID)); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		off, err = store.TimeOffFrom(tx, doctorID)
		return err
	})
	return off, err
}

// AddTimeOff blocks a doctor's time. It begins now when it would have begun
// earlier; it ends holds, and cuts short a buffer that it begins in. Visits in
// the way that nobody agreed to cancel are a turno.CodeAppointmentsInTheWay
// conflict that lists them; else they are cancelled in the same transaction and
// returned.
func (s *Service) AddTimeOff(ctx context.Context, c policy.Caller, n NewTimeOff) (turno.TimeOff, []turno.Appointment, error) {
	wanted, err := checkTimeOff(c, n)
	if err != nil {
		return turno.TimeOff{}, nil, err
	}
	var added turno.TimeOff
	var cancelled []turno.Appointment
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		t := timeOffTx{s: s, tx: tx, caller: c, off: wanted}
		var err error
		cancelled, err = t.begin(n)
		added = t.off
		return err
	})
	if err != nil {
		return turno.TimeOff{}, nil, err
	}
	s.config.Wake()
	s.changed(added.DoctorID)
	return added, cancelled, nil
}

// checkTimeOff says whether the caller may block the time, and what it will be.
func checkTimeOff(c policy.Caller, n NewTimeOff) (turno.TimeOff, error) {
	if err := policy.Check(c, policy.WriteTimeOff, ownCalendar(c, n.DoctorID)); err != nil {
		return turno.TimeOff{}, err
	}
	if err := checkInterval(n.Interval, longestTimeOff); err != nil {
		return turno.TimeOff{}, err
	}
	if tooLong(n.Reason, MaxReason) {
		return turno.TimeOff{}, turno.Invalid(turno.FieldError{Location: "body.reason", Message: "Please keep this under 2,000 characters."})
	}
	return turno.TimeOff{
		ID: turno.NewID(), DoctorID: n.DoctorID, Reason: n.Reason,
		Interval: turno.Interval{StartsAt: turno.Instant(n.StartsAt), EndsAt: turno.Instant(n.EndsAt)},
	}, nil
}

// DeleteTimeOff opens the time again.
func (s *Service) DeleteTimeOff(ctx context.Context, c policy.Caller, id uuid.UUID) error {
	if err := policy.Admit(c, policy.WriteTimeOff); err != nil {
		return err
	}
	var doctorID uuid.UUID
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		off, found, err := store.TimeOffByID(tx, id)
		if err != nil {
			return err
		}
		if !found {
			return turno.NotFound("time off")
		}
		if err := policy.Check(c, policy.WriteTimeOff, ownCalendar(c, off.DoctorID)); err != nil {
			return err
		}
		if err := tx.Lock(off.DoctorID); err != nil {
			return err
		}
		doctorID = off.DoctorID
		b := tx.Batch()
		store.DeleteTimeOffIn(b, off)
		store.AuditIn(b, tx.Now, turno.AuditEntry{ActionBy: c.ID(), Action: turno.AuditDelete,
			Entity: "time_off", EntityID: id.String(), SubjectID: &off.DoctorID})
		if err := b.Run(); err != nil {
			return fmt.Errorf("delete time off: %w", err)
		}
		return nil
	})
	if err == nil {
		s.changed(doctorID)
	}
	return err
}

// timeOffTx blocks time inside its transaction, alone on the doctor's calendar.
type timeOffTx struct {
	s      *Service
	tx     *sqldb.Tx
	caller policy.Caller
	off    turno.TimeOff
}

// begin blocks the time from now on, when it would have begun earlier.
func (t *timeOffTx) begin(n NewTimeOff) ([]turno.Appointment, error) {
	var err error
	t.off.CreatedAt = t.tx.Now
	if t.off.Interval, err = timeOffFrom(t.tx.Now, t.off.Interval); err != nil {
		return nil, err
	}
	return t.run(n)
}

// timeOffFrom is what is left of the time off at an instant, or says that it is
// over, or too far ahead for anybody to mean it.
func timeOffFrom(now time.Time, off turno.Interval) (turno.Interval, error) {
	off.StartsAt = later(off.StartsAt, now)
	switch {
	case !off.StartsAt.Before(off.EndsAt):
		return off, timeOffIsOver()
	case off.EndsAt.After(now.AddDate(yearsOfTimeOff, 0, 0)):
		return off, turno.Invalid(turno.FieldError{Location: "body.ends_at", Message: "Time off ends within five years from now."})
	}
	return off, nil
}

func (t *timeOffTx) run(n NewTimeOff) ([]turno.Appointment, error) {
	if err := t.tx.Lock(t.off.DoctorID); err != nil {
		return nil, err
	}
	calendar, err := store.CalendarOf(t.tx, t.off.DoctorID, t.off.StartsAt, t.off.EndsAt)
	if err != nil {
		return nil, err
	}
	inTheWay, err := store.OpenVisitsBetween(t.tx, t.off.DoctorID, t.off.StartsAt, t.off.EndsAt)
	if err != nil {
		return nil, err
	}
	visits, err := t.s.openAll(inTheWay)
	if err != nil {
		return nil, err
	}
	if refused := n.notAgreed(visits); len(refused) > 0 {
		conflict := turno.Conflict(turno.CodeAppointmentsInTheWay, "There are visits in this time. Cancel or move them first, or cancel them together with this.")
		conflict.Appointments = refused
		return nil, conflict
	}
	if visits, err = t.cancel(visits); err != nil {
		return nil, err
	}
	return visits, t.block(calendar, visits)
}

// notAgreed are those of the visits in the way that nobody agreed to cancel: all
// that came since somebody looked are among them.
func (n NewTimeOff) notAgreed(visits []turno.Appointment) []turno.Appointment {
	if n.CancelVisits {
		return nil
	}
	agreed := make(map[uuid.UUID]bool, len(n.Cancel))
	for _, id := range n.Cancel {
		agreed[id] = true
	}
	return slices.DeleteFunc(slices.Clone(visits), func(v turno.Appointment) bool { return agreed[v.ID] })
}

// cancel calls off the visits in the way, in the name of the practice.
func (t *timeOffTx) cancel(visits []turno.Appointment) ([]turno.Appointment, error) {
	cancelled := make([]turno.Appointment, len(visits))
	for i, v := range visits {
		after, err := v.Cancelled(t.tx.Now, turno.CancelledByPractice, t.caller.ID(), "")
		if err != nil {
			return nil, err
		}
		if err := t.s.writeChange(t.tx, t.caller, store.Visit{Appointment: v}, after, "cancelled"); err != nil {
			return nil, err
		}
		cancelled[i] = after
	}
	return cancelled, nil
}

// block claims the time, after taking away what gives way to it.
func (t *timeOffTx) block(calendar store.Calendar, cancelled []turno.Appointment) error {
	gone := make(map[uuid.UUID]bool, len(cancelled))
	for _, v := range cancelled {
		gone[v.ID] = true
	}
	var free int64
	b := t.tx.Batch()
	for _, p := range calendar.Busy {
		if !gone[p.CauseID()] {
			t.giveWay(b, p)
		}
	}
	store.InsertTimeOffIn(b, t.off)
	store.ClaimIn(b, &free, turno.BusyPeriod{OwnerID: t.off.DoctorID, Interval: t.off.Interval, Kind: turno.BusyTimeOff, TimeOffID: &t.off.ID})
	store.AuditIn(b, t.tx.Now, turno.AuditEntry{ActionBy: t.caller.ID(), Action: turno.AuditCreate,
		Entity: "time_off", EntityID: t.off.ID.String(), SubjectID: &t.off.DoctorID,
		Detail: fmt.Sprintf("cancelled=%d", len(cancelled))})
	if err := b.Run(); err != nil {
		return fmt.Errorf("block time: %w", err)
	}
	if free == 0 {
		return turno.Conflict(turno.CodeConflict, "Some of this time is blocked already. Please delete that first, or choose another time.")
	}
	return nil
}

// giveWay ends a hold, and cuts the rest off a visit's period that reaches into
// the time off: its buffer, or what is left of a visit that ended early.
func (t *timeOffTx) giveWay(b *sqldb.Batch, p turno.BusyPeriod) {
	switch p.Kind {
	case turno.BusyHold:
		store.FreeIn(b, p)
		store.EndHoldIn(b, *p.HoldID, false, t.tx.Now)
	case turno.BusyAppointment:
		store.FreeIn(b, p)
		if p.StartsAt.Before(t.off.StartsAt) {
			p.EndsAt = t.off.StartsAt
			store.ClaimIn(b, nil, p)
		}
	case turno.BusyTimeOff:
	}
}

// checkInterval says what is wrong with an interval that somebody typed.
func checkInterval(i turno.Interval, longest time.Duration) error {
	switch {
	case i.StartsAt.IsZero():
		return turno.Invalid(turno.FieldError{Location: "body.starts_at", Message: "Say when it begins."})
	case !i.StartsAt.Before(i.EndsAt):
		return turno.Invalid(turno.FieldError{Location: "body.ends_at", Message: "It must end after it begins."})
	case i.Duration() > longest:
		return turno.Invalid(turno.FieldError{Location: "body.ends_at", Message: "This is too long."})
	}
	return nil
}
