package storetest

import (
	"testing"

	"github.com/turno-health/turno/internal/sqldb"
)

// Indexes are the definitions of all indexes in the database, in a fixed order. On
// PostgreSQL they say whether one may be used, and of which other it is a part; the
// references between tables, which a tool may drop and make there, follow.
func Indexes(t testing.TB, db *sqldb.DB) (all []string) {
	t.Helper()
	sql := `
		SELECT CAST(x.indisvalid AS text) || ' ' || pg_get_indexdef(x.indexrelid) || COALESCE(', part of ' || p.relname, '') AS line
		  FROM pg_index x
		  JOIN pg_class i ON i.oid = x.indexrelid
		  LEFT JOIN pg_inherits h ON h.inhrelid = x.indexrelid
		  LEFT JOIN pg_class p ON p.oid = h.inhparent
		 WHERE i.relnamespace = CAST(current_schema() AS regnamespace)
		 UNION ALL
		SELECT CAST(c.convalidated AS text) || ' ' || CAST(c.conrelid AS regclass) || ' ' || c.conname || ': ' || pg_get_constraintdef(c.oid)
		       || CASE WHEN c.conparentid = 0 THEN '' ELSE ', of the parent' END
		  FROM pg_constraint c
		 WHERE c.connamespace = CAST(current_schema() AS regnamespace)
		   AND c.contype = 'f'
		 ORDER BY line`
	if db.Engine() == sqldb.SQLite {
		sql = `
		SELECT name || ' ON ' || tbl_name || COALESCE(': ' || sql, '')
		  FROM sqlite_schema
		 WHERE type = 'index'
		 ORDER BY name`
	}
	if err := db.Read(t.Context(), func(tx *sqldb.Tx) (err error) {
		all, err = sqldb.All(tx, func(row sqldb.Scanner) (s string, err error) {
			err = row.Scan(&s)
			return s, err
		}, sql)
		return err
	}); err != nil {
		t.Fatalf("storetest: read the indexes: %v", err)
	}
	return all
}
