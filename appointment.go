package turno

import (
	"time"

	"github.com/google/uuid"
)

// Appointment is a visit, from the request until long after it happened.
type Appointment struct {
	ID          uuid.UUID
	PatientID   uuid.UUID
	DoctorID    uuid.UUID
	ScheduledAt time.Time
	EndsAt      time.Time // fixed at booking
	Status      Status
	VisitTypeID *uuid.UUID
	LocationID  *uuid.UUID // copied at booking
	BookedBy    *uuid.UUID // nil after an import
	Reason      string     // the patient's words; encrypted at rest
	Sequence    int        // rises with every change (RFC 5545, section 3.8.7.4)

	CancellationKind   CancellationKind // empty unless cancelled
	CancelledAt        *time.Time
	CancelledBy        *uuid.UUID // nil: the system
	CancellationReason string     // encrypted at rest

	ComingAt *time.Time // when somebody said to be coming, at this time; nil: nobody has

	CreatedAt time.Time
	UpdatedAt time.Time
}

// Interval is the time of the visit, without any buffer after it.
func (a Appointment) Interval() Interval { return Interval{a.ScheduledAt, a.EndsAt} }

// Status is where a visit is in its life.
type Status string

// The statuses.
const (
	StatusPending   Status = "pending"
	StatusConfirmed Status = "confirmed"
	StatusCompleted Status = "completed"
	StatusCancelled Status = "cancelled"
)

// Statuses lists them in the order of a visit's life.
func Statuses() []Status {
	return []Status{StatusPending, StatusConfirmed, StatusCompleted, StatusCancelled}
}

// Open reports whether the visit is still to come about: it occupies its time.
func (s Status) Open() bool { return s == StatusPending || s == StatusConfirmed }

// CancellationKind says how a visit came to be cancelled.
type CancellationKind string

// The kinds of cancellation.
const (
	CancelledByPatient  CancellationKind = "patient"
	CancelledByPractice CancellationKind = "practice"
	CancelledExpired    CancellationKind = "expired" // nobody confirmed it in time
	CancelledNoShow     CancellationKind = "no_show" // the patient did not come
)

// The life of a visit:
//
//	pending -> confirmed | cancelled
//	confirmed -> completed | cancelled
//	completed <-> no_show, as a correction
//
// Each method below returns the visit as it will be, or a KindConflict error
// with CodeInvalidTransition. Who may ask is policy's business, not theirs.

// Confirmed is the visit after the practice agreed to it.
func (a Appointment) Confirmed(now time.Time) (Appointment, error) {
	switch {
	case a.Status != StatusPending:
		return a, invalidTransition(a.standing())
	case !now.Before(a.EndsAt):
		return a, invalidTransition("This visit is over, so it can no longer be confirmed.")
	}
	a.Status = StatusConfirmed
	return a.changed(now), nil
}

// Completed is the visit after the patient came. correctable says whether a
// missed visit may still be corrected: until the end of the next day in the
// doctor's zone, while nobody rated it.
func (a Appointment) Completed(now time.Time, correctable bool) (Appointment, error) {
	missed := a.Status == StatusCancelled && a.CancellationKind == CancelledNoShow
	switch {
	case now.Before(a.ScheduledAt):
		return a, invalidTransition("This visit has not begun yet, so it can't be completed.")
	case missed && !correctable:
		return a, invalidTransition("It is too late to correct this visit.")
	case a.Status != StatusConfirmed && !missed:
		return a, invalidTransition(a.standing())
	}
	a.Status = StatusCompleted
	a.CancellationKind, a.CancelledAt, a.CancelledBy, a.CancellationReason = "", nil, nil, ""
	return a.changed(now), nil
}

// Missed is the visit after the patient did not come: cancelled, of kind
// no_show. correctable is as for Completed.
func (a Appointment) Missed(now time.Time, by uuid.UUID, correctable bool) (Appointment, error) {
	switch {
	case now.Before(a.ScheduledAt):
		return a, invalidTransition("This visit has not begun yet, so nobody can have missed it.")
	case a.Status == StatusCompleted && !correctable:
		return a, invalidTransition("It is too late to correct this visit.")
	case a.Status != StatusConfirmed && a.Status != StatusCompleted:
		return a, invalidTransition(a.standing())
	}
	return a.cancelled(now, CancelledNoShow, &by, ""), nil
}

// Cancelled is the visit after it was called off. A patient may do so until the
// visit starts, the practice until it is completed; the system (by nil, kind
// expired) when a request was never confirmed and its time has passed.
func (a Appointment) Cancelled(now time.Time, kind CancellationKind, by *uuid.UUID, reason string) (Appointment, error) {
	switch {
	case !a.Status.Open():
		return a, invalidTransition(a.standing())
	case kind == CancelledByPatient && !now.Before(a.ScheduledAt):
		return a, invalidTransition("This visit has begun, so it can no longer be cancelled here. Please call the practice.")
	case kind == CancelledExpired && (a.Status != StatusPending || now.Before(a.EndsAt)):
		return a, invalidTransition("Only a request whose time has passed can expire.")
	}
	return a.cancelled(now, kind, by, reason), nil
}

// Moved is the visit at another time, of the same length. byPatient says that
// the patient or a proxy asks: then it must not have begun, and a confirmed
// visit needs to be confirmed again unless the doctor confirms automatically.
func (a Appointment) Moved(now, to time.Time, byPatient, autoConfirm bool) (Appointment, error) {
	switch {
	case !a.Status.Open():
		return a, invalidTransition(a.standing())
	case byPatient && !now.Before(a.ScheduledAt):
		return a, invalidTransition("This visit has begun, so it can no longer be moved here. Please call the practice.")
	}
	length := a.EndsAt.Sub(a.ScheduledAt)
	a.ScheduledAt, a.EndsAt = to, to.Add(length)
	switch {
	case byPatient && autoConfirm:
		a.Status = StatusConfirmed
	case byPatient:
		a.Status = StatusPending
	}
	return a.changed(now), nil
}

// CorrectableUntil is the end of the day after the visit, in the doctor's zone:
// until then came and did not come can be swapped.
func (a Appointment) CorrectableUntil(loc *time.Location) time.Time {
	return DateOf(a.ScheduledAt, loc).AddDays(2).At(0, loc)
}

func (a Appointment) cancelled(now time.Time, kind CancellationKind, by *uuid.UUID, reason string) Appointment {
	a.Status, a.CancellationKind, a.CancelledAt = StatusCancelled, kind, &now
	a.CancelledBy, a.CancellationReason = by, reason
	return a.changed(now)
}

func (a Appointment) changed(now time.Time) Appointment {
	a.Sequence++
	a.UpdatedAt = now
	return a
}

// standing says where the visit stands, to somebody who wanted what can't be done
// from there.
func (a Appointment) standing() string {
	switch {
	case a.CancellationKind == CancelledNoShow:
		return "This visit is marked as missed already."
	case a.Status == StatusPending:
		return "This visit is not confirmed yet."
	case a.Status == StatusConfirmed:
		return "This visit is confirmed already."
	case a.Status == StatusCompleted:
		return "This visit is completed already."
	}
	return "This visit is cancelled already."
}

func invalidTransition(message string) *Error {
	return Conflict(CodeInvalidTransition, message)
}
