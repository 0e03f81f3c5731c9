package booking_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/freetime"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// offers reports whether a search finds this open time of the clinic's doctor.
func (c *clinic) offers(n *searchNode, when time.Time) bool {
	c.t.Helper()
	found, _, err := n.SearchDoctors(c.t.Context(), policy.Caller{}, booking.Search{Slots: 20})
	if err != nil {
		c.t.Fatal(err)
	}
	i := slices.IndexFunc(found, func(d booking.FoundDoctor) bool { return d.ID == c.doctor.UserID })
	return i >= 0 && slices.ContainsFunc(found[i].NextSlots, func(s turno.Interval) bool { return s.StartsAt.Equal(when) })
}

// lists reports whether this time is among the open ones of the clinic's doctor.
func (c *clinic) lists(n *searchNode, when time.Time) bool {
	c.t.Helper()
	open, err := n.Slots(c.t.Context(), policy.Caller{}, c.doctor.UserID, when, when.Add(time.Hour), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return slices.ContainsFunc(open, func(s turno.Interval) bool { return s.StartsAt.Equal(when) })
}

// The node looks at the database once an hour, so that only the second counts.
func TestATakenTimeIsNotOfferedASecondLaterOnAnyNode(t *testing.T) {
	t.Parallel()
	twoProcesses(t, func(t *testing.T, c *clinic, other *sqldb.DB) {
		passing := storetest.NewClock(storetest.Monday())
		here := c.searchNode(c.db, freetime.Config{Now: passing.Now, Poll: time.Hour, Patience: time.Minute})
		there := c.searchNode(other, freetime.Config{Now: passing.Now, Poll: time.Hour, Patience: time.Minute})
		if !c.offers(here, at(1, "09:00")) || !c.lists(here, at(1, "10:00")) {
			t.Fatal("two open times are not offered")
		}
		book := func(n *searchNode, when time.Time) {
			if _, err := n.Book(t.Context(), c.newPatient(), booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: when}); err != nil {
				t.Fatal(err)
			}
		}
		book(here, at(1, "09:00"))
		if c.lists(here, at(1, "09:00")) || c.offers(here, at(1, "09:00")) {
			t.Error("a time that was booked on this node is offered")
		}
		book(there, at(1, "10:00"))
		passing.Advance(time.Second)
		if c.lists(here, at(1, "10:00")) || c.offers(here, at(1, "10:00")) {
			t.Error("a time that was booked on another node a second ago is offered")
		}
		book(there, at(1, "10:30"))
		here.index.Elsewhere()
		if c.lists(here, at(1, "10:30")) || c.offers(here, at(1, "10:30")) {
			t.Error("a time is offered that was booked before this node heard of it")
		}
		book(there, at(1, "11:00"))
		here.index.Wake()
		for deadline := time.Now().Add(patience); c.offers(here, at(1, "11:00")); {
			if time.Now().After(deadline) {
				t.Fatal("a node that is woken does not look")
			}
		}
	})
}

// Whoever lost a time to somebody on another node sees a list without it.
func TestALostTimeIsNotListedAgain(t *testing.T) {
	t.Parallel()
	twoProcesses(t, func(t *testing.T, c *clinic, other *sqldb.DB) {
		frozen := storetest.NewClock(storetest.Monday())
		here := c.searchNode(c.db, freetime.Config{Now: frozen.Now, Poll: time.Hour, Patience: time.Minute})
		there := c.searchNode(other, freetime.Config{Now: frozen.Now, Poll: time.Hour, Patience: time.Minute})
		when := at(1, "09:00")
		want := booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: when}
		if _, err := there.Book(t.Context(), c.newPatient(), want); err != nil {
			t.Fatal(err)
		}
		if !c.lists(here, when) {
			t.Fatal("this node has looked already: the test shows nothing")
		}
		_, err := here.Book(t.Context(), c.newPatient(), want)
		wantCode(t, err, turno.CodeSlotTaken)
		if c.lists(here, when) {
			t.Error("the time that was lost is listed")
		}
	})
}

// What is busy beside a stretch that changed, and as far after it as something can
// have reached, is in the way of visits that begin within.
func TestAVisitBesideAChangeStaysInTheWay(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.settings(c.doctor, func(d *turno.Doctor) { d.MinNoticeMinutes, d.BufferMinutes = 0, 30 })
		c.write(func(tx *sqldb.Tx) error {
			return store.ReplaceAvailability(tx, c.doctor.UserID, everyDay(0, 24*60))
		})
		c.mustBook(c.newPatient(), at(1, "18:30"))
		node := c.searchNode(c.db, freetime.Config{Now: time.Now})
		changed := at(1, "06:00") // 18:00 is twelve hours after it, and a visit then would need until 19:00
		if _, err := node.Book(t.Context(), c.newPatient(), booking.NewVisit{DoctorID: c.doctor.UserID, ScheduledAt: changed}); err != nil {
			t.Fatal(err)
		}
		if !node.index.Await(t.Context()) || c.lists(node, changed) || c.lists(node, at(1, "18:00")) || !c.lists(node, at(1, "17:30")) {
			t.Error("after a visit at 06:00 there is one at 18:30 still, and none other")
		}
	})
}

