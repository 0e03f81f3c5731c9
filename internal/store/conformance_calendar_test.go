package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestWeeklyAndExtraHours(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		staffOnly := 0
		window := func(doctor uuid.UUID, day turno.Weekday, from, to turno.Clock) turno.Availability {
			return turno.Availability{ID: turno.NewID(), DoctorID: doctor, DayOfWeek: day, StartTime: from, EndTime: to}
		}
		late := window(c.doctor.ID, turno.Monday, 14*60, turno.EndOfDay)
		late.ReleaseMinutes = &staffOnly
		early := window(c.doctor.ID, turno.Sunday, 0, 12*60)
		replace := func(doctor uuid.UUID, week ...turno.Availability) error {
			return db.Write(t.Context(), func(tx *sqldb.Tx) error { return store.ReplaceAvailability(tx, doctor, week) })
		}
		weekly := func(doctor uuid.UUID) []turno.Availability { return calendarOf(t, db, doctor).Weekly }
		if err := replace(c.doctor.ID, late, early); err != nil {
			t.Fatal(err)
		}
		same(t, "every field, by start", []turno.Availability{early, late}, weekly(c.doctor.ID))
		if err := replace(c.other.ID, window(c.other.ID, turno.Monday, 9*60, 10*60)); err != nil {
			t.Fatal(err)
		}
		overlap := window(c.doctor.ID, turno.Monday, 15*60, 16*60)
		if err := replace(c.doctor.ID, late, overlap); !sqldb.IsExclusionViolation(err) {
			t.Errorf("windows that overlap: %v", err)
		}
		same(t, "a week that was refused changes nothing", []turno.Availability{early, late}, weekly(c.doctor.ID))
		if err := replace(c.doctor.ID); err != nil {
			t.Fatal(err)
		}
		same(t, "no week", nil, weekly(c.doctor.ID))
		same(t, "another's stays", 1, len(weekly(c.other.ID)))

		extra := turno.ExtraHours{ID: turno.NewID(), DoctorID: c.doctor.ID, Interval: between(at(18, 0), at(20, 0))}
		before := turno.ExtraHours{ID: turno.NewID(), DoctorID: c.doctor.ID, Interval: between(at(17, 0), at(18, 0))}
		clash := turno.ExtraHours{ID: turno.NewID(), DoctorID: c.doctor.ID, Interval: between(at(19, 0), at(21, 0))}
		add := func(x turno.ExtraHours) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.InsertExtraHours(tx, x) })
		}
		list := func() []turno.ExtraHours {
			return read(t, db, func(tx *sqldb.Tx) ([]turno.ExtraHours, error) { return store.ExtraHoursFrom(tx, c.doctor.ID) })
		}
		byID := func() (found bool) {
			got := read(t, db, func(tx *sqldb.Tx) (x turno.ExtraHours, err error) {
				x, found, err = store.ExtraHoursByID(tx, extra.ID)
				return x, err
			})
			if found {
				same(t, "every field of an opening", extra, got)
			}
			return found
		}
		same(t, "an opening", true, add(extra))
		same(t, "one right before it", true, add(before))
		same(t, "one that overlaps", false, add(clash))
		same(t, "openings by start", []turno.ExtraHours{before, extra}, list())
		same(t, "found", true, byID())
		clock.Set(at(18, 0))
		same(t, "without what is over", []turno.ExtraHours{extra}, list())
		c.write(t, func(tx *sqldb.Tx) error { return store.DeleteExtraHours(tx, extra.ID) })
		same(t, "found after it was deleted", false, byID())
	})
}

// calendarOf is a doctor's calendar for the Monday.
func calendarOf(t *testing.T, db *sqldb.DB, doctor uuid.UUID) store.Calendar {
	t.Helper()
	return read(t, db, func(tx *sqldb.Tx) (store.Calendar, error) {
		return store.CalendarOf(tx, doctor, at(0, 0), at(24, 0))
	})
}

