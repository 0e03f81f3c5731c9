package notify

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// resetRequested makes the mail for somebody who wants a new password. Its link is
// made when it leaves, and is kept nowhere.
func (s *Service) resetRequested(ctx context.Context, payload string) error {
	var event struct {
		ResetID uuid.UUID `json:"reset_id"`
		UserID  uuid.UUID `json:"user_id"`
	}
	if err := decode(payload, &event); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		return store.InsertMail(tx, store.Mail{
			ID: turno.NewID(), Key: fmt.Sprintf("%s/%s", KindPasswordReset, event.ResetID), Kind: string(KindPasswordReset),
			UserID: event.UserID, About: event.ResetID.String(),
		})
	})
	if err != nil {
		return fmt.Errorf("mail a link for a new password: %w", err)
	}
	s.config.Wake()
	return nil
}

// resetContent is the mail with the link. What is kept of it leads to the page where
// another link can be asked for.
func (s *Service) resetContent(tx *sqldb.Tx, user turno.User) (content, error) {
	words := locale.Match(user.Locale)
	clinic, _, err := store.FirstLocation(tx)
	return content{
		words: words, clinic: clinic.Name,
		subject: words.T("Choose a new password"), title: words.T("Choose a new password"),
		lines:   []string{words.T("Somebody, probably you, has forgotten the password of this account. The link works once, for 30 minutes.")},
		action:  link{words.T("Choose a new password"), s.config.PublicURL + "/forgot"},
		closing: []string{words.T("If it was not you, do nothing: your password stays as it is.")},
	}, err
}

// askToVerify makes the mail that asks whether an address is a user's, at most once a
// week.
func askToVerify(tx *sqldb.Tx, user turno.User) error {
	address := sha256.Sum256([]byte(user.Email))
	week := tx.Now.Unix() / int64((7*24*time.Hour)/time.Second)
	return store.InsertMail(tx, store.Mail{
		ID: turno.NewID(), Key: fmt.Sprintf("%s/%s/%x/%d", KindVerifyEmail, user.ID, address[:8], week), Kind: string(KindVerifyEmail), UserID: user.ID,
	})
}

// accountContent is what a mail about an account says; false when it has lost its
// point.
func (s *Service) accountContent(tx *sqldb.Tx, d *draft) (content, bool, error) {
	if Kind(d.Kind) == KindPasswordReset {
		c, err := s.resetContent(tx, d.user)
		return c, err == nil, err
	}
	words := locale.Match(d.user.Locale)
	clinic, _, err := store.FirstLocation(tx)
	return content{
		words: words, clinic: clinic.Name,
		subject: words.T("Confirm your address"), title: words.T("Confirm your address"),
		lines:   []string{words.T("There is mail about a visit for you. Confirm first that this is your address, so that nobody else reads it. The link works for a week.")},
		action:  link{words.T("Yes, this is my address"), s.config.PublicURL + "/verify-email"},
		closing: []string{words.T("If this is not for you, do nothing: nothing else is sent here.")},
	}, d.user.EmailVerifiedAt == nil, err
}

// withSecret writes the letter with the secret link in it. It reports false when the
// wish has expired: then there is nothing to send any more.
func (s *Service) withSecret(ctx context.Context, d *draft) (bool, error) {
	switch Kind(d.Kind) {
	case KindVerifyEmail:
		d.content.action.url = s.config.VerifyURL(d.user)
		var err error
		d.letter, err = d.content.write(ctx)
		return true, err
	case KindPasswordReset:
	default:
		return true, nil
	}
	id, err := uuid.Parse(d.About)
	if err != nil {
		return false, fmt.Errorf("which password reset: %w", err)
	}
	address, err := s.config.ResetLink(ctx, id)
	if turno.KindOf(err) == turno.KindNotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d.content.action.url = address
	d.letter, err = d.content.write(ctx)
	return true, err
}
