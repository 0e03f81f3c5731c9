package storetest

import (
	"sync"
	"time"

	"github.com/turno-health/turno"
)

// Monday is where a test's clock begins: Monday 4 January 2027, 09:00 UTC, far
// from a change of clocks and from the end of a month.
func Monday() time.Time { return time.Date(2027, time.January, 4, 9, 0, 0, 0, time.UTC) }

// Clock is a clock that stands still until it is told. It is safe for use by
// several goroutines.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows at, cut to the microsecond.
func NewClock(at time.Time) *Clock { return &Clock{now: turno.Instant(at)} }

// Now is what the clock shows, in UTC. The method is a turno.Now.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on by d, or back when d is negative, and returns what
// it shows then.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = turno.Instant(c.now.Add(d))
	return c.now
}

// Set makes the clock show at.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = turno.Instant(at)
}
