package account

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// challengeLife is how long a browser has to answer.
const challengeLife = 5 * time.Minute

// relyingParty is how the protocol (WebAuthn level 3) knows this server: by the
// host and the origin of its pages. It is nil where browsers know no passkeys.
func relyingParty(publicURL string) *webauthn.WebAuthn {
	u, err := url.Parse(publicURL)
	if err != nil || u.Hostname() == "" {
		return nil
	}
	required := true
	party, err := webauthn.New(&webauthn.Config{
		RPID:                  u.Hostname(),
		RPDisplayName:         totpIssuer,
		RPOrigins:             []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &required,
			ResidentKey:        protocol.ResidentKeyRequirementRequired,
			UserVerification:   protocol.VerificationRequired,
		},
		// Our own clock says when a challenge is over; browsers are told as long.
		Timeouts: webauthn.TimeoutsConfig{
			Login:        webauthn.TimeoutConfig{Timeout: challengeLife},
			Registration: webauthn.TimeoutConfig{Timeout: challengeLife},
		},
		// Some password managers tell more than they were asked. Nobody reads it.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil // an IP address: browsers know no passkeys there
	}
	return party
}

// passkeyOwner is a user as the library wants to see one.
type passkeyOwner struct {
	user     turno.User
	passkeys []store.Passkey
}

// WebAuthnID is the user handle that a passkey remembers.
func (o passkeyOwner) WebAuthnID() []byte { return o.user.ID[:] }

// WebAuthnName tells accounts apart in the list that a browser shows.
func (o passkeyOwner) WebAuthnName() string { return o.user.Username }

// WebAuthnDisplayName is shown beside it.
func (o passkeyOwner) WebAuthnDisplayName() string { return o.user.FullName }

// WebAuthnCredentials are the user's passkeys.
func (o passkeyOwner) WebAuthnCredentials() []webauthn.Credential {
	credentials := make([]webauthn.Credential, 0, len(o.passkeys))
	for _, p := range o.passkeys {
		credentials = append(credentials, webauthn.Credential{
			ID: p.CredentialID, PublicKey: p.PublicKey,
			Flags:         webauthn.CredentialFlags{UserPresent: true, UserVerified: true, BackupEligible: p.BackupEligible},
			Authenticator: webauthn.Authenticator{SignCount: uint32(p.SignCount)}, //nolint:gosec // it came as one
		})
	}
	return credentials
}

// passkeyOwner is the caller, locked, with room for one more passkey.
func (s *Service) passkeyOwner(tx *sqldb.Tx, c policy.Caller) (passkeyOwner, error) {
	user, err := s.lockSelf(tx, c)
	if err != nil {
		return passkeyOwner{}, err
	}
	passkeys, err := store.PasskeysOf(tx, c.UserID)
	if err != nil {
		return passkeyOwner{}, err
	}
	if len(passkeys) >= maxPasskeys {
		return passkeyOwner{}, turno.Conflict(turno.CodeConflict, "You have as many passkeys as can be kept. Remove one first.")
	}
	return passkeyOwner{user, passkeys}, nil
}

// insertChallenge keeps what a browser is asked, under a token of its own. userID
// is nil when anybody may answer.
func insertChallenge(tx *sqldb.Tx, token string, userID *uuid.UUID, session *webauthn.SessionData) error {
	text, err := json.Marshal(session)
	if err != nil {
		return fmt.Errorf("write a challenge: %w", err)
	}
	return store.InsertPasskeyChallenge(tx, store.PasskeyChallenge{
		TokenHash: tokenHash(token), UserID: userID, Challenge: string(text), ExpiresAt: tx.Now.Add(challengeLife),
	})
}

// takeChallenge takes a challenge away, whatever becomes of the answer: it is good
// once. userID is whom it was for; nil: anybody.
func (s *Service) takeChallenge(ctx context.Context, token string, userID *uuid.UUID) (session webauthn.SessionData, err error) {
	var kept store.PasskeyChallenge
	var good bool
	err = s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		kept, good, err = store.TakePasskeyChallenge(tx, tokenHash(token))
		return err
	})
	if err != nil {
		return session, fmt.Errorf("take a challenge: %w", err)
	}
	sameOwner := userID == nil && kept.UserID == nil || userID != nil && kept.UserID != nil && *userID == *kept.UserID
	if !good || !sameOwner {
		return session, turno.Conflict(turno.CodeConflict, "This took too long, or was answered before. Please try again.")
	}
	if err := json.Unmarshal([]byte(kept.Challenge), &session); err != nil {
		return session, fmt.Errorf("read a challenge: %w", err)
	}
	return session, nil
}
