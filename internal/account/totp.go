package account

import (
	"context"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// One-time codes are those that every authenticator app makes (RFC 6238): six
// digits of HMAC-SHA-1, a new one every 30 seconds. The one before and the one
// after count too, since clocks differ.
const (
	totpIssuer = "Turno"
	totpPeriod = 30 * time.Second
	totpWindow = 1
)

// TOTPSetup is what an authenticator app has to be told, and is shown once.
type TOTPSetup struct {
	URL    string   // otpauth://, for a phone that shows the page itself
	Secret string   // to be typed, in groups of four
	QR     [][]bool // the URL as a QR code, by rows; true is dark. The quiet zone is not in it
}

// BeginTOTP makes a secret for an authenticator app. It counts from ConfirmTOTP
// on; until then one that there was does. Errors: KindForbidden with
// CodeSignInAgain.
func (s *Service) BeginTOTP(ctx context.Context, c policy.Caller) (TOTPSetup, error) {
	if err := s.mayWriteFactor(c); err != nil {
		return TOTPSetup{}, err
	}
	var setup TOTPSetup
	id := turno.NewID()
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		user, err := s.lockSelf(tx, c)
		if err != nil {
			return err
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: totpIssuer, AccountName: user.Username})
		if err != nil {
			return fmt.Errorf("make a secret: %w", err)
		}
		if setup, err = describeKey(key); err != nil {
			return err
		}
		return store.PutPendingTOTP(tx, store.TOTPSecret{
			ID: id, UserID: user.ID, Sealed: s.config.Box.Seal([]byte(key.Secret()), id[:]), CreatedAt: tx.Now,
		})
	})
	if err != nil {
		return TOTPSetup{}, fmt.Errorf("begin to set up an app: %w", err)
	}
	return setup, nil
}

// PendingTOTP is what BeginTOTP said, for a page that is shown again because the
// first code was wrong. Errors: KindForbidden with CodeSignInAgain, KindConflict
// when nothing was begun.
func (s *Service) PendingTOTP(ctx context.Context, c policy.Caller) (setup TOTPSetup, err error) {
	if err := s.mayWriteFactor(c); err != nil {
		return TOTPSetup{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		user, err := store.UserByID(tx, c.UserID)
		if err != nil {
			return err
		}
		pending, found, err := store.TOTPOf(tx, c.UserID, false)
		if err != nil {
			return err
		}
		if !found {
			return nothingBegun()
		}
		setup, err = s.openKey(user, pending)
		return err
	})
	if err != nil {
		return TOTPSetup{}, fmt.Errorf("read what an app is told: %w", err)
	}
	return setup, nil
}

func (s *Service) openKey(user turno.User, pending store.TOTPSecret) (TOTPSetup, error) {
	plain, err := s.config.Box.Open(pending.Sealed, pending.ID[:])
	if err != nil {
		return TOTPSetup{}, fmt.Errorf("open a secret: %w", err)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(string(plain))
	if err != nil {
		return TOTPSetup{}, fmt.Errorf("read a secret: %w", err)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: totpIssuer, AccountName: user.Username, Secret: secret})
	if err != nil {
		return TOTPSetup{}, fmt.Errorf("describe a secret: %w", err)
	}
	return describeKey(key)
}

func nothingBegun() error {
	return turno.Conflict(turno.CodeConflict, "No app is being set up. Please begin again.")
}

func describeKey(key *otp.Key) (TOTPSetup, error) {
	code, err := qr.Encode(key.URL(), qr.M, qr.Auto)
	if err != nil {
		return TOTPSetup{}, fmt.Errorf("draw a QR code: %w", err)
	}
	setup := TOTPSetup{URL: key.URL(), Secret: grouped(key.Secret(), " ")}
	bounds := code.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		row := make([]bool, 0, bounds.Dx())
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			r, _, _, _ := code.At(x, y).RGBA()
			row = append(row, r == 0)
		}
		setup.QR = append(setup.QR, row)
	}
	return setup, nil
}

// ConfirmTOTP turns the app on that BeginTOTP began, as soon as it shows a right
// code, and gives new recovery codes, which are shown once. Errors: KindInvalid,
// KindConflict when nothing was begun, KindRateLimited.
func (s *Service) ConfirmTOTP(ctx context.Context, c policy.Caller, code string) (recovery []string, err error) {
	if err := s.mayWriteFactor(c); err != nil {
		return nil, err
	}
	codes := newRecoveryCodes()
	var refusal error
	err = s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		refusal = nil
		if _, err := s.lockSelf(tx, c); err != nil {
			return err
		}
		secret, found, err := store.TOTPOf(tx, c.UserID, false)
		if err != nil {
			return err
		}
		if !found {
			return nothingBegun()
		}
		if refusal, err = s.tryOneTimeCode(tx, secret, code); err != nil || refusal != nil {
			return err
		}
		if err := store.ConfirmTOTP(tx, secret); err != nil {
			return err
		}
		if err := store.ReplaceRecoveryCodes(tx, c.UserID, recoveryHashes(c.UserID, codes)); err != nil {
			return err
		}
		return s.changedFactor(tx, c, NoticeFactorOn)
	})
	if err != nil {
		return nil, fmt.Errorf("set up an app: %w", err)
	}
	if refusal != nil {
		return nil, refusal
	}
	return codes, nil
}

