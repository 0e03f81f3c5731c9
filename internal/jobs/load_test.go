package jobs_test

import (
	"bytes"
	"log/slog"
	"strconv"
	"sync"
	"testing"

	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// River writes to the same SQLite file as everybody else: neither side may see
// a locked database.
func TestJobsRunBesideManyWriters(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		const writers, each = 8, 40
		seen := newCalls()
		var warnings lockedBuffer
		logger := slog.New(slog.NewTextHandler(&warnings, &slog.HandlerOptions{Level: slog.LevelWarn}))
		runner, err := jobs.Start(t.Context(), db, jobs.Config{Logger: logger, Handlers: map[string]jobs.Handler{"greeting": seen.handler()}})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{}
		var all sync.WaitGroup
		for writer := range writers {
			for i := range each {
				want[`{"id":"`+strconv.Itoa(writer*each+i)+`"}`] = 1
			}
			all.Go(func() {
				for i := range each {
					e := event("greeting", strconv.Itoa(writer*each+i))
					if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return store.Enqueue(tx, e) }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		for call := range want {
			seen.wait(t, call)
		}
		stop(t, runner)
		seen.expect(t, want)
		if log := warnings.String(); log != "" {
			t.Errorf("warnings in the log:\n%s", log)
		}
	})
}

type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
