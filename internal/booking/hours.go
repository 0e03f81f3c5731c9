package booking

import (
	"context"
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

// Availability lists a doctor's weekly hours, Monday first.
func (s *Service) Availability(ctx context.Context, c policy.Caller, doctorID uuid.UUID) ([]turno.Availability, error) {
	if err := policy.Check(c, policy.ReadAvailability, 0); err != nil {
		return nil, err
	}
	var calendar store.Calendar
	err := s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		calendar, err = visibleCalendar(tx, c, doctorID)
		return err
	})
	sortWeek(calendar.Weekly)
	return calendar.Weekly, err
}

// visibleCalendar reads a calendar now, unless it is hidden from the caller
// because the doctor can't be booked.
func visibleCalendar(tx *sqldb.Tx, c policy.Caller, doctorID uuid.UUID) (store.Calendar, error) {
	calendar, err := store.CalendarOf(tx, doctorID, tx.Now, tx.Now)
	if err != nil {
		return calendar, err
	}
	if !calendar.Bookable && !c.Is(doctorID) && !c.IsStaff() {
		return store.Calendar{}, turno.NotFound("doctor")
	}
	return calendar, nil
}

// ReplaceAvailability makes the windows a doctor's whole week. Visits that now
// lie outside stay; they are returned.
func (s *Service) ReplaceAvailability(ctx context.Context, c policy.Caller, doctorID uuid.UUID, week []turno.Availability) ([]turno.Availability, []turno.Appointment, error) {
	if err := policy.Check(c, policy.WriteAvailability, ownCalendar(c, doctorID)); err != nil {
		return nil, nil, err
	}
	if err := checkWeek(week); err != nil {
		return nil, nil, err
	}
	week = weekOf(doctorID, week)
	var outside []turno.Appointment
	err := s.changeCalendar(ctx, c, doctorID, "availability", turno.AuditUpdate, doctorID, func(tx *sqldb.Tx) error {
		if err := store.ReplaceAvailability(tx, doctorID, week); err != nil {
			return err
		}
		var err error
		outside, err = s.outside(tx, doctorID)
		return err
	})
	return week, outside, err
}

// weekOf is the windows as a doctor's own.
func weekOf(doctorID uuid.UUID, windows []turno.Availability) []turno.Availability {
	week := slices.Clone(windows)
	for i := range week {
		week[i].ID, week[i].DoctorID = turno.NewID(), doctorID
	}
	sortWeek(week)
	return week
}

// maxWindows bounds a week, so that computing slots stays quick.
const maxWindows = 7 * 12

func checkWeek(week []turno.Availability) error {
	if len(week) > maxWindows {
		return turno.Invalid(turno.FieldError{Location: "body", Message: fmt.Sprintf("A week has at most %d windows.", maxWindows)})
	}
	var fields []turno.FieldError
	add := func(i int, field, message string) {
		fields = append(fields, turno.FieldError{Location: fmt.Sprintf("body[%d].%s", i, field), Message: message})
	}
	for i, w := range week {
		switch {
		case !w.DayOfWeek.Valid():
			add(i, "day_of_week", "A day is one of Monday to Sunday.")
		case w.StartTime < 0 || w.EndTime > turno.EndOfDay || w.StartTime >= w.EndTime:
			add(i, "end_time", "A window must end after it starts, at 24:00 at the latest.")
		case w.ReleaseMinutes != nil && (*w.ReleaseMinutes < 0 || *w.ReleaseMinutes > 365*24*60):
			add(i, "release_minutes", "This is between 0 and 525600.")
		}
		for _, other := range week[:i] {
			if w.DayOfWeek == other.DayOfWeek && w.StartTime < other.EndTime && other.StartTime < w.EndTime {
				add(i, "start_time", fmt.Sprintf("This overlaps %s to %s on the same day.", other.StartTime, other.EndTime))
				break
			}
		}
	}
	if len(fields) > 0 {
		return turno.Invalid(fields...)
	}
	return nil
}

// ExtraHours lists a doctor's one-off openings that are not over, soonest first.
func (s *Service) ExtraHours(ctx context.Context, c policy.Caller, doctorID uuid.UUID) (hours []turno.ExtraHours, err error) {
	if err := policy.Check(c, policy.ReadExtraHours, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		if _, err := visibleCalendar(tx, c, doctorID); err != nil {
			return err
		}
		hours, err = store.ExtraHoursFrom(tx, doctorID)
		return err
	})
	return hours, err
}

