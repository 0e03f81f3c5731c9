package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/turno-health/turno/internal/config"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

type migrateCommand struct {
	config.Database
	config.Log
}

// Help is shown by turno migrate --help.
func (migrateCommand) Help() string {
	return "Example:\n\n  turno migrate --database clinic.db\n\n" +
		"A database that is not there yet is made. One that a later release has migrated is refused."
}

// Run migrates and tells from which version to which.
func (c *migrateCommand) Run(ctx context.Context, p *Program) (err error) {
	db, err := p.open(ctx, c.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	before, err := version(ctx, db)
	if err != nil {
		return err
	}
	if err := migrate(ctx, db, p.logger(c.Log)); err != nil {
		return err
	}
	after, err := version(ctx, db)
	if err != nil {
		return err
	}
	if before == after {
		fmt.Fprintf(p.Stdout, "%s is at version %d already.\n", c.DatabaseName(), after)
		return nil
	}
	fmt.Fprintf(p.Stdout, "%s went from version %d to version %d.\n", c.DatabaseName(), before, after)
	return nil
}

func version(ctx context.Context, db *sqldb.DB) (int, error) {
	current, _, err := db.MigrationState(ctx, store.Migrations(db.Engine()))
	return current, err
}
