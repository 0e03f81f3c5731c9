package openings

import (
	"fmt"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/store"
)

// Zones are the time zones of calendars. The zero value is ready; it is safe for
// concurrent use.
type Zones struct{ turno.Zones }

// Rules is what package schedule needs to know of a calendar. It fails when the
// calendar's zone is none.
func (z *Zones) Rules(c *store.Calendar) (schedule.Rules, error) {
	loc, err := z.Location(c.TimeZone)
	if err != nil {
		return schedule.Rules{}, fmt.Errorf("the calendar of doctor %s: %w", c.DoctorID, err)
	}
	return schedule.Rules{
		Zone:             loc,
		Weekly:           c.Weekly,
		Extra:            c.Extra,
		SlotMinutes:      c.SlotMinutes,
		BufferMinutes:    c.BufferMinutes,
		MinNoticeMinutes: c.MinNoticeMinutes,
		HorizonDays:      c.HorizonDays,
	}, nil
}

// Blocking is the time that nobody may book now: all busy periods but expired
// holds and those that except, unless it is nil, names.
func Blocking(busy []turno.BusyPeriod, now time.Time, except func(turno.BusyPeriod) bool) []turno.Interval {
	intervals := make([]turno.Interval, 0, len(busy))
	for _, p := range busy {
		if !p.Expired(now) && (except == nil || !except(p)) {
			intervals = append(intervals, p.Interval)
		}
	}
	return intervals
}
