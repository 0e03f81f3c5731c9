package store

import (
	"fmt"

	"github.com/turno-health/turno/internal/sqldb"
)

// DatabaseBytes is the room that the database takes, SQLite's write-ahead log not
// included.
func DatabaseBytes(tx *sqldb.Tx) (size int64, err error) {
	sql := `SELECT pg_database_size(current_database())`
	if tx.Engine() == sqldb.SQLite {
		sql = `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`
	}
	if err := tx.QueryRow(sql).Scan(&size); err != nil {
		return 0, fmt.Errorf("measure the database: %w", err)
	}
	return size, nil
}
