package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// ErasedUsers lists the people who were erased.
func ErasedUsers(tx *sqldb.Tx) ([]uuid.UUID, error) {
	ids, err := sqldb.All(tx, func(row sqldb.Scanner) (id uuid.UUID, err error) {
		err = row.Scan(&id)
		return id, err
	}, `
		SELECT id
		  FROM users
		 WHERE erased_at IS NOT NULL
		 ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list the erased people: %w", err)
	}
	return ids, nil
}

// EndAllSessions signs everybody out. A restored database holds sessions that
// have been ended since.
func EndAllSessions(tx *sqldb.Tx) error {
	if _, err := tx.Exec(`DELETE FROM sessions`); err != nil {
		return fmt.Errorf("end all sessions: %w", err)
	}
	return nil
}
