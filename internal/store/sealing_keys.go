package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/sqldb"
)

// SealingKey is a key that the database was sealed with at some time: not the
// key itself, but a known text that only the key opens.
type SealingKey struct {
	ID    string
	Proof []byte
}

// LockSealingKeys keeps other nodes from adding a key until the transaction ends.
func LockSealingKeys(tx *sqldb.Tx) error {
	return tx.Lock(uuid.MustParse("f0115af0-0000-7000-8000-5ea115ea11e5")) // no user has this id
}

// SealingKeys lists the keys that values may be sealed with.
func SealingKeys(tx *sqldb.Tx) ([]SealingKey, error) {
	keys, err := sqldb.All(tx, func(row sqldb.Scanner) (k SealingKey, err error) {
		err = row.Scan(&k.ID, &k.Proof)
		return k, err
	}, `
		SELECT id, proof
		  FROM sealing_keys
		 ORDER BY created_at, id`)
	if err != nil {
		return nil, fmt.Errorf("read the sealing keys: %w", err)
	}
	return keys, nil
}

// InsertSealingKey notes that values will be sealed with a key from now on.
func InsertSealingKey(tx *sqldb.Tx, k SealingKey) error {
	_, err := tx.Exec(`
		INSERT INTO sealing_keys (id, proof, created_at)
		VALUES ($1, $2, $3)`, k.ID, k.Proof, tx.Now)
	if err != nil {
		return fmt.Errorf("note a sealing key: %w", err)
	}
	return nil
}
