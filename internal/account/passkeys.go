package account

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// maxPasskeys bounds what is read at each sign-in with one.
const maxPasskeys = 20

// Passkey is one of the caller's passkeys.
type Passkey struct {
	ID         uuid.UUID
	Name       string // the caller's own
	CreatedAt  time.Time
	LastUsedAt *time.Time
}

// PasskeyRequest is what a browser is asked: Options are for
// navigator.credentials.create or get, as {"publicKey": {...}} in JSON.
type PasskeyRequest struct {
	Challenge string // to be sent back in PasskeyAnswer; good once, for five minutes
	Options   json.RawMessage
}

// PasskeyAnswer is what a browser answers.
type PasskeyAnswer struct {
	Challenge  string          // of the PasskeyRequest
	Credential json.RawMessage // PublicKeyCredential.toJSON()
}

// PasskeysWork reports whether this server has an address at which browsers know
// passkeys.
func (s *Service) PasskeysWork() bool { return s.webauthn != nil }

// Passkeys lists the caller's passkeys, the first one first.
func (s *Service) Passkeys(ctx context.Context, c policy.Caller) (passkeys []Passkey, err error) {
	if err := policy.Check(c, policy.ReadPasskeys, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		kept, err := store.PasskeysOf(tx, c.UserID)
		passkeys = viewPasskeys(kept)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	return passkeys, nil
}

func viewPasskeys(kept []store.Passkey) []Passkey {
	passkeys := make([]Passkey, 0, len(kept))
	for _, p := range kept {
		passkeys = append(passkeys, Passkey{ID: p.ID, Name: p.Name, CreatedAt: p.CreatedAt, LastUsedAt: p.LastUsedAt})
	}
	return passkeys
}

// BeginPasskey asks the caller's browser to make a passkey. Errors: KindForbidden
// with CodeSignInAgain, KindConflict when passkeys don't work here or there are
// too many.
func (s *Service) BeginPasskey(ctx context.Context, c policy.Caller) (PasskeyRequest, error) {
	if err := s.mayWritePasskeys(c); err != nil {
		return PasskeyRequest{}, err
	}
	token := newToken()
	var options []byte
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		owner, err := s.passkeyOwner(tx, c)
		if err != nil {
			return err
		}
		creation, session, err := s.webauthn.BeginRegistration(owner,
			webauthn.WithExclusions(webauthn.Credentials(owner.WebAuthnCredentials()).CredentialDescriptors()))
		if err != nil {
			return fmt.Errorf("ask for a passkey: %w", err)
		}
		if options, err = json.Marshal(creation); err != nil {
			return fmt.Errorf("write the options: %w", err)
		}
		return insertChallenge(tx, token, &c.UserID, session)
	})
	if err != nil {
		return PasskeyRequest{}, fmt.Errorf("begin a passkey: %w", err)
	}
	return PasskeyRequest{Challenge: token, Options: options}, nil
}

// FinishPasskey adds the passkey that the browser made, under the caller's name
// for it. It gives recovery codes too, shown once, when the passkey is the only
// second factor of somebody who has to have one. Errors: KindInvalid, as
// BeginPasskey.
func (s *Service) FinishPasskey(ctx context.Context, c policy.Caller, name string, in PasskeyAnswer) (Passkey, []string, error) {
	if err := s.mayWritePasskeys(c); err != nil {
		return Passkey{}, nil, err
	}
	var check checks
	name = check.line("name", name, 1, 100)
	if err := check.err(); err != nil {
		return Passkey{}, nil, err
	}
	challenge, err := s.takeChallenge(ctx, in.Challenge, &c.UserID)
	if err != nil {
		return Passkey{}, nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(in.Credential)
	if err != nil {
		return Passkey{}, nil, badPasskey(err)
	}
	row := store.Passkey{ID: turno.NewID(), UserID: c.UserID, Name: name}
	codes := newRecoveryCodes()
	var given []string
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		owner, err := s.passkeyOwner(tx, c)
		if err != nil {
			return err
		}
		credential, err := s.webauthn.CreateCredential(owner, challenge, parsed)
		if err != nil {
			return badPasskey(err)
		}
		row.CredentialID, row.PublicKey = credential.ID, credential.PublicKey
		row.SignCount, row.BackupEligible = int64(credential.Authenticator.SignCount), credential.Flags.BackupEligible
		row.CreatedAt = tx.Now
		given, err = s.addPasskey(tx, c, row, codes)
		return err
	})
	if err != nil {
		return Passkey{}, nil, fmt.Errorf("add a passkey: %w", err)
	}
	return viewPasskeys([]store.Passkey{row})[0], given, nil
}

