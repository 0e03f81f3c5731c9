package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/demo"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Bare commits the rows of a booking without a program around them: the visit,
// two busy periods, an entry of the trail. What it commits in a second is what
// the database can do. Its driver and durability are those of a server: SQLite
// with a commit for each booking, PostgreSQL with a round trip for each.
type Bare struct {
	db       *sqldb.DB
	file     *sql.DB     // of SQLite, one connection
	prepared []*sql.Stmt // of SQLite, one for each row
	pool     *pgxpool.Pool
	rows     func(i int) []bareRow
	next     atomic.Int64
}

type bareRow struct {
	insert string // with $1, $2 ... in this order
	values []any
}

// OpenBare makes tables of its own in an empty database, with the columns, keys
// and indexes that docs/design.md is about: only overlaps are refused.
// PostgreSQL has so many connections.
func OpenBare(ctx context.Context, dsn string, engine sqldb.Engine, connections int32) (*Bare, error) {
	b := &Bare{}
	if err := b.open(ctx, dsn, engine, connections); err != nil {
		return nil, err
	}
	if err := b.execute(ctx, bareTables(engine)); err != nil {
		return nil, errors.Join(fmt.Errorf("make bare tables: %w", err), b.Close())
	}
	b.rows = func(i int) []bareRow {
		visit, entry, doctor, patient := turno.NewID(), turno.NewID(), turno.NewID(), turno.NewID()
		starts, ends := bareTime(i)
		return []bareRow{
			{`INSERT INTO visits VALUES ($1, $2, $3, $4, $5, 'pending', $6)`, []any{visit, patient, doctor, starts, ends, time.Now()}},
			{`INSERT INTO periods VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, []any{doctor, starts, ends, visit}},
			{`INSERT INTO periods VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, []any{patient, starts, ends, visit}},
			{`INSERT INTO trail VALUES ($1, $2, 'CREATE', $3, $4)`, []any{entry, patient, visit, time.Now()}},
		}
	}
	return b, b.prepare(ctx)
}

// OpenOwn makes Turno's own tables in an empty database, with everything that
// they refuse, and everything that triggers write.
func OpenOwn(ctx context.Context, dsn string, engine sqldb.Engine, connections int32) (*Bare, error) {
	b := &Bare{}
	if err := b.open(ctx, dsn, engine, connections); err != nil {
		return nil, err
	}
	doctors, patients, err := b.populate(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make own tables: %w", err), b.Close())
	}
	b.rows = func(i int) []bareRow {
		visit, entry := turno.NewID(), turno.NewID()
		doctor, patient := doctors[i%len(doctors)], patients[i%len(patients)]
		starts, ends := bareTime(i)
		now := time.Now()
		const period = `
			INSERT INTO busy_periods (owner_id, starts_at, ends_at, kind, appointment_id)
			VALUES ($1, $2, $3, 'appointment', $4)
			    ON CONFLICT DO NOTHING`
		return []bareRow{
			{`
			INSERT INTO appointments (id, patient_id, doctor_id, scheduled_at, ends_at, status, booked_by, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7, $8)`, []any{visit, patient, doctor, starts, ends, patient, now, now}},
			{period, []any{doctor, starts, ends, visit}},
			{period, []any{patient, starts, ends, visit}},
			{`
			INSERT INTO audit_logs (id, action_by, action_type, created_at, entity, entity_id, subject_id)
			VALUES ($1, $2, 'CREATE', $3, 'appointment', $4, $5)`, []any{entry, patient, now, visit.String(), patient}},
		}
	}
	return b, b.prepare(ctx)
}

// bareTime is when the i-th booking is: nobody is in anybody's way, and nothing
// of the demo is so late.
func bareTime(i int) (starts, ends time.Time) {
	starts = time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
	return starts, starts.Add(time.Minute)
}

func (b *Bare) open(ctx context.Context, dsn string, engine sqldb.Engine, connections int32) (err error) {
	if b.db, err = sqldb.Open(ctx, dsn, sqldb.Options{Now: time.Now}); err != nil {
		return err
	}
	if engine == sqldb.SQLite {
		if b.file, err = b.db.JobsDB(); err == nil {
			_, err = b.file.ExecContext(ctx, `PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY`) // as a server's writer
		}
	} else {
		var config *pgxpool.Config
		if config, err = pgxpool.ParseConfig(dsn); err == nil {
			config.MaxConns = connections
			b.pool, err = pgxpool.NewWithConfig(ctx, config)
		}
	}
	if err != nil {
		return errors.Join(fmt.Errorf("open bare tables: %w", err), b.Close())
	}
	return nil
}

