package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// maxSame bounds how many people of one name and birth date are listed.
const maxSame = 5

// SamePatients lists the active patients of a name and birth date, for staff who are
// about to register one: a form that was sent twice, or somebody who has been here
// before. The name is compared as names are searched.
func (s *Service) SamePatients(ctx context.Context, c policy.Caller, fullName string, born turno.Date) (found []ListedUser, err error) {
	if err := policy.Check(c, policy.ListPatients, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		found, err = samePatients(tx, fullName, born)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for the same patient: %w", err)
	}
	for i := range found {
		found[i].Password = ""
	}
	return found, nil
}

func samePatients(tx *sqldb.Tx, fullName string, born turno.Date) ([]store.FoundUser, error) {
	return store.Users(tx, store.UserFilter{Role: turno.RolePatient, Active: new(true), SameName: fullName, BirthDates: []turno.Date{born}, Limit: maxSame})
}

// unlikeOthers refuses a patient of a name and birth date that another has. Of two
// forms that are sent at once, one waits for the other.
func (p Person) unlikeOthers(tx *sqldb.Tx) error {
	alike := uuid.NewSHA1(uuid.NameSpaceOID, []byte("turno patient "+store.SearchName(p.FullName)+" "+p.Patient.DateOfBirth.String()))
	if err := tx.Lock(alike); err != nil {
		return err
	}
	same, err := samePatients(tx, p.FullName, p.Patient.DateOfBirth)
	if err != nil {
		return err
	}
	if len(same) > 0 {
		return turno.Conflict(turno.CodeConflict, "There is a patient of this name and birth date already.")
	}
	return nil
}
