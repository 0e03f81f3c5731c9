package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// Inspector looks at the jobs of all nodes. It runs none.
type Inspector struct {
	client inspectingClient
	count  func(ctx context.Context) (map[rivertype.JobState]int, error)
	tasks  []Task
	closed func() error
}

// inspectingClient is what River's clients for the two engines have in common.
type inspectingClient interface {
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
	JobGet(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobRetry(ctx context.Context, id int64) (*rivertype.JobRow, error)
}

// NewInspector looks at a database that Migrate has prepared. tasks are those that
// its nodes run. Close it before the database.
func NewInspector(db *sqldb.DB, tasks []Task) (*Inspector, error) {
	i := &Inspector{tasks: tasks, closed: func() error { return nil }}
	if pool := db.Pool(); pool != nil {
		return i, inspect(i, riverpgxv5.New(pool))
	}
	jobsDB, err := db.JobsDB()
	if err != nil {
		return nil, fmt.Errorf("open the database for jobs: %w", err)
	}
	i.closed = jobsDB.Close
	if err := inspect(i, riversqlite.New(jobsDB)); err != nil {
		return nil, errors.Join(err, jobsDB.Close())
	}
	return i, nil
}

func inspect[TTx any](i *Inspector, driver riverdriver.Driver[TTx]) error {
	client, err := river.NewClient(driver, &river.Config{Logger: quiet(nil)})
	if err != nil {
		return fmt.Errorf("make the job client: %w", err)
	}
	i.client = client
	i.count = func(ctx context.Context) (map[rivertype.JobState]int, error) {
		return client.Driver().GetExecutor().JobCountByAllStates(ctx, &riverdriver.JobCountByAllStatesParams{})
	}
	return nil
}

// Close gives back what the inspector looked with.
func (i *Inspector) Close() error { return i.closed() }

// Report is how the jobs are doing.
type Report struct {
	Depth    map[string]int // the number of jobs by state, in River's words: "available", "running", "retryable", ...
	OldestAt *time.Time     // when the job that waits longest could have begun; nil: none waits
	Failures []Failure      // of what has not succeeded since; first the events that are not tried again
	More     bool           // there are failures beyond those
	Tasks    []TaskRun
}

// Failure is an event whose job's last attempt failed, or a task whose last turn did.
type Failure struct {
	ID          int64
	Name        string // of the event or the task
	Task        bool   // it is not tried again, but has its next turn
	Error       string // the first line of the last one, shortened
	Attempts    int
	MaxAttempts int
	AttemptedAt time.Time
	NextAt      *time.Time // when it is tried again, or has its next turn; nil: not by itself
}

// TaskRun is a periodic task. River keeps the times of the next runs in the memory
// of one node, so they are reckoned from the last.
type TaskRun struct {
	Name   string
	Every  time.Duration
	LastAt *time.Time // nil: not within what River remembers (see rememberFor)
	NextAt *time.Time
	State  string // of the last run, in River's words
}

// FailuresShown bounds the list of failures: so many events that nobody tries again,
// and so many that wait for another attempt. Of tasks, each is there once at most.
const FailuresShown = 20

// Report looks at the jobs.
func (i *Inspector) Report(ctx context.Context) (Report, error) {
	counts, err := i.count(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("count the jobs: %w", err)
	}
	report := Report{Depth: map[string]int{}}
	for state, n := range counts {
		report.Depth[string(state)] = n
	}
	waiting, err := i.list(ctx, river.NewJobListParams().States(rivertype.JobStateAvailable).
		OrderBy(river.JobListOrderByTime, river.SortOrderAsc).First(1))
	if err != nil {
		return Report{}, err
	}
	if len(waiting) > 0 {
		report.OldestAt = &waiting[0].ScheduledAt
	}
	if err := i.addEvents(ctx, &report); err != nil {
		return Report{}, err
	}
	if err := i.addTasks(ctx, &report); err != nil {
		return Report{}, err
	}
	return report, nil
}

func (i *Inspector) list(ctx context.Context, params *river.JobListParams) ([]*rivertype.JobRow, error) {
	result, err := i.client.JobList(ctx, params)
	if err != nil {
		return nil, fmt.Errorf("list the jobs: %w", err)
	}
	return result.Jobs, nil
}

// addEvents adds the events that failed. Those that need somebody have room of their
// own, which nothing that comes again by itself takes from them.
func (i *Inspector) addEvents(ctx context.Context, report *Report) error {
	for _, state := range []rivertype.JobState{rivertype.JobStateDiscarded, rivertype.JobStateRetryable} {
		rows, err := i.list(ctx, river.NewJobListParams().Kinds(eventArgs{}.Kind()).States(state).
			OrderBy(river.JobListOrderByTime, river.SortOrderDesc).First(FailuresShown+1))
		if err != nil {
			return err
		}
		if len(rows) > FailuresShown {
			rows, report.More = rows[:FailuresShown], true
		}
		for _, row := range rows {
			f := failureOf(row)
			if state == rivertype.JobStateRetryable {
				f.NextAt = &row.ScheduledAt
			}
			report.Failures = append(report.Failures, f)
		}
	}
	return nil
}

func failureOf(row *rivertype.JobRow) Failure {
	f := Failure{ID: row.ID, Name: nameOf(row), Attempts: row.Attempt, MaxAttempts: row.MaxAttempts}
	if row.AttemptedAt != nil {
		f.AttemptedAt = *row.AttemptedAt
	}
	if len(row.Errors) > 0 {
		f.Error = shortened(row.Errors[len(row.Errors)-1].Error)
	}
	return f
}

// nameOf is the name of the event or of the task.
func nameOf(row *rivertype.JobRow) string {
	var args struct{ Name, Event string }
	if err := json.Unmarshal(row.EncodedArgs, &args); err != nil {
		return row.Kind
	}
	return cmp.Or(args.Name, args.Event, row.Kind)
}

// shortened is the first line, of which a page has room for so much.
func shortened(text string) string {
	const most = 200
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if runes := []rune(line); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return line
}

// addTasks adds the tasks, and to the failures those whose last turn that ended has
// failed. Each turn is a job of its own, and River remembers one that failed for a
// week, whatever the turns after it did. A task that this version does not have is
// left out: nothing can be done about it here.
func (i *Inspector) addTasks(ctx context.Context, report *Report) error {
	for _, task := range i.tasks {
		run := TaskRun{Name: task.Name, Every: task.Every}
		last, err := i.lastTurn(ctx, task.Name)
		if err != nil {
			return err
		}
		if last != nil {
			next := last.ScheduledAt.Add(task.Every)
			run.LastAt, run.NextAt, run.State = &last.ScheduledAt, &next, string(last.State)
		}
		report.Tasks = append(report.Tasks, run)
		ended, nextAt := last, run.NextAt
		if last != nil && last.FinalizedAt == nil { // it waits or runs, so it is the next
			nextAt = &last.ScheduledAt
			if ended, err = i.lastTurn(ctx, task.Name, rivertype.JobStateCompleted, rivertype.JobStateDiscarded); err != nil {
				return err
			}
		}
		if ended != nil && ended.State == rivertype.JobStateDiscarded {
			f := failureOf(ended)
			f.Task, f.NextAt = true, nextAt
			report.Failures = append(report.Failures, f)
		}
	}
	return nil
}

// lastTurn is nil when River remembers none in one of these states.
func (i *Inspector) lastTurn(ctx context.Context, task string, states ...rivertype.JobState) (*rivertype.JobRow, error) {
	params := river.NewJobListParams().Kinds(taskArgs{}.Kind()).
		Where("args->>'name' = @name", river.NamedArgs{"name": task}).
		OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(1)
	if len(states) > 0 {
		params = params.States(states...)
	}
	rows, err := i.list(ctx, params)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0], nil
}

// Retry lets a job that failed be tried again at once. Errors: KindNotFound,
// KindConflict for a job that is not waiting for another attempt.
func (i *Inspector) Retry(ctx context.Context, id int64) error {
	row, err := i.client.JobGet(ctx, id)
	switch {
	case errors.Is(err, rivertype.ErrNotFound):
		return turno.NotFound("job")
	case err != nil:
		return fmt.Errorf("read a job: %w", err)
	case row.State != rivertype.JobStateRetryable && row.State != rivertype.JobStateDiscarded:
		return turno.Conflict(turno.CodeConflict, "This job is not waiting for another attempt.")
	}
	if _, err := i.client.JobRetry(ctx, id); err != nil {
		if sqldb.IsUniqueViolation(err) { // a task that has its next turn already
			return turno.Conflict(turno.CodeConflict, "This job is not waiting for another attempt.")
		}
		return fmt.Errorf("try a job again: %w", err)
	}
	return nil
}
