package turno

import (
	"slices"
	"strings"
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

// AuditKind is what an entry of the trail is about, for whoever makes a sentence of
// it. Some kinds need the facts of the entry beside: see AuditEntry.Facts.
type AuditKind struct {
	Action AuditAction
	Entity string
}

// Kind is what the entry is about.
func (e AuditEntry) Kind() AuditKind { return AuditKind{e.Action, e.Entity} }

// Known reports whether the trail may hold entries of the kind.
func (k AuditKind) Known() bool { return slices.Contains(AuditKinds(), k) }

// AuditKinds lists every kind of entry that is written; appending another panics.
// Behind each, the facts that its entries have.
func AuditKinds() []AuditKind {
	return []AuditKind{
		{AuditCreate, "appointment"}, // event=booked status=
		{AuditUpdate, "appointment"}, // event=confirmed, completed, missed, cancelled, moved, expired or coming, status=; link: by the link in a mail
		{AuditRead, "appointment"},
		{AuditCreate, "feedback"},

		{AuditUpdate, "availability"},
		{AuditCreate, "extra_hours"},
		{AuditDelete, "extra_hours"},
		{AuditCreate, "time_off"}, // cancelled=, the number of visits
		{AuditDelete, "time_off"},
		{AuditCreate, "visit_type"},
		{AuditUpdate, "visit_type"},

		{AuditCreate, "user"},          // role=
		{AuditUpdate, "user"},          // fields=, staff_level=, active=; reset (of a password); second_factor_on, second_factor_off, second_factor_reset, recovery_codes_made
		{AuditErase, "user"},           // again, after a backup was restored
		{AuditExport, "user"},          // by the person
		{AuditUpdate, "doctor"},        // fields=, verified=
		{AuditRead, "patient"},         //
		{AuditCreate, "patient_proxy"}, // proxy_user_id=
		{AuditDelete, "patient_proxy"}, // proxy_user_id=
		{AuditCreate, "proxy_invitation"},
		{AuditUpdate, "proxy_invitation"}, // declined, by its subject
		{AuditDelete, "proxy_invitation"}, // taken back

		{AuditLogin, "session"}, // second_factor, passkey: by what; unlocked, confirmed: of a session that went on
		{AuditLogout, "session"},
		{AuditLoginFailed, "user"},      // second_factor, unlock: where
		{AuditCreate, "passkey"},        //
		{AuditUpdate, "passkey"},        // renamed
		{AuditDelete, "passkey"},        //
		{AuditCreate, "password_reset"}, // a link made by staff
		{AuditCreate, "calendar_feed"},  // replaced
		{AuditDelete, "calendar_feed"},  //
		{AuditRead, "calendar_feed"},    // by a doctor's calendar program
		{AuditRead, "mail"},             // to or about a patient

		{AuditCreate, "specialization"},
		{AuditUpdate, "specialization"},
		{AuditDelete, "specialization"},
		{AuditCreate, "location"},
		{AuditUpdate, "location"}, // fields=
		{AuditDelete, "location"},

		{AuditUpdate, "job"},       // tried again
		{AuditUpdate, "database"},  // restored, from a backup
		{AuditExport, "audit_log"}, // from the command line
	}
}

// Facts are the words of the detail by name: of "event=moved status=pending" it is
// event and status. A word that is no name=value has itself as the name, and no
// value.
func (e AuditEntry) Facts() map[string]string {
	facts := map[string]string{}
	for word := range strings.FieldsSeq(e.Detail) {
		name, value, _ := strings.Cut(word, "=")
		facts[name] = value
	}
	return facts
}
