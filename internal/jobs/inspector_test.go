package jobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/sqldb"
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
