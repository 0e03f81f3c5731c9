package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Task is something to be done by the clock, once for all nodes.
type Task struct {
	Name  string
	Every time.Duration // at least a second
	Run   func(ctx context.Context) error
}

// Booking is what the tasks need of the use cases around time. Each says how much
// it did.
type Booking struct {
	ExpirePending func(ctx context.Context) (int, error)   // cancel requests whose time has passed
	SweepHolds    func(ctx context.Context) (int, error)   // free what expired holds occupy, some at a time
	ClearPast     func(ctx context.Context) (int64, error) // forget busy periods that are over
}

// RollUpTask is the name of the task that counts visits (see Config.Soon).
const RollUpTask = "roll_up_visits"

// Soon is the Config.Soon of the tasks above: visits are counted soon after one
// changed. The counts are right before that too, only dearer to read.
func Soon() map[string]string {
	soon := map[string]string{}
	for _, what := range []string{"booked", "confirmed", "completed", "missed", "cancelled", "moved", "expired"} {
		soon["appointment."+what] = RollUpTask
	}
	return soon
}

// soonAtMostEvery bounds how often events can make a task run.
const soonAtMostEvery = 5 * time.Second

// Tasks lists what Turno does by the clock. auditYears is how long the trail is
// kept; metrics may be nil.
func Tasks(db *sqldb.DB, b Booking, auditYears int, metrics *Metrics) []Task {
	return []Task{
		{"expire_pending_visits", time.Minute, untilNone(b.ExpirePending)},
		{"sweep_holds", time.Minute, untilNone(b.SweepHolds)},
		{"clear_past_busy_periods", 10 * time.Minute, untilNone(b.ClearPast)},
		{RollUpTask, time.Minute, repeat(db, rollUp)},
		{"make_audit_partitions", 6 * time.Hour, func(ctx context.Context) error { return makePartitions(ctx, db, metrics) }},
		{"drop_old_audit_months", 6 * time.Hour, dropMonths(db, auditYears)},
		{"purge_idempotent_answers", time.Hour, repeat(db, store.PurgeIdempotentAnswers)},
		{"purge_outbox", time.Hour, untilNone(found(db, store.OldEvents, store.PurgeEvents))},
		{"clear_mail_bodies", 24 * time.Hour, repeat(db, store.ClearMailBodies)},
		{"purge_record_reads", time.Hour, repeat(db, store.PurgeRecordReads)},
		{"purge_sessions", time.Hour, repeat(db, store.PurgeSessions)},
		{"purge_proxy_invitations", time.Hour, repeat(db, store.PurgeInvitations)},
		{"purge_tickets", time.Hour, repeat(db, store.PurgeTickets)},
		{"purge_passkey_challenges", time.Hour, repeat(db, store.PurgePasskeyChallenges)},
		{"purge_password_resets", time.Hour, repeat(db, store.PurgeResets)},
		{"purge_notices", 24 * time.Hour, repeat(db, store.PurgeNotices)},
		{"purge_sign_in_failures", time.Hour, repeat(db, store.PurgeSignInFailures)},
		{"purge_calendar_changes", 10 * time.Minute, repeat(db, store.PurgeCalendarChanges)},
		{"purge_holds", time.Hour, repeat(db, store.PurgeHolds)},
		{"purge_devices", 24 * time.Hour, repeat(db, store.PurgeDevices)},
	}
}

// rollUp counts what changed, in a transaction short enough for people to wait
// behind. The present quarter of an hour, in which all new visits were booked, is
// counted in each, so a step takes many changes.
func rollUp(tx *sqldb.Tx) (more bool, err error) { return store.RollUp(tx, 1000) }

// repeat runs a step in one small transaction after another until it finds
// nothing more to do. When its time is up the rest waits for the next run.
func repeat(db *sqldb.DB, step func(*sqldb.Tx) (more bool, err error)) func(context.Context) error {
	return func(ctx context.Context) error {
		for more := true; more && ctx.Err() == nil; {
			if err := db.Write(ctx, func(tx *sqldb.Tx) (err error) {
				more, err = step(tx)
				return err
			}); err != nil {
				return unlessTimeIsUp(ctx, err)
			}
		}
		return nil
	}
}

