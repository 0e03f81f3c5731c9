package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// What was done, by whom, to which row?
const insertAudit = `
INSERT INTO audit_logs
       (id, action_by, action_type, action_detail, created_at, entity, entity_id, subject_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

// Audit appends an entry to the trail. A zero ID or CreatedAt is filled in.
func Audit(tx *sqldb.Tx, e turno.AuditEntry) error {
	if _, err := tx.Exec(insertAudit, auditArgs(tx.Now, e)...); err != nil {
		return fmt.Errorf("append to the trail: %w", err)
	}
	return nil
}

// AuditIn is Audit as a part of a batch.
func AuditIn(b *sqldb.Batch, now time.Time, e turno.AuditEntry) {
	b.Exec(nil, insertAudit, auditArgs(now, e)...)
}

// auditArgs panics at a kind of entry that is not listed: no page would have a
// sentence for it.
func auditArgs(now time.Time, e turno.AuditEntry) []any {
	if !e.Kind().Known() {
		panic(fmt.Sprintf("store: add {%s, %s} to turno.AuditKinds, and sentences for it to the pages", e.Action, e.Entity))
	}
	if e.ID == uuid.Nil {
		e.ID = turno.NewID()
	}
	if e.CreatedAt.IsZero() {
		e.CreatedAt = now
	}
	return []any{e.ID, e.ActionBy, e.Action, e.Detail, e.CreatedAt, e.Entity, e.EntityID, e.SubjectID}
}

// HasRecordedRead tells whether the reading is noted already, for this hour.
func HasRecordedRead(tx *sqldb.Tx, reader, subject uuid.UUID) (noted bool, err error) {
	err = tx.QueryRow(`
		SELECT EXISTS (SELECT 1
		                 FROM record_reads
		                WHERE reader_id = $1
		                  AND subject_id = $2
		                  AND hour = $3)`, reader, subject, tx.Now.Truncate(time.Hour)).Scan(&noted)
	if err != nil {
		return false, fmt.Errorf("look for a noted read: %w", err)
	}
	return noted, nil
}

// RecordReads is RecordRead for many subjects at once.
func RecordReads(tx *sqldb.Tx, reader uuid.UUID, subjects []uuid.UUID, entity, entityID string) error {
	noted, err := sqldb.All(tx, scanID, `
		SELECT subject_id
		  FROM record_reads
		 WHERE reader_id = $1
		   AND hour = $2
		   AND subject_id = ANY($3)`, reader, tx.Now.Truncate(time.Hour), sqldb.In(subjects))
	if err != nil {
		return fmt.Errorf("look for noted reads: %w", err)
	}
	for _, subject := range subjects {
		if slices.Contains(noted, subject) {
			continue
		}
		if err := RecordRead(tx, reader, subject, entity, entityID); err != nil {
			return err
		}
	}
	return nil
}

// RecordRead notes that reader has opened something of subject's record, at most
// once for a reader, subject and hour.
func RecordRead(tx *sqldb.Tx, reader, subject uuid.UUID, entity, entityID string) error {
	first, err := tx.Exec(`
		INSERT INTO record_reads (reader_id, subject_id, hour)
		VALUES ($1, $2, $3)
		ON CONFLICT DO NOTHING`, reader, subject, tx.Now.Truncate(time.Hour))
	if err != nil {
		return fmt.Errorf("record a read: %w", err)
	}
	if first == 0 {
		return nil
	}
	return Audit(tx, turno.AuditEntry{
		ActionBy: &reader, Action: turno.AuditRead, Entity: entity, EntityID: entityID, SubjectID: &subject,
	})
}