func TestCalendars(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		c.doctor.SlotMinutes, c.doctor.BufferMinutes, c.doctor.MinNoticeMinutes = 20, 5, 120
		c.doctor.HorizonDays, c.doctor.AutoConfirm = 90, true
		off := c.addTimeOff(t, at(14, 0), at(15, 0))
		c.addTimeOff(t, at(24, 0), at(25, 0)) // begins when the day is over
		extra := turno.ExtraHours{ID: turno.NewID(), DoctorID: c.doctor.ID, Interval: between(at(18, 0), at(20, 0))}
		window := turno.Availability{ID: turno.NewID(), DoctorID: c.doctor.ID, DayOfWeek: turno.Friday, StartTime: 9 * 60, EndTime: 12 * 60}
		c.write(t, func(tx *sqldb.Tx) error {
			if _, err := store.InsertExtraHours(tx, extra); err != nil {
				return err
			}
			if err := store.UpdateDoctor(tx, c.doctor); err != nil {
				return err
			}
			return store.ReplaceAvailability(tx, c.doctor.ID, []turno.Availability{window})
		})
		want := store.Calendar{
			DoctorID: c.doctor.ID, FullName: "Ana Pérez", SpecializationID: c.cardiology, LocationID: &c.location.ID, TimeZone: "Europe/Madrid",
			SlotMinutes: 20, BufferMinutes: 5, MinNoticeMinutes: 120, HorizonDays: 90, AutoConfirm: true, Version: 1, Bookable: true, ShortestVisit: 40,
			Weekly: []turno.Availability{window}, Extra: []turno.ExtraHours{extra}, Busy: []turno.BusyPeriod{off},
		}
		same(t, "every field", want, calendarOf(t, db, c.doctor.ID))
		many := func(ids ...uuid.UUID) map[uuid.UUID]*store.Calendar {
			return read(t, db, func(tx *sqldb.Tx) (map[uuid.UUID]*store.Calendar, error) {
				return store.Calendars(tx, ids, at(0, 0), at(24, 0))
			})
		}
		other := calendarOf(t, db, c.other.ID)
		same(t, "a doctor who is not verified", false, other.Bookable)
		same(t, "many at once", map[uuid.UUID]*store.Calendar{c.doctor.ID: &want, c.other.ID: &other}, many(c.doctor.ID, c.other.ID, turno.NewID()))
		same(t, "none at once", map[uuid.UUID]*store.Calendar{}, many())
		same(t, "busy of one of two", []int{1, 0}, read(t, db, func(tx *sqldb.Tx) ([]int, error) {
			two, err := store.CalendarRules(tx, []uuid.UUID{c.doctor.ID, c.other.ID}, at(0, 0), at(24, 0))
			if err != nil {
				return nil, err
			}
			err = store.AddBusy(tx, two, []uuid.UUID{c.doctor.ID}, at(0, 0), at(24, 0))
			return []int{len(two[c.doctor.ID].Busy), len(two[c.other.ID].Busy)}, err
		}))
		_, err := tryRead(t, db, func(tx *sqldb.Tx) (store.Calendar, error) {
			return store.CalendarOf(tx, c.patient.ID, at(0, 0), at(24, 0))
		})
		wantNotFound(t, "the calendar of a patient", err)

		c.write(t, func(tx *sqldb.Tx) error { return store.BumpCalendar(tx, c.doctor.ID) })
		same(t, "version raised", 2, calendarOf(t, db, c.doctor.ID).Version)
		same(t, "another's is not", 1, calendarOf(t, db, c.other.ID).Version)
		wantNotFound(t, "raise the version of nobody", db.Write(t.Context(), func(tx *sqldb.Tx) error { return store.BumpCalendar(tx, turno.NewID()) }))

		for _, column := range []string{"deactivated_at", "erased_at"} {
			c.exec(t, "UPDATE users SET "+column+" = $2 WHERE id = $1", c.doctor.ID, at(9, 0))
			same(t, "bookable with "+column, false, calendarOf(t, db, c.doctor.ID).Bookable)
			c.exec(t, "UPDATE users SET "+column+" = NULL WHERE id = $1", c.doctor.ID)
		}
		found := true
		c.batch(t, func(b *sqldb.Batch) {
			store.CalendarIn(b, new(store.Calendar), &found, turno.NewID(), at(0, 0), at(24, 0))
		})
		same(t, "the calendar of nobody", false, found)

		var version int64
		var rules store.Calendar
		c.batch(t, func(b *sqldb.Batch) {
			store.CalendarVersionIn(b, &version, &found, c.doctor.ID)
			store.RulesIn(b, &rules, nil, c.doctor.ID, at(0, 0), at(24, 0))
		})
		same(t, "the doctor has a version", true, found)
		same(t, "the version of the rules", rules.Version, version)
		whole := calendarOf(t, db, c.doctor.ID)
		whole.Busy = nil
		same(t, "rules are a calendar without what is busy", whole, rules)
	})
}