// AddExtraHours opens time beside the weekly hours. Openings of one doctor can't
// overlap.
func (s *Service) AddExtraHours(ctx context.Context, c policy.Caller, doctorID uuid.UUID, when turno.Interval) (turno.ExtraHours, error) {
	if err := policy.Check(c, policy.WriteExtraHours, ownCalendar(c, doctorID)); err != nil {
		return turno.ExtraHours{}, err
	}
	if err := checkInterval(when, 24*time.Hour); err != nil {
		return turno.ExtraHours{}, err
	}
	hours := turno.ExtraHours{ID: turno.NewID(), DoctorID: doctorID,
		Interval: turno.Interval{StartsAt: turno.Instant(when.StartsAt), EndsAt: turno.Instant(when.EndsAt)}}
	err := s.changeCalendar(ctx, c, doctorID, "extra_hours", turno.AuditCreate, hours.ID, func(tx *sqldb.Tx) error {
		if !tx.Now.Before(hours.EndsAt) {
			return turno.Invalid(turno.FieldError{Location: "body.ends_at", Message: "This time is over already."})
		}
		added, err := store.InsertExtraHours(tx, hours)
		if err == nil && !added {
			err = turno.Conflict(turno.CodeConflict, "There are extra hours at this time already.")
		}
		return err
	})
	if err != nil {
		return turno.ExtraHours{}, err
	}
	return hours, nil
}

// DeleteExtraHours closes a one-off opening. Visits in it stay.
func (s *Service) DeleteExtraHours(ctx context.Context, c policy.Caller, id uuid.UUID) error {
	if err := policy.Admit(c, policy.WriteExtraHours); err != nil {
		return err
	}
	var hours turno.ExtraHours
	err := s.db.Read(ctx, func(tx *sqldb.Tx) error {
		var found bool
		var err error
		if hours, found, err = store.ExtraHoursByID(tx, id); err == nil && !found {
			err = turno.NotFound("opening")
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := policy.Check(c, policy.WriteExtraHours, ownCalendar(c, hours.DoctorID)); err != nil {
		return err
	}
	return s.changeCalendar(ctx, c, hours.DoctorID, "extra_hours", turno.AuditDelete, id, func(tx *sqldb.Tx) error {
		return store.DeleteExtraHours(tx, id)
	})
}

// changeCalendar changes the rules that a doctor is booked by, alone on the
// calendar, so that no visit is accepted under the old ones afterwards.
func (s *Service) changeCalendar(ctx context.Context, c policy.Caller, doctorID uuid.UUID, entity string, action turno.AuditAction, id uuid.UUID, change func(*sqldb.Tx) error) error {
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(doctorID); err != nil {
			return err
		}
		if err := store.BumpCalendar(tx, doctorID); err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{ActionBy: c.ID(), Action: action,
			Entity: entity, EntityID: id.String(), SubjectID: &doctorID})
	})
	if err == nil {
		s.changed(doctorID)
	}
	return err
}

// everAfter is beyond every visit and every opening.
const everAfter = 10 * 366 * 24 * time.Hour

// outside lists the coming visits that the hours no longer cover.
func (s *Service) outside(tx *sqldb.Tx, doctorID uuid.UUID) ([]turno.Appointment, error) {
	calendar, err := store.CalendarOf(tx, doctorID, tx.Now, tx.Now.Add(everAfter))
	if err != nil {
		return nil, err
	}
	rules, err := s.zones.Rules(&calendar)
	if err != nil {
		return nil, err
	}
	sealed, err := store.OpenVisitsBetween(tx, doctorID, tx.Now, tx.Now.Add(everAfter))
	if err != nil {
		return nil, err
	}
	visits, err := s.openAll(sealed)
	if err != nil {
		return nil, err
	}
	times := make([]turno.Interval, len(visits))
	for i, v := range visits {
		times[i] = v.Interval()
	}
	var outside []turno.Appointment
	for _, i := range schedule.Outside(rules, times) {
		outside = append(outside, visits[i])
	}
	return outside, nil
}
