package account

import (
	"context"
	"fmt"

	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// DoctorToVerify is a doctor whose licence the clinic has not confirmed, with what
// it takes to check it.
type DoctorToVerify = store.DoctorToVerify

// VerificationQueue is the doctors who wait to be verified, those who registered
// first at the top.
type VerificationQueue struct {
	Doctors []DoctorToVerify
	Next    string // the cursor of the next page, empty at the end
	Total   int64  // of all pages
}

// verificationList is sorted by id, which is the order of registration.
const verificationList keyset.List = "doctors_to_verify"

// DoctorsToVerify lists the active doctors who are not verified: those who have
// registered, and those whose verification was taken back. It is for full staff.
// limit is 20 unless told, 100 at most.
func (s *Service) DoctorsToVerify(ctx context.Context, c policy.Caller, limit int, cursor string) (VerificationQueue, error) {
	if err := policy.Check(c, policy.VerifyDoctor, 0); err != nil {
		return VerificationQueue{}, err
	}
	after, err := verificationList.Parse(cursor)
	if err != nil {
		return VerificationQueue{}, err
	}
	limit = keyset.Size(limit)
	var queue VerificationQueue
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		if queue.Doctors, err = store.DoctorsToVerify(tx, after.ID, limit+1); err != nil {
			return err
		}
		queue.Total, err = store.CountDoctorsToVerify(tx)
		return err
	})
	if err != nil {
		return VerificationQueue{}, fmt.Errorf("list doctors to verify: %w", err)
	}
	queue.Doctors, queue.Next = keyset.Page(verificationList, queue.Doctors, limit, func(d DoctorToVerify) keyset.Place { return keyset.Place{ID: d.ID} })
	return queue, nil
}
