package jobs_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/metric"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestAnEventCommittedBeforeACrashIsDeliveredOnceAfterTheRestart(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		enqueue(t, db, event("greeting", "first")) // and the process died before any relay
		seen := newCalls()
		runner := start(t, db, jobs.Config{Handlers: map[string]jobs.Handler{"greeting": seen.handler()}})
		seen.wait(t, `{"id":"first"}`)
		stop(t, runner)

		runner = start(t, db, jobs.Config{Handlers: map[string]jobs.Handler{"greeting": seen.handler()}})
		enqueue(t, db, event("greeting", "second"))
		seen.wait(t, `{"id":"second"}`)
		stop(t, runner)
		seen.expect(t, map[string]int{`{"id":"first"}`: 1, `{"id":"second"}`: 1})
	})
}

func TestAnEventThatWasInsertedButNotMarkedIsNotDeliveredTwice(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		seen := newCalls()
		config := jobs.Config{Handlers: map[string]jobs.Handler{"greeting": seen.handler()}}
		enqueue(t, db, event("greeting", "first"))
		runner := start(t, db, config)
		seen.wait(t, `{"id":"first"}`)
		stop(t, runner)
		write(t, db, func(tx *sqldb.Tx) error { // the mark was lost
			_, err := tx.Exec("UPDATE outbox SET relayed_at = NULL")
			return err
		})

		runner = start(t, db, config)
		enqueue(t, db, event("greeting", "second"))
		seen.wait(t, `{"id":"second"}`)
		stop(t, runner)
		seen.expect(t, map[string]int{`{"id":"first"}`: 1, `{"id":"second"}`: 1})
	})
}

func TestAnEventThatNobodyHandlesWaits(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		later := event("greeting", "later")
		later.RunAt = later.RunAt.Add(time.Hour)
		enqueue(t, db, event("unknown", "first"), later, event("greeting", "now"))
		seen := newCalls()
		runner := start(t, db, jobs.Config{Handlers: map[string]jobs.Handler{"greeting": seen.handler()}})
		seen.wait(t, `{"id":"now"}`)
		stop(t, runner)
		if diff := cmp.Diff([]string{"greeting/later", "unknown/first"}, waiting(t, db)); diff != "" {
			t.Errorf("still in the outbox (-want +got):\n%s", diff)
		}
	})
}

func TestAFailedEventIsTriedAgain(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		registry := metric.NewRegistry()
		metrics := jobs.NewMetrics(registry)
		seen := newCalls()
		succeed := seen.handler()
		failed := make(chan struct{})
		var once sync.Once
		runner := start(t, db, jobs.Config{Metrics: metrics, Handlers: map[string]jobs.Handler{
			"greeting": func(ctx context.Context, payload string) (err error) {
				once.Do(func() {
					err = errors.New("the other side does not answer")
					close(failed)
				})
				if err == nil {
					err = succeed(ctx, payload)
				}
				return err
			},
			"farewell": func(context.Context, string) error {
				seen.note("farewell")
				panic("the program is wrong")
			},
		}})
		enqueue(t, db, event("farewell", "first"), event("greeting", "first"))
		await(t, failed, "the first attempt")
		seen.wait(t, `{"id":"first"}`)
		seen.wait(t, "farewell")
		stop(t, runner)
		total := jobsTotal(t, registry)
		if total["farewell failed"] == 0 {
			t.Error("a panic was not counted as a failure")
		}
		delete(total, "farewell failed")
		want := map[string]float64{"greeting done": 1, "greeting failed": 1}
		if diff := cmp.Diff(want, total); diff != "" {
			t.Errorf("turno_jobs_total (-want +got):\n%s", diff)
		}
	})
}

