package account

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// CalendarFeed is the address by which somebody's calendar program fetches their
// visits.
type CalendarFeed struct {
	CreatedAt *time.Time // nil: there is none
	Path      string     // where it is; known when it is made, and never again
	URL       string     // the same with the host, as far as the server knows it
}

// FeedPath is where the feed with a secret is.
func FeedPath(secret string) string { return "/calendar/" + secret + ".ics" }

// CalendarFeed says whether the caller has a feed.
func (s *Service) CalendarFeed(ctx context.Context, c policy.Caller) (feed CalendarFeed, err error) {
	if err := policy.Check(c, policy.ReadCalendarFeed, 0); err != nil {
		return CalendarFeed{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		kept, found, err := store.CalendarFeedOf(tx, c.UserID)
		if found {
			feed.CreatedAt = &kept.CreatedAt
		}
		return err
	})
	if err != nil {
		return CalendarFeed{}, fmt.Errorf("read a calendar feed: %w", err)
	}
	return feed, nil
}

// MakeCalendarFeed gives the caller a feed; an address from before works no more.
// Errors: KindForbidden with CodeSignInAgain.
func (s *Service) MakeCalendarFeed(ctx context.Context, c policy.Caller) (feed CalendarFeed, err error) {
	return s.makeFeed(ctx, c, newToken(), false)
}

// MakeCalendarFeedOnce is MakeCalendarFeed for a form with what FeedForm says, which
// may be sent twice: it is answered with the same address, and with none once that
// one works no more. Without a word of FeedForm it is MakeCalendarFeed.
func (s *Service) MakeCalendarFeedOnce(ctx context.Context, c policy.Caller, form string) (CalendarFeed, error) {
	secret, ok := s.readFeedForm(c, form)
	if !ok {
		return s.MakeCalendarFeed(ctx, c)
	}
	return s.makeFeed(ctx, c, secret, true)
}

// feedFormLife is how long a form that makes a feed is known to be the same.
const feedFormLife = store.AnswerLifetime

// FeedForm is for a form that makes the caller a feed: the secret that its address
// will have, sealed, since the server keeps none that it could tell again.
func (s *Service) FeedForm(c policy.Caller) string {
	said := strconv.FormatInt(s.config.Now().Add(feedFormLife).Unix(), 10) + " " + newToken()
	return base64.RawURLEncoding.EncodeToString(s.config.Box.Seal([]byte(said), feedFormOf(c)))
}

func feedFormOf(c policy.Caller) []byte { return []byte("calendar feed of " + c.UserID.String()) }

func (s *Service) readFeedForm(c policy.Caller, form string) (secret string, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(form)
	if err != nil || form == "" {
		return "", false
	}
	said, err := s.config.Box.Open(sealed, feedFormOf(c))
	if err != nil {
		return "", false
	}
	until, secret, _ := strings.Cut(string(said), " ")
	unix, err := strconv.ParseInt(until, 10, 64)
	return secret, err == nil && s.config.Now().Unix() < unix
}

// makeFeed makes a feed with the secret. One that may have been sent before is
// claimed, so that going back never brings an address to life that was taken away.
func (s *Service) makeFeed(ctx context.Context, c policy.Caller, secret string, once bool) (feed CalendarFeed, err error) {
	if err := s.mayWriteFeed(c); err != nil {
		return CalendarFeed{}, err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		feed = CalendarFeed{}
		if _, err := s.lockSelf(tx, c); err != nil {
			return err
		}
		if once {
			first, err := claimFeed(tx, c, secret)
			if err != nil {
				return err
			}
			if !first {
				feed, err = s.feedMade(tx, c, secret)
				return err
			}
		}
		replaced, err := store.PutCalendarFeed(tx, store.CalendarFeed{UserID: c.UserID, SecretHash: tokenHash(secret), CreatedAt: tx.Now})
		if err != nil {
			return err
		}
		feed = s.feedOf(tx.Now, secret)
		detail := ""
		if replaced {
			detail = "replaced"
		}
		return changedFeed(tx, c, turno.AuditCreate, NoticeCalendarShared, detail)
	})
	if err != nil {
		return CalendarFeed{}, fmt.Errorf("make a calendar feed: %w", err)
	}
	return feed, nil
}