// addTimeOff gives the doctor time off, with its busy period, which it returns.
func (c *clinic) addTimeOff(t *testing.T, from, to time.Time) turno.BusyPeriod {
	t.Helper()
	off := turno.TimeOff{ID: turno.NewID(), DoctorID: c.doctor.ID, Interval: between(from, to), Reason: "Sea", CreatedAt: at(9, 0)}
	period := turno.BusyPeriod{OwnerID: c.doctor.ID, Interval: off.Interval, Kind: turno.BusyTimeOff, TimeOffID: &off.ID}
	claimed := int64(0)
	c.batch(t, func(b *sqldb.Batch) {
		store.InsertTimeOffIn(b, off)
		store.ClaimIn(b, &claimed, period)
	})
	same(t, "claimed", 1, claimed)
	return period
}

func TestBusyPeriods(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		visit := c.addVisit(t, c.visit(at(10, 0)))
		ofVisit := func(owner uuid.UUID, from, to time.Time) turno.BusyPeriod {
			return turno.BusyPeriod{OwnerID: owner, Interval: between(from, to), Kind: turno.BusyAppointment, AppointmentID: &visit.ID}
		}
		claim := func(p turno.BusyPeriod) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.Claim(tx, p) })
		}
		busy := func(owner uuid.UUID, from, to time.Time) (periods []turno.BusyPeriod) {
			c.batch(t, func(b *sqldb.Batch) { store.BusyIn(b, &periods, owner, from, to) })
			return periods
		}
		doctors, patients := ofVisit(c.doctor.ID, at(10, 0), at(10, 40)), ofVisit(c.patient.ID, at(10, 0), at(10, 30))
		same(t, "free time", true, claim(doctors))
		same(t, "taken time", false, claim(ofVisit(c.doctor.ID, at(10, 39), at(11, 0))))
		same(t, "the time of another", true, claim(patients))
		off := c.addTimeOff(t, at(10, 40), at(12, 0))

		same(t, "every field, by start", []turno.BusyPeriod{doctors, off}, busy(c.doctor.ID, at(0, 0), at(24, 0)))
		same(t, "what overlaps a moment of both", []turno.BusyPeriod{doctors, off}, busy(c.doctor.ID, at(10, 39), at(10, 41)))
		same(t, "what ends at the beginning does not", []turno.BusyPeriod{off}, busy(c.doctor.ID, at(10, 40), at(24, 0)))
		same(t, "what begins at the end does not", []turno.BusyPeriod{doctors}, busy(c.doctor.ID, at(0, 0), at(10, 40)))
		same(t, "nothing", nil, busy(c.other.ID, at(0, 0), at(24, 0)))
		same(t, "of many people", map[uuid.UUID][]turno.BusyPeriod{c.doctor.ID: {doctors, off}, c.patient.ID: {patients}},
			read(t, db, func(tx *sqldb.Tx) (map[uuid.UUID][]turno.BusyPeriod, error) {
				return store.BusyOf(tx, []uuid.UUID{c.patient.ID, c.doctor.ID, c.other.ID}, at(0, 0), at(24, 0))
			}))

		c.batch(t, func(b *sqldb.Batch) {
			another := doctors
			id := turno.NewID()
			another.AppointmentID = &id
			store.FreeIn(b, another)
		})
		same(t, "nobody frees the time of another cause", 2, len(busy(c.doctor.ID, at(0, 0), at(24, 0))))
		c.batch(t, func(b *sqldb.Batch) { store.FreeIn(b, off) })
		same(t, "freed", []turno.BusyPeriod{doctors}, busy(c.doctor.ID, at(0, 0), at(24, 0)))
		c.batch(t, func(b *sqldb.Batch) { store.FreeVisitIn(b, visit.Appointment) })
		same(t, "the doctor's time of a visit freed", nil, busy(c.doctor.ID, at(0, 0), at(24, 0)))
		same(t, "the patient's too", nil, busy(c.patient.ID, at(0, 0), at(24, 0)))

		claim(doctors)
		claim(patients)
		c.addTimeOff(t, at(12, 0), at(13, 0))
		hold := c.addHold(t, at(8, 0))
		past := func(before time.Time, limit int) []uuid.UUID {
			return read(t, db, func(tx *sqldb.Tx) ([]uuid.UUID, error) { return store.OwnersWithPast(tx, before, limit) })
		}
		same(t, "what ends at the instant is not past", 0, len(past(at(10, 30), 10)))
		same(t, "at most so many at once", 1, len(past(at(13, 0), 1)))
		same(t, "the doctor and the patient", 2, len(past(at(13, 0), 10)))
		cleared := mustWrite(t, db, func(tx *sqldb.Tx) (int64, error) {
			return store.ClearPast(tx, []uuid.UUID{c.doctor.ID, c.patient.ID}, at(13, 0))
		})
		same(t, "of both", 2, cleared)
		left := busy(c.doctor.ID, at(0, 0), at(24, 0))
		same(t, "left: a hold, and what is not past", []uuid.UUID{hold.ID, left[1].CauseID()}, []uuid.UUID{left[0].CauseID(), *left[1].TimeOffID})
	})
}

