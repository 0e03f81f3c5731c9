package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

// The mail server takes connections and then says nothing: bookings are acknowledged
// as ever, while one worker waits for it. The program is killed in the middle of that;
// when it runs again and the server answers, each mail leaves once.
func TestAMailServerThatHangsAndAProgramThatIsKilled(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			const visits = 60
			dsn, key, server := storetest.DSN(t, engine), newKey(t), startMailServer(t)
			node := startProcess(t, dsn, key, server.settings()...)
			load := newLoad(t, node, dsn, 4)
			verifyAddresses(t, dsn)
			awaitCount(t, dsn, "no mail waits", `SELECT COUNT(*) FROM mails WHERE state = 'waiting'`, 0)
			before := load.timed(t, visits)

			awaitMails(t, server, "Requested", visits)
			server.hang()
			began := time.Now()
			during := load.timed(t, visits)
			t.Logf("booking: %v; with a mail server that hangs: %v", before, during)
			until(t, "a mail to hang", func() bool { return server.waiting() > 0 })
			// One worker gives up a mail after 15 seconds and comes with the next.
			if n, most := server.waiting(), 1+int(time.Since(began)/(10*time.Second)); n > most {
				t.Errorf("%d connections wait for the mail server, want %d at most", n, most)
			}
			node.kill(t)

			server.answer()
			release(t, dsn)
			startProcess(t, dsn, key, server.settings()...)
			awaitMails(t, server, "Requested", 2*visits)
			awaitCount(t, dsn, "no mail waits", `SELECT COUNT(*) FROM mails WHERE state = 'waiting'`, 0)
			if n, twice := server.mails("Requested"); n != 2*visits || twice != 0 {
				t.Errorf("%d mails were sent, want %d; %d of them more than once", n, 2*visits, twice)
			}
		})
	}
}

// All reminders of a day come due at once, as after a night without power. They leave
// one after the other, over one connection at a time, while people book. On SQLite
// everybody waits for one writer.
func TestManyRemindersDueAtOnceBesideBookings(t *testing.T) {
	t.Parallel()
	remindersAtOnce(t, storetest.DSN(t, sqldb.SQLite), 500)
}

// BenchmarkRemindersAtOnce is the same with ten thousand:
//
//	go test -run '^$' -bench RemindersAtOnce -benchtime 1x -v ./internal/app
func BenchmarkRemindersAtOnce(b *testing.B) {
	for _, engine := range storetest.Engines() {
		b.Run(string(engine), func(b *testing.B) {
			for b.Loop() {
				remindersAtOnce(b, storetest.DSN(b, engine), 10_000)
			}
		})
	}
}

func remindersAtOnce(tb testing.TB, dsn string, reminders int) {
	tb.Helper()
	key, server := newKey(tb), startMailServer(tb)
	node := startProcess(tb, dsn, key) // without a mail server
	load := newLoad(tb, node, dsn, 8)
	verifyAddresses(tb, dsn)
	load.next.Store(2 * 24 * 12) // two days from now on, so that each has a reminder to come
	const planned = `SELECT COUNT(*) FROM outbox WHERE event = 'appointment.reminder'`
	load.timed(tb, reminders)
	awaitCount(tb, dsn, "each visit to have a reminder", planned, reminders)
	node.kill(tb)
	change(tb, dsn, `DELETE FROM mails`)

	load.nodes[0] = startProcess(tb, dsn, key, server.settings()...)
	var alone, meanwhile latencies
	for range 10 {
		alone = append(alone, load.timed(tb, 8)...)
		time.Sleep(200 * time.Millisecond) // the pace of both figures
	}
	reminders += len(alone)
	awaitCount(tb, dsn, "these to have one too", planned, reminders)
	change(tb, dsn, `UPDATE outbox SET run_at = created_at WHERE event = 'appointment.reminder'`)
	began := time.Now()
	for n, twice := 0, 0; n < reminders; n, twice = server.mails("Reminder") {
		if twice > 0 || time.Since(began) > 20*time.Minute {
			tb.Fatalf("%d reminders of %d were sent; %d mails more than once", n, reminders, twice)
		}
		meanwhile = append(meanwhile, load.timed(tb, 8)...)
		time.Sleep(200 * time.Millisecond)
	}
	took := time.Since(began)
	if n, twice := server.mails("Reminder"); n != reminders || twice != 0 || server.atOnce() > 2 { // one may be about to end
		tb.Errorf("%d reminders were sent, want %d; %d mails more than once; %d connections at once", n, reminders, twice, server.atOnce())
	}
	all, _ := server.mails("")
	tb.Logf("%d reminders in %v, %.0f mails a second in all; booking alone: %v, meanwhile: %v",
		reminders, took.Round(10*time.Millisecond), float64(all)/took.Seconds(), alone, meanwhile)
}

