package storetest

import (
	"database/sql"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// BareRows is a file of SQLite with the four rows of a booking and their keys, and nothing
// that guards them.
type BareRows struct{ file *sql.DB }

// NewBareRows makes the file.
func NewBareRows(b testing.TB) BareRows {
	b.Helper()
	db, err := sqldb.Open(b.Context(), filepath.Join(b.TempDir(), "bare.db"), sqldb.Options{Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	file, err := db.JobsDB()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = file.Close(), db.Close() })
	_, err = file.ExecContext(b.Context(), `
		CREATE TABLE visits (id BLOB PRIMARY KEY, patient BLOB, doctor BLOB, starts INTEGER, ends INTEGER, status TEXT) STRICT;
		CREATE INDEX visits_by_doctor ON visits (doctor, starts);
		CREATE INDEX visits_by_patient ON visits (patient, starts);
		CREATE TABLE periods (owner BLOB, starts INTEGER, ends INTEGER, visit BLOB, PRIMARY KEY (owner, starts)) STRICT, WITHOUT ROWID;
		CREATE TABLE trail (id BLOB PRIMARY KEY, who BLOB, what TEXT, at INTEGER) STRICT`)
	if err != nil {
		b.Fatal(err)
	}
	return BareRows{file}
}

// Commit writes the i-th booking.
func (r BareRows) Commit(i int) error {
	tx, err := r.file.Begin()
	if err != nil {
		return err
	}
	visit, doctor, patient := turno.NewID(), turno.NewID(), turno.NewID()
	for _, row := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO visits VALUES (?, ?, ?, ?, ?, 'pending')`, []any{visit[:], patient[:], doctor[:], i, i + 1}},
		{`INSERT INTO periods VALUES (?, ?, ?, ?)`, []any{doctor[:], i, i + 1, visit[:]}},
		{`INSERT INTO periods VALUES (?, ?, ?, ?)`, []any{patient[:], i, i + 1, visit[:]}},
		{`INSERT INTO trail VALUES (?, ?, 'CREATE', ?)`, []any{visit[:], patient[:], i}},
	} {
		if _, err := tx.Exec(row.sql, row.args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// InParallel lets so many clients do 0 to n-1 and says how long that took.
func InParallel(clients, n int, do func(client, i int) error, fail func(...any)) time.Duration {
	began := time.Now()
	var next atomic.Int64
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(client, i); err != nil {
					fail(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}
