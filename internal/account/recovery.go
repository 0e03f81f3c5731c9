package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Recovery codes take the place of a phone that was lost. Each has 80 random
// bits, so its hash needs no salt to withstand guessing.
const (
	recoveryCodes  = 10
	recoveryLength = 16 // characters, without what stands between the groups
)

// newRecoveryCodes makes ten codes as they are shown: xxxx-xxxx-xxxx-xxxx.
func newRecoveryCodes() []string {
	codes := make([]string, 0, recoveryCodes)
	for range recoveryCodes {
		b := make([]byte, recoveryLength*5/8)
		rand.Read(b) // never fails (Go 1.24)
		codes = append(codes, grouped(strings.ToLower(base32.StdEncoding.EncodeToString(b)), "-"))
	}
	return codes
}

// recoveryHash is what is kept of a code that plainCode has made plain.
func recoveryHash(userID uuid.UUID, plain string) []byte {
	sum := sha256.Sum256(append([]byte("recovery code\x00"+plain), userID[:]...))
	return sum[:]
}

func recoveryHashes(userID uuid.UUID, codes []string) [][]byte {
	hashes := make([][]byte, 0, len(codes))
	for _, code := range codes {
		hashes = append(hashes, recoveryHash(userID, plainCode(code)))
	}
	return hashes
}

// RegenerateRecoveryCodes gives the caller new recovery codes, which are shown
// once; the old ones count no more. Errors: KindForbidden with CodeSignInAgain,
// KindConflict for somebody without a second factor.
func (s *Service) RegenerateRecoveryCodes(ctx context.Context, c policy.Caller) ([]string, error) {
	if err := s.mayWriteFactor(c); err != nil {
		return nil, err
	}
	codes := newRecoveryCodes()
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := s.lockSelf(tx, c); err != nil {
			return err
		}
		has, err := store.SecondFactorsOf(tx, c.UserID)
		if err != nil {
			return err
		}
		if has.TOTPSince == nil && has.Passkeys == 0 {
			return turno.Conflict(turno.CodeConflict, "There is no second factor to recover. Please set one up first.")
		}
		if err := store.ReplaceRecoveryCodes(tx, c.UserID, recoveryHashes(c.UserID, codes)); err != nil {
			return err
		}
		return s.changedFactor(tx, c, NoticeRecoveryCodes)
	})
	if err != nil {
		return nil, fmt.Errorf("make recovery codes: %w", err)
	}
	return codes, nil
}
