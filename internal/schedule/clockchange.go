package schedule

import (
	"time"

	"github.com/turno-health/turno"
)

// ClockChange is a moment at which the clocks of a zone are changed.
type ClockChange struct {
	At time.Time
	By time.Duration // positive: forward, so that local times are skipped; else they are shown twice
	// Date, From and To are the local times that are skipped or shown twice.
	Date     turno.Date
	From, To turno.Clock // To is cut at midnight
}

// ClockChanges lists the changes of a zone's clocks in [from, to).
func ClockChanges(zone *time.Location, from, to time.Time) []ClockChange {
	var changes []ClockChange
	for at := from; at.Before(to); {
		end := endOfOffset(at.In(zone))
		if end.IsZero() || !end.Before(to) {
			break
		}
		if change, changed := changeAt(end.In(zone)); changed {
			changes = append(changes, change)
		}
		at = end
	}
	return changes
}

// endOfOffset is an instant after local until which its offset lasts for sure;
// zero if for ever. ZoneBounds can end a stretch early, also before local (see
// turno.Date.At).
func endOfOffset(local time.Time) time.Time {
	_, end := local.ZoneBounds()
	if !end.IsZero() && !end.After(local) {
		end = local.UTC().Truncate(day).Add(day)
	}
	return end
}

func changeAt(local time.Time) (ClockChange, bool) {
	before := offsetAt(local.Add(-1))
	by := offsetAt(local) - before
	if by == 0 {
		return ClockChange{}, false
	}
	first := local.UTC().Add(before + min(by, 0))         // a wall time
	from := turno.Clock(first.Hour()*60 + first.Minute()) //nolint:gosec // under 24 hours
	length := turno.Clock(by.Abs() / time.Minute)         //nolint:gosec // no zone was ever moved by more than a day
	return ClockChange{
		At:   local.UTC(),
		By:   by,
		Date: turno.DateOf(first, time.UTC),
		From: from,
		To:   min(from+length, turno.EndOfDay),
	}, true
}
