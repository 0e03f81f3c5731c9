package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/jobs"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// commandPatience is how long a command waits for its turn beside a busy server.
const commandPatience = time.Minute

// openExisting opens a database for a command that works beside a server: one
// that exists and is at this program's version.
func (p *Program) openExisting(ctx context.Context, d config.Database) (*sqldb.DB, error) {
	if err := mustExist(d); err != nil {
		return nil, err
	}
	db, err := p.open(ctx, d)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// open opens a database for a command, which says when it has to wait.
func (p *Program) open(ctx context.Context, d config.Database) (*sqldb.DB, error) {
	db, err := sqldb.Open(ctx, d.Database, sqldb.Options{
		Now:      time.Now,
		Patience: commandPatience,
		OnWait:   func() { fmt.Fprintln(p.Stderr, "The database is busy; waiting for a turn, a minute at most.") },
	})
	return db, adviseOpen(d, err)
}

func adviseOpen(d config.Database, err error) error {
	switch {
	case err == nil:
		return nil
	case d.IsPostgres():
		return advise(fmt.Errorf("%s: %w", d.DatabaseName(), err), "Check that the server runs and that --database names it")
	default:
		return advise(err, "Check what --database names")
	}
}

func mustExist(d config.Database) error {
	if d.IsPostgres() {
		return nil
	}
	if _, err := os.Stat(d.Database); errors.Is(err, fs.ErrNotExist) {
		return advise(fmt.Errorf("there is no database %s", d.Database), "Name it with --database")
	} else if err != nil {
		return err
	}
	return nil
}

// checkVersion refuses a database that this program would misunderstand.
func checkVersion(ctx context.Context, db *sqldb.DB) error {
	current, newest, err := db.MigrationState(ctx, store.Migrations(db.Engine()))
	switch {
	case err != nil:
		return err
	case current == 0:
		return advise(errors.New("this is not a database of Turno"), "Name one with --database, or make one with turno migrate")
	case current < newest:
		return advise(fmt.Errorf("the database is at version %d, this program needs %d", current, newest), "Run turno migrate")
	case current > newest:
		return advise(fmt.Errorf("the database is at version %d, this program knows %d", current, newest), "Use the newer release of turno")
	}
	return nil
}

// migrate brings the database to this program's version, the job tables and the
// coming months of the trail included. Programs that start together take turns.
func migrate(ctx context.Context, db *sqldb.DB, logger *slog.Logger) error {
	if err := refuseForeign(ctx, db); err != nil {
		return err
	}
	err := store.Migrate(ctx, db, func(ctx context.Context) error { return jobs.Migrate(ctx, db, logger) })
	if errors.Is(err, sqldb.ErrNewerDatabase) {
		return advise(err, "Use the newer release of turno")
	}
	if err != nil {
		return err
	}
	return makeMonths(ctx, db, logger)
}

// makeMonths makes the coming months of the trail, unless somebody reads the trail
// meanwhile. That is no reason not to start: entries without their month have the
// default partition, and the job that tries again says when this month's is missing.
func makeMonths(ctx context.Context, db *sqldb.DB, logger *slog.Logger) error {
	err := db.Write(ctx, store.MakeAuditPartitions)
	if sqldb.IsBusy(err) {
		logger.WarnContext(ctx, "the coming months of the trail could not be made, since something reads the trail for long, such as pg_dump; a job tries again", "error", err)
		return nil
	}
	return err
}

// refuseForeign keeps Turno's tables out of a file that holds something else.
func refuseForeign(ctx context.Context, db *sqldb.DB) error {
	current, err := version(ctx, db)
	if err != nil || current > 0 {
		return err
	}
	return db.Read(ctx, func(tx *sqldb.Tx) error {
		foreign, err := store.IsForeign(tx)
		if err == nil && foreign {
			err = advise(errors.New("this file holds something else than a database of Turno"), "Name another with --database")
		}
		return err
	})
}

// withSettings adds settings of the session to a postgres:// URL.
func withSettings(dsn string, settings map[string]string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", errors.New("--database is not a URL like postgres://user@host/database")
	}
	query := u.Query()
	for name, value := range settings {
		query.Set(name, value)
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}