// found is a step that looks for rows where nobody waits for it, and then removes them.
func found(db *sqldb.DB, find func(*sqldb.Tx) ([]uuid.UUID, error), remove func(*sqldb.Tx, []uuid.UUID) error) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		var ids []uuid.UUID
		err := db.Read(ctx, func(tx *sqldb.Tx) (err error) {
			ids, err = find(tx)
			return err
		})
		if err != nil || len(ids) == 0 {
			return 0, err
		}
		return len(ids), db.Write(ctx, func(tx *sqldb.Tx) error { return remove(tx, ids) })
	}
}

// untilNone calls step until it finds nothing more to do or the time is up.
func untilNone[N int | int64](step func(context.Context) (N, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			done, err := step(ctx)
			if err != nil || done == 0 {
				return unlessTimeIsUp(ctx, err)
			}
		}
	}
}

// unlessTimeIsUp is nil when err only tells that the time of a task is up. While there
// is time, a deadline is that of a statement, whose step was rolled back.
func unlessTimeIsUp(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// postponed is how a task ends that can't have what it needs just now, and loses
// nothing by waiting for its next turn. It is no failure.
type postponed struct{ err error }

func (p *postponed) Error() string { return "put off to the next turn: " + p.err.Error() }
func (p *postponed) Unwrap() error { return p.err }

func isPostponed(err error) bool { return errors.As(err, new(*postponed)) }

// makePartitions makes the coming months of the trail. Somebody who reads the trail
// for long, such as pg_dump, may put that off while this month's is there: months are
// made three ahead.
func makePartitions(ctx context.Context, db *sqldb.DB, metrics *Metrics) error {
	if err := db.Write(ctx, store.MakeAuditPartitions); sqldb.IsBusy(err) {
		return postponedWithPartition(ctx, db, err)
	} else if err != nil {
		return err
	}
	return metrics.measureAudit(ctx, db)
}

func postponedWithPartition(ctx context.Context, db *sqldb.DB, busy error) error {
	return db.Read(ctx, func(tx *sqldb.Tx) error {
		has, err := store.HasAuditPartition(tx)
		switch {
		case err != nil:
			return err
		case has:
			return &postponed{busy}
		}
		return busy
	})
}

// dropMonths removes months of the trail that are over for long enough. One turn in
// the day would meet the same nightly pg_dump each time.
func dropMonths(db *sqldb.DB, years int) func(context.Context) error {
	drop := repeat(db, store.DropAuditMonthBefore(years))
	return func(ctx context.Context) error {
		err := drop(ctx)
		if sqldb.IsBusy(err) {
			return &postponed{err}
		}
		return err
	}
}

// taskArgs is a task as a River job.
type taskArgs struct {
	Name string `json:"name" river:"unique"`
}

// Kind names the job in River's table.
func (taskArgs) Kind() string { return "task" }

func (c Config) runTask(ctx context.Context, job *river.Job[taskArgs]) error {
	for _, task := range c.Tasks {
		if task.Name == job.Args.Name {
			return c.watch(ctx, task.Name, task.Run)
		}
	}
	return fmt.Errorf("there is no task %s", job.Args.Name)
}

// periodic is the task for River's leader, which alone inserts periodic jobs.
// Being unique in its period, it runs once also when the leader changes. A task
// is not tried again: its next turn comes anyway.
func (t Task) periodic() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(t.Every),
		func() (river.JobArgs, *river.InsertOpts) { return taskArgs{t.Name}, once(t.Every) },
		&river.PeriodicJobOpts{ID: t.Name, RunOnStart: true})
}

// now is the task as a job to run at once, at most every few seconds.
func (t Task) now() river.InsertManyParams {
	return river.InsertManyParams{Args: taskArgs{t.Name}, InsertOpts: once(min(t.Every, soonAtMostEvery))}
}

func once(period time.Duration) *river.InsertOpts {
	return &river.InsertOpts{
		MaxAttempts: 1,
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByPeriod: period},
	}
}
