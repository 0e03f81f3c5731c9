package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// ofAge is how old somebody is whose contact number is taken for their own.
const ofAge = 18

// LeftAlone lists the patients of whose visits nobody would hear any more were the
// caller erased: erasing cancels those visits (docs/decisions/0028). They are for
// telling before.
func (s *Service) LeftAlone(ctx context.Context, c policy.Caller) (alone []turno.Patient, err error) {
	if err := policy.Check(c, policy.ReadMe, policy.Self); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		alone = nil
		carer, err := readPerson(tx, c.UserID)
		if err != nil {
			return err
		}
		left, err := leaving(tx, carer)
		for _, l := range left {
			if l.alone {
				l.Password = ""
				alone = append(alone, l.Patient)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list who would be left alone: %w", err)
	}
	return alone, nil
}

// left is a patient whose carer leaves.
type left struct {
	turno.Patient
	carersNumber bool // the contact number is the carer's
	alone        bool // then nobody hears of a visit, by mail or by telephone
}

// leaving is what becomes of the patients for whom somebody acts.
func leaving(tx *sqldb.Tx, carer Person) ([]left, error) {
	patients, err := store.DependantsOf(tx, carer.ID)
	if err != nil {
		return nil, err
	}
	var all []left
	for _, p := range patients {
		others, err := store.OthersActFor(tx, p.ID, carer.ID)
		if err != nil {
			return nil, err
		}
		unreached := !others && p.Password == "" && p.MailAddress() == ""
		l := left{Patient: p, carersNumber: carer.Patient != nil && p.ContactNumber == carer.Patient.ContactNumber}
		l.carersNumber = p.ContactNumber != "" && (l.carersNumber || unreached && isChild(tx, p))
		l.alone = unreached && (p.ContactNumber == "" || l.carersNumber)
		all = append(all, l)
	}
	return all, nil
}

func isChild(tx *sqldb.Tx, p turno.Patient) bool {
	of := p.DateOfBirth
	of.Year += ofAge
	return turno.DateOf(tx.Now, time.UTC).Before(of)
}

// leaveDependants takes the carer's number out of the records of those whom the
// carer acts for, and cancels the visits of which nobody would hear.
func (s *Service) leaveDependants(tx *sqldb.Tx, c policy.Caller, carer turno.User) (touched []uuid.UUID, err error) {
	person, err := readPerson(tx, carer.ID)
	if err != nil {
		return nil, err
	}
	patients, err := leaving(tx, person)
	if err != nil {
		return nil, err
	}
	for _, p := range patients {
		if p.carersNumber {
			p.ContactNumber = ""
			if err := store.UpdatePatient(tx, p.Patient); err != nil {
				return nil, err
			}
			if err := auditFields(tx, c, "user", p.ID, []string{"contact_number"}); err != nil {
				return nil, err
			}
		}
		if !p.alone {
			continue
		}
		doctors, err := s.cancelOpenVisits(tx, c, p.ID)
		if err != nil {
			return nil, err
		}
		touched = append(touched, doctors...)
	}
	return touched, nil
}

// lockLeaving locks a user who is to be erased, and before that, in the order in
// which proxies are made, everybody whom they act for: so that two who look after
// one child do not both believe that the other stays, and nobody books for the
// child meanwhile.
func lockLeaving(tx *sqldb.Tx, id uuid.UUID) (turno.User, error) {
	if err := lockDependants(tx, id); err != nil {
		return turno.User{}, err
	}
	user, err := lockStanding(tx, id)
	if err != nil {
		return user, err
	}
	return user, lockDependants(tx, id) // and whom they took on meanwhile
}

func lockDependants(tx *sqldb.Tx, carerID uuid.UUID) error {
	patients, err := store.DependantsOf(tx, carerID)
	if err != nil || len(patients) == 0 {
		return err
	}
	ids := make([]uuid.UUID, 0, len(patients))
	for _, p := range patients {
		ids = append(ids, p.ID)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return tx.Lock(ids...)
}
