package live_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/live"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// patience is how long a test waits for what must happen.
const patience = 2 * time.Minute

func testConfig(t *testing.T) live.Config {
	return live.Config{
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Gap:    10 * time.Millisecond, Poll: 10 * time.Millisecond,
	}
}

// startHub is a node on the database.
func startHub(t *testing.T, db *sqldb.DB, c live.Config) *live.Hub {
	t.Helper()
	hub := live.New(db, c)
	hub.Start(t.Context())
	t.Cleanup(hub.Stop)
	return hub
}

// subscribe opens a page that has looked once.
func subscribe(t *testing.T, hub *live.Hub, topics ...live.Topic) <-chan struct{} {
	t.Helper()
	news, err := hub.Subscribe(t.Context(), uuid.NewString(), topics...)
	if err != nil {
		t.Fatal(err)
	}
	expectNews(t, news, "the first look")
	return news
}

func expectNews(t *testing.T, news <-chan struct{}, why string) {
	t.Helper()
	select {
	case _, open := <-news:
		if !open {
			t.Fatalf("%s: the subscription has ended", why)
		}
	case <-time.After(patience):
		t.Fatalf("%s: no news", why)
	}
}

func expectSilence(t *testing.T, news <-chan struct{}, why string) {
	t.Helper()
	select {
	case _, open := <-news:
		t.Errorf("%s: there were news (open: %t)", why, open)
	default:
	}
}

func expectEnd(t *testing.T, news <-chan struct{}) {
	t.Helper()
	for {
		select {
		case _, open := <-news:
			if !open {
				return
			}
		case <-time.After(patience):
			t.Fatal("the subscription does not end")
		}
	}
}

func TestAPageHearsOfWhatItShows(t *testing.T) {
	t.Parallel()
	db := storetest.New(t, sqldb.SQLite, storetest.NewClock(storetest.Monday()))
	hub := live.New(db, testConfig(t))
	defer hub.Stop()
	house, wilson := turno.NewID(), turno.NewID()
	calendar := subscribe(t, hub, live.Calendar(house))
	both := subscribe(t, hub, live.Calendar(house), live.Calendar(wilson))
	clinic := subscribe(t, hub, live.Clinic())

	hub.Changed(wilson)
	expectSilence(t, calendar, "another doctor's change, on a calendar")
	expectNews(t, both, "a change of the second of two doctors")
	expectNews(t, clinic, "any doctor's change, at the desk")

	hub.Changed(house)
	expectNews(t, calendar, "the doctor's change")
	expectNews(t, both, "a change of the first of two doctors")
	expectNews(t, clinic, "any doctor's change, at the desk")

	hub.Changed(uuid.Nil)
	expectSilence(t, calendar, "a change of no calendar")
	expectNews(t, clinic, "a change of the clinic")
}

func TestAReaderWhoIsSlowIsToldOnceAndMissesNothing(t *testing.T) {
	t.Parallel()
	db := storetest.New(t, sqldb.SQLite, storetest.NewClock(storetest.Monday()))
	hub := live.New(db, testConfig(t))
	defer hub.Stop()
	doctor := turno.NewID()
	news := subscribe(t, hub, live.Calendar(doctor))
	for range 100 {
		hub.Changed(doctor)
	}
	expectNews(t, news, "a hundred changes")
	expectSilence(t, news, "after the one word for a hundred changes")
	hub.Changed(doctor)
	expectNews(t, news, "a change after the word was taken")
}

func TestASubscriptionEndsWithItsContextAndWithTheHub(t *testing.T) {
	t.Parallel()
	db := storetest.New(t, sqldb.SQLite, storetest.NewClock(storetest.Monday()))
	hub := live.New(db, testConfig(t))
	ctx, cancel := context.WithCancel(t.Context())
	left, err := hub.Subscribe(ctx, "ana", live.Clinic())
	if err != nil {
		t.Fatal(err)
	}
	stays := subscribe(t, hub, live.Clinic())
	cancel()
	expectEnd(t, left)
	if n := hub.Subscribers(); n != 1 {
		t.Errorf("%d subscribers after one of two left", n)
	}
	hub.Changed(uuid.Nil)
	expectNews(t, stays, "a change after another page left")
	hub.EndSubscriptions()
	expectEnd(t, stays)
	if _, err := hub.Subscribe(t.Context(), "ana", live.Clinic()); turno.KindOf(err) != turno.KindUnavailable {
		t.Errorf("subscribing to a hub that is stopping: %v", err)
	}
	hub.Stop()
	if n := hub.Subscribers(); n != 0 {
		t.Errorf("%d subscribers after the end", n)
	}
}

func TestSubscriptionsAreBounded(t *testing.T) {
	t.Parallel()
	db := storetest.New(t, sqldb.SQLite, storetest.NewClock(storetest.Monday()))
	hub := live.New(db, live.Config{PerPerson: 2, PerNode: 3})
	defer hub.Stop()
	ctx, leave := context.WithCancel(t.Context())
	open := func(ctx context.Context, person string) error {
		_, err := hub.Subscribe(ctx, person, live.Clinic())
		return err
	}
	for i, step := range []struct {
		person string
		want   turno.Kind
		ok     bool
	}{
		{"ana", 0, true},
		{"ana", 0, true},
		{"ana", turno.KindRateLimited, false},
		{"ben", 0, true},
		{"eva", turno.KindUnavailable, false},
	} {
		if err := open(ctx, step.person); (err == nil) != step.ok || err != nil && turno.KindOf(err) != step.want {
			t.Errorf("step %d, %s: %v", i, step.person, err)
		}
	}
	leave()
	deadline := time.Now().Add(patience)
	for hub.Subscribers() > 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if err := open(t.Context(), "ana"); err != nil {
		t.Errorf("after everybody left: %v", err)
	}
}

// act leaves an entry in the trail, as whatever people do.
func act(t *testing.T, db *sqldb.DB) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		return store.Audit(tx, turno.AuditEntry{Action: turno.AuditUpdate, Entity: "doctor", EntityID: turno.NewID().String()})
	})
	if err != nil {
		t.Fatal(err)
	}
}
