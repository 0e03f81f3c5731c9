package turno

import (
	"time"

	"github.com/google/uuid"
)

// AuditEntry is one line of the trail: who did what to which row. It holds ids,
// field names and codes, never a personal value, so that erasing a person and
// never changing the trail do not contradict.
type AuditEntry struct {
	ID        uuid.UUID
	ActionBy  *uuid.UUID // nil: the system
	Action    AuditAction
	Entity    string     // the table's name in the singular: "appointment"
	EntityID  string     // a uuid, or a number for a specialization
	SubjectID *uuid.UUID // whose record it concerns, if it concerns a person's
	Detail    string     // "status=confirmed", "fields=bio,time_zone"
	CreatedAt time.Time
}

// AuditAction is the kind of thing that was done.
type AuditAction string

// The actions.
const (
	AuditCreate      AuditAction = "CREATE"
	AuditUpdate      AuditAction = "UPDATE"
	AuditDelete      AuditAction = "DELETE"
	AuditRead        AuditAction = "READ" // somebody else opened a patient's record or visit
	AuditLogin       AuditAction = "LOGIN"
	AuditLoginFailed AuditAction = "LOGIN_FAILED"
	AuditLogout      AuditAction = "LOGOUT"
	AuditExport      AuditAction = "EXPORT"
	AuditErase       AuditAction = "ERASE"
)
