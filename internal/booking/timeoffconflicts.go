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

// TimeOffConflicts is the visits in the way of time off.
type TimeOffConflicts struct {
	turno.Interval                    // from now on, where it would have begun earlier
	Visits         []ConflictingVisit // in order of their time, the first maxChanges of Count
	Count          int
	Unlisted       []uuid.UUID // the others of Count
}

// ConflictingVisit is a visit in the way, with up to three open times near it
// that it could be moved to.
type ConflictingVisit struct {
	VisitView
	Alternatives []turno.Interval
}

// TimeOffConflicts lists the visits in the way of time off that a doctor thinks
// of taking. The alternatives are slots that the practice can book, at which the
// patient has no other visit; as far as they go no two visits are offered the
// same. It is for the doctor and staff.
func (s *Service) TimeOffConflicts(ctx context.Context, c policy.Caller, doctorID uuid.UUID, when turno.Interval) (conflicts TimeOffConflicts, err error) {
	if err := policy.Check(c, policy.WriteTimeOff, ownCalendar(c, doctorID)); err != nil {
		return TimeOffConflicts{}, err
	}
	if err := checkInterval(when, longestTimeOff); err != nil {
		return TimeOffConflicts{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		off, err := timeOffFrom(tx.Now, turno.Interval{StartsAt: turno.Instant(when.StartsAt), EndsAt: turno.Instant(when.EndsAt)})
		if err != nil {
			return err
		}
		conflicts = TimeOffConflicts{Interval: off}
		return s.findConflicts(tx, c, doctorID, &conflicts)
	})
	if err != nil {
		return TimeOffConflicts{}, err
	}
	return conflicts, nil
}

func (s *Service) findConflicts(tx *sqldb.Tx, c policy.Caller, doctorID uuid.UUID, conflicts *TimeOffConflicts) error {
	details, err := store.ListVisitDetails(tx, store.DetailsFilter{Doctors: []uuid.UUID{doctorID},
		Statuses: openStatuses(), Since: conflicts.StartsAt, To: conflicts.EndsAt}, c.UserID)
	if err != nil {
		return err
	}
	conflicts.Count = len(details)
	for _, d := range details[min(len(details), maxChanges):] {
		conflicts.Unlisted = append(conflicts.Unlisted, d.ID)
	}
	views, err := s.views(c, details[:min(len(details), maxChanges)], tx.Now)
	if err != nil || len(views) == 0 {
		return err
	}
	alternatives, err := s.spread(tx, doctorID, conflicts.Interval, views)
	if err != nil {
		return err
	}
	for i, v := range views {
		conflicts.Visits = append(conflicts.Visits, ConflictingVisit{VisitView: v, Alternatives: alternatives[i]})
	}
	return nil
}

// spreadReach is how far before and after time off alternatives are looked for.
const spreadReach = 30 * 24 * time.Hour

// spread finds open times for visits outside of the time off.
func (s *Service) spread(tx *sqldb.Tx, doctorID uuid.UUID, off turno.Interval, visits []VisitView) ([][]turno.Interval, error) {
	from, to := later(off.StartsAt.Add(-spreadReach), tx.Now), off.EndsAt.Add(spreadReach)
	calendar, err := store.CalendarOf(tx, doctorID, from, to.Add(neighbourhood))
	if err != nil {
		return nil, err
	}
	rules, err := s.zones.Rules(&calendar)
	if err != nil {
		return nil, err
	}
	patients := make([]uuid.UUID, len(visits))
	for i, v := range visits {
		patients[i] = v.PatientID
	}
	elsewhere, err := store.BusyOf(tx, patients, from, to.Add(neighbourhood))
	if err != nil {
		return nil, err
	}
	busy := openings.Blocking(calendar.Busy, tx.Now, nil)
	open := map[int][]turno.Interval{} // by the length in minutes
	displaced := make([]schedule.Displaced, len(visits))
	for i, v := range visits {
		minutes := int(v.EndsAt.Sub(v.ScheduledAt) / time.Minute)
		if _, known := open[minutes]; !known && calendar.Bookable {
			query := schedule.Query{Now: tx.Now, ForStaff: true, Minutes: minutes}
			open[minutes] = slotsAround(rules, busy, query, from, to, off)
		}
		displaced[i] = schedule.Displaced{StartsAt: v.ScheduledAt, Open: open[minutes], Busy: otherBusy(elsewhere[v.PatientID], v.ID)}
	}
	return schedule.Spread(displaced, time.Duration(calendar.BufferMinutes)*time.Minute, alternativeCount), nil
}

// slotsAround is the open slots in [from, to) that lie wholly before or after the
// time off, with the buffer that follows them.
func slotsAround(rules schedule.Rules, busy []turno.Interval, query schedule.Query, from, to time.Time, off turno.Interval) []turno.Interval {
	query.From, query.To = from, off.StartsAt
	var open []turno.Interval
	buffer := time.Duration(rules.BufferMinutes) * time.Minute
	for _, slot := range schedule.Slots(rules, busy, query) {
		if !slot.EndsAt.Add(buffer).After(off.StartsAt) {
			open = append(open, slot)
		}
	}
	query.From, query.To = off.EndsAt, to
	return schedule.AppendSlots(open, rules, busy, query)
}

// otherBusy is the time of a patient that is taken by others than the visit.
func otherBusy(periods []turno.BusyPeriod, visit uuid.UUID) []turno.Interval {
	var busy []turno.Interval
	for _, p := range periods {
		if p.CauseID() != visit {
			busy = append(busy, p.Interval)
		}
	}
	return busy
}

func timeOffIsOver() error {
	return turno.Invalid(turno.FieldError{Location: "body.ends_at", Message: "This time is over already."})
}