func TestTwoNodesHandleAnEventOnceAndRunATaskOnce(t *testing.T) {
	t.Parallel()
	db := storetest.New(t, sqldb.Postgres, storetest.NewClock(storetest.Monday()))
	migrate(t, db)
	seen := newCalls()
	tasks := []jobs.Task{
		{Name: "sweep", Every: time.Hour, Run: seen.task("sweep")},
		{Name: "count", Every: time.Hour, Run: seen.task("count")},
	}
	config := jobs.Config{Tasks: tasks, Handlers: map[string]jobs.Handler{"greeting": seen.handler()}}
	first, second := start(t, db, config), start(t, db, config)
	want := map[string]int{"sweep": 1, "count": 1}
	for i := range 50 {
		name := strconv.Itoa(i)
		enqueue(t, db, event("greeting", name))
		want[`{"id":"`+name+`"}`] = 1
	}
	for call := range want {
		seen.wait(t, call)
	}
	stop(t, first)
	stop(t, second)
	seen.expect(t, want)
}

func TestVisitsAreCountedSoonAfterOneChanged(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		seen := newCalls()
		signal := jobs.NewSignal()
		count := jobs.Task{Name: jobs.RollUpTask, Every: time.Hour, Run: seen.task("count")}
		runner := start(t, db, jobs.Config{Soon: jobs.Soon(), Signal: signal, Tasks: []jobs.Task{count}})
		seen.wait(t, "count") // River runs every task when it starts
		enqueue(t, db, event("appointment.booked", "first"))
		signal.Wake()
		seen.wait(t, "count")
		stop(t, runner)
	})
}

func TestStopWaitsForTheRunningJob(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		began := make(chan struct{})
		var finished bool
		runner := start(t, db, jobs.Config{Handlers: map[string]jobs.Handler{
			"greeting": func(ctx context.Context, _ string) error {
				close(began)
				select { // a job that takes a while
				case <-ctx.Done():
				case <-time.After(500 * time.Millisecond):
					finished = true
				}
				return nil
			},
		}})
		enqueue(t, db, event("greeting", "first"))
		await(t, began, "the job to begin")
		stop(t, runner)
		if !finished {
			t.Error("Stop returned before the job had finished, or cancelled it")
		}
	})
}

func TestATaskRunsOncePerPeriodAlsoWhenTheLeaderChanges(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		seen := newCalls()
		sweep := jobs.Task{Name: "sweep", Every: 24 * time.Hour, Run: seen.task("sweep")}
		count := jobs.Task{Name: "count", Every: 24 * time.Hour, Run: seen.task("count")}
		runner := start(t, db, jobs.Config{Tasks: []jobs.Task{sweep}})
		seen.wait(t, "sweep")
		stop(t, runner)
		runner = start(t, db, jobs.Config{Tasks: []jobs.Task{sweep, count}})
		seen.wait(t, "count") // so the new leader has begun
		stop(t, runner)
		seen.expect(t, map[string]int{"sweep": 1, "count": 1})
	})
}

func TestStopCancelsAJobThatOutlastsIt(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		began, cancelled := make(chan struct{}), make(chan struct{})
		runner := start(t, db, jobs.Config{Handlers: map[string]jobs.Handler{
			"greeting": func(ctx context.Context, _ string) error {
				close(began)
				<-ctx.Done()
				close(cancelled)
				return ctx.Err()
			},
		}})
		enqueue(t, db, event("greeting", "first"))
		await(t, began, "the job to begin")
		ctx, giveUp := context.WithCancel(t.Context())
		giveUp()
		if err := runner.Stop(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Stop returned %v, want that it could not wait", err)
		}
		await(t, cancelled, "the job to be cancelled")
	})
}

func TestEveryTaskOfTurnoRunsOnAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
		nothing := func(context.Context) (int, error) { return 0, nil }
		nothingPast := func(context.Context) (int64, error) { return 0, nil }
		metrics := jobs.NewMetrics(metric.NewRegistry())
		for _, task := range jobs.Tasks(db, jobs.Booking{ExpirePending: nothing, SweepHolds: nothing, ClearPast: nothingPast}, 6, metrics) {
			if err := task.Run(t.Context()); err != nil {
				t.Errorf("%s: %v", task.Name, err)
			}
		}
	})
}
