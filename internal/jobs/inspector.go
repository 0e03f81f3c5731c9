package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	Failures []Failure      // the latest, of those that have not succeeded since
	Tasks    []TaskRun
}

// Failure is a job whose last attempt failed.
type Failure struct {
	ID          int64
	Name        string // of the event or the task
	Error       string // the first line of the last one, shortened
	Attempts    int
	MaxAttempts int
	AttemptedAt time.Time
	RetryAt     *time.Time // nil: it will not be tried again by itself
}

// TaskRun is a periodic task. River keeps the times of the next runs in the memory
// of one node, so they are reckoned from the last.
type TaskRun struct {
	Name   string
	Every  time.Duration
	LastAt *time.Time // nil: not within what River remembers, which is a day
	NextAt *time.Time
	State  string // of the last run, in River's words
}

// failuresShown bounds the list of failures.
const failuresShown = 20

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
	if report.Failures, err = i.failures(ctx); err != nil {
		return Report{}, err
	}
	report.Tasks, err = i.taskRuns(ctx)
	return report, err
}

func (i *Inspector) list(ctx context.Context, params *river.JobListParams) ([]*rivertype.JobRow, error) {
	result, err := i.client.JobList(ctx, params)
	if err != nil {
		return nil, fmt.Errorf("list the jobs: %w", err)
	}
	return result.Jobs, nil
}

func (i *Inspector) failures(ctx context.Context) ([]Failure, error) {
	var failures []Failure
	for _, state := range []rivertype.JobState{rivertype.JobStateRetryable, rivertype.JobStateDiscarded} {
		rows, err := i.list(ctx, river.NewJobListParams().States(state).
			OrderBy(river.JobListOrderByTime, river.SortOrderDesc).First(failuresShown))
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			failures = append(failures, failureOf(row))
		}
	}
	slices.SortFunc(failures, func(a, b Failure) int {
		return cmp.Or(b.AttemptedAt.Compare(a.AttemptedAt), cmp.Compare(b.ID, a.ID))
	})
	return failures[:min(len(failures), failuresShown)], nil
}

func failureOf(row *rivertype.JobRow) Failure {
	f := Failure{ID: row.ID, Name: nameOf(row), Attempts: row.Attempt, MaxAttempts: row.MaxAttempts}
	if row.AttemptedAt != nil {
		f.AttemptedAt = *row.AttemptedAt
	}
	if row.State == rivertype.JobStateRetryable {
		f.RetryAt = &row.ScheduledAt
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

func (i *Inspector) taskRuns(ctx context.Context) ([]TaskRun, error) {
	runs := make([]TaskRun, 0, len(i.tasks))
	for _, task := range i.tasks {
		run := TaskRun{Name: task.Name, Every: task.Every}
		last, err := i.list(ctx, river.NewJobListParams().Kinds(taskArgs{}.Kind()).
			Where("args->>'name' = @name", river.NamedArgs{"name": task.Name}).
			OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(1))
		if err != nil {
			return nil, err
		}
		if len(last) > 0 {
			next := last[0].ScheduledAt.Add(task.Every)
			run.LastAt, run.NextAt, run.State = &last[0].ScheduledAt, &next, string(last[0].State)
		}
		runs = append(runs, run)
	}
	return runs, nil
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
