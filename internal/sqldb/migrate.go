package sqldb

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// migration is one file of the folder.
type migration struct {
	version int
	name    string
	sql     string
}

// Migrate applies the files of folder, NNNN_name.sql, that the database does not
// have yet: in order, each in a transaction of its own, and then runs after. One
// lock keeps everybody else who migrates the database waiting meanwhile. It
// returns ErrNewerDatabase when the database has a version above the newest file.
func (db *DB) Migrate(ctx context.Context, folder fs.FS, after ...func(context.Context) error) error {
	files, err := readMigrations(folder)
	if err != nil {
		return err
	}
	return db.engine.migrate(ctx, files, after)
}

// MigrationState says which version the database is at, 0 when it is empty, and
// which is the newest in folder.
func (db *DB) MigrationState(ctx context.Context, folder fs.FS) (current, newest int, err error) {
	files, err := readMigrations(folder)
	if err != nil {
		return 0, 0, err
	}
	err = db.Read(ctx, func(tx *Tx) error {
		var exists bool
		if err := tx.QueryRow(historyExists(tx.Engine())).Scan(&exists); err != nil || !exists {
			return err
		}
		return tx.QueryRow(newestApplied).Scan(&current)
	})
	return current, newestOf(files), err
}

// Has the database ever been migrated?
func historyExists(e Engine) string {
	if e == Postgres {
		return "SELECT to_regclass('schema_migrations') IS NOT NULL"
	}
	return "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
}

const newestApplied = "SELECT COALESCE(MAX(version), 0) FROM schema_migrations"

func newestOf(files []migration) int {
	if len(files) == 0 {
		return 0
	}
	return files[len(files)-1].version
}

// pending are the files that a database with the applied versions lacks.
func pending(files []migration, applied []int) ([]migration, error) {
	if len(applied) > 0 && slices.Max(applied) > newestOf(files) {
		return nil, fmt.Errorf("%w: it is at version %d, this program knows %d; run the newer release",
			ErrNewerDatabase, slices.Max(applied), newestOf(files))
	}
	return slices.DeleteFunc(slices.Clone(files), func(m migration) bool {
		return slices.Contains(applied, m.version)
	}), nil
}

// readMigrations lists the files in the order of their numbers.
func readMigrations(folder fs.FS) ([]migration, error) {
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list the migrations: %w", err)
	}
	var files []migration
	for _, name := range names {
		number, title, _ := strings.Cut(strings.TrimSuffix(name, ".sql"), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version < 1 || len(number) != 4 || title == "" {
			return nil, fmt.Errorf("the migration %s is not named like 0001_init.sql", name)
		}
		sql, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("read a migration: %w", err)
		}
		if version == newestOf(files) {
			return nil, fmt.Errorf("two migrations have the number %d", version)
		}
		files = append(files, migration{version, title, string(sql)})
	}
	return files, nil
}
