package schedule

import (
	"time"

	"github.com/turno-health/turno"
)

const day = 24 * time.Hour

// localClock does what turno.Date.At does, and remembers the offset while it is
// sure to last: most days have the same, and looking it up costs more than all
// the rest.
//
// A local time without a zone is written as the same reading in UTC: a "wall"
// time. They can be added to and compared without thinking of offsets.
type localClock struct {
	zone             *time.Location
	offset           time.Duration
	surely, noLonger time.Time // wall times in [surely, noLonger) have the offset, and occur once or first
}

// at is the instant at which clocks in the zone show c on the date of midnight,
// a wall time.
func (l *localClock) at(midnight time.Time, c turno.Clock) time.Time {
	wall := midnight.Add(time.Duration(c) * time.Minute)
	if !wall.Before(l.surely) && wall.Before(l.noLonger) {
		return wall.Add(-l.offset)
	}
	instant := turno.DateOf(midnight, time.UTC).At(c, l.zone)
	l.remember(wall, instant)
	return instant
}

// remember keeps the offset at instant, from wall until the next change. Clocks
// show later readings after earlier ones: where wall occurs for the first time
// under this offset, so does what follows it.
func (l *localClock) remember(wall, instant time.Time) {
	local := instant.In(l.zone)
	offset := offsetAt(local)
	if !wall.Equal(instant.Add(offset)) { // skipped: its offset is over
		return
	}
	l.offset, l.surely, l.noLonger = offset, wall, wall.Add(366*day)
	if _, end := local.ZoneBounds(); !end.IsZero() {
		l.noLonger = earlier(l.noLonger, end.UTC().Add(offset))
	}
}

// wallMidnight is the wall time at which the date of local begins.
func wallMidnight(local time.Time) time.Time {
	year, month, date := local.Date()
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
}

func offsetAt(local time.Time) time.Duration {
	_, seconds := local.Zone()
	return time.Duration(seconds) * time.Second
}
