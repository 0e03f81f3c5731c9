package turno

import (
	"time"

	"github.com/google/uuid"
)

// BusyKind says what makes somebody busy.
type BusyKind string

// The kinds. FHIR and iCalendar call them busy, busy-tentative and
// busy-unavailable.
const (
	BusyAppointment BusyKind = "appointment"
	BusyHold        BusyKind = "hold"
	BusyTimeOff     BusyKind = "time_off"
)

// BusyPeriod is time that a doctor or a patient has given away. The database
// refuses two that overlap for one owner: that is the promise Turno exists for.
type BusyPeriod struct {
	OwnerID uuid.UUID
	Interval
	Kind          BusyKind
	AppointmentID *uuid.UUID
	HoldID        *uuid.UUID
	TimeOffID     *uuid.UUID
	ExpiresAt     *time.Time // of a hold: from then on the time is free again
}

// CauseID is the visit, hold or time off that the period is for.
func (p BusyPeriod) CauseID() uuid.UUID {
	for _, id := range []*uuid.UUID{p.AppointmentID, p.HoldID, p.TimeOffID} {
		if id != nil {
			return *id
		}
	}
	return uuid.Nil
}

// Expired reports whether p is a hold that nobody need respect any more.
func (p BusyPeriod) Expired(now time.Time) bool {
	return p.ExpiresAt != nil && !now.Before(*p.ExpiresAt)
}

// Hold keeps a slot for somebody who is still filling in the form.
type Hold struct {
	ID          uuid.UUID
	DoctorID    uuid.UUID
	VisitTypeID *uuid.UUID
	Interval
	HolderID  uuid.UUID // a user, or an anonymous browser session
	Anonymous bool
	ExpiresAt time.Time
}

// HoldLifetime is how long a hold keeps its time.
const HoldLifetime = 5 * time.Minute

// TimeOff is time in which a doctor sees nobody.
type TimeOff struct {
	ID       uuid.UUID
	DoctorID uuid.UUID
	Interval
	Reason    string
	CreatedAt time.Time
}
