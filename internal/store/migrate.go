package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/turno-health/turno/internal/sqldb"
)

//go:embed migrations
var migrations embed.FS

// Migrations holds the numbered files for an engine, NNNN_name.sql.
func Migrations(engine sqldb.Engine) fs.FS {
	folder, err := fs.Sub(migrations, "migrations/"+string(engine))
	if err != nil {
		panic(err) // the embedded folders are named after the engines
	}
	return folder
}

// Migrate brings the database to the newest version. Nodes that start together
// take turns. after runs under the same lock: River's own migrations.
func Migrate(ctx context.Context, db *sqldb.DB, after ...func(context.Context) error) error {
	if err := db.Migrate(ctx, Migrations(db.Engine()), after...); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// IsForeign reports whether a SQLite file without our version holds tables of
// somebody else. A PostgreSQL database may be shared.
func IsForeign(tx *sqldb.Tx) (foreign bool, err error) {
	if tx.Engine() == sqldb.Postgres {
		return false, nil
	}
	err = tx.QueryRow(`
		SELECT EXISTS (SELECT 1
		                 FROM sqlite_schema
		                WHERE type = 'table'
		                  AND name <> 'schema_migrations'
		                  AND name NOT LIKE 'sqlite\_%' ESCAPE '\')`).Scan(&foreign)
	if err != nil {
		return false, fmt.Errorf("look at the tables: %w", err)
	}
	return foreign, nil
}
