package freetime

import (
	"bytes"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/store"
)

// variant is the length of the visits that a search is about.
type variant int

const (
	slots    variant = iota // as long as the doctor's slots
	kinds                   // as the shortest kind of visit that everybody may book
	variants = 2
)

func variantOf(wantKinds bool) variant {
	if wantKinds {
		return kinds
	}
	return slots
}

// doctor is what the index knows of one. It is replaced, never changed, but for
// its places in the orders.
type doctor struct {
	facts store.SearchFacts
	rules schedule.Rules
	free  [variants]*schedule.Free // often one and the same
	fill  int                      // when all calendars were read for the n-th time, or since
	at    [variants]int64          // its places in the orders
}

// slack is how far beyond a doctor's horizon the calendar is computed, so that it
// is right while the horizon moves on. refill is after how long all are read again.
const (
	slack  = 48 * time.Hour
	refill = 24 * time.Hour
)

// newDoctor computes when a doctor is open, from a calendar with all busy periods
// from now on. rules are that calendar's.
func newDoctor(c *store.Calendar, rules schedule.Rules, facts store.SearchFacts, now time.Time) *doctor {
	rules.Weekly, rules.Extra = slices.Clone(rules.Weekly), slices.Clone(rules.Extra) // no longer than they are
	d := &doctor{facts: facts, rules: rules}
	busy, to := blocking(c.Busy, now), d.horizon(now)
	d.free[slots] = schedule.NewFree(rules, busy, 0, now, to)
	d.free[kinds] = d.free[slots]
	if c.ShortestVisit != 0 && c.ShortestVisit != c.SlotMinutes {
		d.free[kinds] = schedule.NewFree(rules, busy, c.ShortestVisit, now, to)
	}
	return d
}

// renewed is d with the visits that begin in an interval computed anew. busy are the
// periods that overlap the interval and the longest of the visits after it.
func (d *doctor) renewed(busy []turno.BusyPeriod, starts turno.Interval, now time.Time) *doctor {
	again := *d
	busy = blocking(busy, now)
	again.free[slots] = d.free[slots].Renewed(d.rules, busy, starts.StartsAt, starts.EndsAt)
	again.free[kinds] = again.free[slots]
	if d.free[kinds] != d.free[slots] {
		again.free[kinds] = d.free[kinds].Renewed(d.rules, busy, starts.StartsAt, starts.EndsAt)
	}
	return &again
}

// touched is where the visits begin, from now on, that a change in a stretch of time
// can be in the way of, or no longer is: what was busy then may have reached on for
// as long as a visit and its buffer can.
func (d *doctor) touched(stretch turno.Interval, now time.Time) turno.Interval {
	starts := turno.Interval{
		StartsAt: stretch.StartsAt.Add(-d.longest()),
		EndsAt:   stretch.EndsAt.Add(store.LongestVisit + turno.MostBufferMinutes*time.Minute),
	}
	if starts.StartsAt.Before(now) {
		starts.StartsAt = now
	}
	if to := d.horizon(now); starts.EndsAt.After(to) {
		starts.EndsAt = to
	}
	return starts
}

// longest is how long the longest visit takes, with the buffer after it.
func (d *doctor) longest() time.Duration {
	minutes := max(d.free[slots].Minutes(), d.free[kinds].Minutes()) + d.rules.BufferMinutes
	return time.Duration(minutes) * time.Minute
}

// horizon is up to when visits are computed.
func (d *doctor) horizon(now time.Time) time.Time {
	return now.Add(time.Duration(d.rules.HorizonDays)*24*time.Hour + slack)
}

func blocking(busy []turno.BusyPeriod, now time.Time) []turno.BusyPeriod {
	return slices.DeleteFunc(busy, func(p turno.BusyPeriod) bool { return p.Expired(now) })
}

// order is doctors by how early they can be open at all, whatever time brings:
// nobody is open before their place. As time passes places fall behind, which
// costs a search a look at the doctor, and nothing else.
type order []place

// place is where a doctor is in an order, or in what a search found. It begins
// with the id so that going through places touches nobody in vain.
type place struct {
	at     int64 // microseconds since 1970; never: there is nothing
	id     uuid.UUID
	doctor *doctor
}

const never = math.MaxInt64

func (p place) compare(other place) int {
	switch {
	case p.at < other.at:
		return -1
	case p.at > other.at:
		return 1
	}
	return bytes.Compare(p.id[:], other.id[:])
}

// earliest is the place of a doctor in the order.
func (d *doctor) earliest(v variant, now time.Time) place {
	at, found := d.free[v].Earliest(now)
	if !found {
		at = never
	}
	return place{at, d.facts.DoctorID, d}
}

func (o order) with(p place) order {
	i, _ := slices.BinarySearchFunc(o, p, place.compare)
	return slices.Insert(o, i, p)
}

func (o order) without(p place) order {
	if i, found := slices.BinarySearchFunc(o, p, place.compare); found {
		return slices.Delete(o, i, i+1)
	}
	return o
}
