package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// Bare is a database with the rows of a booking as docs/design.md has them: the
// visit with its indexes, two busy periods that cannot overlap, and an entry of
// the trail. There is no program around it: what it commits in a second is what
// the machine can do. Its driver and durability are those of a server.
type Bare struct {
	db   *sqldb.DB
	file *sql.DB       // of SQLite, where each booking is a commit of its own
	pool *pgxpool.Pool // of PostgreSQL, where each is one round trip
}

// OpenBare makes the tables in a database that has none. PostgreSQL has so many
// connections.
func OpenBare(ctx context.Context, dsn string, engine sqldb.Engine, connections int32) (*Bare, error) {
	if engine == sqldb.Postgres {
		return openBarePostgres(ctx, dsn, connections)
	}
	db, err := sqldb.Open(ctx, dsn, sqldb.Options{Now: time.Now})
	if err != nil {
		return nil, err
	}
	file, err := db.JobsDB()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	b := &Bare{db: db, file: file}
	_, err = file.ExecContext(ctx, `
		CREATE TABLE visits (id BLOB PRIMARY KEY, patient BLOB NOT NULL, doctor BLOB NOT NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL,
			status TEXT NOT NULL, made INTEGER NOT NULL) STRICT, WITHOUT ROWID;
		CREATE INDEX visits_by_doctor ON visits (doctor, starts);
		CREATE INDEX visits_by_patient ON visits (patient, starts);
		CREATE INDEX visits_by_time ON visits (starts);
		CREATE TABLE periods (owner BLOB NOT NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL, visit BLOB REFERENCES visits,
			PRIMARY KEY (owner, starts)) STRICT, WITHOUT ROWID;
		CREATE TRIGGER periods_no_overlap BEFORE INSERT ON periods
		WHEN NEW.starts < (SELECT ends FROM periods WHERE owner = NEW.owner AND starts < NEW.ends ORDER BY starts DESC LIMIT 1)
		BEGIN
			SELECT RAISE(IGNORE);
		END;
		CREATE TABLE trail (id BLOB PRIMARY KEY, who BLOB, what TEXT NOT NULL, visit BLOB, at INTEGER NOT NULL) STRICT, WITHOUT ROWID`)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make bare tables: %w", err), b.Close())
	}
	return b, nil
}

func openBarePostgres(ctx context.Context, dsn string, connections int32) (*Bare, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the URL of bare tables: %w", err)
	}
	config.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open bare tables: %w", err)
	}
	_, err = pool.Exec(ctx, `
		CREATE EXTENSION IF NOT EXISTS btree_gist;
		CREATE TABLE visits (id uuid PRIMARY KEY, patient uuid NOT NULL, doctor uuid NOT NULL, starts timestamptz NOT NULL, ends timestamptz NOT NULL,
			status text NOT NULL, made timestamptz NOT NULL);
		CREATE INDEX visits_by_doctor ON visits (doctor, starts);
		CREATE INDEX visits_by_patient ON visits (patient, starts);
		CREATE INDEX visits_by_time ON visits (starts);
		CREATE TABLE periods (owner uuid NOT NULL, starts timestamptz NOT NULL, ends timestamptz NOT NULL, visit uuid REFERENCES visits,
			PRIMARY KEY (owner, starts) INCLUDE (ends),
			EXCLUDE USING gist (owner WITH =, tstzrange(starts, ends) WITH &&));
		CREATE TABLE trail (id uuid PRIMARY KEY, who uuid, what text NOT NULL, visit uuid, at timestamptz NOT NULL)`)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("make bare tables: %w", err)
	}
	return &Bare{pool: pool}, nil
}

// Close gives the connections back.
func (b *Bare) Close() error {
	if b.pool != nil {
		b.pool.Close()
		return nil
	}
	return errors.Join(b.file.Close(), b.db.Close())
}

// Commit writes the rows of the i-th booking durably.
func (b *Bare) Commit(ctx context.Context, i int) error {
	visit, entry, doctor, patient := turno.NewID(), turno.NewID(), turno.NewID(), turno.NewID()
	if b.pool != nil {
		return b.commitPostgres(ctx, i, visit, entry, doctor, patient)
	}
	tx, err := b.file.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after the commit
	for _, insert := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO visits VALUES (?, ?, ?, ?, ?, 'pending', ?)`, []any{visit[:], patient[:], doctor[:], i, i + 1, i}},
		{`INSERT INTO periods VALUES (?, ?, ?, ?)`, []any{doctor[:], i, i + 1, visit[:]}},
		{`INSERT INTO periods VALUES (?, ?, ?, ?)`, []any{patient[:], i, i + 1, visit[:]}},
		{`INSERT INTO trail VALUES (?, ?, 'CREATE', ?, ?)`, []any{entry[:], patient[:], visit[:], i}},
	} {
		if _, err := tx.ExecContext(ctx, insert.sql, insert.args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// commitPostgres sends all of it at once: a batch is one transaction.
func (b *Bare) commitPostgres(ctx context.Context, i int, visit, entry, doctor, patient uuid.UUID) error {
	starts := time.Unix(int64(i)*60, 0)
	ends := starts.Add(time.Minute)
	var batch pgx.Batch
	batch.Queue(`INSERT INTO visits VALUES ($1, $2, $3, $4, $5, 'pending', $6)`, visit, patient, doctor, starts, ends, starts)
	batch.Queue(`INSERT INTO periods VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, doctor, starts, ends, visit)
	batch.Queue(`INSERT INTO periods VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, patient, starts, ends, visit)
	batch.Queue(`INSERT INTO trail VALUES ($1, $2, 'CREATE', $3, $4)`, entry, patient, visit, starts)
	return b.pool.SendBatch(ctx, &batch).Close()
}
