package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/openings"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Move puts a visit at another time with the same doctor and length. A patient
// moves it to an offered slot, and it needs to be confirmed again unless the
// doctor confirms automatically; the practice moves it to any free time. The
// errors are those of Book.
func (s *Service) Move(ctx context.Context, c policy.Caller, id uuid.UUID, to time.Time) (turno.Appointment, error) {
	return s.move(ctx, c, id, to, nil)
}

// move is Move, if check agrees to it as it is then; nil always does.
func (s *Service) move(ctx context.Context, c policy.Caller, id uuid.UUID, to time.Time, check checkVisit) (turno.Appointment, error) {
	if err := policy.Admit(c, policy.MoveAppointment); err != nil {
		return turno.Appointment{}, err
	}
	if to.IsZero() {
		return turno.Appointment{}, turno.Invalid(turno.FieldError{Location: "body.scheduled_at", Message: "Say when."})
	}
	to = turno.Instant(to)
	var moved, before turno.Appointment
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		t := moveTx{s: s, tx: tx, caller: c, to: to, check: check}
		var err error
		moved, err = t.run(id)
		before = t.visit.Appointment
		return err
	})
	if err != nil {
		want := NewVisit{DoctorID: before.DoctorID, ScheduledAt: to, VisitTypeID: before.VisitTypeID}
		return turno.Appointment{}, s.afterLoss(ctx, c, want, err)
	}
	s.config.Observe(OutcomeMoved)
	s.config.Wake()
	s.changed(moved.DoctorID)
	return moved, nil
}

// checkVisit says what speaks against changing a visit, beside the rules for all.
type checkVisit func(tx *sqldb.Tx, v turno.Appointment) error

// moveTx is one attempt to move, inside its transaction.
type moveTx struct {
	s        *Service
	tx       *sqldb.Tx
	caller   policy.Caller
	to       time.Time
	check    checkVisit // nil: none
	visit    store.VisitFacts
	calendar store.Calendar
}

func (t *moveTx) run(id uuid.UUID) (turno.Appointment, error) {
	if err := t.read(id); err != nil {
		return turno.Appointment{}, err
	}
	practice := forPractice(t.caller, t.visit.DoctorID)
	moved, err := t.visit.Moved(t.tx.Now, t.to, !practice, t.calendar.AutoConfirm)
	switch {
	case err != nil:
		return turno.Appointment{}, err
	case t.to.Equal(t.visit.ScheduledAt): // it is there already
		return t.visit.Appointment, nil
	}
	rules, err := t.s.zones.Rules(&t.calendar)
	if err != nil {
		return turno.Appointment{}, err
	}
	minutes := int(moved.EndsAt.Sub(moved.ScheduledAt) / time.Minute)
	busy := openings.Blocking(t.calendar.Busy, t.tx.Now, t.isOwn)
	if err := checkTime(rules, busy, t.to, minutes, practice, t.tx.Now); err != nil {
		return turno.Appointment{}, err
	}
	return moved, t.write(moved)
}

// read finds the visit, and locks what the move may touch: the doctor's calendar
// first, shared with bookings; or, when the new time overlaps the old one, alone,
// and the patient too; then the visit.
func (t *moveTx) read(id uuid.UUID) error {
	v, err := store.VisitByID(t.tx, id, t.caller.UserID)
	if err != nil {
		return err
	}
	t.visit = v // known to the caller of run also when this fails
	if err := policy.Check(t.caller, policy.MoveAppointment, relation(t.caller, v)); err != nil {
		return err
	}
	if err := t.lock(v.Appointment); err != nil {
		return err
	}
	if t.visit, err = store.VisitForUpdate(t.tx, id, t.caller.UserID); err != nil {
		return err
	}
	if !t.visit.ScheduledAt.Equal(v.ScheduledAt) {
		return turno.Conflict(turno.CodeConflict, "This visit has just been moved by somebody else. Please look again.")
	}
	if t.check != nil {
		if err := t.check(t.tx, t.visit.Appointment); err != nil {
			return err
		}
	}
	if t.visit.Appointment, err = t.s.open(t.visit.Visit); err != nil {
		return err
	}
	if t.calendar, err = store.CalendarOf(t.tx, v.DoctorID, t.to, t.to.Add(neighbourhood)); err != nil {
		return err
	}
	if !t.calendar.Bookable {
		return notOffered("The doctor takes no visits at the moment.")
	}
	return nil
}

func (t *moveTx) lock(v turno.Appointment) error {
	if t.overlapsItself(v) {
		return t.tx.Lock(v.DoctorID, v.PatientID)
	}
	return t.tx.ShareLock(v.DoctorID)
}

// overlapsItself reports whether the new time, with any buffer after either,
// may share time with the old one.
func (t *moveTx) overlapsItself(v turno.Appointment) bool {
	length := v.EndsAt.Sub(v.ScheduledAt) + longestBuffer
	return t.to.Before(v.ScheduledAt.Add(length)) && v.ScheduledAt.Before(t.to.Add(length))
}

func (t *moveTx) isOwn(p turno.BusyPeriod) bool {
	return p.AppointmentID != nil && *p.AppointmentID == t.visit.ID
}

// write claims the new time, then frees the old one: the other way round two
// moves could wait for each other. Only over its own time a visit frees first,
// alone on the calendar.
func (t *moveTx) write(moved turno.Appointment) error {
	var updated, doctorFree, patientFree int64
	buffer := time.Duration(t.calendar.BufferMinutes) * time.Minute
	period := visitPeriod(moved, moved.DoctorID, buffer)
	freeFirst := t.overlapsItself(t.visit.Appointment)

	b := t.tx.Batch()
	t.clearExpired(b, period.Interval)
	if freeFirst {
		store.FreeVisitIn(b, t.visit.Appointment)
	}
	store.ClaimIn(b, &doctorFree, period)
	store.ClaimIn(b, &patientFree, visitPeriod(moved, moved.PatientID, 0))
	if !freeFirst {
		store.FreeVisitIn(b, t.visit.Appointment)
	}
	store.UpdateVisitIn(b, &updated, t.s.sealed(moved))
	t.s.noteChange(b, t.tx.Now, t.caller, moved, turno.AuditUpdate, "moved")
	store.VisitChangedIn(b, turno.NewID(), t.visit.ScheduledAt, moved.CreatedAt)
	store.VisitChangedIn(b, turno.NewID(), moved.ScheduledAt, moved.CreatedAt)
	if err := b.Run(); err != nil {
		return fmt.Errorf("move a visit: %w", err)
	}
	switch {
	case updated == 0:
		return turno.Conflict(turno.CodeConflict, "This visit has just been changed by somebody else. Please look again.")
	case doctorFree == 0:
		return slotTaken()
	case patientFree == 0:
		return patientBusy(t.caller, moved.PatientID)
	}
	return nil
}

func (t *moveTx) clearExpired(b *sqldb.Batch, wanted turno.Interval) {
	for _, p := range overlapping(t.calendar.Busy, wanted) {
		if p.Expired(t.tx.Now) {
			store.ClearExpiredIn(b, p, t.tx.Now)
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
