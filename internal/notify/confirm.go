package notify

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// How often somebody can have the link sent again that confirms an address: whoever
// types a stranger's address must not fill their mailbox.
const (
	linkPause   = 10 * time.Minute
	linksPerDay = 5
)

// Unconfirmed reports whether mail about visits does not reach somebody because nobody
// has confirmed the address. Where nothing is sent there is nothing to confirm.
func (s *Service) Unconfirmed(user turno.User) bool {
	return s.Sends() && reachable(user) && user.EmailVerifiedAt == nil
}

// SendLinkAgain sends the caller another link that confirms their address. There is
// nothing to do when it is confirmed already. Errors: KindRateLimited.
func (s *Service) SendLinkAgain(ctx context.Context, c policy.Caller) error {
	if err := policy.Check(c, policy.UpdateMe, policy.Self); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Lock(c.UserID); err != nil {
			return err
		}
		user, err := store.UserByID(tx, c.UserID)
		if err != nil || !s.Unconfirmed(user) {
			return err
		}
		if err := maySendLink(tx, user); err != nil {
			return err
		}
		return insertLink(tx, user, fmt.Sprintf("again/%d", tx.Now.UnixMicro()))
	})
	if err != nil {
		return fmt.Errorf("send a link again: %w", err)
	}
	return nil
}

// maySendLink refuses another link too soon after the last, whatever that was sent for.
func maySendLink(tx *sqldb.Tx, user turno.User) error {
	for _, bound := range []struct {
		most int
		in   time.Duration
	}{{1, linkPause}, {linksPerDay, 24 * time.Hour}} {
		sent, err := store.MailedSince(tx, user.ID, string(KindVerifyEmail), tx.Now.Add(-bound.in))
		if err != nil {
			return err
		}
		if sent >= bound.most {
			return turno.RateLimited("A link was sent not long ago. Please look for it, also among unwanted mail, or check the address.", bound.in)
		}
	}
	return nil
}

// askToVerify sends a link because mail about a visit is withheld, at most once a week:
// not when one was sent for another reason.
func askToVerify(tx *sqldb.Tx, user turno.User) error {
	const week = 7 * 24 * time.Hour
	sent, err := store.MailedSince(tx, user.ID, string(KindVerifyEmail), tx.Now.Add(-week))
	if err != nil || sent > 0 {
		return err
	}
	address := sha256.Sum256([]byte(user.Email))
	return insertLink(tx, user, fmt.Sprintf("%x/%d", address[:8], tx.Now.Unix()/int64(week/time.Second)))
}

// insertLink makes the mail that asks whether an address is a user's, once for what
// asks for it.
func insertLink(tx *sqldb.Tx, user turno.User, why string) error {
	return store.InsertMail(tx, store.Mail{
		ID: turno.NewID(), Key: fmt.Sprintf("%s/%s/%s", KindVerifyEmail, user.ID, why), Kind: string(KindVerifyEmail), UserID: user.ID,
	})
}