// latencies are how long bookings took.
type latencies []time.Duration

// String tells the median and the 99th percentile.
func (l latencies) String() string {
	sorted := slices.Sorted(slices.Values(l))
	if len(sorted) == 0 {
		return "none"
	}
	return fmt.Sprintf("%d, p50 %v, p99 %v", len(sorted), sorted[len(sorted)/2].Round(100*time.Microsecond), sorted[len(sorted)*99/100].Round(100*time.Microsecond))
}

// timed books so many visits, each acknowledged, by all patients at once.
func (l *load) timed(tb testing.TB, visits int) (took latencies) {
	tb.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	share := make(chan struct{}, visits)
	for range visits {
		share <- struct{}{}
	}
	close(share)
	for _, patient := range l.patients {
		all.Go(func() {
			for range share {
				i := int(l.next.Add(1)-1) % len(l.slots)
				began := time.Now()
				status, answer, err := l.nodes[0].send(http.MethodPost, patient, "/appointments", map[string]any{"doctor_id": l.doctor, "scheduled_at": l.slots[i]})
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
				if status != http.StatusCreated || err != nil {
					tb.Errorf("book: %d %v, %v", status, answer, err)
				}
			}
		})
	}
	all.Wait()
	return took
}

// verifyAddresses does what people do with the link in their first mail. It has them
// live where it is noon now, since nobody is reminded in the night.
func verifyAddresses(tb testing.TB, dsn string) {
	tb.Helper()
	zone := fmt.Sprintf("Etc/GMT%+d", time.Now().UTC().Hour()-12) // signs are the other way round there
	change(tb, dsn, `UPDATE users SET email_verified_at = created_at, time_zone = '`+zone+`'`)
}

// release has come what comes two minutes later: what the dead node had taken is due.
func release(tb testing.TB, dsn string) {
	tb.Helper()
	change(tb, dsn, `UPDATE mails SET attempt_at = created_at WHERE state = 'waiting'`)
}

func change(tb testing.TB, dsn, statement string) {
	tb.Helper()
	inside(tb, dsn, func(db *sqldb.DB) error {
		return db.Write(tb.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
	})
}

func inside(tb testing.TB, dsn string, do func(*sqldb.DB) error) {
	tb.Helper()
	db, err := sqldb.Open(tb.Context(), dsn, sqldb.Options{Now: time.Now, Patience: time.Minute})
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := do(db); err != nil {
		tb.Fatal(err)
	}
}

func awaitCount(tb testing.TB, dsn, what, query string, want int) {
	tb.Helper()
	inside(tb, dsn, func(db *sqldb.DB) error {
		until(tb, what, func() bool {
			n := -1
			err := db.Read(tb.Context(), func(tx *sqldb.Tx) error { return tx.QueryRow(query).Scan(&n) })
			return err == nil && n == want
		})
		return nil
	})
}

func awaitMails(tb testing.TB, server *mailServer, subject string, want int) {
	tb.Helper()
	until(tb, fmt.Sprintf("%d mails %q", want, subject), func() bool {
		n, _ := server.mails(subject)
		return n >= want
	})
}

// until waits for what must come about, also on a machine that is busy.
func until(tb testing.TB, what string, so func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatalf("waited in vain for %s", what)
		}
	}
}
