package booking

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// HoursDraft is hours as somebody thinks of saving them.
type HoursDraft struct {
	turno.BookingRules
	Week        []turno.Availability // the whole week, as for ReplaceAvailability
	TimeZone    *string              // IANA name; nil: as it is
	AutoConfirm *bool                // nil: as it is
	Weeks       int                  // how many weeks to preview: 4 unless told, 12 at most
	Version     turno.Version        // Doctor.HoursVersion when it was begun
}

// HoursPreview is what a draft would come to.
type HoursPreview struct {
	Zone  string // IANA name, of the dates and clocks
	Weeks []PreviewWeek
	// Outside are the coming visits that the hours would not cover, the first
	// maxChanges of OutsideCount.
	Outside      []VisitView
	OutsideCount int
}

// PreviewWeek is a real week, Monday first.
type PreviewWeek struct {
	Days []PreviewDay
}

// PreviewDay is what hours come to on one real date.
type PreviewDay = schedule.Day

// Changes reports whether the clocks are changed in the week.
func (w PreviewWeek) Changes() bool {
	return slices.ContainsFunc(w.Days, func(d PreviewDay) bool { return len(d.Changes) > 0 })
}

// clockChangeCount is for how many changes of the clocks, within a year, the
// week is shown too.
const clockChangeCount = 2

// PreviewHours says what hours would come to in the coming weeks, this one first,
// and in those of the next two changes of the clocks, and which visits would lie
// outside. It saves nothing. It is for the doctor and staff.
func (s *Service) PreviewHours(ctx context.Context, c policy.Caller, doctorID uuid.UUID, draft HoursDraft) (preview HoursPreview, err error) {
	if err := policy.Check(c, policy.WriteAvailability, ownCalendar(c, doctorID)); err != nil {
		return HoursPreview{}, err
	}
	if err := draft.check(); err != nil {
		return HoursPreview{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		calendar, err := store.CalendarOf(tx, doctorID, tx.Now.AddDate(0, 0, -8), tx.Now.Add(everAfter))
		if err != nil {
			return err
		}
		draft.apply(&calendar)
		rules, err := s.zones.Rules(&calendar)
		if err != nil {
			return err
		}
		preview = HoursPreview{Zone: calendar.TimeZone, Weeks: previewWeeks(rules, tx.Now, draft.weeks())}
		preview.Outside, preview.OutsideCount, err = s.wouldBeOutside(tx, c, doctorID, rules)
		return err
	})
	if err != nil {
		return HoursPreview{}, err
	}
	return preview, nil
}

func (d HoursDraft) check() error {
	if err := checkWeek(d.Week); err != nil {
		return err
	}
	if fields := d.Check(); len(fields) > 0 {
		return turno.Invalid(fields...)
	}
	if d.TimeZone != nil {
		_, err := zoneNamed("body.time_zone", *d.TimeZone)
		return err
	}
	return nil
}

func (d HoursDraft) weeks() int {
	const usual, most = 4, 12
	if d.Weeks <= 0 {
		return usual
	}
	return min(d.Weeks, most)
}

func (d HoursDraft) apply(c *store.Calendar) {
	c.Weekly = slices.Clone(d.Week)
	sortWeek(c.Weekly)
	set(&c.SlotMinutes, d.SlotMinutes)
	set(&c.BufferMinutes, d.BufferMinutes)
	set(&c.MinNoticeMinutes, d.MinNoticeMinutes)
	set(&c.HorizonDays, d.HorizonDays)
	set(&c.TimeZone, d.TimeZone)
}

func previewWeeks(rules schedule.Rules, now time.Time, count int) []PreviewWeek {
	first := mondayOf(turno.DateOf(now, rules.Zone))
	var mondays []turno.Date
	for i := range count {
		mondays = append(mondays, first.AddDays(7*i))
	}
	for i, change := range schedule.ClockChanges(rules.Zone, now, now.AddDate(1, 0, 0)) {
		monday := mondayOf(change.Date)
		if i < clockChangeCount && !slices.Contains(mondays, monday) {
			mondays = append(mondays, monday)
		}
	}
	weeks := make([]PreviewWeek, len(mondays))
	for i, monday := range mondays {
		weeks[i] = PreviewWeek{Days: schedule.Preview(rules, monday, 7)}
	}
	return weeks
}

func mondayOf(date turno.Date) turno.Date {
	return date.AddDays(turno.Monday.Compare(date.Weekday()))
}

// wouldBeOutside lists the coming visits that hours do not cover, and counts them.
func (s *Service) wouldBeOutside(tx *sqldb.Tx, c policy.Caller, doctorID uuid.UUID, rules schedule.Rules) ([]VisitView, int, error) {
	coming, err := store.OpenVisitTimes(tx, doctorID, tx.Now)
	if err != nil {
		return nil, 0, err
	}
	times := make([]turno.Interval, len(coming))
	for i, v := range coming {
		times[i] = v.Interval
	}
	outside := schedule.Outside(rules, times)
	var ids []uuid.UUID
	for _, i := range outside[:min(len(outside), maxChanges)] {
		ids = append(ids, coming[i].ID)
	}
	if len(ids) == 0 {
		return nil, 0, nil
	}
	details, err := store.ListVisitDetails(tx, store.DetailsFilter{IDs: ids}, c.UserID)
	if err != nil {
		return nil, 0, err
	}
	views, err := s.views(c, details, tx.Now)
	return views, len(outside), err
}
