package ui

import (
	"time"

	"github.com/a-h/templ"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/locale"
)

// Standing is how a visit stands, as people see it: a visit that was missed is
// not one that was called off.
type Standing string

// The standings.
const (
	Requested Standing = "requested"
	Confirmed Standing = "confirmed"
	Completed Standing = "completed"
	Cancelled Standing = "cancelled"
	Expired   Standing = "expired"
	Missed    Standing = "missed"
)

// StandingOf is how the visit stands.
func StandingOf(a turno.Appointment) Standing {
	switch a.Status {
	case turno.StatusPending:
		return Requested
	case turno.StatusConfirmed:
		return Confirmed
	case turno.StatusCompleted:
		return Completed
	default:
		return cancelled(a.CancellationKind)
	}
}

func cancelled(kind turno.CancellationKind) Standing {
	switch kind {
	case turno.CancelledNoShow:
		return Missed
	case turno.CancelledExpired:
		return Expired
	default:
		return Cancelled
	}
}

func (s Standing) icon() IconName {
	switch s {
	case Requested:
		return IconWaiting
	case Confirmed:
		return IconCheck
	case Completed:
		return IconDone
	case Missed:
		return IconMissed
	case Expired:
		return IconClock
	default:
		return IconStop
	}
}

// Name is what people read, in the reader's language; the short one is for rows
// that stand close.
func (s Standing) Name(r Reader, short bool) string {
	switch s {
	case Requested:
		if short {
			return r.T("Requested")
		}
		return r.T("Requested, not yet confirmed")
	case Confirmed:
		return r.T("Confirmed")
	case Completed:
		return r.T("Completed")
	case Missed:
		return r.T("Missed")
	case Expired:
		if short {
			return r.T("Expired")
		}
		return r.T("Not confirmed in time")
	default:
		return r.T("Cancelled")
	}
}

// VisitProps describes a visit in a list.
type VisitProps struct {
	At       time.Time
	Ends     time.Time
	Zone     *time.Location // the reader's unless told
	ShowDay  bool           // a block with the day before it
	Who      string         // the other person: the doctor, or the patient
	WhoNote  string         // told after the name: "born 3 February 1990", so that two people never look alike
	What     string         // "First visit · 40 minutes · by video"
	Where    string
	ForWhom  string // when it is not for the reader
	Standing Standing
	Short    bool // short words for the standing
	Href     string
	Icon     IconName // before What
	ID       string
	Actions  templ.Component
}

func (p VisitProps) zone(r Reader) *time.Location {
	if p.Zone != nil {
		return p.Zone
	}
	return r.Zone
}

// DoctorProps describes a doctor in a list.
type DoctorProps struct {
	Name     string
	Href     string
	About    string // "Cardiology · 14 years of experience"
	Where    string
	Rating   float64
	Count    int
	Next     string // "Next: today at 16:40"
	Days     []SlotDay
	Slots    []Slot // instead of days
	Nothing  string // said when there is no time
	MoreHref string // all open times
	Level    int    // of the name's heading: 2 unless told
}

func (p DoctorProps) level() int {
	if p.Level == 0 {
		return 2
	}
	return p.Level
}

// ModeIcon stands for how a visit takes place; "" for one at the clinic.
func ModeIcon(m turno.VisitMode) IconName {
	switch m {
	case turno.ModePhone:
		return IconPhone
	case turno.ModeVideo:
		return IconVideo
	default:
		return ""
	}
}

// ModeName is how a visit takes place, in the reader's language.
func ModeName(w *locale.Words, m turno.VisitMode) string {
	switch m {
	case turno.ModePhone:
		return w.T("by phone")
	case turno.ModeVideo:
		return w.T("by video")
	default:
		return w.T("at the clinic")
	}
}

// ModeNote follows another note, " · by video"; "" for a visit at the clinic, as
// one expects.
func ModeNote(w *locale.Words, m turno.VisitMode) string {
	if m == turno.ModeInPerson {
		return ""
	}
	return " · " + ModeName(w, m)
}
