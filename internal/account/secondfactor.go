package account

import (
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Requirement says who has to have a second factor.
type Requirement string

// The requirements.
const (
	RequireNone   Requirement = "none"
	RequireAdmins Requirement = "admins"
	RequireStaff  Requirement = "staff" // admins and doctors
)

// gracePeriod is how long somebody may do without a required second factor, from
// the first sign-in at which one was asked for.
const gracePeriod = 14 * 24 * time.Hour

// SecondFactor is what somebody can show beside the password.
type SecondFactor struct {
	AppSince      *time.Time // an authenticator app; nil: none
	Passkeys      int        // each counts as both factors
	RecoveryCodes int        // left
	Required      bool       // by the clinic, of this role
	DueAt         *time.Time // nil: nothing is missing
}

// On reports whether there is any.
func (f SecondFactor) On() bool { return f.AppSince != nil || f.Passkeys > 0 }

// requires reports whether the clinic asks a user for a second factor.
func (s *Service) requires(user turno.User) bool {
	switch s.config.RequireSecond {
	case RequireStaff:
		return user.Role != turno.RolePatient
	case RequireAdmins:
		return user.Role == turno.RoleAdmin
	case RequireNone:
	}
	return false
}

// overdue reports whether a user may do nothing before setting one up.
func (s *Service) overdue(user turno.User, now time.Time) bool {
	return user.FactorDueAt != nil && !now.Before(*user.FactorDueAt) && s.requires(user)
}

// asksFor reports whether the password alone signs a user in no more. A passkey
// that nobody has to have is a convenience, and does not take the password's place.
func (s *Service) asksFor(user turno.User, has store.SecondFactors) bool {
	return has.TOTPSince != nil || has.Passkeys > 0 && s.requires(user)
}

// setDue notes from when on a user needs a second factor, when one is missing and
// that was not noted yet, or that none is missing any more.
func (s *Service) setDue(tx *sqldb.Tx, user *turno.User, has store.SecondFactors, grace time.Duration) error {
	missing := s.requires(*user) && has.TOTPSince == nil && has.Passkeys == 0
	if missing == (user.FactorDueAt != nil) {
		return nil
	}
	user.FactorDueAt = nil
	if missing {
		due := tx.Now.Add(grace)
		user.FactorDueAt = &due
	}
	return store.SetFactorDue(tx, user.ID, user.FactorDueAt)
}

// factorsChanged notes what follows from a second factor that came or went. Who
// gives one up that is required has no more grace.
func (s *Service) factorsChanged(tx *sqldb.Tx, userID uuid.UUID) (store.SecondFactors, error) {
	has, err := store.SecondFactorsOf(tx, userID)
	if err != nil {
		return has, err
	}
	user, err := store.UserByID(tx, userID)
	if err != nil {
		return has, err
	}
	return has, s.setDue(tx, &user, has, 0)
}

// readSelf is readPerson with what only the person is told.
func (s *Service) readSelf(tx *sqldb.Tx, id uuid.UUID) (Person, error) {
	person, err := readPerson(tx, id)
	if err != nil {
		return Person{}, err
	}
	has, err := store.SecondFactorsOf(tx, id)
	if err != nil {
		return Person{}, err
	}
	person.Second = s.describe(person.User, has)
	return person, nil
}

func (s *Service) describe(user turno.User, has store.SecondFactors) *SecondFactor {
	second := &SecondFactor{
		AppSince: has.TOTPSince, Passkeys: has.Passkeys, RecoveryCodes: has.RecoveryCodes, Required: s.requires(user),
	}
	if second.Required {
		second.DueAt = user.FactorDueAt
	}
	return second
}
