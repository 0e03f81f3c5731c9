package account

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// How long a link for a new password works, and how often one may be asked for.
const (
	resetLife       = 30 * time.Minute
	issuedResetLife = 15 * time.Minute // one that somebody passes on by hand
	resetsPerHour   = 30               // from an address
	freeResets      = 3                // for an account, within an hour
)

// ResetRequested is the event that somebody wants a new password. Its payload
// names the wish; MakeResetLink makes the link that is to be mailed.
const ResetRequested = "account.reset_requested"

// RequestReset notes that somebody has forgotten the password. Whether there is
// such an account, the answer and the cost are the same. Errors: KindRateLimited
// for the address only.
func (s *Service) RequestReset(ctx context.Context, c policy.Caller, login string) error {
	if err := policy.Check(c, policy.ResetPassword, 0); err != nil {
		return err
	}
	if err := allowFrom(s.resets, c.Address); err != nil {
		return err
	}
	if !cleanText(login) || len(login) > 1024 {
		return nil
	}
	id, made := turno.NewID(), false
	err := s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		made, err = requestReset(tx, id, login)
		return err
	})
	if err != nil {
		return fmt.Errorf("ask for a new password: %w", err)
	}
	if !made || s.config.DeliverReset == nil {
		return nil
	}
	link, err := s.MakeResetLink(ctx, id)
	if err != nil {
		return err
	}
	s.config.DeliverReset(ctx, link.URL)
	return nil
}

// requestReset reports whether a wish was made: for an active account, of which
// not too many were made. Links that were made before go on working, until one of
// them is used: a stranger who asks must not take away what its owner holds.
func requestReset(tx *sqldb.Tx, id uuid.UUID, login string) (bool, error) {
	byName := store.UserByUsername
	if strings.Contains(login, "@") {
		byName = store.UserByEmail
	}
	user, found, err := byName(tx, login)
	if err != nil {
		return false, err
	}
	account, userID := store.Fold(login), uuid.Nil
	if found && user.Active() {
		account, userID = user.ID.String(), user.ID
	}
	counted := newSubject("reset", account, freeResets)
	asked, err := store.FailuresOf(tx, counted.hash)
	if err != nil {
		return false, err
	}
	if asked.Count >= freeResets && tx.Now.Sub(asked.LastAt) <= quiet {
		return false, nil
	}
	if err := countFailure(tx, []subject{counted}); err != nil {
		return false, err
	}
	reset := store.Reset{ID: id, UserID: userID, CreatedAt: tx.Now, ExpiresAt: tx.Now.Add(resetLife)}
	if err := store.InsertReset(tx, reset); err != nil || userID == uuid.Nil {
		return false, err
	}
	return true, store.Enqueue(tx, store.Event{
		ID: turno.NewID(), Key: ResetRequested + "/" + id.String(), Name: ResetRequested,
		Payload: fmt.Sprintf(`{"reset_id":%q,"user_id":%q}`, id, userID), RunAt: tx.Now,
	})
}

// ResetLink lets whoever has it choose a new password, once.
type ResetLink struct {
	URL       string
	ExpiresAt time.Time
	UserID    uuid.UUID
}

// MakeResetLink makes the link for a wish that RequestReset noted, in place of one
// that was made before. It is for whatever delivers links, not for people.
// Errors: KindNotFound for a wish that has expired.
func (s *Service) MakeResetLink(ctx context.Context, id uuid.UUID) (ResetLink, error) {
	token := newToken()
	link := ResetLink{URL: s.resetURL(token)}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		link.ExpiresAt = tx.Now.Add(resetLife)
		found, err := store.SetResetToken(tx, id, tokenHash(token), link.ExpiresAt)
		if err == nil && !found {
			return turno.NotFound("password reset")
		}
		return err
	})
	if err != nil {
		return ResetLink{}, fmt.Errorf("make a link for a new password: %w", err)
	}
	return link, nil
}

// IssueResetLink makes a link for a patient or a doctor who stands at the desk or
// is on the phone; never for staff. Its owner is told at the next sign-in. Errors:
// KindForbidden, also with CodeSignInAgain; KindNotFound; KindConflict for
// somebody who may not sign in.
func (s *Service) IssueResetLink(ctx context.Context, c policy.Caller, userID uuid.UUID) (ResetLink, error) {
	if err := policy.Check(c, policy.IssueResetLink, 0); err != nil {
		return ResetLink{}, err
	}
	if err := policy.CheckRecent(c, policy.IssueResetLink, s.config.Now()); err != nil {
		return ResetLink{}, err
	}
	token, id := newToken(), turno.NewID()
	link := ResetLink{URL: s.resetURL(token), UserID: userID}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		user, err := lockStanding(tx, userID)
		switch {
		case err != nil:
			return err
		case user.Role == turno.RoleAdmin:
			return turno.Forbidden("Staff reset their passwords themselves.")
		case !user.Active():
			return turno.Conflict(turno.CodeConflict, "This person may not sign in.")
		}
		link.ExpiresAt = tx.Now.Add(issuedResetLife)
		reset := store.Reset{ID: id, UserID: userID, TokenHash: tokenHash(token), CreatedAt: tx.Now, ExpiresAt: link.ExpiresAt}
		if err := store.InsertReset(tx, reset); err != nil {
			return err
		}
		if err := notify(tx, userID, NoticeResetLinkIssued); err != nil {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: c.ID(), Action: turno.AuditCreate, Entity: "password_reset", EntityID: id.String(), SubjectID: &userID,
		})
	})
	if err != nil {
		return ResetLink{}, fmt.Errorf("issue a link for a new password: %w", err)
	}
	return link, nil
}

