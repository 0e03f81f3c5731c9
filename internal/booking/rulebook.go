package booking

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// maxRules bounds how many doctors' rules are kept: about a kilobyte each.
const maxRules = 20_000

// rulebook keeps the rules of calendars between bookings, so that most bookings
// read one number, the calendar's version, instead of the rules. Whatever changes
// the rules raises the version in the same transaction, on every node. The zero
// value is ready; it is safe for concurrent use.
type rulebook struct {
	mu   sync.Mutex
	kept map[uuid.UUID]store.Calendar // without busy periods
}

// calendarReading is a calendar that a batch is about to read.
type calendarReading struct {
	store.Calendar
	found   bool
	book    *rulebook
	known   bool  // the rules come from the book
	version int64 // what the database says now
}

// readIn adds the reading of a doctor's calendar to a batch, with the busy periods
// that overlap [from, to). After the batch, check it.
func (r *rulebook) readIn(b *sqldb.Batch, doctorID uuid.UUID, from, to, now time.Time) *calendarReading {
	c := &calendarReading{book: r}
	r.mu.Lock()
	c.Calendar, c.known = r.kept[doctorID]
	r.mu.Unlock()
	if c.known {
		store.CalendarVersionIn(b, &c.version, &c.found, doctorID)
	} else {
		store.RulesIn(b, &c.Calendar, &c.found, doctorID, now.Add(-walkInGrace), now.Add(farFuture))
	}
	store.BusyIn(b, &c.Busy, doctorID, from, to)
	return c
}

// check says errStale when the rules that were kept are no longer true, and
// forgets them: the transaction is to be run again.
func (c *calendarReading) check() error {
	if !c.known || c.found && c.version == c.Version {
		return nil
	}
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	delete(c.book.kept, c.DoctorID)
	return errStale
}

// keep remembers the rules. It is called after the commit: what a transaction
// read may have been written in it, or in the group that it is one of.
func (c *calendarReading) keep() {
	if c.known || !c.found {
		return
	}
	rules := c.Calendar
	rules.Busy = nil
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	if c.book.kept == nil || len(c.book.kept) >= maxRules {
		c.book.kept = map[uuid.UUID]store.Calendar{}
	}
	c.book.kept[c.DoctorID] = rules
}
