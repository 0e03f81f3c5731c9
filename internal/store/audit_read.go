package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// AuditFilter chooses entries of the trail; zero fields choose all.
type AuditFilter struct {
	ActionBy *uuid.UUID
	Action   turno.AuditAction
	Entity   string
	EntityID string
	Subject  *uuid.UUID // whose record it concerns
	From, To time.Time  // [From, To)

	BeforeTime time.Time // keyset: the last entry seen
	BeforeID   uuid.UUID
	Limit      int
}

// AuditEntries lists entries of the trail, the newest first.
func AuditEntries(tx *sqldb.Tx, f AuditFilter) ([]turno.AuditEntry, error) {
	var w sqldb.Where
	if f.ActionBy != nil {
		w.Add("action_by = $?", *f.ActionBy)
	}
	if f.Action != "" {
		w.Add("action_type = $?", f.Action)
	}
	if f.Entity != "" {
		w.Add("entity = $?", f.Entity)
	}
	if f.EntityID != "" {
		w.Add("entity_id = $?", f.EntityID)
	}
	if f.Subject != nil {
		w.Add("subject_id = $?", *f.Subject)
	}
	if !f.From.IsZero() {
		w.Add("created_at >= $?", f.From)
	}
	if !f.To.IsZero() {
		w.Add("created_at < $?", f.To)
	}
	if f.BeforeID != uuid.Nil {
		w.Add("(created_at, id) < ($?, $?)", f.BeforeTime, f.BeforeID)
	}
	entries, err := sqldb.All(tx, scanAudit, `
		SELECT id, action_by, action_type, COALESCE(action_detail, ''), created_at, entity, entity_id, subject_id
		  FROM audit_logs
		 `+w.SQL()+`
		 ORDER BY created_at DESC, id DESC
		 `+sqldb.Limit(f.Limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list the trail: %w", err)
	}
	return entries, nil
}

// NewestEntry is the id of the trail's newest entry; uuid.Nil when it is empty.
func NewestEntry(tx *sqldb.Tx) (uuid.UUID, error) {
	newest, err := sqldb.All(tx, scanID, `
		SELECT id
		  FROM audit_logs
		 ORDER BY created_at DESC, id DESC
		 LIMIT 1`)
	if err != nil {
		return uuid.Nil, fmt.Errorf("find the newest entry of the trail: %w", err)
	}
	if len(newest) == 0 {
		return uuid.Nil, nil
	}
	return newest[0], nil
}

func scanAudit(row sqldb.Scanner) (e turno.AuditEntry, err error) {
	err = row.Scan(&e.ID, &e.ActionBy, &e.Action, &e.Detail, &e.CreatedAt, &e.Entity, &e.EntityID, &e.SubjectID)
	return e, err
}

// Access is an entry of the trail about a person's record, with who it was.
type Access struct {
	ID        uuid.UUID
	Action    turno.AuditAction
	Entity    string
	CreatedAt time.Time
	Name      string     // of who acted; empty for the system
	Role      turno.Role // of who acted; empty for the system
	By        *uuid.UUID // nil: the system
	ByProxy   bool       // who acted is the proxy whom the entry names
}

// AccessesOf lists what was done to or read of a person's record, the newest
// first; without what the person did if others only. beforeID is Nil on the first
// page.
func AccessesOf(tx *sqldb.Tx, subjectID uuid.UUID, othersOnly bool, beforeTime time.Time, beforeID uuid.UUID, limit int) ([]Access, error) {
	var w sqldb.Where
	w.Add("l.subject_id = $?", subjectID)
	if othersOnly {
		w.Add("(l.action_by IS NULL OR l.action_by <> $?)", subjectID)
	}
	if beforeID != uuid.Nil {
		w.Add("(l.created_at, l.id) < ($?, $?)", beforeTime, beforeID)
	}
	accesses, err := sqldb.All(tx, scanAccess, `
		SELECT l.id, l.action_type, l.entity, l.created_at, COALESCE(u.full_name, ''), COALESCE(CAST(u.role AS text), ''), l.action_by,
		       COALESCE(l.action_detail, '')
		  FROM audit_logs l
		  LEFT JOIN users u ON u.id = l.action_by
		 `+w.SQL()+`
		 ORDER BY l.created_at DESC, l.id DESC
		 `+sqldb.Limit(limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list who read a record: %w", err)
	}
	return accesses, nil
}

func scanAccess(row sqldb.Scanner) (a Access, err error) {
	var detail string
	err = row.Scan(&a.ID, &a.Action, &a.Entity, &a.CreatedAt, &a.Name, &a.Role, &a.By, &detail)
	a.ByProxy = a.By != nil && turno.AuditEntry{Detail: detail}.Facts()["proxy_user_id"] == a.By.String()
	return a, err
}
