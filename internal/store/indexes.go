package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/turno-health/turno/internal/sqldb"
)

// WithoutIndexes runs fill while the tables lack the indexes that only speed up
// reading, and makes exactly the same ones again, also when fill fails or ctx has
// ended. Many rows arrive faster so. It is for a database that nobody else uses
// yet: should the process die meanwhile, the indexes are gone.
func WithoutIndexes(ctx context.Context, db *sqldb.DB, tables []string, fill func() error) (err error) {
	indexes, err := dropIndexes(ctx, db, tables)
	if err != nil {
		return fmt.Errorf("drop the indexes: %w", err)
	}
	defer func() {
		if making := makeIndexes(context.WithoutCancel(ctx), db, indexes); making != nil {
			err = errors.Join(err, fmt.Errorf("make the indexes again: %w", making))
		}
	}()
	return fill()
}

// index is one that speeds up reading: it is not unique and backs no constraint.
type index struct {
	name string
	sql  string // that makes it
}

// plainIndexes are the indexes of tables, on PostgreSQL without those of
// partitions, which come and go with their parent's.
func plainIndexes(tx *sqldb.Tx, tables []string) ([]index, error) {
	sql := `
		SELECT CAST(i.relname AS text), replace(pg_get_indexdef(i.oid), ' ON ONLY ', ' ON ')
		  FROM pg_index x
		  JOIN pg_class i ON i.oid = x.indexrelid
		  JOIN pg_class t ON t.oid = x.indrelid
		 WHERE t.relnamespace = CAST(current_schema() AS regnamespace)
		   AND t.relname = ANY($1)
		   AND NOT x.indisunique
		   AND NOT x.indisexclusion
		 ORDER BY i.relname`
	if tx.Engine() == sqldb.SQLite {
		sql = `
		SELECT i.name, i.sql
		  FROM sqlite_schema i
		  JOIN pragma_index_list(i.tbl_name) x ON x.name = i.name
		 WHERE i.type = 'index'
		   AND i.tbl_name = ANY($1)
		   AND x."unique" = 0
		   AND x.origin = 'c'
		 ORDER BY i.name`
	}
	return sqldb.All(tx, func(row sqldb.Scanner) (i index, err error) {
		err = row.Scan(&i.name, &i.sql)
		return i, err
	}, sql, sqldb.In(tables))
}

func dropIndexes(ctx context.Context, db *sqldb.DB, tables []string) (indexes []index, err error) {
	err = db.WriteLong(ctx, func(tx *sqldb.Tx) error {
		indexes, err = plainIndexes(tx, tables)
		if err != nil {
			return err
		}
		for _, i := range indexes {
			if _, err := tx.Exec(`DROP INDEX "` + i.name + `"`); err != nil {
				return fmt.Errorf("drop %s: %w", i.name, err)
			}
		}
		return nil
	})
	return indexes, err
}

// makeIndexes makes each in a transaction of its own, so that SQLite's log does not
// hold them all at once. One that fails does not keep the others away.
func makeIndexes(ctx context.Context, db *sqldb.DB, indexes []index) error {
	var failed error
	for _, i := range indexes {
		err := db.WriteLong(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(i.sql)
			return err
		})
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("make %s: %w", i.name, err))
		}
	}
	return failed
}