// addHold holds half an hour of the doctor for the patient, with its busy period.
func (c *clinic) addHold(t *testing.T, start time.Time) turno.Hold {
	t.Helper()
	hold := turno.Hold{ID: turno.NewID(), DoctorID: c.doctor.ID, VisitTypeID: &c.checkup.ID, Interval: between(start, start.Add(30*time.Minute)),
		HolderID: c.patient.ID, ExpiresAt: c.clock.Now().Add(turno.HoldLifetime)}
	inserted := c.insertHold(t, hold, "")
	same(t, "inserted", 1, inserted)
	return hold
}

func (c *clinic) insertHold(t *testing.T, hold turno.Hold, address string) (inserted int64) {
	t.Helper()
	c.batch(t, func(b *sqldb.Batch) { store.InsertHoldIn(b, &inserted, hold, address, c.clock.Now()) })
	if inserted == 1 {
		claimed := mustWrite(t, c.db, func(tx *sqldb.Tx) (bool, error) { return store.Claim(tx, periodOf(hold)) })
		same(t, "claimed", true, claimed)
	}
	return inserted
}

func periodOf(h turno.Hold) turno.BusyPeriod {
	return turno.BusyPeriod{OwnerID: h.DoctorID, Interval: h.Interval, Kind: turno.BusyHold, HoldID: &h.ID, ExpiresAt: &h.ExpiresAt}
}

func TestHolds(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		live := func(holder uuid.UUID) *store.KeptHold {
			var holds []store.KeptHold
			c.batch(t, func(b *sqldb.Batch) { store.LiveHoldsIn(b, &holds, holder, uuid.Nil) })
			if len(holds) == 0 {
				return nil
			}
			return &holds[0]
		}
		byID := func(id uuid.UUID) (found bool) {
			read(t, db, func(tx *sqldb.Tx) (h store.KeptHold, err error) {
				h, found, err = store.HoldByID(tx, id)
				if found {
					same(t, "the hold by id", id, h.ID)
				}
				return h, err
			})
			return found
		}
		expired := func() []turno.BusyPeriod {
			return read(t, db, func(tx *sqldb.Tx) ([]turno.BusyPeriod, error) { return store.ExpiredHolds(tx, 10) })
		}
		same(t, "no hold at first", nil, live(c.patient.ID))
		first := c.addHold(t, at(10, 0))
		same(t, "every field", &store.KeptHold{Hold: first, CreatedAt: at(9, 0)}, live(c.patient.ID))
		same(t, "found", true, byID(first.ID))
		same(t, "none other", false, byID(turno.NewID()))
		second := first
		second.ID = turno.NewID()
		same(t, "a second one of the same holder", 0, c.insertHold(t, second, ""))

		clock.Set(first.ExpiresAt.Add(-time.Microsecond))
		same(t, "not expired yet", nil, expired())
		clock.Set(first.ExpiresAt)
		same(t, "expired", []turno.BusyPeriod{periodOf(first)}, expired())
		same(t, "but not ended", first.ID, live(c.patient.ID).ID)
		first.ExpiresAt = at(9, 20)
		var renewed int64
		c.batch(t, func(b *sqldb.Batch) { store.RenewHoldIn(b, &renewed, first) })
		same(t, "renewed", 1, renewed)
		same(t, "until then", at(9, 20), live(c.patient.ID).ExpiresAt)
		same(t, "its period too", nil, expired())
		c.batch(t, func(b *sqldb.Batch) { store.ClearExpiredIn(b, periodOf(first), clock.Now()) })
		same(t, "one that was renewed meanwhile is not cleared", first.ID, live(c.patient.ID).ID)

		c.batch(t, func(b *sqldb.Batch) { store.GiveHoldIn(b, first.ID, c.child.ID) })
		same(t, "given away", nil, live(c.patient.ID))
		same(t, "to somebody else", first.ID, live(c.child.ID).ID)
		c.batch(t, func(b *sqldb.Batch) { store.GiveHoldIn(b, first.ID, c.patient.ID) })

		c.batch(t, func(b *sqldb.Batch) {
			store.EndHoldIn(b, first.ID, true, clock.Now())
			store.FreeIn(b, periodOf(first))
		})
		same(t, "ended", nil, live(c.patient.ID))
		same(t, "not found when ended", false, byID(first.ID))
		same(t, "another, now that it has ended", 1, c.insertHold(t, second, ""))
		clock.Set(second.ExpiresAt)
		c.batch(t, func(b *sqldb.Batch) { store.ClearExpiredIn(b, periodOf(second), clock.Now()) })
		same(t, "an expired one is cleared", nil, live(c.patient.ID))
	})
}

