package account

import (
	"context"
	"fmt"
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
	if err := s.mayWriteFeed(c); err != nil {
		return CalendarFeed{}, err
	}
	secret := newToken()
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := s.lockSelf(tx, c); err != nil {
			return err
		}
		replaced, err := store.PutCalendarFeed(tx, store.CalendarFeed{UserID: c.UserID, SecretHash: tokenHash(secret), CreatedAt: tx.Now})
		if err != nil {
			return err
		}
		feed = CalendarFeed{CreatedAt: &tx.Now, Path: FeedPath(secret), URL: strings.TrimRight(s.config.PublicURL, "/") + FeedPath(secret)}
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
