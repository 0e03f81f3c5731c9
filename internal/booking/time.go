package booking

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// walkInGrace is how long ago a visit that the practice books may have begun.
const walkInGrace = 60 * time.Minute

// farFuture is as far ahead as the practice books.
const farFuture = 5 * 366 * 24 * time.Hour

// checkTime says whether a visit of this length may begin at start: at an
// offered slot for a patient, at any free time for the practice. busy is the
// doctor's blocking time around it. The errors are turno.CodeNotOffered when no
// freeing of time would help, else turno.CodeSlotTaken.
func checkTime(r schedule.Rules, busy []turno.Interval, start time.Time, minutes int, practice bool, now time.Time) error {
	if practice {
		return checkAnyTime(r, busy, start, minutes, now)
	}
	query := schedule.Query{Now: now, Minutes: minutes}
	switch {
	case schedule.Offered(r, busy, start, query):
		return nil
	case schedule.Offered(r, nil, start, query):
		return notFree(busy, start)
	case isStart(r, start, now):
		return fmt.Errorf("%w: %w", errTooShort, notOffered("The doctor's hours end too soon for this visit. Please choose one of the open times."))
	}
	return notOffered("The doctor offers no visit at this time. Please choose one of the open times.")
}

// isStart reports whether a visit of some length may begin then.
func isStart(r schedule.Rules, start, now time.Time) bool {
	return schedule.Offered(r, nil, start, schedule.Query{Now: now, Minutes: 1})
}

// judgedAt is the moment by which somebody's wish for a start is judged: now, or
// while they hold it, when they began to. So a doctor's notice does not run out
// while a form is filled in; nobody books what has begun.
func judgedAt(holds []store.KeptHold, doctorID uuid.UUID, start, now time.Time) time.Time {
	for _, h := range holds {
		if h.DoctorID == doctorID && h.StartsAt.Equal(start) && now.Before(h.ExpiresAt) && now.Before(start) {
			return h.CreatedAt
		}
	}
	return now
}

func checkAnyTime(r schedule.Rules, busy []turno.Interval, start time.Time, minutes int, now time.Time) error {
	length := time.Duration(minutes+r.BufferMinutes) * time.Minute
	wanted := turno.Interval{StartsAt: start, EndsAt: start.Add(length)}
	switch {
	case start.Before(now.Add(-walkInGrace)):
		return notOffered("A visit can begin at most 60 minutes ago.")
	case start.After(now.Add(farFuture)):
		return notOffered("A visit can be at most five years away.")
	}
	for _, taken := range busy {
		if taken.Overlaps(wanted) {
			return notFree(busy, start)
		}
	}
	return nil
}

// notFree tells a start that somebody has from one after which too little is left.
func notFree(busy []turno.Interval, start time.Time) error {
	if slices.ContainsFunc(busy, func(i turno.Interval) bool { return !start.Before(i.StartsAt) && start.Before(i.EndsAt) }) {
		return slotTaken()
	}
	return fmt.Errorf("%w: %w", errTooShort, turno.Conflict(turno.CodeSlotTaken, "This time is too short for this visit. Here are the nearest open times."))
}

// errTooShort goes with a refusal of a start that is free, but not for long enough.
var errTooShort = errors.New("too short")

func slotTaken() error {
	return turno.Conflict(turno.CodeSlotTaken, "This time has just been taken. Here are the nearest open times.")
}

func patientBusy(c policy.Caller, patientID uuid.UUID) error {
	if c.Is(patientID) {
		return turno.Conflict(turno.CodePatientBusy, "You have another visit at this time.")
	}
	return turno.Conflict(turno.CodePatientBusy, "The patient has another visit at this time.")
}

func notOffered(message string) error {
	return &turno.Error{Kind: turno.KindInvalid, Code: turno.CodeNotOffered, Message: message,
		Fields: []turno.FieldError{{Location: "body.scheduled_at", Message: message}}}
}

// visitPeriod is the time that a visit takes from one of its two people: with
// the buffer after it from the doctor, without from the patient.
func visitPeriod(a turno.Appointment, owner uuid.UUID, buffer time.Duration) turno.BusyPeriod {
	return turno.BusyPeriod{
		OwnerID:       owner,
		Interval:      turno.Interval{StartsAt: a.ScheduledAt, EndsAt: a.EndsAt.Add(buffer)},
		Kind:          turno.BusyAppointment,
		AppointmentID: &a.ID,
	}
}

// noteChange adds the trail and the outbox row of a change to a visit. The event
// is "booked", "confirmed", ...
func (s *Service) noteChange(b *sqldb.Batch, now time.Time, c policy.Caller, a turno.Appointment, action turno.AuditAction, event string) {
	store.AuditIn(b, now, turno.AuditEntry{
		ActionBy:  c.ID(),
		Action:    action,
		Entity:    "appointment",
		EntityID:  a.ID.String(),
		SubjectID: &a.PatientID,
		Detail:    detailOf(c, a, event),
	})
	store.EnqueueIn(b, now, store.VisitEvent(a, event))
}

// detailOf is what the trail says of a change to a visit.
func detailOf(c policy.Caller, a turno.Appointment, event string) string {
	detail := "event=" + event + " status=" + string(a.Status)
	if c.ByLink {
		detail += " link"
	}
	return detail
}
