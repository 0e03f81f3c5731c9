package booking

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// SlotWeekQuery asks for a doctor's open times by day.
type SlotWeekQuery struct {
	DoctorID    uuid.UUID
	VisitTypeID *uuid.UUID // nil: the doctor's slot length
	Minutes     int        // if not 0: this length instead, of a visit that there is already
	From        turno.Date // zero: today
	Days        int        // 7 unless told, 31 at most
	Zone        string     // IANA name of the days and of today; empty: the doctor's
}

// SlotWeek is a doctor's open times by day.
type SlotWeek struct {
	Zone string // IANA name, of the days
	From turno.Date
	Days []SlotDay // every day, also those without an open time
	// Next is the soonest open time after these days when they have none; nil
	// when there is none before the doctor's horizon either.
	Next *turno.Interval
}

// SlotDay is the open times of one day, soonest first.
type SlotDay struct {
	Date  turno.Date
	Slots []turno.Interval
}

// SlotWeek lists a doctor's open times by local day, as Slots does by instant.
func (s *Service) SlotWeek(ctx context.Context, c policy.Caller, q SlotWeekQuery) (week SlotWeek, err error) {
	if err := policy.Check(c, policy.ReadSlots, 0); err != nil {
		return SlotWeek{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		week, err = s.slotWeek(tx, c, q)
		return err
	})
	if err != nil {
		return SlotWeek{}, err
	}
	return week, nil
}

func (s *Service) slotWeek(tx *sqldb.Tx, c policy.Caller, q SlotWeekQuery) (SlotWeek, error) {
	calendar, err := store.CalendarOf(tx, q.DoctorID, tx.Now, tx.Now)
	if err != nil {
		return SlotWeek{}, err
	}
	if !calendar.Bookable {
		return SlotWeek{}, turno.NotFound("doctor")
	}
	if q.Zone == "" {
		q.Zone = calendar.TimeZone
	}
	zone, err := zoneNamed("query.time_zone", q.Zone)
	if err != nil {
		return SlotWeek{}, err
	}
	query := schedule.Query{Now: tx.Now, ForStaff: forPractice(c, q.DoctorID)}
	if query.Minutes = q.Minutes; query.Minutes == 0 {
		if query.Minutes, err = minutesOf(tx, q.DoctorID, q.VisitTypeID, query.ForStaff); err != nil {
			return SlotWeek{}, err
		}
	}
	week := SlotWeek{Zone: q.Zone, From: q.From}
	if week.From.IsZero() {
		week.From = turno.DateOf(tx.Now, zone)
	}
	days := daysOf(q.Days)
	end := week.From.AddDays(days).At(0, zone)
	query.From, query.To = later(week.From.At(0, zone), tx.Now), end
	slots, err := s.slotsOf(tx, q.DoctorID, query)
	if err != nil {
		return SlotWeek{}, err
	}
	week.Days = everyDay(week.From, days, SlotDays(slots, zone))
	if len(slots) > 0 {
		return week, nil
	}
	query.From, query.To, query.Limit = later(end, tx.Now), lastStart(&calendar, query.ForStaff, tx.Now, end), 1
	if slots, err = s.slotsOf(tx, q.DoctorID, query); len(slots) > 0 {
		week.Next = &slots[0]
	}
	return week, err
}

// daysOf is the wanted number of days within what is given at once.
func daysOf(days int) int {
	const usual, most = 7, 31
	if days <= 0 {
		return usual
	}
	return min(days, most)
}

// lastStart is until when it is worth looking for an open time after end: the
// doctor's horizon, of which the practice is free.
func lastStart(calendar *store.Calendar, practice bool, now, end time.Time) time.Time {
	const further = 62 * 24 * time.Hour
	if practice {
		return end.Add(further)
	}
	return now.AddDate(0, 0, calendar.HorizonDays+1)
}

// SlotDays groups open times, which are sorted, by their date in the zone.
func SlotDays(slots []turno.Interval, zone *time.Location) []SlotDay {
	var days []SlotDay
	for _, slot := range slots {
		date := turno.DateOf(slot.StartsAt, zone)
		if len(days) == 0 || days[len(days)-1].Date != date {
			days = append(days, SlotDay{Date: date})
		}
		last := &days[len(days)-1]
		last.Slots = append(last.Slots, slot)
	}
	return days
}

// everyDay adds the days without an open time.
func everyDay(from turno.Date, count int, some []SlotDay) []SlotDay {
	days := make([]SlotDay, count)
	for i := range days {
		days[i].Date = from.AddDays(i)
		if len(some) > 0 && some[0].Date == days[i].Date {
			days[i], some = some[0], some[1:]
		}
	}
	return days
}

// zoneNamed is the zone of a name that somebody sent.
func zoneNamed(location, name string) (*time.Location, error) {
	zone, err := turno.ZoneNamed(name)
	if err != nil {
		return nil, turno.Invalid(turno.FieldError{Location: location, Message: "Please give an IANA time zone such as Europe/Madrid."})
	}
	return zone, nil
}
