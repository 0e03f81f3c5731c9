package policy

import (
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
)

// Caller is who asks. The zero Caller is somebody who has not signed in.
type Caller struct {
	UserID          uuid.UUID
	Role            turno.Role
	StaffLevel      turno.StaffLevel
	SessionID       uuid.UUID
	AuthenticatedAt time.Time // when the password or a passkey was last given
	MustSetUp       bool      // a second factor is overdue: until there is one, this is all they may do
	ByLink          bool      // acts by the link in a mail, without a session
	Address         string    // the client's network address, for limits
}

// SignedIn reports whether we know who asks.
func (c Caller) SignedIn() bool { return c.UserID != uuid.Nil }

// IsStaff reports whether the caller is an admin of either level.
func (c Caller) IsStaff() bool { return c.Role == turno.RoleAdmin }

// IsFullStaff reports whether the caller is an admin who may do everything.
func (c Caller) IsFullStaff() bool { return c.IsStaff() && c.StaffLevel == turno.StaffFull }

// Is reports whether the caller is the user with this id.
func (c Caller) Is(id uuid.UUID) bool { return c.SignedIn() && c.UserID == id }

// ID is the caller's id for a nullable column: nil when nobody has signed in.
func (c Caller) ID() *uuid.UUID {
	if !c.SignedIn() {
		return nil
	}
	return &c.UserID
}

// general is every relation that follows from who the caller is alone.
func (c Caller) general() Relation {
	r := Anyone
	if !c.SignedIn() {
		return r
	}
	r |= SignedIn
	switch {
	case c.Role == turno.RolePatient:
		r |= Patient
	case c.Role == turno.RoleDoctor:
		r |= Doctor
	case c.IsFullStaff():
		r |= Full
	case c.IsStaff():
		r |= Desk
	}
	return r
}
