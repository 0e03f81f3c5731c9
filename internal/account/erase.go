package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// erasedName stands where a person's name was.
const erasedName = "Erased person"

// EraseMe takes the caller's personal data out of the system: see erase. It asks
// for a recent sign-in. Errors: KindForbidden with CodeSignInAgain, KindConflict
// with CodeInUse for the last full admin.
func (s *Service) EraseMe(ctx context.Context, c policy.Caller) error {
	if err := policy.Check(c, policy.EraseMe, policy.Self); err != nil {
		return err
	}
	return s.erasing(ctx, c, policy.EraseMe, c.UserID)
}

// EraseUser is EraseMe for somebody else, by full staff. Errors: as EraseMe, and
// KindNotFound.
func (s *Service) EraseUser(ctx context.Context, c policy.Caller, id uuid.UUID) error {
	if err := policy.Check(c, policy.EraseUser, 0); err != nil {
		return err
	}
	return s.erasing(ctx, c, policy.EraseUser, id)
}

func (s *Service) erasing(ctx context.Context, c policy.Caller, action policy.Action, id uuid.UUID) error {
	var touched []uuid.UUID
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		touched = nil
		if err := policy.CheckRecent(c, action, tx.Now); err != nil {
			return err
		}
		user, err := lockLeaving(tx, id)
		if err != nil || user.ErasedAt != nil {
			return err
		}
		if touched, err = s.erase(tx, c, user); err != nil {
			return err
		}
		if err := keepFullAdmin(tx, user); err != nil {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: c.ID(), Action: turno.AuditErase, Entity: "user", EntityID: id.String(), SubjectID: &id,
		})
	})
	if err != nil {
		return fmt.Errorf("erase a person: %w", err)
	}
	for _, doctorID := range touched {
		s.config.Changed(doctorID)
	}
	return nil
}

// erase pseudonymises a person. What remains of them is what history needs: that
// somebody born in a year had visits, and how they rated them. It returns the
// doctors whose calendars that changes. The caller has read the user with
// lockLeaving.
func (s *Service) erase(tx *sqldb.Tx, c policy.Caller, user turno.User) (touched []uuid.UUID, err error) {
	if touched, err = s.leaveDependants(tx, c, user); err != nil {
		return nil, err
	}
	own, err := s.cancelOpenVisits(tx, c, user.ID)
	if err != nil {
		return nil, err
	}
	touched = append(touched, own...)
	if user.Role == turno.RoleDoctor { // who can't be booked any more
		touched = append(touched, user.ID)
	}
	return touched, pseudonymise(tx, user)
}

func (s *Service) cancelOpenVisits(tx *sqldb.Tx, c policy.Caller, id uuid.UUID) ([]uuid.UUID, error) {
	if s.config.CancelOpenVisits == nil {
		return nil, nil
	}
	return s.config.CancelOpenVisits(tx, c, id)
}

// pseudonymise takes the steps in the order in which the rows depend on each
// other.
func pseudonymise(tx *sqldb.Tx, user turno.User) error {
	if _, err := store.SetPassword(tx, user.ID, user.Password, ""); err != nil {
		return err
	}
	if err := eraseProfile(tx, user); err != nil {
		return err
	}
	if err := store.EraseTexts(tx, user.ID); err != nil {
		return err
	}
	if err := store.EndProxiesOfUser(tx, user.ID, tx.Now); err != nil {
		return err
	}
	if err := store.ForgetUserInInvitations(tx, user.ID); err != nil {
		return err
	}
	if err := store.EndAccess(tx, user.ID, uuid.Nil); err != nil {
		return err
	}
	if err := store.EraseAccess(tx, user.ID); err != nil {
		return err
	}
	if err := store.ForgetDevices(tx, user.ID); err != nil {
		return err
	}
	user.FullName, user.Username = erasedName, erasedPrefix+user.ID.String()
	user.Email, user.EmailVerifiedAt, user.EmailRefusedAt = turno.NoMailAddress(user.ID), nil, nil
	user.TimeZone, user.Locale = "UTC", ""
	user.ErasedAt = &tx.Now
	if user.DeactivatedAt == nil {
		user.DeactivatedAt = &tx.Now
	}
	return store.UpdateUser(tx, user)
}

// notErased refuses to write about a person who was erased. The caller holds the
// person's lock since before it read the user.
func notErased(user turno.User) error {
	if user.ErasedAt == nil {
		return nil
	}
	return turno.Conflict(turno.CodeConflict, "This person was erased, which is never undone.")
}

func eraseProfile(tx *sqldb.Tx, user turno.User) error {
	switch user.Role {
	case turno.RolePatient:
		patient, err := store.PatientByID(tx, user.ID)
		if err != nil {
			return err
		}
		patient.DateOfBirth = turno.Date{Year: patient.DateOfBirth.Year, Month: time.January, Day: 1}
		patient.Gender, patient.ContactNumber = "", ""
		return store.UpdatePatient(tx, patient)
	case turno.RoleDoctor:
		if err := store.AnonymiseDoctor(tx, user.ID); err != nil {
			return err
		}
		return store.BumpCalendar(tx, user.ID)
	case turno.RoleAdmin: // has no profile
	}
	return nil
}
