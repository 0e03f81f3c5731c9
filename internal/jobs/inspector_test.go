package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestTheInspectorSeesFailuresAndHasThemTriedAgain(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		seen := newCalls()
		broken := make(chan struct{})
		config := jobs.Config{
			Handlers: map[string]jobs.Handler{"greeting": func(ctx context.Context, payload string) error {
				select {
				case <-broken:
					return seen.handler()(ctx, payload)
				default:
					seen.note("failed")
					return errors.New("the other side does not answer " + strings.Repeat("x", 300) + "\nsecond line")
				}
			}},
			Tasks: []jobs.Task{{Name: "sweep", Every: time.Hour, Run: seen.task("sweep")}},
		}
		inspector, err := jobs.NewInspector(db, append(config.Tasks, jobs.Task{Name: "never", Every: time.Minute}))
		if err != nil {
			t.Fatal(err)
		}
		defer inspector.Close()
		runner := start(t, db, config)
		enqueue(t, db, event("greeting", "first"))
		seen.wait(t, "failed")
		seen.wait(t, "sweep")

		report := awaitReport(t, inspector, func(r jobs.Report) bool {
			return len(r.Failures) == 1 && r.Tasks[0].State == "completed"
		})
		failure := report.Failures[0]
		if failure.Name != "greeting" || failure.Attempts < 1 || failure.MaxAttempts < 2 || failure.AttemptedAt.IsZero() ||
			!strings.Contains(failure.Error, "the other side does not answer") || strings.Contains(failure.Error, "second") || len(failure.Error) > 210 {
			t.Errorf("the failure: %+v", failure)
		}
		if sweep := report.Tasks[0]; sweep.Name != "sweep" || sweep.LastAt == nil || !sweep.NextAt.Equal(sweep.LastAt.Add(time.Hour)) {
			t.Errorf("the task that ran: %+v", sweep)
		}
		if never := report.Tasks[1]; never.LastAt != nil || never.NextAt != nil {
			t.Errorf("the task that never ran: %+v", never)
		}
		close(broken)
		if err := inspector.Retry(t.Context(), failure.ID); err != nil && turno.KindOf(err) != turno.KindConflict { // or River was faster
			t.Errorf("try again: %v", err)
		}
		seen.wait(t, `{"id":"first"}`)
		report = awaitReport(t, inspector, func(r jobs.Report) bool { return len(r.Failures) == 0 && r.Depth["completed"] == 2 })
		if report.OldestAt != nil {
			t.Errorf("a job waits since %v, and all are done", report.OldestAt)
		}
		if err := inspector.Retry(t.Context(), failure.ID); turno.KindOf(err) != turno.KindConflict {
			t.Errorf("trying what is done again: %v", err)
		}
		if err := inspector.Retry(t.Context(), 1<<40); turno.KindOf(err) != turno.KindNotFound {
			t.Errorf("trying a job that is not there: %v", err)
		}
		stop(t, runner)
		if again, err := inspector.Report(t.Context()); err != nil || again.Depth["completed"] != 2 {
			t.Errorf("after the runner has stopped: %+v, %v", again, err)
		}
	})
}

func awaitReport(t *testing.T, inspector *jobs.Inspector, done func(jobs.Report) bool) jobs.Report {
	t.Helper()
	var report jobs.Report
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		var err error
		if report, err = inspector.Report(t.Context()); err != nil {
			t.Fatal(err)
		}
		if done(report) {
			return report
		}
	}
	t.Fatalf("the report stays %+v", report)
	return report
}

// turn is a job as River leaves it, so many minutes after a test's clock begins.
type turn struct {
	minute            int
	kind, name, state string
}

