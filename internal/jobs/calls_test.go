package jobs_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/metric"
	"github.com/turno-health/turno/internal/metric/metrictest"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// patience is how long a test waits for what must happen.
const patience = 2 * time.Minute

// jobsTotal reads turno_jobs_total by "job result".
func jobsTotal(t *testing.T, registry *metric.Registry) map[string]float64 {
	t.Helper()
	total := map[string]float64{}
	for series, n := range metrictest.Read(t, registry) {
		if labels, ok := strings.CutPrefix(series, `turno_jobs_total{job="`); ok {
			job, result, _ := strings.Cut(strings.TrimSuffix(labels, `"}`), `",result="`)
			total[job+" "+result] = n
		}
	}
	return total
}

// calls remembers who was called how often.
type calls struct {
	mu    sync.Mutex
	count map[string]int
	news  chan string
}

func newCalls() *calls { return &calls{count: map[string]int{}, news: make(chan string, 1000)} }

func (c *calls) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count[what]++
	c.news <- what
}

func (c *calls) handler() jobs.Handler {
	return func(_ context.Context, payload string) error {
		c.note(payload)
		return nil
	}
}

func (c *calls) task(name string) func(context.Context) error {
	return func(context.Context) error {
		c.note(name)
		return nil
	}
}

// wait returns when what has been called since the last wait for it.
func (c *calls) wait(t *testing.T, what string) {
	t.Helper()
	timeout := time.After(patience)
	var others []string
	for {
		select {
		case got := <-c.news:
			if got == what {
				for _, other := range others {
					c.news <- other
				}
				return
			}
			others = append(others, got)
		case <-timeout:
			t.Fatalf("%s was not called", what)
		}
	}
}

func (c *calls) expect(t *testing.T, want map[string]int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if diff := cmp.Diff(want, c.count); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func eachEngine(t *testing.T, test func(*testing.T, *sqldb.DB)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
		migrate(t, db)
		test(t, db)
	})
}

func migrate(t *testing.T, db *sqldb.DB) {
	t.Helper()
	again := func(ctx context.Context) error { return jobs.Migrate(ctx, db, nil) }
	if err := store.Migrate(t.Context(), db, again); err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, db *sqldb.DB, c jobs.Config) *jobs.Runner {
	t.Helper()
	c.Logger = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	runner, err := jobs.Start(t.Context(), db, c)
	if err != nil {
		t.Fatal(err)
	}
	return runner
}

func stop(t *testing.T, runner *jobs.Runner) {
	t.Helper()
	if err := runner.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func await(t *testing.T, happened <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-happened:
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
	}
}

// event is due at the hour where a test's clock begins.
func event(name, id string) store.Event {
	return store.Event{
		ID:      turno.NewID(),
		Key:     name + "/" + id,
		Name:    name,
		Payload: `{"id":"` + id + `"}`,
		RunAt:   storetest.Monday(),
	}
}

func enqueue(t *testing.T, db *sqldb.DB, events ...store.Event) {
	t.Helper()
	write(t, db, func(tx *sqldb.Tx) error {
		for _, e := range events {
			if err := store.Enqueue(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func write(t *testing.T, db *sqldb.DB, fn func(*sqldb.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func waiting(t *testing.T, db *sqldb.DB) (keys []string) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *sqldb.Tx) (err error) {
		keys, err = sqldb.All(tx, func(row sqldb.Scanner) (key string, err error) {
			err = row.Scan(&key)
			return key, err
		}, "SELECT key FROM outbox WHERE relayed_at IS NULL ORDER BY key")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