func (b *Bare) execute(ctx context.Context, statements string) (err error) {
	if b.pool != nil {
		_, err = b.pool.Exec(ctx, statements)
	} else {
		_, err = b.file.ExecContext(ctx, statements)
	}
	return err
}

// populate makes the tables of the program, with as many people as the bench adds
// to a clinic, so that rows meet each other no more than there.
func (b *Bare) populate(ctx context.Context) (doctors, patients []uuid.UUID, err error) {
	if err := store.Migrate(ctx, b.db); err != nil {
		return nil, nil, err
	}
	box, err := seal.NewBox(seal.NewKey())
	if err != nil {
		return nil, nil, err
	}
	if _, err := demo.FillThin(ctx, b.db, 32, time.Now(), box, nil); err != nil {
		return nil, nil, err
	}
	id := func(row sqldb.Scanner) (id uuid.UUID, err error) {
		err = row.Scan(&id)
		return id, err
	}
	err = b.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		if doctors, err = sqldb.All(tx, id, `SELECT user_id FROM doctors`); err == nil {
			patients, err = sqldb.All(tx, id, `SELECT user_id FROM patients`)
		}
		return err
	})
	return doctors, patients, err
}

// Close gives the connections back.
func (b *Bare) Close() error {
	var err error
	for _, one := range b.prepared {
		err = errors.Join(err, one.Close())
	}
	if b.file != nil {
		err = errors.Join(err, b.file.Close())
	}
	if b.pool != nil {
		b.pool.Close()
	}
	return errors.Join(err, b.db.Close())
}

// prepare makes SQLite read the statements once; PostgreSQL's driver does that by
// itself.
func (b *Bare) prepare(ctx context.Context) error {
	if b.file == nil {
		return nil
	}
	for _, row := range b.rows(0) {
		const name, number = "$", "?"                                                             // to SQLite, $1 is a name
		prepared, err := b.file.PrepareContext(ctx, strings.ReplaceAll(row.insert, name, number)) //nolint:sqlclosecheck // Close does
		if err != nil {
			return errors.Join(fmt.Errorf("prepare bare rows: %w", err), b.Close())
		}
		b.prepared = append(b.prepared, prepared)
	}
	return nil
}

// Commit writes the rows of the i-th booking durably. Any number may do so at a
// time.
func (b *Bare) Commit(ctx context.Context, i int) error {
	rows := b.rows(i)
	if b.pool == nil {
		return b.commitFile(ctx, rows)
	}
	var batch pgx.Batch // which is one transaction
	for _, row := range rows {
		batch.Queue(row.insert, row.values...)
	}
	return b.pool.SendBatch(ctx, &batch).Close()
}

func (b *Bare) commitFile(ctx context.Context, rows []bareRow) error {
	tx, err := b.file.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after the commit
	for i, row := range rows {
		insert := tx.StmtContext(ctx, b.prepared[i]) //nolint:sqlclosecheck // the transaction's end does
		if _, err := insert.ExecContext(ctx, ofSQLite(row.values)...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// ofSQLite are values as its tables keep them.
func ofSQLite(values []any) []any {
	kept := make([]any, len(values))
	for i, value := range values {
		switch v := value.(type) {
		case uuid.UUID:
			kept[i] = v[:]
		case time.Time:
			kept[i] = v.UnixMicro()
		default:
			kept[i] = v
		}
	}
	return kept
}

func bareTables(engine sqldb.Engine) string {
	if engine == sqldb.Postgres {
		return `
		CREATE EXTENSION IF NOT EXISTS btree_gist;
		CREATE TABLE visits (id uuid PRIMARY KEY, patient uuid NOT NULL, doctor uuid NOT NULL, starts timestamptz NOT NULL, ends timestamptz NOT NULL,
			status text NOT NULL, made timestamptz NOT NULL);
		CREATE INDEX visits_by_doctor ON visits (doctor, starts);
		CREATE INDEX visits_by_patient ON visits (patient, starts);
		CREATE INDEX visits_by_time ON visits (starts);
		CREATE TABLE periods (owner uuid NOT NULL, starts timestamptz NOT NULL, ends timestamptz NOT NULL, visit uuid REFERENCES visits,
			PRIMARY KEY (owner, starts) INCLUDE (ends),
			EXCLUDE USING gist (owner WITH =, tstzrange(starts, ends) WITH &&));
		CREATE TABLE trail (id uuid PRIMARY KEY, who uuid, what text NOT NULL, visit uuid, at timestamptz NOT NULL)`
	}
	return `
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
		CREATE TABLE trail (id BLOB PRIMARY KEY, who BLOB, what TEXT NOT NULL, visit BLOB, at INTEGER NOT NULL) STRICT, WITHOUT ROWID`
}
