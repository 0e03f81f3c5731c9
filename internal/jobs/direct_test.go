package jobs_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/metric"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// answer is a direct handler that leaves an event as a trace of each that it handled,
// and so exactly as often as its transaction was committed.
func answer(tx *sqldb.Tx, payload string) error {
	e := event("answer", turno.NewID().String())
	e.Payload = payload
	return store.Enqueue(tx, e)
}

// answers are the payloads of what was handled, and how often.
func answers(t *testing.T, db *sqldb.DB) map[string]int {
	t.Helper()
	return counted(t, db, `SELECT payload FROM outbox WHERE event = 'answer'`)
}

func counted(t *testing.T, db *sqldb.DB, query string) map[string]int {
	t.Helper()
	count := map[string]int{}
	err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
		all, err := sqldb.All(tx, func(row sqldb.Scanner) (s string, err error) {
			err = row.Scan(&s)
			return s, err
		}, query)
		for _, s := range all {
			count[s]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// until waits for what must come about.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestAnEventIsHandledWhereItIsMarkedAndNeedsNoJob(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		registry := metric.NewRegistry()
		metrics := jobs.NewMetrics(registry)
		seen := newCalls()
		runner := start(t, db, jobs.Config{
			Metrics: metrics,
			Direct:  map[string]jobs.DirectHandler{"greeting": answer},
			Soon:    map[string]string{"greeting": "count"},
			Tasks:   []jobs.Task{{Name: "count", Every: time.Hour, Run: seen.task("count")}},
		})
		seen.wait(t, "count") // River runs every task when it starts
		want := map[string]int{}
		var events []store.Event
		for i := range 45 { // more than one transaction takes
			e := event("greeting", strconv.Itoa(i))
			events = append(events, e)
			want[e.Payload] = 1
		}
		enqueue(t, db, events...)
		until(t, "the answers", func() bool { return len(answers(t, db)) == len(want) })
		seen.wait(t, "count")
		stop(t, runner)
		if diff := cmp.Diff(want, answers(t, db)); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int{"task": 2}, counted(t, db, `SELECT kind FROM river_job`)); diff != "" {
			t.Errorf("jobs (-want +got):\n%s", diff)
		}
		if total := jobsTotal(t, registry)["greeting done"]; total != 45 {
			t.Errorf("%v are counted", total)
		}
	})
}

func TestOneEventThatFailsBecomesAJobAndHarmsNoOther(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		inspector, err := jobs.NewInspector(db, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer inspector.Close()
		handler := func(tx *sqldb.Tx, payload string) error {
			switch payload {
			case `{"id":"panics"}`:
				panic("the program is wrong")
			case `{"id":"fails"}`:
				return errors.Join(answer(tx, payload), errors.New("not today"))
			case `{"id":"breaks"}`:
				_, err := tx.Exec(`SELECT nothing FROM nowhere`)
				return err
			}
			return answer(tx, payload)
		}
		enqueue(t, db, event("greeting", "first"), event("greeting", "fails"), event("greeting", "panics"),
			event("greeting", "breaks"), event("greeting", "last"))
		runner := start(t, db, jobs.Config{Direct: map[string]jobs.DirectHandler{"greeting": handler}})
		until(t, "three failures", func() bool {
			report, err := inspector.Report(t.Context())
			return err == nil && len(report.Failures) == 3
		})
		stop(t, runner)
		want := map[string]int{`{"id":"first"}`: 1, `{"id":"last"}`: 1}
		if diff := cmp.Diff(want, answers(t, db)); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}

		runner = start(t, db, jobs.Config{Direct: map[string]jobs.DirectHandler{"greeting": answer}}) // mended
		want[`{"id":"fails"}`], want[`{"id":"panics"}`], want[`{"id":"breaks"}`] = 1, 1, 1
		until(t, "the answers", func() bool {
			report, err := inspector.Report(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, failure := range report.Failures { // rather than wait for River's pause
				_ = inspector.Retry(t.Context(), failure.ID) // it may run by now
			}
			return len(answers(t, db)) == len(want)
		})
		stop(t, runner)
		if diff := cmp.Diff(want, answers(t, db)); diff != "" {
			t.Errorf("answers in the end (-want +got):\n%s", diff)
		}
	})
}

func TestTwoNodesHandleAnEventDirectlyOnce(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		config := jobs.Config{Direct: map[string]jobs.DirectHandler{"greeting": answer}}
		first, second := start(t, db, config), start(t, db, config)
		want := map[string]int{}
		for i := range 60 {
			e := event("greeting", strconv.Itoa(i))
			enqueue(t, db, e)
			want[e.Payload] = 1
		}
		until(t, "the answers", func() bool { return len(answers(t, db)) == len(want) })
		stop(t, first)
		stop(t, second)
		if diff := cmp.Diff(want, answers(t, db)); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
	})
}
