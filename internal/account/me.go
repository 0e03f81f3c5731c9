package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Patch is what is to change about a person; nil fields stay. An empty Gender or
// ContactNumber takes the value away.
type Patch struct {
	FullName *string
	Email    *string // asks for a recent sign-in
	TimeZone *string
	Locale   *string

	DateOfBirth   *turno.Date // these three of patients
	Gender        *turno.Gender
	ContactNumber *string

	StaffLevel *turno.StaffLevel // only through UpdateUser, as is Active
	Active     *bool

	Version turno.Version // Person.Version when the change was begun
}

// Me reads the caller's own account and profile.
func (s *Service) Me(ctx context.Context, c policy.Caller) (person Person, err error) {
	if err := policy.Check(c, policy.ReadMe, policy.Self); err != nil {
		return Person{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		person, err = s.readSelf(tx, c.UserID)
		return err
	})
	if err != nil {
		return Person{}, fmt.Errorf("read me: %w", err)
	}
	return person, nil
}

// UpdateMe changes the caller's own account. Errors: KindInvalid, KindForbidden
// with CodeSignInAgain, KindConflict with CodeIdentityTaken.
func (s *Service) UpdateMe(ctx context.Context, c policy.Caller, patch Patch) (person Person, err error) {
	if err := policy.Check(c, policy.UpdateMe, policy.Self); err != nil {
		return Person{}, err
	}
	patch.StaffLevel, patch.Active = nil, nil
	err = s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		if _, err = s.patchPerson(tx, c, c.UserID, patch); err != nil {
			return err
		}
		person, err = s.readSelf(tx, c.UserID)
		return err
	})
	if err != nil {
		return Person{}, fmt.Errorf("change me: %w", err)
	}
	return person, nil
}

// patchPerson changes what a patch says about a person, whom the caller may
// change, and reads the person back. Errors: KindConflict for one who was erased.
func (s *Service) patchPerson(tx *sqldb.Tx, c policy.Caller, id uuid.UUID, patch Patch) (Person, error) {
	if err := tx.Lock(id); err != nil {
		return Person{}, err
	}
	user, err := store.UserByID(tx, id)
	if err != nil {
		return Person{}, err
	}
	if err := notErased(user); err != nil {
		return Person{}, err
	}
	if patch.Email != nil && *patch.Email != user.Email {
		if err := policy.CheckRecent(c, policy.ChangeEmail, tx.Now); err != nil {
			return Person{}, err
		}
	}
	if err := checkPersonVersion(tx, user, patch.Version); err != nil {
		return Person{}, err
	}
	var check checks
	was := user
	fields := applyToUser(&check, &user, patch)
	patient, profile, err := applyToPatient(tx, &check, user, patch)
	if err != nil {
		return Person{}, err
	}
	if err := check.err(); err != nil {
		return Person{}, err
	}
	if len(fields) > 0 {
		if err := identityTaken(store.UpdateUser(tx, user)); err != nil {
			return Person{}, err
		}
	}
	if slices.Contains(fields, "email") {
		if err := afterEmailChange(tx, was, user); err != nil {
			return Person{}, err
		}
	}
	if len(profile) > 0 {
		if err := store.UpdatePatient(tx, patient); err != nil {
			return Person{}, err
		}
	}
	if fields = append(fields, profile...); len(fields) > 0 {
		if err := auditFields(tx, c, "user", id, fields); err != nil {
			return Person{}, err
		}
	}
	return readPerson(tx, id)
}

// checkPersonVersion refuses a change that was begun before another was saved.
func checkPersonVersion(tx *sqldb.Tx, user turno.User, begun turno.Version) error {
	if begun == "" {
		return nil
	}
	now := turno.PersonVersion(user, nil)
	if user.Role == turno.RolePatient {
		patient, err := store.PatientByID(tx, user.ID)
		if err != nil {
			return err
		}
		now = turno.PersonVersion(user, &patient)
	}
	return begun.Check(now)
}

// afterEmailChange takes back the links that were on their way, has the new address
// verified, and tells the owner, whoever changed it: the next link goes to the new
// one. The old address, if verified, is told by mail.
func afterEmailChange(tx *sqldb.Tx, was, user turno.User) error {
	if err := store.DeleteResets(tx, user.ID); err != nil {
		return err
	}
	if err := errors.Join(tellOldAddress(tx, was), tellAddress(tx, user)); err != nil {
		return err
	}
	return notify(tx, user.ID, NoticeEmailChanged)
}

// applyToUser changes u and names the fields that changed.
func applyToUser(check *checks, u *turno.User, p Patch) (fields []string) {
	if p.FullName != nil {
		set(&fields, "full_name", &u.FullName, check.line("full_name", *p.FullName, 1, maxName))
	}
	if p.Email != nil && *p.Email != u.Email {
		set(&fields, "email", &u.Email, check.email("email", *p.Email))
		u.EmailVerifiedAt, u.EmailRefusedAt = nil, nil
	}
	if p.TimeZone != nil {
		set(&fields, "time_zone", &u.TimeZone, check.timeZone("time_zone", *p.TimeZone))
	}
	if p.Locale != nil {
		set(&fields, "locale", &u.Locale, check.locale("locale", *p.Locale))
	}
	if u.Role != turno.RolePatient {
		check.unexpected("date_of_birth", p.DateOfBirth != nil)
		check.unexpected("gender", p.Gender != nil)
		check.unexpected("contact_number", p.ContactNumber != nil)
	}
	return fields
}

// applyToPatient is a patient's profile with what a patch says about it, and names
// the fields that changed.
func applyToPatient(tx *sqldb.Tx, check *checks, user turno.User, p Patch) (patient turno.Patient, fields []string, err error) {
	if user.Role != turno.RolePatient || p.DateOfBirth == nil && p.Gender == nil && p.ContactNumber == nil {
		return patient, nil, nil
	}
	if patient, err = store.PatientByID(tx, user.ID); err != nil {
		return patient, nil, err
	}
	if p.DateOfBirth != nil {
		set(&fields, "date_of_birth", &patient.DateOfBirth, check.dateOfBirth("date_of_birth", *p.DateOfBirth, tx.Now))
	}
	if p.Gender != nil {
		set(&fields, "gender", &patient.Gender, check.gender("gender", *p.Gender))
	}
	if p.ContactNumber != nil {
		set(&fields, "contact_number", &patient.ContactNumber, check.contactNumber("contact_number", *p.ContactNumber))
	}
	return patient, fields, nil
}

// unexpected refuses what only a patient has.
func (c *checks) unexpected(field string, given bool) {
	if given {
		c.add(field, "Only a patient has one.")
	}
}

// set changes a value, and notes the name of the field if that made a difference.
func set[T comparable](fields *[]string, name string, value *T, wanted T) {
	if *value != wanted {
		*value = wanted
		*fields = append(*fields, name)
	}
}

// auditFields says in the trail which fields of a person the caller changed.
func auditFields(tx *sqldb.Tx, c policy.Caller, entity string, id uuid.UUID, fields []string) error {
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: c.ID(), Action: turno.AuditUpdate, Entity: entity, EntityID: id.String(),
		SubjectID: &id, Detail: "fields=" + strings.Join(fields, ","),
	})
}
