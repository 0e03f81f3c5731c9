package turno

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// Role is what a person is to the clinic. It never changes into another for a
// person who has a profile.
type Role string

// The roles.
const (
	RolePatient Role = "patient"
	RoleDoctor  Role = "doctor"
	RoleAdmin   Role = "admin"
)

// StaffLevel divides admins: the receptionist is not the owner.
type StaffLevel string

// The levels. Only an admin has one.
const (
	StaffDesk StaffLevel = "desk" // books, moves and cancels for anyone; knows patients
	StaffFull StaffLevel = "full" // everything
)

// User is what every person who can sign in has in common.
type User struct {
	ID              uuid.UUID
	Username        string
	Email           string // may be reserved and unmailable: see NoMailDomain
	Password        string // a hash, never the password; empty when nobody can sign in
	Role            Role
	StaffLevel      StaffLevel // empty unless Role is admin
	FullName        string
	TimeZone        string // IANA name; how this person reads times
	Locale          string // BCP 47; empty until chosen
	EmailVerifiedAt *time.Time
	EmailRefusedAt  *time.Time // since when a mail server refuses the address for good; nil: it does not
	DeactivatedAt   *time.Time // signs in no more; history stays
	ErasedAt        *time.Time // pseudonymised; never undone
	FactorDueAt     *time.Time // from then on nothing can be done before a second factor is set up; nil: not asked for
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Active reports whether the person may sign in and act.
func (u User) Active() bool { return u.DeactivatedAt == nil && u.ErasedAt == nil }

// NoMailDomain ends the reserved addresses of people without email. Nothing is
// ever sent there (RFC 6761, section 6.4).
const NoMailDomain = "@no-mail.invalid"

// NoMailAddress is the reserved address of a person who has none.
func NoMailAddress(id uuid.UUID) string { return id.String() + NoMailDomain }

// MailAddress is where mail reaches the person; "" for somebody without email.
func (u User) MailAddress() string {
	if strings.HasSuffix(u.Email, NoMailDomain) {
		return ""
	}
	return u.Email
}

// Patient is the profile of a user who is seen by doctors.
type Patient struct {
	User
	DateOfBirth   Date
	Gender        Gender // empty when not told
	ContactNumber string // E.164, empty when not told; families share a phone
}

// Gender is what the patient told us, if anything.
type Gender string

// The genders.
const (
	GenderMale   Gender = "male"
	GenderFemale Gender = "female"
	GenderOther  Gender = "other"
)

// ProxyInvitation asks somebody to act for a patient. Nothing of the patient's is
// theirs before they accept.
type ProxyInvitation struct {
	ID          uuid.UUID
	PatientID   uuid.UUID
	ProxyUserID *uuid.UUID // nil: nobody has the name, which whoever invites is not told
	Named       string     // as it was typed: a username or an email
	Relation    string
	EndsAt      *time.Time // of acting, once accepted; nil: until ended
	CreatedAt   time.Time
	ExpiresAt   time.Time
	DeclinedAt  *time.Time // not told to whoever invites either
}

// Proxy lets one user act for a patient: a parent for a child. Mail about the
// patient goes to the proxy.
type Proxy struct {
	PatientID   uuid.UUID
	ProxyUserID uuid.UUID
	Relation    string     // "mother", "guardian": their own word
	EndsAt      *time.Time // exclusive; nil while it lasts
	CreatedAt   time.Time
}
