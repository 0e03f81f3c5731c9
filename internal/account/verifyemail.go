package account

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// verifyLife is how long a link that verifies an address works.
const verifyLife = 7 * 24 * time.Hour

// verifyContext keeps what is sealed for such a link from being taken for anything
// else.
const verifyContext = "email verification"

// VerifyEmailURL is the link that proves that somebody reads the mail of a user's
// address. It is kept nowhere: who and which address are sealed in it. It is for
// whatever delivers links, not for people.
func (s *Service) VerifyEmailURL(u turno.User) string {
	said := fmt.Sprintf("%s %d %s", u.ID, s.config.Now().Add(verifyLife).Unix(), u.Email)
	token := base64.RawURLEncoding.EncodeToString(s.config.Box.Seal([]byte(said), []byte(verifyContext)))
	return strings.TrimRight(s.config.PublicURL, "/") + "/verify-email?token=" + url.QueryEscape(token)
}

// VerifyEmail notes that mail to a user's address is read by who has the link, and
// lets the mail go that waited for it. Errors: KindNotFound for a link that works no
// more, also because the address is another by now.
func (s *Service) VerifyEmail(ctx context.Context, c policy.Caller, token string) error {
	if err := policy.Check(c, policy.VerifyEmail, 0); err != nil {
		return err
	}
	id, email, ok := s.readVerification(token)
	if !ok {
		return orLinkOver(nil)
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(id); err != nil {
			return err
		}
		user, err := readVerified(tx, id, email)
		if err != nil {
			return err
		}
		if user.EmailVerifiedAt != nil {
			return nil
		}
		user.EmailVerifiedAt = &tx.Now
		if err := store.UpdateUser(tx, user); err != nil {
			return err
		}
		if err := store.ReleaseMails(tx, id); err != nil {
			return err
		}
		return store.Audit(tx, turno.AuditEntry{
			ActionBy: &id, Action: turno.AuditUpdate, Entity: "user", EntityID: id.String(), SubjectID: &id, Detail: "fields=email_verified_at",
		})
	})
	if err != nil {
		return fmt.Errorf("verify an address: %w", err)
	}
	return nil
}

// CheckEmailLink says whether the link that VerifyEmail takes still works, and
// whether the address is verified already. Errors: KindNotFound as there.
func (s *Service) CheckEmailLink(ctx context.Context, c policy.Caller, token string) (verified bool, err error) {
	if err := policy.Check(c, policy.VerifyEmail, 0); err != nil {
		return false, err
	}
	id, email, ok := s.readVerification(token)
	if !ok {
		return false, orLinkOver(nil)
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		user, err := readVerified(tx, id, email)
		verified = err == nil && user.EmailVerifiedAt != nil
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look at a link that verifies an address: %w", err)
	}
	return verified, nil
}

// readVerified reads who is to be verified, by an address that is still theirs.
func readVerified(tx *sqldb.Tx, id uuid.UUID, email string) (turno.User, error) {
	user, err := store.UserByID(tx, id)
	if err == nil && (!user.Active() || user.Email != email) {
		err = orLinkOver(nil)
	}
	return user, err
}

// readVerification is whose address a link verifies.
func (s *Service) readVerification(token string) (id uuid.UUID, email string, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return id, "", false
	}
	said, err := s.config.Box.Open(sealed, []byte(verifyContext))
	if err != nil {
		return id, "", false
	}
	parts := strings.SplitN(string(said), " ", 3)
	if len(parts) != 3 {
		return id, "", false
	}
	id, err = uuid.Parse(parts[0])
	until, badTime := strconv.ParseInt(parts[1], 10, 64)
	return id, parts[2], err == nil && badTime == nil && s.config.Now().Unix() < until
}
