package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/turno-health/turno/internal/sqldb"
)

// Migrate brings River's own tables to the version that this program knows.
// Call it as the after function of store.Migrate: the lock that lets nodes take
// turns is held there.
func Migrate(ctx context.Context, db *sqldb.DB, logger *slog.Logger) (err error) {
	if pool := db.Pool(); pool != nil {
		return migrate(ctx, riverpgxv5.New(pool), logger)
	}
	jobsDB, err := db.JobsDB()
	if err != nil {
		return fmt.Errorf("open the database for jobs: %w", err)
	}
	defer func() { err = errors.Join(err, jobsDB.Close()) }()
	return migrate(ctx, riversqlite.New(jobsDB), logger)
}

func migrate[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], logger *slog.Logger) error {
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet(logger)})
	if err != nil {
		return fmt.Errorf("prepare the migrations of the job tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the job tables: %w", err)
	}
	return nil
}
