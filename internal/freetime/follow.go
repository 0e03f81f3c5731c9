package freetime

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

const (
	chunk      = 100                                          // how many calendars are read at once
	bite       = 10                                           // and when all are read again while searches wait for each look
	farthest   = (turno.MostHorizonDays + 4) * 24 * time.Hour // with slack and a visit
	placesLast = 10 * time.Second                             // how long places in the orders are good for
)

// follower is what the following goroutine alone knows.
type follower struct {
	begun    bool
	seen     *store.ChangesView // what the last look saw
	lookedAt time.Time          // its moment, by this node's clock
	placedAt time.Time          // when places were computed

	filling   bool
	fill      int // counts the times that all calendars were read
	fillBegan time.Time
	next      uuid.UUID // the doctor up to whom calendars were read
	failing   bool      // the last look did
}

// run looks at the database until ctx ends: every so often, and when it is woken.
func (x *Index) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := x.look(ctx)
		x.report(ctx, err)
		if err == nil && x.follow.filling {
			continue
		}
		timer := time.NewTimer(x.config.Poll)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-x.rung:
		}
		timer.Stop()
	}
}

// report says once that looks fail, and once that they do no longer.
func (x *Index) report(ctx context.Context, err error) {
	failed := x.follow.failing
	x.follow.failing = err != nil
	switch {
	case err != nil && !failed && ctx.Err() == nil:
		x.config.Logger.WarnContext(ctx, "open times cannot be followed; until they can, searches compute them, or are refused where there are many doctors", "error", err)
	case err == nil && failed:
		x.config.Logger.InfoContext(ctx, "open times are followed again")
	}
}

// look is one look at the database, in one transaction: what changed, here and
// elsewhere, and some of the calendars that are still to be read.
type look struct {
	index  *Index
	began  time.Time
	marked uint64
	usable bool // searches wait for it

	// What the transaction found. It may run again, so it sets them anew.
	now     time.Time
	restart bool // what changed cannot be known: the last look is too long ago, or was at another database
	seen    *store.ChangesView
	fill    int
	next    uuid.UUID
	filled  bool
	doctors map[uuid.UUID]*doctor // nil: patients can't find them
}

func (x *Index) look(ctx context.Context) error {
	l := &look{index: x, began: x.config.Now()}
	x.mu.Lock()
	l.marked, l.usable = x.marked, x.filled && !x.lost
	x.mu.Unlock()
	if err := x.db.Read(ctx, l.read); err != nil {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.lost = true
		x.pass()
		return err
	}
	l.apply()
	return nil
}