func TestHoldLimitsCountWhatLedToNothing(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		limits := func(holder, doctor uuid.UUID, since time.Time) (l store.HoldLimits) {
			c.batch(t, func(b *sqldb.Batch) { store.HoldLimitsIn(b, &l, holder, doctor, "10.0.0.1", since, clock.Now()) })
			return l
		}
		for i, used := range []bool{false, true, false} {
			clock.Set(at(9, i))
			hold := c.addHold(t, at(10+i, 0))
			c.batch(t, func(b *sqldb.Batch) { store.EndHoldIn(b, hold.ID, used, clock.Now()) })
		}
		oldest, later := at(9, 0), at(9, 2)
		same(t, "unused ones", store.HoldLimits{Unused: 2, OldestAt: &oldest}, limits(c.patient.ID, c.doctor.ID, at(8, 0)))
		same(t, "since an instant", store.HoldLimits{Unused: 1, OldestAt: &later}, limits(c.patient.ID, c.doctor.ID, oldest))
		same(t, "on another doctor", store.HoldLimits{}, limits(c.patient.ID, c.other.ID, at(8, 0)))

		anonymous := func(start time.Time, address string) turno.Hold {
			h := turno.Hold{ID: turno.NewID(), DoctorID: c.doctor.ID, Interval: between(start, start.Add(time.Hour)), HolderID: turno.NewID(),
				Anonymous: true, ExpiresAt: at(9, 10)}
			same(t, "an anonymous hold", 1, c.insertHold(t, h, address))
			return h
		}
		one := anonymous(at(14, 0), "10.0.0.1")
		anonymous(at(15, 0), "10.0.0.1")
		anonymous(at(16, 0), "10.0.0.2")
		same(t, "live ones of the address", 2, limits(turno.NewID(), c.doctor.ID, at(8, 0)).FromAddress)
		same(t, "without one's own", 1, limits(one.HolderID, c.doctor.ID, at(8, 0)).FromAddress)
		c.batch(t, func(b *sqldb.Batch) { store.EndHoldIn(b, one.ID, false, clock.Now()) })
		same(t, "without what has ended", 1, limits(turno.NewID(), c.doctor.ID, at(8, 0)).FromAddress)
		clock.Set(at(9, 10))
		same(t, "without what has expired", 0, limits(turno.NewID(), c.doctor.ID, at(8, 0)).FromAddress)
	})
}

func TestTimeOff(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		later, sooner := c.addTimeOff(t, at(12, 0), at(13, 0)), c.addTimeOff(t, at(10, 0), at(11, 0))
		want := func(p turno.BusyPeriod) turno.TimeOff {
			return turno.TimeOff{ID: *p.TimeOffID, DoctorID: c.doctor.ID, Interval: p.Interval, Reason: "Sea", CreatedAt: at(9, 0)}
		}
		list := func() []turno.TimeOff {
			return read(t, db, func(tx *sqldb.Tx) ([]turno.TimeOff, error) { return store.TimeOffFrom(tx, c.doctor.ID) })
		}
		byID := func(id uuid.UUID) (found bool) {
			got := read(t, db, func(tx *sqldb.Tx) (off turno.TimeOff, err error) {
				off, found, err = store.TimeOffByID(tx, id)
				return off, err
			})
			if found {
				same(t, "every field", want(later), got)
			}
			return found
		}
		same(t, "by start", []turno.TimeOff{want(sooner), want(later)}, list())
		since := func(at time.Time) []turno.TimeOff {
			return read(t, db, func(tx *sqldb.Tx) ([]turno.TimeOff, error) { return store.TimeOffSince(tx, c.doctor.ID, at) })
		}
		same(t, "since a moment in it", []turno.TimeOff{want(sooner), want(later)}, since(at(10, 59)))
		same(t, "since its end", []turno.TimeOff{want(later)}, since(at(11, 0)))
		same(t, "found", true, byID(*later.TimeOffID))
		same(t, "none other", false, byID(turno.NewID()))
		clock.Set(at(11, 0))
		same(t, "without what is over", []turno.TimeOff{want(later)}, list())
		c.batch(t, func(b *sqldb.Batch) { store.DeleteTimeOffIn(b, want(later)) })
		same(t, "found after it was deleted", false, byID(*later.TimeOffID))
		same(t, "its period went too", []turno.BusyPeriod{sooner}, calendarOf(t, db, c.doctor.ID).Busy)
	})
}