// addPasskey writes a passkey, and the recovery codes if they are needed.
func (s *Service) addPasskey(tx *sqldb.Tx, c policy.Caller, row store.Passkey, codes []string) (given []string, err error) {
	if err := store.InsertPasskey(tx, row); sqldb.IsUniqueViolation(err) {
		return nil, badPasskey(err)
	} else if err != nil {
		return nil, err
	}
	has, err := s.factorsChanged(tx, c.UserID)
	if err != nil {
		return nil, err
	}
	if user := (turno.User{Role: c.Role}); s.asksFor(user, has) && has.RecoveryCodes == 0 {
		given = codes
		if err := store.ReplaceRecoveryCodes(tx, c.UserID, recoveryHashes(c.UserID, codes)); err != nil {
			return nil, err
		}
	}
	return given, auditPasskey(tx, c, turno.AuditCreate, row.ID, NoticePasskeyAdded)
}

// RenamePasskey gives one of the caller's passkeys another name. Errors:
// KindInvalid, KindNotFound, KindForbidden with CodeSignInAgain.
func (s *Service) RenamePasskey(ctx context.Context, c policy.Caller, id uuid.UUID, name string) error {
	if err := s.mayWritePasskeys(c); err != nil {
		return err
	}
	var check checks
	name = check.line("name", name, 1, 100)
	if err := check.err(); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		found, err := store.RenamePasskey(tx, c.UserID, id, name)
		switch {
		case err != nil:
			return err
		case !found:
			return turno.NotFound("passkey")
		}
		return auditPasskey(tx, c, turno.AuditUpdate, id, "")
	})
	if err != nil {
		return fmt.Errorf("rename a passkey: %w", err)
	}
	return nil
}

// DeletePasskey takes one of the caller's passkeys away. Errors: KindNotFound,
// KindForbidden with CodeSignInAgain.
func (s *Service) DeletePasskey(ctx context.Context, c policy.Caller, id uuid.UUID) error {
	if err := s.mayWritePasskeys(c); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := s.lockSelf(tx, c); err != nil {
			return err
		}
		found, err := store.DeletePasskey(tx, c.UserID, id)
		switch {
		case err != nil:
			return err
		case !found:
			return turno.NotFound("passkey")
		}
		if _, err := s.factorsChanged(tx, c.UserID); err != nil {
			return err
		}
		return auditPasskey(tx, c, turno.AuditDelete, id, NoticePasskeyRemoved)
	})
	if err != nil {
		return fmt.Errorf("delete a passkey: %w", err)
	}
	return nil
}

// auditPasskey tells the trail what the caller did to a passkey, and the caller
// later, if there is a kind.
func auditPasskey(tx *sqldb.Tx, c policy.Caller, action turno.AuditAction, id uuid.UUID, kind NoticeKind) error {
	if kind != "" {
		if err := notify(tx, c.UserID, kind); err != nil {
			return err
		}
	}
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: &c.UserID, Action: action, Entity: "passkey", EntityID: id.String(), SubjectID: &c.UserID,
	})
}

func (s *Service) mayWritePasskeys(c policy.Caller) error {
	if err := policy.Check(c, policy.WritePasskeys, 0); err != nil {
		return err
	}
	if err := policy.CheckRecent(c, policy.WritePasskeys, s.config.Now()); err != nil {
		return err
	}
	return s.needPasskeys()
}

func (s *Service) needPasskeys() error {
	if s.webauthn == nil {
		return turno.Conflict(turno.CodeConflict, "Passkeys can't be used at this address.")
	}
	return nil
}

func badPasskey(cause error) error {
	err := turno.Invalid(turno.FieldError{Location: "body.credential", Message: "This passkey can't be used. Please try again."})
	err.Err = cause
	return err
}