// leave puts jobs into River's table.
func leave(t *testing.T, db *sqldb.DB, turns []turn) {
	t.Helper()
	write(t, db, func(tx *sqldb.Tx) error {
		for _, j := range turns {
			at := storetest.Monday().Add(time.Duration(j.minute) * time.Minute).Format("2006-01-02 15:04:05.000")
			finalized, args := "NULL", map[string]string{"task": "name", "event": "event"}[j.kind]
			if j.state == "discarded" || j.state == "completed" {
				finalized = "'" + at + "'"
			}
			_, err := tx.Exec(fmt.Sprintf(`
				INSERT INTO river_job (kind, args, state, attempt, max_attempts, scheduled_at, attempted_at, finalized_at)
				VALUES ('%s', '{"%s": "%s"}', '%s', 1, 1, '%s', '%s', %s)`, j.kind, args, j.name, j.state, at, at, finalized))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// failed is the failures as sentences, and whether there are more.
func failed(t *testing.T, db *sqldb.DB, tasks ...string) (all []string, more bool) {
	t.Helper()
	known := make([]jobs.Task, len(tasks))
	for i, name := range tasks {
		known[i] = jobs.Task{Name: name, Every: 10 * time.Minute}
	}
	inspector, err := jobs.NewInspector(db, known)
	if err != nil {
		t.Fatal(err)
	}
	defer inspector.Close()
	report, err := inspector.Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Failures {
		next := "not by itself"
		if f.NextAt != nil {
			next = fmt.Sprintf("next at %v", f.NextAt.Sub(storetest.Monday()).Minutes())
		}
		all = append(all, fmt.Sprintf("%s, task %v, failed at %v, %s", f.Name, f.Task, f.AttemptedAt.Sub(storetest.Monday()).Minutes(), next))
	}
	return all, report.More
}

func TestATaskHasFailedWhereNoLaterTurnSucceeded(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		for _, tt := range []struct {
			name   string
			states []string // of its turns, ten minutes apart
			want   string
		}{
			{"none was yet", nil, ""},
			{"all succeeded", []string{"completed", "completed"}, ""},
			{"one failed and the next succeeded", []string{"discarded", "completed"}, ""},
			{"two failed, one succeeded, and another runs", []string{"discarded", "discarded", "completed", "running"}, ""},
			{"the last failed", []string{"completed", "discarded"}, "failed at 10, next at 20"},
			{"all failed", []string{"discarded", "discarded", "discarded"}, "failed at 20, next at 30"},
			{"one failed and the next runs", []string{"discarded", "running"}, "failed at 0, next at 10"},
			{"one failed and the next waits", []string{"discarded", "available"}, "failed at 0, next at 10"},
			{"the first runs", []string{"running"}, ""},
		} {
			var turns []turn
			for i, state := range tt.states {
				turns = append(turns, turn{10 * i, "task", tt.name, state}, turn{10*i + 1, "task", "another", "completed"})
			}
			leave(t, db, turns)
			var want []string
			if tt.want != "" {
				want = []string{tt.name + ", task true, " + tt.want}
			}
			got, more := failed(t, db, tt.name)
			if diff := cmp.Diff(want, got); diff != "" || more {
				t.Errorf("%s (-want +got), more %v:\n%s", tt.name, more, diff)
			}
		}
	})
}

func TestNothingPushesOutWhatNeedsSomebody(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		turns := []turn{{1, "event", "lost", "discarded"}, {2, "event", "lost", "discarded"}}
		for i := range 100 {
			turns = append(turns, turn{100 + i, "task", "sweep", "discarded"}, turn{100 + i, "task", "gone", "discarded"})
		}
		for i := range jobs.FailuresShown {
			turns = append(turns, turn{300 + i, "event", "waits", "retryable"})
		}
		leave(t, db, turns)
		want := []string{"lost, task false, failed at 2, not by itself", "lost, task false, failed at 1, not by itself"}
		for i := range jobs.FailuresShown {
			minute := 300 + jobs.FailuresShown - 1 - i
			want = append(want, fmt.Sprintf("waits, task false, failed at %d, next at %d", minute, minute))
		}
		want = append(want, "sweep, task true, failed at 199, next at 209")
		got, more := failed(t, db, "sweep")
		if diff := cmp.Diff(want, got); diff != "" || more {
			t.Errorf("failures (-want +got), more %v:\n%s", more, diff)
		}

		turns = turns[:0]
		for i := range jobs.FailuresShown - 1 {
			turns = append(turns, turn{10 + i, "event", "lost", "discarded"})
		}
		leave(t, db, turns)
		got, more = failed(t, db, "sweep")
		if want := 2*jobs.FailuresShown + 1; len(got) != want || !more || got[0] != "lost, task false, failed at 28, not by itself" {
			t.Errorf("one beyond the limit: more %v, %d failures, want %d: %v", more, len(got), want, got)
		}
	})
}