func (l *look) read(tx *sqldb.Tx) error {
	f := &l.index.follow
	l.now, l.doctors, l.filled = tx.Now, map[uuid.UUID]*doctor{}, false
	l.restart = !f.begun || tx.Now.Sub(f.lookedAt).Abs() > store.ChangesPatience
	changed, err := l.readChanges(tx)
	if err != nil {
		return err
	}
	if l.fill, l.next = f.fill, f.next; l.restart {
		l.fill, l.next = f.fill+1, uuid.Nil
	}
	if l.restart || f.filling {
		most := chunk
		if l.usable && !l.restart {
			most = bite
		}
		some, err := store.FindableAfter(tx, l.next, most)
		if err != nil {
			return err
		}
		for _, id := range some {
			changed[id], l.next = nil, id
		}
		l.filled = len(some) < most
	}
	var whole, parts []uuid.UUID
	for id, stretch := range changed {
		switch {
		case stretch == nil:
			whole = append(whole, id)
		case l.index.doctors[id] != nil: // if not, patients can't find them, or they are read later
			parts = append(parts, id)
		}
	}
	for some := range slices.Chunk(whole, chunk) {
		if err := l.readDoctors(tx, some); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(parts, chunk) {
		if err := l.renewDoctors(tx, some, changed); err != nil {
			return err
		}
	}
	return nil
}

// readChanges is the doctors who changed since the last look, each with the stretch
// of time that all of it was in; nil: anything may have changed.
func (l *look) readChanges(tx *sqldb.Tx) (changed map[uuid.UUID]*turno.Interval, err error) {
	l.seen, changed = &store.ChangesView{}, map[uuid.UUID]*turno.Interval{}
	if l.restart {
		*l.seen, err = store.CurrentChanges(tx)
		return changed, err
	}
	var changes []store.CalendarChange
	if changes, *l.seen, err = store.CalendarChanges(tx, *l.index.follow.seen); err != nil {
		return nil, err
	}
	l.restart = !l.seen.Follows(*l.index.follow.seen)
	for _, change := range changes {
		stretch, another := changed[change.DoctorID]
		if another {
			changed[change.DoctorID] = spanning(stretch, change.Within)
		} else {
			changed[change.DoctorID] = change.Within
		}
	}
	return changed, nil
}

// spanning is the stretch from the first beginning to the last end; nil is all time.
func spanning(one, other *turno.Interval) *turno.Interval {
	if one == nil || other == nil {
		return nil
	}
	both := *one
	if other.StartsAt.Before(both.StartsAt) {
		both.StartsAt = other.StartsAt
	}
	if other.EndsAt.After(both.EndsAt) {
		both.EndsAt = other.EndsAt
	}
	return &both
}

// readDoctors reads all that these doctors are found by.
func (l *look) readDoctors(tx *sqldb.Tx, ids []uuid.UUID) error {
	calendars, err := store.Calendars(tx, ids, tx.Now, tx.Now.Add(farthest))
	if err != nil {
		return err
	}
	facts, err := store.SearchFactsOf(tx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		l.doctors[id] = nil
	}
	for _, of := range facts {
		calendar := calendars[of.DoctorID]
		if calendar == nil || !calendar.Bookable {
			continue
		}
		rules, err := l.index.zones.Rules(calendar)
		if err != nil { // nobody can book with them either, and the others can be found
			l.index.config.Logger.ErrorContext(tx.Context(), "the open times of a doctor can't be computed", "doctor", of.DoctorID, "error", err)
			continue
		}
		d := newDoctor(calendar, rules, of, tx.Now)
		d.fill = l.fill
		l.doctors[of.DoctorID] = d
	}
	return nil
}

// renewDoctors reads, of doctors that the index knows, what is busy where something
// changed, in one round trip.
func (l *look) renewDoctors(tx *sqldb.Tx, ids []uuid.UUID, changed map[uuid.UUID]*turno.Interval) error {
	starts, busy := make([]turno.Interval, len(ids)), make([][]turno.BusyPeriod, len(ids))
	b := tx.Batch()
	for i, id := range ids {
		d := l.index.doctors[id]
		starts[i] = d.touched(*changed[id], tx.Now)
		store.BusyIn(b, &busy[i], id, starts[i].StartsAt, starts[i].EndsAt.Add(d.longest()))
	}
	if err := b.Run(); err != nil {
		return fmt.Errorf("read what is busy where calendars changed: %w", err)
	}
	for i, id := range ids {
		if starts[i].StartsAt.Before(starts[i].EndsAt) { // if not, it is past, or too far ahead
			l.doctors[id] = l.index.doctors[id].renewed(busy[i], starts[i], tx.Now)
		}
	}
	return nil
}

// apply makes what was read known, doctor by doctor, so that no search waits long.
func (l *look) apply() {
	f := &l.index.follow
	f.begun, f.seen, f.lookedAt, f.fill, f.next = true, l.seen, l.now, l.fill, l.next
	if l.restart {
		f.filling, f.fillBegan = true, l.now
	}
	for id, d := range l.doctors {
		l.replace(id, d)
	}
	if l.filled {
		l.endFill()
	}
	if l.now.Sub(f.placedAt).Abs() >= placesLast {
		l.placeAnew()
	}
	if !f.filling && l.now.Sub(f.fillBegan) >= refill {
		f.filling, f.fill, f.fillBegan, f.next = true, f.fill+1, l.now, uuid.Nil
	}
	l.index.mu.Lock()
	defer l.index.mu.Unlock()
	l.index.applied, l.index.looked, l.index.lost = l.marked, l.began, false
	maps.DeleteFunc(l.index.changed, func(_ uuid.UUID, mark uint64) bool { return mark <= l.marked })
	if l.restart || l.filled {
		l.index.filled = l.filled
	}
	l.index.pass()
}

// pass tells those who wait that there was a look. The caller holds mu.
func (x *Index) pass() {
	close(x.passed)
	x.passed = make(chan struct{})
}

// replace puts a doctor in the place of what was known; nil removes them.
func (l *look) replace(id uuid.UUID, d *doctor) {
	l.index.known.Lock()
	defer l.index.known.Unlock()
	old := l.index.doctors[id]
	for v := range l.index.orders {
		if old != nil {
			l.index.orders[v] = l.index.orders[v].without(place{old.at[v], id, old})
		}
		if d != nil {
			p := d.earliest(variant(v), l.now)
			d.at[v] = p.at
			l.index.orders[v] = l.index.orders[v].with(p)
		}
	}
	if d == nil {
		delete(l.index.doctors, id)
		return
	}
	l.index.doctors[id] = d
}

// endFill forgets whom patients can't find any more, and says how far the index
// knows.
func (l *look) endFill() {
	f := &l.index.follow
	f.filling = false
	for id, d := range l.index.doctors {
		if d.fill != f.fill {
			l.replace(id, nil)
		}
	}
	l.index.known.Lock()
	defer l.index.known.Unlock()
	l.index.until = f.fillBegan.Add(slack)
}

// placeAnew computes every place again, beside the orders that searches use.
func (l *look) placeAnew() {
	l.index.follow.placedAt = l.now
	for v := range l.index.orders {
		anew := make(order, len(l.index.orders[v]))
		for i, old := range l.index.orders[v] {
			anew[i] = old.doctor.earliest(variant(v), l.now)
		}
		slices.SortFunc(anew, place.compare)
		l.index.known.Lock()
		for _, p := range anew {
			p.doctor.at[v] = p.at
		}
		l.index.orders[v] = anew
		l.index.known.Unlock()
	}
}