// tryOneTimeCode is useOneTimeCode for somebody who sets an app up: a wrong code
// is a refusal, which is counted.
func (s *Service) tryOneTimeCode(tx *sqldb.Tx, secret store.TOTPSecret, code string) (refusal, err error) {
	counted := []subject{codeSubject(secret.UserID, secret.ID[:])}
	if err := throttled(tx, counted); err != nil {
		return nil, err
	}
	right, err := s.useOneTimeCode(tx, secret, plainCode(code))
	if err != nil || right {
		return nil, err
	}
	return turno.Invalid(turno.FieldError{Location: "body.code", Message: "This code is wrong. Please check that the clock of your phone is right."}),
		countFailure(tx, counted)
}

// useOneTimeCode reports whether a code is one of the secret's at this time, and
// later than every code that was used.
func (s *Service) useOneTimeCode(tx *sqldb.Tx, secret store.TOTPSecret, code string) (bool, error) {
	plain, err := s.config.Box.Open(secret.Sealed, secret.ID[:])
	if err != nil {
		return false, fmt.Errorf("open a secret: %w", err)
	}
	now := tx.Now.Unix() / int64(totpPeriod/time.Second)
	for step := now - totpWindow; step <= now+totpWindow; step++ {
		want, err := hotp.GenerateCodeCustom(string(plain), uint64(max(step, 0)), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return false, fmt.Errorf("compute a one-time code: %w", err)
		}
		if step > secret.LastStep && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return store.UseTOTPStep(tx, secret.ID, step)
		}
	}
	return false, nil
}

// DisableSecondFactor takes the caller's app away. Passkeys stay, and so do the
// recovery codes of somebody who is still asked for one. It does nothing when there is no app. Errors: KindForbidden with
// CodeSignInAgain.
func (s *Service) DisableSecondFactor(ctx context.Context, c policy.Caller) error {
	if err := s.mayWriteFactor(c); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		user, err := s.lockSelf(tx, c)
		if err != nil {
			return err
		}
		had, err := store.DeleteTOTP(tx, c.UserID)
		if err != nil || !had {
			return err
		}
		has, err := store.SecondFactorsOf(tx, c.UserID)
		if err != nil {
			return err
		}
		if !s.asksFor(user, has) {
			if err := store.ReplaceRecoveryCodes(tx, c.UserID, nil); err != nil {
				return err
			}
		}
		return s.changedFactor(tx, c, NoticeFactorOff)
	})
	if err != nil {
		return fmt.Errorf("turn the second factor off: %w", err)
	}
	return nil
}

// SecondFactor says what the caller can show beside the password, and what is
// missing.
func (s *Service) SecondFactor(ctx context.Context, c policy.Caller) (SecondFactor, error) {
	if err := policy.Check(c, policy.ReadSecondFactor, 0); err != nil {
		return SecondFactor{}, err
	}
	var second *SecondFactor
	err := s.db.Read(ctx, func(tx *sqldb.Tx) error {
		user, err := store.UserByID(tx, c.UserID)
		if err != nil {
			return err
		}
		has, err := store.SecondFactorsOf(tx, c.UserID)
		second = s.describe(user, has)
		return err
	})
	if err != nil {
		return SecondFactor{}, fmt.Errorf("read the second factor: %w", err)
	}
	return *second, nil
}

func (s *Service) mayWriteFactor(c policy.Caller) error {
	if err := policy.Check(c, policy.WriteSecondFactor, 0); err != nil {
		return err
	}
	if s.config.Box == nil {
		return errors.New("there is no key to seal a secret with")
	}
	return policy.CheckRecent(c, policy.WriteSecondFactor, s.config.Now())
}

// lockSelf takes the caller's lock and reads the caller, who must still be active.
func (s *Service) lockSelf(tx *sqldb.Tx, c policy.Caller) (turno.User, error) {
	if err := tx.Lock(c.UserID); err != nil {
		return turno.User{}, err
	}
	user, err := store.UserByID(tx, c.UserID)
	if err == nil && !user.Active() {
		err = turno.Unauthenticated()
	}
	return user, err
}

// changedFactor notes what follows from a change of the caller's second factor,
// and tells the trail and the caller.
func (s *Service) changedFactor(tx *sqldb.Tx, c policy.Caller, kind NoticeKind) error {
	if _, err := s.factorsChanged(tx, c.UserID); err != nil {
		return err
	}
	if err := notify(tx, c.UserID, kind); err != nil {
		return err
	}
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: &c.UserID, Action: turno.AuditUpdate, Entity: "user", EntityID: c.UserID.String(),
		SubjectID: &c.UserID, Detail: string(kind),
	})
}

// plainCode is a code without what people write between its groups.
func plainCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(strings.TrimSpace(code)))
}

// grouped is s in groups of four.
func grouped(s, between string) string {
	var groups []string
	for len(s) > 4 {
		groups, s = append(groups, s[:4]), s[4:]
	}
	return strings.Join(append(groups, s), between)
}