func TestTimeOffInAVisitThatEndedEarlyFreesItsRest(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		day := c.visitType("A day", 7*60, turno.AudienceAll)
		visit, err := c.Book(t.Context(), c.desk, booking.NewVisit{DoctorID: c.doctor.UserID, PatientID: c.ana.UserID, ScheduledAt: at(0, "09:30"), VisitTypeID: &day.ID})
		if err != nil {
			t.Fatal(err)
		}
		node := c.searchNode(c.db, freetime.Config{Now: time.Now})
		c.clock.Set(at(0, "09:31"))
		if _, err := node.Complete(t.Context(), c.doctor, visit.ID); err != nil {
			t.Fatal(err)
		}
		off := turno.Interval{StartsAt: at(0, "09:32"), EndsAt: at(0, "09:40")}
		if _, _, err := node.AddTimeOff(t.Context(), c.doctor, booking.NewTimeOff{DoctorID: c.doctor.UserID, Interval: off}); err != nil {
			t.Fatal(err)
		}
		if !node.index.Await(t.Context()) || c.lists(node, at(0, "09:30")) || !c.lists(node, at(0, "10:00")) || !c.lists(node, at(0, "16:00")) {
			t.Error("the rest of the visit's time is not open, or its beginning is")
		}
	})
}

func TestWhenTheIndexCannotAnswer(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.addMany(20, 2)
		all := booking.Search{Limit: 100}
		index := freetime.New(c.db, freetime.Config{Now: time.Now, Patience: time.Millisecond})
		c.Service = booking.New(c.db, booking.Config{Box: c.box, FreeTime: index})
		if found, _, err := c.SearchDoctors(t.Context(), policy.Caller{}, all); err != nil || len(found) != 21 {
			t.Errorf("before it is filled %d doctors are found, want all 21 computed; %v", len(found), err)
		}
		stale := storetest.NewClock(storetest.Monday())
		behind := freetime.New(c.db, freetime.Config{Now: stale.Now, Patience: time.Millisecond})
		behind.Start(t.Context())
		behind.AwaitFilled(t.Context())
		behind.Stop()
		c.Service = booking.New(c.db, booking.Config{Box: c.box, FreeTime: behind})
		c.mustBook(c.ana, at(0, "10:30"))
		stale.Advance(time.Second)
		node := &searchNode{Service: c.Service, db: c.db, index: behind}
		if c.lists(node, at(0, "10:30")) || c.offers(node, at(0, "10:30")) {
			t.Error("what an index that has stopped says is shown")
		}
		c.addMany(500, 2)
		_, _, err := c.SearchDoctors(t.Context(), policy.Caller{}, all)
		if e := wantCode(t, err, turno.CodeUnavailable); e.RetryAfter == 0 {
			t.Error("nobody is told when to come again")
		}
		if found, _, err := c.SearchDoctors(t.Context(), policy.Caller{}, booking.Search{Sort: booking.SortName}); err != nil || len(found[0].NextSlots) != 3 {
			t.Errorf("by name they are found anyway; %v", err)
		}
	})
}

func TestNobodyWaitsForAnIndexInVain(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		node := c.searchNode(c.db, freetime.Config{Now: time.Now, Patience: time.Hour})
		node.index.Changed(uuid.Nil) // nothing that it keeps
		if !node.index.Await(t.Context()) {
			t.Error("an index that follows says no")
		}
		node.index.Stop()
		node.index.Changed(c.doctor.UserID)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if node.index.Await(gone) {
			t.Error("an index that missed a change says yes")
		}
	})
}

func TestAnIndexKnowsAsFarAsItRead(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		node := c.searchNode(c.db, freetime.Config{Now: time.Now})
		node.index.Stop()
		for _, row := range []struct {
			name  string
			after time.Duration
			want  bool
		}{
			{"at once", 0, true}, {"a day and a half later", 36 * time.Hour, true}, {"two days later", 48 * time.Hour, false},
		} {
			if got := node.index.Knows(c.clock.Now().Add(row.after)); got != row.want {
				t.Errorf("%s: knows %v, want %v", row.name, got, row.want)
			}
		}
	})
}

func TestWhatCouldNotBeFollowedIsReadAnewOnce(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		var looks atomic.Int64 // and questions how old the last one is
		now := func() time.Time { looks.Add(1); return time.Now() }
		node := c.searchNode(c.db, freetime.Config{Now: now, Poll: time.Hour, Patience: 200 * time.Millisecond})
		rename := func(from, to string) {
			c.write(func(tx *sqldb.Tx) error { _, err := tx.Exec("ALTER TABLE " + from + " RENAME TO " + to); return err })
		}
		rename("calendar_changes", "gone")
		node.index.Changed(c.doctor.UserID)
		if node.index.Await(t.Context()) {
			t.Fatal("an index that cannot look says yes")
		}
		if !c.offers(node, at(1, "09:00")) {
			t.Error("open times are not computed meanwhile")
		}
		rename("gone", "calendar_changes")
		for deadline := time.Now().Add(patience); !node.index.Await(t.Context()); {
			if time.Now().After(deadline) {
				t.Fatal("it does not follow again")
			}
		}
		for deadline, before := time.Now().Add(patience), int64(-1); looks.Load() != before; {
			if before = looks.Load(); time.Now().After(deadline) {
				t.Fatal("it reads again and again")
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
}

// A file from a backup is put in the place of the one that was followed: positions
// that were seen are given again.
func TestAnOlderDatabaseIsReadAnew(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock(storetest.Monday())
	c := newClinic(t, storetest.New(t, sqldb.SQLite, clock), clock)
	node := c.searchNode(c.db, freetime.Config{Now: time.Now, Poll: time.Hour, Patience: time.Minute})
	c.write(func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`DELETE FROM calendar_changes`); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE doctors SET horizon_days = 1 WHERE user_id = $1`, c.doctor.UserID)
		return err
	})
	for deadline := time.Now().Add(patience); c.offers(node, at(1, "16:30")); node.index.Wake() {
		if time.Now().After(deadline) {
			t.Fatal("what the other database says is not known")
		}
	}
}
