package system

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Config is what the use cases are told about the node.
type Config struct {
	Version   string
	StartedAt time.Time
	Mail      bool       // whether anything can be mailed
	Streams   func() int // the open pages that hear of changes
}

// Service is the use cases. It is safe for concurrent use.
type Service struct {
	db        *sqldb.DB
	inspector *jobs.Inspector
	config    Config
}

// New returns the use cases on a migrated database.
func New(db *sqldb.DB, inspector *jobs.Inspector, c Config) *Service {
	return &Service{db: db, inspector: inspector, config: c}
}

// Status is how the installation is doing. What is said of a node is said of the
// one that answers.
type Status struct {
	Version string
	Uptime  time.Duration // of the node
	Streams int           // open pages on the node that hear of changes
	Mail    bool          // whether mail is configured

	Engine          sqldb.Engine
	DatabaseBytes   int64
	Migration       int // the version of the database
	NewestMigration int // that the node knows

	MailsFailed  int // store.ManyMails at most
	WaitingMails store.WaitingMails

	WaitingEvents int64      // committed, due and not yet in the hands of the jobs
	OldestEventAt *time.Time // since when the first of them is due
	Jobs          jobs.Report
}

// Status looks at the installation. It is for full staff.
func (s *Service) Status(ctx context.Context, c policy.Caller) (Status, error) {
	if err := policy.Check(c, policy.ReadSystem, 0); err != nil {
		return Status{}, err
	}
	status := Status{Version: s.config.Version, Mail: s.config.Mail, Engine: s.db.Engine(), Streams: s.config.Streams()}
	err := s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		status.Uptime = tx.Now.Sub(s.config.StartedAt)
		if status.DatabaseBytes, err = store.DatabaseBytes(tx); err != nil {
			return err
		}
		if status.MailsFailed, err = store.CountMails(tx, store.MailFilter{State: store.MailIsFailed, Limit: store.ManyMails}); err != nil {
			return err
		}
		if status.WaitingEvents, status.OldestEventAt, err = store.CountWaitingEvents(tx); err != nil {
			return err
		}
		status.WaitingMails, err = store.CountWaitingMails(tx)
		return err
	})
	if err != nil {
		return Status{}, fmt.Errorf("look at the database: %w", err)
	}
	migrations := store.Migrations(s.db.Engine())
	if status.Migration, status.NewestMigration, err = s.db.MigrationState(ctx, migrations); err != nil {
		return Status{}, fmt.Errorf("look at the migrations: %w", err)
	}
	if status.Jobs, err = s.inspector.Report(ctx); err != nil {
		return Status{}, err
	}
	return status, nil
}

// RetryJob has a job that failed tried again at once. It is for full staff. Errors:
// KindNotFound, KindConflict for a job that is not waiting for another attempt.
func (s *Service) RetryJob(ctx context.Context, c policy.Caller, id int64) error {
	if err := policy.Check(c, policy.RetryJob, 0); err != nil {
		return err
	}
	if err := s.inspector.Retry(ctx, id); err != nil {
		return err
	}
	// River's row is not of this transaction; what it did is noted all the same.
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: c.ID(), Action: turno.AuditUpdate, Entity: "job", EntityID: strconv.FormatInt(id, 10),
		})
	})
	if err != nil {
		return fmt.Errorf("note that a job is tried again: %w", err)
	}
	return nil
}
