package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/turno-health/turno/internal/sqldb"
)

// WithoutIndexes runs fill while the tables lack the indexes that only speed up
// reading, and on PostgreSQL the references to other tables, which cost it more
// than the rows. Then it makes exactly the same ones again, also when fill fails or
// ctx has ended; a reference is refused when a row breaks it. It is for a database
// that nobody else uses yet: should the process die meanwhile, they are gone.
func WithoutIndexes(ctx context.Context, db *sqldb.DB, tables []string, fill func() error) (err error) {
	away, err := takeAway(ctx, db, tables)
	if err != nil {
		return fmt.Errorf("drop the indexes: %w", err)
	}
	defer func() {
		if making := makeAgain(context.WithoutCancel(ctx), db, away); making != nil {
			err = errors.Join(err, fmt.Errorf("make the indexes again: %w", making))
		}
	}()
	return fill()
}

// spare is an index or a reference, as the statements that drop and make it.
type spare struct{ drop, again string }

// spares are in the order in which they are made: a reference is checked faster
// when the indexes are there. Those of partitions come and go with their parent's.
func spares(tx *sqldb.Tx, tables []string) ([]spare, error) {
	sql := `
		SELECT format('DROP INDEX %I', i.relname), replace(pg_get_indexdef(i.oid), ' ON ONLY ', ' ON '), 1 AS step, CAST(i.oid AS bigint) AS oid
		  FROM pg_index x
		  JOIN pg_class i ON i.oid = x.indexrelid
		  JOIN pg_class t ON t.oid = x.indrelid
		 WHERE t.relnamespace = CAST(current_schema() AS regnamespace)
		   AND t.relname = ANY($1)
		   AND NOT x.indisunique
		   AND NOT x.indisexclusion
		 UNION ALL
		SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', t.relname, c.conname),
		       format('ALTER TABLE %I ADD CONSTRAINT %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid)), 2, CAST(c.oid AS bigint)
		  FROM pg_constraint c
		  JOIN pg_class t ON t.oid = c.conrelid
		 WHERE t.relnamespace = CAST(current_schema() AS regnamespace)
		   AND t.relname = ANY($1)
		   AND c.contype = 'f'
		   AND c.conparentid = 0
		 ORDER BY step, oid`
	if tx.Engine() == sqldb.SQLite {
		sql = `
		SELECT 'DROP INDEX ' || i.name, i.sql, 1, i.rowid
		  FROM sqlite_schema i
		  JOIN pragma_index_list(i.tbl_name) x ON x.name = i.name
		 WHERE i.type = 'index'
		   AND i.tbl_name = ANY($1)
		   AND x."unique" = 0
		   AND x.origin = 'c'
		 ORDER BY i.rowid`
	}
	return sqldb.All(tx, func(row sqldb.Scanner) (s spare, err error) {
		var step, oid int64
		err = row.Scan(&s.drop, &s.again, &step, &oid)
		return s, err
	}, sql, sqldb.In(tables))
}

func takeAway(ctx context.Context, db *sqldb.DB, tables []string) (away []spare, err error) {
	err = db.WriteLong(ctx, func(tx *sqldb.Tx) error {
		away, err = spares(tx, tables)
		if err != nil {
			return err
		}
		for _, s := range away {
			if _, err := tx.Exec(s.drop); err != nil {
				return fmt.Errorf("%s: %w", s.drop, err)
			}
		}
		return nil
	})
	return away, err
}

// makeAgain makes each in a transaction of its own, so that SQLite's log does not
// hold them all at once. One that fails does not keep the others away.
func makeAgain(ctx context.Context, db *sqldb.DB, away []spare) error {
	var failed error
	for _, s := range away {
		err := db.WriteLong(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(s.again)
			return err
		})
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", s.again, err))
		}
	}
	return failed
}