func (s *Service) feedOf(createdAt time.Time, secret string) CalendarFeed {
	return CalendarFeed{CreatedAt: &createdAt, Path: FeedPath(secret), URL: strings.TrimRight(s.config.PublicURL, "/") + FeedPath(secret)}
}

// claimFeed reports whether it is the first time that a feed is made with the
// secret, of which only the hash is kept.
func claimFeed(tx *sqldb.Tx, c policy.Caller, secret string) (first bool, err error) {
	hash := tokenHash(secret)
	key := store.IdempotencyKey{UserID: c.UserID, Route: "POST /account/calendar", Key: hex.EncodeToString(hash), BodyHash: hash}
	var claimed int64
	b := tx.Batch()
	store.ClaimAnswerIn(b, &claimed, key, tx.Now)
	if err := b.Run(); err != nil {
		return false, fmt.Errorf("claim a calendar feed: %w", err)
	}
	return claimed == 1, nil
}

// feedMade is the feed that was made with the secret, or what there is now.
func (s *Service) feedMade(tx *sqldb.Tx, c policy.Caller, secret string) (feed CalendarFeed, err error) {
	kept, found, err := store.CalendarFeedOf(tx, c.UserID)
	switch {
	case err != nil || !found:
		return CalendarFeed{}, err
	case !bytes.Equal(kept.SecretHash, tokenHash(secret)):
		return CalendarFeed{CreatedAt: &kept.CreatedAt}, nil
	}
	return s.feedOf(kept.CreatedAt, secret), nil
}

// RevokeCalendarFeed takes the caller's feed away: its address works no more.
// Errors: KindForbidden with CodeSignInAgain, KindNotFound when there is none.
func (s *Service) RevokeCalendarFeed(ctx context.Context, c policy.Caller) error {
	if err := s.mayWriteFeed(c); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := s.lockSelf(tx, c); err != nil {
			return err
		}
		found, err := store.DeleteCalendarFeed(tx, c.UserID)
		switch {
		case err != nil:
			return err
		case !found:
			return turno.NotFound("calendar")
		}
		return changedFeed(tx, c, turno.AuditDelete, NoticeCalendarStopped, "")
	})
	if err != nil {
		return fmt.Errorf("revoke a calendar feed: %w", err)
	}
	return nil
}

// FeedReader says whose calendar program has a secret: who may read what there is
// in their calendar, and nothing else. Errors: KindNotFound.
func (s *Service) FeedReader(ctx context.Context, secret string) (policy.Caller, turno.User, error) {
	if err := policy.Check(policy.Caller{}, policy.FetchCalendarFeed, 0); err != nil {
		return policy.Caller{}, turno.User{}, err
	}
	var owner turno.User
	err := s.db.Read(ctx, func(tx *sqldb.Tx) error {
		user, found, err := store.CalendarFeedOwner(tx, tokenHash(secret))
		if err == nil && (!found || !user.Active()) {
			err = turno.NotFound("calendar")
		}
		owner = user
		return err
	})
	if err != nil {
		return policy.Caller{}, turno.User{}, fmt.Errorf("find whose calendar it is: %w", err)
	}
	owner.Password = ""
	return policy.Caller{UserID: owner.ID, Role: owner.Role}, owner, nil
}

func (s *Service) mayWriteFeed(c policy.Caller) error {
	if err := policy.Check(c, policy.WriteCalendarFeed, 0); err != nil {
		return err
	}
	return policy.CheckRecent(c, policy.WriteCalendarFeed, s.config.Now())
}

// changedFeed tells the trail what the caller did to the feed, and the caller later.
func changedFeed(tx *sqldb.Tx, c policy.Caller, action turno.AuditAction, kind NoticeKind, detail string) error {
	if err := notify(tx, c.UserID, kind); err != nil {
		return err
	}
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: &c.UserID, Action: action, Entity: "calendar_feed", EntityID: c.UserID.String(), SubjectID: &c.UserID, Detail: detail,
	})
}
