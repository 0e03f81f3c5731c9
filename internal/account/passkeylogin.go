package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// challengesPerHour bounds what strangers at one address make the server keep. A
// page that offers passkeys asks for one each time it is shown.
const challengesPerHour = 1000

// PasskeySignIn is a sign-in without a name or a password.
type PasskeySignIn struct {
	PasskeyAnswer
	Device    string // as in Credentials
	UserAgent string
}

// BeginPasskeySignIn asks a browser for any passkey of this clinic, to sign in,
// to unlock or to confirm. Errors: KindConflict when passkeys don't work here,
// KindRateLimited.
func (s *Service) BeginPasskeySignIn(ctx context.Context, c policy.Caller) (PasskeyRequest, error) {
	if err := policy.Check(c, policy.Login, 0); err != nil {
		return PasskeyRequest{}, err
	}
	if err := s.needPasskeys(); err != nil {
		return PasskeyRequest{}, err
	}
	if err := allowFrom(s.challenges, c.Address); err != nil {
		return PasskeyRequest{}, err
	}
	assertion, session, err := s.webauthn.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return PasskeyRequest{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	options, err := json.Marshal(assertion)
	if err != nil {
		return PasskeyRequest{}, fmt.Errorf("write the options: %w", err)
	}
	token := newToken()
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error { return insertChallenge(tx, token, nil, session) })
	if err != nil {
		return PasskeyRequest{}, fmt.Errorf("begin a sign-in with a passkey: %w", err)
	}
	return PasskeyRequest{Challenge: token, Options: options}, nil
}

// LoginWithPasskey signs in whoever has a passkey and was verified by the device
// that keeps it, by a finger or a PIN: that is both factors. Errors:
// KindUnauthenticated with CodeWrongCredentials, KindConflict for a challenge
// that is over.
func (s *Service) LoginWithPasskey(ctx context.Context, c policy.Caller, in PasskeySignIn) (SignedIn, error) {
	if err := policy.Check(c, policy.Login, 0); err != nil {
		return SignedIn{}, err
	}
	answer, err := s.answered(ctx, in.PasskeyAnswer)
	if err != nil {
		return SignedIn{}, err
	}
	a := newArrival(c, in.Device, in.UserAgent)
	var signedIn SignedIn
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		user, err := s.checkPasskey(tx, answer)
		if err != nil {
			return err
		}
		factors, err := store.SecondFactorsOf(tx, user.ID)
		if err != nil {
			return err
		}
		signedIn, err = s.begin(tx, a, user, factors, "passkey")
		return err
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in with a passkey: %w", s.noteRefusal(ctx, answer, err))
	}
	return signedIn, nil
}

// passkeyAnswer is an answer together with what was asked.
type passkeyAnswer struct {
	challenge webauthn.SessionData
	parsed    *protocol.ParsedCredentialAssertionData
}

// answered takes the challenge that a browser has answered.
func (s *Service) answered(ctx context.Context, in PasskeyAnswer) (a passkeyAnswer, err error) {
	if err := s.needPasskeys(); err != nil {
		return a, err
	}
	if a.challenge, err = s.takeChallenge(ctx, in.Challenge, nil); err != nil {
		return a, err
	}
	if a.parsed, err = protocol.ParseCredentialRequestResponseBytes(in.Credential); err != nil {
		return a, badPasskey(err)
	}
	return a, nil
}

// checkPasskey verifies an answer and says whose passkey it is. It takes the
// user's lock. Errors: KindUnauthenticated with CodeWrongCredentials.
func (s *Service) checkPasskey(tx *sqldb.Tx, a passkeyAnswer) (turno.User, error) {
	var owner passkeyOwner
	var broken error // ours, not the answer's
	find := func(_, handle []byte) (webauthn.User, error) {
		owner, broken = readPasskeyOwner(tx, handle)
		return owner, broken
	}
	_, credential, err := s.webauthn.ValidatePasskeyLogin(find, a.challenge, a.parsed)
	switch {
	case broken != nil && turno.KindOf(broken) == turno.KindInternal:
		return turno.User{}, broken
	case err != nil:
		return turno.User{}, refusedPasskey(err)
	case credential.Authenticator.CloneWarning:
		return turno.User{}, refusedPasskey(errCopied)
	}
	for _, p := range owner.passkeys {
		if string(p.CredentialID) == string(credential.ID) {
			return owner.user, store.UsePasskey(tx, p.ID, int64(credential.Authenticator.SignCount))
		}
	}
	return turno.User{}, wrongPasskey()
}

// errCopied is the cause of refusing a passkey whose counter went back.
var errCopied = errors.New("the passkey's counter went back: there may be a copy of it")

// noteRefusal returns err, and says in the trail that somebody failed to be who
// they should be if it refuses a passkey. What a transaction refuses is undone with
// it, so this is one of its own. Who may have a copied passkey is told.
func (s *Service) noteRefusal(ctx context.Context, a passkeyAnswer, refused error) error {
	if turno.CodeOf(refused) != turno.CodeWrongCredentials {
		return refused
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		id, err := uuid.FromBytes(a.parsed.Response.UserHandle)
		if err == nil {
			_, err = store.UserByID(tx, id)
		}
		switch {
		case err != nil && turno.KindOf(err) == turno.KindInternal && id != uuid.Nil:
			return err
		case err != nil: // nobody's
			return store.Audit(tx, turno.AuditEntry{Action: turno.AuditLoginFailed, Entity: "user", Detail: "passkey"})
		}
		if errors.Is(refused, errCopied) {
			if err := notify(tx, id, NoticePasskeyCopied); err != nil {
				return err
			}
		}
		return auditFailure(tx, id, "passkey")
	})
	if err != nil {
		return fmt.Errorf("note a refused passkey: %w", err)
	}
	return refused
}

// readPasskeyOwner reads the user whom a passkey names, under the user's lock.
func readPasskeyOwner(tx *sqldb.Tx, handle []byte) (o passkeyOwner, err error) {
	id, err := uuid.FromBytes(handle)
	if err != nil {
		return o, refusedPasskey(err)
	}
	if err := tx.Lock(id); err != nil {
		return o, err
	}
	if o.user, err = store.UserByID(tx, id); err != nil {
		return o, err
	}
	if !o.user.Active() {
		return o, wrongPasskey()
	}
	o.passkeys, err = store.PasskeysOf(tx, id)
	return o, err
}

func wrongPasskey() error { return refusedPasskey(nil) }

// refusedPasskey says that a passkey proves nothing; the cause is for the log.
func refusedPasskey(cause error) error {
	return &turno.Error{
		Kind: turno.KindUnauthenticated, Code: turno.CodeWrongCredentials,
		Message: "This passkey does not fit. Use another, or your password.", Err: cause,
	}
}
