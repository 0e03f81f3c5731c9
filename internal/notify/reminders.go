package notify

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// reminderDue is the event that somebody is to be reminded of a visit.
const reminderDue = "appointment.reminder"

// lead is how long before a visit people are reminded of it.
func (k Kind) lead() time.Duration {
	if k == KindReminderDay {
		return 24 * time.Hour
	}
	return 2 * time.Hour
}

// Nobody is written to in the night: what would come then comes the evening before.
const (
	nightFalls = turno.Clock(21 * 60)
	nightEnds  = turno.Clock(7 * 60)
	evening    = turno.Clock(20*60 + 30)
)

// reminderEvent asks to remind of a visit at a time. Once the visit is at another it
// means nothing.
type reminderEvent struct {
	AppointmentID uuid.UUID `json:"appointment_id"`
	Kind          Kind      `json:"kind"`
	ScheduledAt   int64     `json:"scheduled_at"` // Unix seconds
}

// planReminder leaves an event for the next reminder of a visit, the one that comes
// first of those still to come; that one plans the other. One of a visit that was
// booked or moved inside its lead would only repeat what was just told.
func (s *Service) planReminder(tx *sqldb.Tx, v store.VisitNews) error {
	zone := s.zone(v.Patient.TimeZone, v.DoctorZone)
	for _, kind := range []Kind{KindReminderDay, KindReminderSoon} {
		if due := awake(v.ScheduledAt.Add(-kind.lead()), zone); tx.Now.Before(due) {
			return enqueueReminder(tx, reminderEvent{v.ID, kind, v.ScheduledAt.Unix()}, due)
		}
	}
	return nil
}

func enqueueReminder(tx *sqldb.Tx, e reminderEvent, due time.Time) error {
	return store.Enqueue(tx, store.Event{
		ID: turno.NewID(), Name: reminderDue, RunAt: due,
		Key:     fmt.Sprintf("%s/%s/%s/%d/%d", reminderDue, e.AppointmentID, e.Kind, e.ScheduledAt, due.Unix()),
		Payload: fmt.Sprintf(`{"appointment_id":%q,"kind":%q,"scheduled_at":%d}`, e.AppointmentID, e.Kind, e.ScheduledAt),
	})
}

// awake is the time itself, or the evening before when it falls into the night.
func awake(at time.Time, zone *time.Location) time.Time {
	day := turno.DateOf(at, zone)
	switch {
	case at.Before(day.At(nightEnds, zone)):
		return day.AddDays(-1).At(evening, zone)
	case !at.Before(day.At(nightFalls, zone)):
		return day.At(evening, zone)
	}
	return at
}

// afterNight is the time itself, or the morning after when it falls into the night.
func afterNight(at time.Time, zone *time.Location) time.Time {
	day := turno.DateOf(at, zone)
	switch {
	case at.Before(day.At(nightEnds, zone)):
		return day.At(nightEnds, zone)
	case !at.Before(day.At(nightFalls, zone)):
		return day.AddDays(1).At(nightEnds, zone)
	}
	return at
}

// remind makes the mails of a reminder, if the visit is still to come about at its
// time. One that comes late, because nothing ran, waits for the morning, or is left
// out when the next reminder is near.
func (s *Service) remind(tx *sqldb.Tx, payload string) error {
	var event reminderEvent
	if err := decode(payload, &event); err != nil {
		return err
	}
	v, found, err := store.VisitNewsByID(tx, event.AppointmentID)
	if err != nil || !found || !v.Status.Open() || v.ScheduledAt.Unix() != event.ScheduledAt || !tx.Now.Before(v.ScheduledAt) {
		return err
	}
	zone := s.zone(v.Patient.TimeZone, v.DoctorZone)
	if event.Kind == KindReminderDay {
		next := reminderEvent{v.ID, KindReminderSoon, event.ScheduledAt} // also when it is late
		if err := enqueueReminder(tx, next, awake(v.ScheduledAt.Add(-next.Kind.lead()), zone)); err != nil {
			return err
		}
		if v.ScheduledAt.Sub(tx.Now) < KindReminderSoon.lead()+time.Hour {
			return nil
		}
	}
	if morning := afterNight(tx.Now, zone); !morning.Equal(tx.Now) {
		if !morning.Before(v.ScheduledAt) {
			return nil
		}
		return enqueueReminder(tx, event, morning)
	}
	at := strconv.FormatInt(event.ScheduledAt, 10)
	return insertVisitMails(tx, event.Kind, v, at, at)
}
