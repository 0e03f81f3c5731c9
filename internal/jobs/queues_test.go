package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/metric"
	"github.com/turno-health/turno/internal/sqldb"
)

func TestAQueueIsWorkedOffSoonAfterAnEvent(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		registry := metric.NewRegistry()
		metrics := jobs.NewMetrics(registry)
		seen := newCalls()
		left := make(chan int, 1)
		left <- 0
		queue := jobs.Queue{Name: "letters", Work: func(context.Context) (done int, more bool, err error) {
			n := <-left
			defer func() { left <- max(n-1, 0) }()
			switch n {
			case 0:
				return 0, false, nil
			case 2:
				return 0, true, errors.New("one must come again")
			case 1:
				panic("the program is wrong")
			}
			seen.note("letter")
			return 2, true, nil
		}}
		runner := start(t, db, jobs.Config{Metrics: metrics, Queues: []jobs.Queue{queue}, Direct: map[string]jobs.DirectHandler{
			"greeting": func(*sqldb.Tx, string) error {
				<-left
				left <- 4
				return nil
			},
		}})
		enqueue(t, db, event("greeting", "first"))
		until(t, "the letters", func() bool {
			n := <-left
			left <- n
			return n == 0 && jobsTotal(t, registry)["letters failed"] == 2
		})
		stop(t, runner)
		seen.expect(t, map[string]int{"letter": 2})
		want := map[string]float64{"greeting done": 1, "letters done": 4, "letters failed": 2}
		if diff := cmp.Diff(want, jobsTotal(t, registry)); diff != "" {
			t.Errorf("turno_jobs_total (-want +got):\n%s", diff)
		}
	})
}

func TestStopEndsAQueueAtWork(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		began, finished := make(chan struct{}), false
		runner := start(t, db, jobs.Config{Queues: []jobs.Queue{{Name: "letters", Pause: time.Hour, Work: func(ctx context.Context) (int, bool, error) {
			close(began)
			<-ctx.Done()
			finished = true
			return 1, true, nil
		}}}})
		await(t, began, "the queue to begin")
		stop(t, runner)
		if !finished {
			t.Error("Stop returned before the queue had ended")
		}
	})
}

// A stop whose time is used up, by a slow request perhaps, still waits for what a queue
// is at: a mail that has left must be noted before the database is closed.
func TestAStopWaitsForWhatAQueueIsAt(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		begun, release := make(chan struct{}), make(chan struct{})
		var ended atomic.Bool
		runner, err := jobs.Start(t.Context(), db, jobs.Config{Queues: []jobs.Queue{{Name: "mail", Work: func(context.Context) (int, bool, error) {
			select {
			case <-begun:
			default:
				close(begun)
			}
			<-release
			ended.Store(true)
			return 0, false, nil
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		<-begun
		over, cancel := context.WithCancel(t.Context())
		cancel()
		time.AfterFunc(100*time.Millisecond, func() { close(release) })
		_ = runner.Stop(over)
		if !ended.Load() {
			t.Error("the stop did not wait")
		}
	})
}
