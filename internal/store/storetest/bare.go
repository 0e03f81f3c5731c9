package storetest

import (
	"database/sql"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

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

// OwnRows is a file of Turno's with one doctor and one patient, to which the rows of
// a booking are added as they are: with all keys, constraints and triggers of the
// real tables, and without a use case.
type OwnRows struct {
	file            *sql.DB
	doctor, patient uuid.UUID
}

// NewOwnRows makes the file.
func NewOwnRows(b testing.TB) OwnRows {
	b.Helper()
	file, err := New(b, sqldb.SQLite, NewClock(Monday())).JobsDB()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = file.Close() })
	r := OwnRows{file: file, doctor: turno.NewID(), patient: turno.NewID()}
	for _, add := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO specializations (id, name, name_folded) VALUES (1, 'Cardiology', 'cardiology')
		  ON CONFLICT DO NOTHING`, nil},
		{`INSERT INTO users (id, username, username_folded, email, email_folded, password, role, full_name, search_name, created_at, updated_at)
		  VALUES (?1, 'doctor', 'doctor', 'd@example.org', 'd@example.org', '', 'doctor', 'D', 'd', 0, 0),
		         (?2, 'patient', 'patient', 'p@example.org', 'p@example.org', '', 'patient', 'P', 'p', 0, 0)`, []any{r.doctor[:], r.patient[:]}},
		{`INSERT INTO doctors (user_id, specialization_id, license_number, years_of_experience, time_zone, verified_at)
		  VALUES (?, 1, 'L', 1, 'UTC', 0)`, []any{r.doctor[:]}},
		{`INSERT INTO patients (user_id, date_of_birth) VALUES (?, '1980-01-01')`, []any{r.patient[:]}},
	} {
		if _, err := file.ExecContext(b.Context(), add.sql, add.args...); err != nil {
			b.Fatal(err)
		}
	}
	return r
}

// Commit writes the i-th booking.
func (r OwnRows) Commit(i int) error {
	tx, err := r.file.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	visit, entry := turno.NewID(), turno.NewID()
	for _, row := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO appointments (id, patient_id, doctor_id, scheduled_at, ends_at, status, booked_by, created_at, updated_at)
		  VALUES (?, ?, ?, ?, ?, 'pending', ?, 0, 0)`, []any{visit[:], r.patient[:], r.doctor[:], i, i + 1, r.patient[:]}},
		{`INSERT INTO busy_periods (owner_id, starts_at, ends_at, kind, appointment_id)
		  VALUES (?, ?, ?, 'appointment', ?)`, []any{r.doctor[:], i, i + 1, visit[:]}},
		{`INSERT INTO busy_periods (owner_id, starts_at, ends_at, kind, appointment_id)
		  VALUES (?, ?, ?, 'appointment', ?)`, []any{r.patient[:], i, i + 1, visit[:]}},
		{`INSERT INTO audit_logs (id, action_by, action_type, created_at, entity, entity_id, subject_id)
		  VALUES (?, ?, 'CREATE', 0, 'appointment', ?, ?)`, []any{entry[:], r.patient[:], visit.String(), r.patient[:]}},
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
