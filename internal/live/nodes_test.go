package live_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/live"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestTheOtherNodeHearsOfAChange(t *testing.T) {
	t.Parallel()
	db := storetest.New(t, sqldb.Postgres, storetest.NewClock(storetest.Monday()))
	config := testConfig(t)
	config.Gap = 500 * time.Millisecond // in which even a busy machine makes very many changes
	here, there := startHub(t, db, config), startHub(t, db, testConfig(t))
	house, wilson := turno.NewID(), turno.NewID()
	sawHouse := listening(t, here, there, house)
	sawWilson := subscribe(t, there, live.Calendar(wilson))

	here.Changed(house)
	expectNews(t, sawHouse, "a change on the other node")
	expectSilence(t, sawWilson, "another doctor's change on the other node")

	expectNewsOfTooMany(t, here, sawHouse)
	expectNewsOfTooMany(t, here, sawWilson)
}

// expectNewsOfTooMany makes more changes at once than fit into messages: then
// everything is looked at. Some may have been sent meanwhile, so they are made until
// there are so many at once.
func expectNewsOfTooMany(t *testing.T, from *live.Hub, news <-chan struct{}) {
	t.Helper()
	deadline := time.After(patience)
	for {
		for range 5000 {
			from.Changed(turno.NewID())
		}
		select {
		case <-news:
			return
		case <-time.After(time.Second):
		case <-deadline:
			t.Fatal("very many changes on the other node: no news")
		}
	}
}

// listening returns a page on a node that certainly hears the other by now.
func listening(t *testing.T, from, on *live.Hub, doctorID uuid.UUID) <-chan struct{} {
	t.Helper()
	news := subscribe(t, on, live.Calendar(doctorID))
	marker := turno.NewID()
	marked := subscribe(t, on, live.Calendar(marker))
	deadline := time.After(patience)
	for heard := false; !heard; {
		from.Changed(marker)
		select {
		case <-marked: // by the message, or by having connected: then once more
			from.Changed(marker)
			expectNews(t, marked, "a change after the node has connected")
			heard = true
		case <-time.After(50 * time.Millisecond):
		case <-deadline:
			t.Fatal("the node does not hear the other")
		}
	}
	select {
	case <-news: // of having connected
	default:
	}
	return news
}

func TestANodeIsWokenByTheOthersOnly(t *testing.T) {
	t.Parallel()
	db := storetest.New(t, sqldb.Postgres, storetest.NewClock(storetest.Monday()))
	woken := make(chan struct{}, 1000)
	config := testConfig(t)
	config.Heard = func() { woken <- struct{}{} }
	here, there := startHub(t, db, config), startHub(t, db, testConfig(t))
	expectNews(t, woken, "having connected")
	for range 3 {
		here.Changed(turno.NewID())
	}
	own := subscribe(t, there, live.Clinic())
	here.Changed(turno.NewID())
	expectNews(t, own, "a change on the other node")
	expectSilence(t, woken, "changes of the node itself")
	there.Changed(turno.NewID())
	expectNews(t, woken, "a change on the other node")
}

func TestManyChangesAreFewMessages(t *testing.T) {
	t.Parallel()
	db := storetest.New(t, sqldb.Postgres, storetest.NewClock(storetest.Monday()))
	config := testConfig(t)
	config.Gap = 200 * time.Millisecond
	hub := startHub(t, db, config)
	heard := make(chan string, 10_000)
	ready := make(chan struct{})
	go func() {
		_ = db.Listen(t.Context(), "turno_live", func() { close(ready) }, func(payload string) { heard <- payload })
	}()
	<-ready
	for range 100 {
		for range 20 {
			hub.Changed(turno.NewID())
		}
		time.Sleep(time.Millisecond) // bookings over a while
	}
	last := turno.NewID()
	hub.Changed(last)
	hub.Stop() // sends what is left
	messages, ids := 0, 0
	for ids < 2001 {
		select {
		case payload := <-heard:
			messages++
			ids += (len(payload) - len(uuid.Nil.String())) / (len(uuid.Nil.String()) + 1)
			if len(payload) >= 8000 {
				t.Errorf("a message of %d bytes", len(payload))
			}
		case <-time.After(patience):
			t.Fatalf("%d of 2001 ids arrived", ids)
		}
	}
	if messages > 20 {
		t.Errorf("2001 changes were %d messages", messages)
	}
}

func TestANodeWhoseConnectionWasLostLooksAgainAndGoesOn(t *testing.T) {
	t.Parallel()
	db := storetest.New(t, sqldb.Postgres, storetest.NewClock(storetest.Monday()))
	here, there := startHub(t, db, testConfig(t)), startHub(t, db, testConfig(t))
	doctor, other := turno.NewID(), turno.NewID()
	listening(t, there, here, doctor) // both listen before they are cut off
	news := listening(t, here, there, doctor)
	unconcerned := subscribe(t, there, live.Calendar(other))

	var ended int
	err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
		return tx.QueryRow(`
			SELECT count(pg_terminate_backend(pid))
			  FROM pg_stat_activity
			 WHERE datname = current_database()
			   AND query LIKE 'LISTEN %'`).Scan(&ended)
	})
	if err != nil || ended != 2 {
		t.Fatalf("%d listeners ended: %v", ended, err)
	}
	expectNews(t, news, "connecting again")
	expectNews(t, unconcerned, "connecting again, on every page")

	news = listening(t, here, there, doctor)
	here.Changed(doctor)
	expectNews(t, news, "a change after connecting again")
}

func TestAnotherProcessOnTheFileIsNoticed(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock(storetest.Monday())
	path := filepath.Join(t.TempDir(), "turno.db")
	open := func() *sqldb.DB {
		db, err := sqldb.Open(t.Context(), path, sqldb.Options{Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	db, elsewhere := open(), open()
	if err := store.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	act(t, db)
	woken := make(chan struct{}, 1000)
	config := testConfig(t)
	config.Heard = func() { woken <- struct{}{} }
	hub := startHub(t, db, config)
	news := subscribe(t, hub, live.Calendar(turno.NewID()))
	expectNews(t, news, "the first look at the file") // nobody knows what came before
	expectNews(t, woken, "the first look at the file")
	for range 3 {
		act(t, elsewhere)
		expectNews(t, news, "a change by another process")
		if len(woken) == 0 {
			t.Error("pages are told before the node is")
		}
		expectNews(t, woken, "a change by another process")
		act(t, db)
		time.Sleep(100 * time.Millisecond) // ten looks at the file
		expectSilence(t, news, "a change by this process, which says itself what changed")
	}
}
