package sqldb

import (
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"
)

const (
	lockSQL      = "SELECT pg_advisory_xact_lock($1)"
	shareLockSQL = "SELECT pg_advisory_xact_lock_shared($1)"
)

// Lock waits until nobody else holds a lock on any of ids, in their order, and
// keeps them to the end of the transaction. On SQLite a writer is alone anyway.
func (tx *Tx) Lock(ids ...uuid.UUID) error {
	return tx.lock((*Batch).Lock, ids)
}

// ShareLock is Lock, except that others may hold a shared lock too.
func (tx *Tx) ShareLock(ids ...uuid.UUID) error {
	return tx.lock((*Batch).ShareLock, ids)
}

func (tx *Tx) lock(add func(*Batch, uuid.UUID), ids []uuid.UUID) error {
	b := tx.Batch()
	for _, id := range ids {
		add(b, id)
	}
	if err := b.Run(); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	return nil
}

// Lock is Tx.Lock as a part of a batch.
func (b *Batch) Lock(id uuid.UUID) { b.lock(lockSQL, id) }

// ShareLock is Tx.ShareLock as a part of a batch.
func (b *Batch) ShareLock(id uuid.UUID) { b.lock(shareLockSQL, id) }

func (b *Batch) lock(sql string, id uuid.UUID) {
	if b.tx.Engine() == Postgres {
		b.Exec(nil, sql, lockKey(id))
	}
}

// lockKey is the random half of a UUIDv7. Two ids that share a key only wait for
// each other needlessly.
func lockKey(id uuid.UUID) int64 {
	return int64(binary.BigEndian.Uint64(id[8:])) //nolint:gosec // the sign bit is one more bit of the key
}