// resetURL is the page that asks for the new password. Query strings are never
// logged.
func (s *Service) resetURL(token string) string {
	return strings.TrimRight(s.config.PublicURL, "/") + "/reset?token=" + url.QueryEscape(token)
}

// NewPassword is a password chosen with a link.
type NewPassword struct {
	Token    string
	Password string
	Code     string // of the second factor, for somebody who has one
}

// ResetPassword replaces a forgotten password, and signs its owner out everywhere.
// A second factor is asked for all the same. Errors: KindNotFound for a link that
// works no more, KindInvalid, KindRateLimited, KindUnauthenticated with
// CodeSecondFactorNeeded when a code is missing, or CodeWrongCredentials when it
// is wrong.
func (s *Service) ResetPassword(ctx context.Context, c policy.Caller, in NewPassword) error {
	if err := policy.Check(c, policy.ResetPassword, 0); err != nil {
		return err
	}
	old, err := s.resetOwner(ctx, in.Token)
	if err != nil {
		return err
	}
	var check checks
	check.password("new_password", in.Password, old.Username, old.Email)
	if err := check.err(); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return err
	}
	var refusal error
	err = s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		refusal, err = s.resetPassword(tx, old.ID, in, hash)
		return err
	})
	if err != nil {
		return fmt.Errorf("reset a password: %w", err)
	}
	return refusal
}

// CheckResetLink says whether a link for a new password still works, before anybody
// types one. Whose it is stays unsaid. Errors: KindNotFound for one that works no
// more.
func (s *Service) CheckResetLink(ctx context.Context, c policy.Caller, token string) error {
	if err := policy.Check(c, policy.ResetPassword, 0); err != nil {
		return err
	}
	_, err := s.resetOwner(ctx, token)
	return err
}

// resetOwner reads whose password a link resets, before anything dear is done.
func (s *Service) resetOwner(ctx context.Context, token string) (user turno.User, err error) {
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		user, err = readResetOwner(tx, token)
		return err
	})
	if err != nil {
		return turno.User{}, fmt.Errorf("look for a password reset: %w", err)
	}
	return user, nil
}

func readResetOwner(tx *sqldb.Tx, token string) (turno.User, error) {
	reset, found, err := store.ResetByToken(tx, tokenHash(token))
	if err != nil || !found {
		return turno.User{}, orLinkOver(err)
	}
	user, err := store.UserByID(tx, reset.UserID)
	if err == nil && !user.Active() {
		err = orLinkOver(nil)
	}
	return user, err
}

func (s *Service) resetPassword(tx *sqldb.Tx, userID uuid.UUID, in NewPassword, hash string) (refusal, err error) {
	if err := tx.Lock(userID); err != nil {
		return nil, err
	}
	user, err := readResetOwner(tx, in.Token)
	if err != nil {
		return nil, err
	}
	if refusal, err = s.checkResetCode(tx, user, in.Code); err != nil || refusal != nil {
		return refusal, err
	}
	if _, err := store.SetPassword(tx, userID, user.Password, hash); err != nil {
		return nil, err
	}
	if err := store.EndAccess(tx, userID, uuid.Nil); err != nil {
		return nil, err
	}
	if err := store.ForgetDevices(tx, userID); err != nil {
		return nil, err
	}
	for _, s := range []subject{newSubject("account", userID.String(), 0), passwordSubject(userID)} {
		if err := store.ForgetFailures(tx, s.hash); err != nil {
			return nil, err
		}
	}
	if err := notify(tx, userID, NoticePasswordReset); err != nil {
		return nil, err
	}
	return nil, store.Audit(tx, turno.AuditEntry{
		ActionBy: &userID, Action: turno.AuditUpdate, Entity: "user", EntityID: userID.String(),
		SubjectID: &userID, Detail: "fields=password reset",
	})
}

// checkResetCode asks for the second factor of somebody who has one.
func (s *Service) checkResetCode(tx *sqldb.Tx, user turno.User, code string) (refusal, err error) {
	has, err := store.SecondFactorsOf(tx, user.ID)
	switch {
	case err != nil:
		return nil, err
	case !s.asksFor(user, has):
		return nil, nil
	case code == "":
		return secondFactorNeeded(), nil
	}
	return s.checkCode(tx, user.ID, nil, code)
}

// orLinkOver is the error, or else that a link works no more.
func orLinkOver(err error) error {
	if err != nil {
		return err
	}
	return &turno.Error{
		Kind: turno.KindNotFound, Code: turno.CodeNotFound,
		Message: "This link works no more. Please ask for another.",
	}
}
