package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

// owaspParams is the second configuration that OWASP's Password Storage Cheat
// Sheet recommends: 19 MiB, two passes, one lane.
func owaspParams() *argon2id.Params {
	return &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// hasher computes password hashes, a few at once, so that a storm of sign-ins
// can't exhaust memory.
type hasher struct {
	params *argon2id.Params
	dummy  string // of no password, for names that nobody has
	slots  chan struct{}
}

func newHasher(params *argon2id.Params, atOnce int) *hasher {
	random := func(n uint32) string {
		b := make([]byte, n)
		rand.Read(b) // never fails (Go 1.24)
		return base64.RawStdEncoding.EncodeToString(b)
	}
	return &hasher{
		params: params,
		// A random key is the hash of nothing that anybody can find.
		dummy: fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
			params.Memory, params.Iterations, params.Parallelism, random(params.SaltLength), random(params.KeyLength)),
		slots: make(chan struct{}, atOnce),
	}
}

// turn waits for a place to compute in. The caller calls done, once.
func (h *hasher) turn(ctx context.Context) (done func(), err error) {
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to compute a hash: %w", ctx.Err())
	}
}

// hash waits for a turn and computes the hash of a new password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return h.compute(password)
}

// compute is hash for a caller who has the turn.
func (h *hasher) compute(password string) (string, error) {
	hash, err := argon2id.CreateHash(password, h.params)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// matches reports whether hash is of the password, and whether it should be
// computed anew because it is of an older kind. An empty hash, and one that is
// damaged, cost as much as a real one and match nothing. The caller has a turn.
func (h *hasher) matches(password, hash string) (ok, outdated bool) {
	if strings.HasPrefix(hash, "$2") {
		return h.matchesBcrypt(password, hash)
	}
	params, sound := readParams(hash)
	if !sound {
		return h.matchesNothing(password)
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return ok && err == nil, params != *h.params
}

// matchesBcrypt is for people who moved in from another system.
func (h *hasher) matchesBcrypt(password, hash string) (ok, outdated bool) {
	err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password))
	if err != nil && !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return h.matchesNothing(password)
	}
	return err == nil, true
}

// matchesNothing takes as long as a comparison.
func (h *hasher) matchesNothing(password string) (ok, outdated bool) {
	_, _ = argon2id.ComparePasswordAndHash(password, h.dummy) // only the time matters
	return false, false
}

// readParams reads how a hash was computed. It is not sound when computing with
// it would panic or exhaust memory, or when so little of the key is left that
// other passwords match too.
func readParams(hash string) (params argon2id.Params, sound bool) {
	p, _, key, err := argon2id.DecodeHash(hash)
	if err != nil {
		return params, false
	}
	return *p, p.Iterations >= 1 && p.Iterations <= 100 && p.Parallelism >= 1 &&
		p.Memory <= 1024*1024 && len(key) >= shortestKey
}

// shortestKey is the least of a key that is taken for whole, in bytes.
const shortestKey = 16
