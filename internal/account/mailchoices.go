package account

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// The kinds of mail that people can do without. All other mail tells of what has
// changed, or was asked for.
const (
	MailReminderDay  = "reminder_24h"
	MailReminderSoon = "reminder_2h"
	MailFeedback     = "feedback"
)

// MailChoices is which of these somebody gets: all, until they choose.
type MailChoices struct {
	ReminderDay  bool // 24 hours before a visit
	ReminderSoon bool // 2 hours before
	Feedback     bool // asked after a visit
}

func (m MailChoices) wants() map[string]bool {
	return map[string]bool{MailReminderDay: m.ReminderDay, MailReminderSoon: m.ReminderSoon, MailFeedback: m.Feedback}
}

func mailChoices(tx *sqldb.Tx, userID uuid.UUID) (MailChoices, error) {
	refused, err := store.MailRefusals(tx, userID)
	choices := MailChoices{true, true, true}
	for _, kind := range refused {
		switch kind {
		case MailReminderDay:
			choices.ReminderDay = false
		case MailReminderSoon:
			choices.ReminderSoon = false
		case MailFeedback:
			choices.Feedback = false
		}
	}
	return choices, err
}

// MailChoices says which mail the caller gets.
func (s *Service) MailChoices(ctx context.Context, c policy.Caller) (choices MailChoices, err error) {
	if err := policy.Check(c, policy.ReadMe, policy.Self); err != nil {
		return MailChoices{}, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		choices, err = mailChoices(tx, c.UserID)
		return err
	})
	if err != nil {
		return MailChoices{}, fmt.Errorf("read which mail is wanted: %w", err)
	}
	return choices, nil
}

// ChooseMail changes which mail the caller gets.
func (s *Service) ChooseMail(ctx context.Context, c policy.Caller, choices MailChoices) error {
	if err := policy.Check(c, policy.UpdateMe, policy.Self); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error { return chooseMail(tx, c, choices) })
	if err != nil {
		return fmt.Errorf("choose mail: %w", err)
	}
	return nil
}

// chooseMail writes the choices of the caller, and into the trail if that changed any.
func chooseMail(tx *sqldb.Tx, c policy.Caller, choices MailChoices) error {
	if err := tx.Lock(c.UserID); err != nil {
		return err
	}
	changed := false
	for kind, wanted := range choices.wants() {
		now, err := store.RefuseMail(tx, c.UserID, kind, !wanted, c.ByLink)
		if err != nil {
			return err
		}
		changed = changed || now
	}
	if !changed {
		return nil
	}
	detail := "fields=mail_choices"
	if c.ByLink {
		detail += " link"
	}
	return store.Audit(tx, turno.AuditEntry{
		ActionBy: c.ID(), Action: turno.AuditUpdate, Entity: "user", EntityID: c.UserID.String(), SubjectID: &c.UserID, Detail: detail,
	})
}

// MailTopic is what one link unsubscribes from.
type MailTopic string

// The topics.
const (
	TopicReminders MailTopic = "reminders" // both
	TopicFeedback  MailTopic = "feedback"
)

// unsubscribeContext keeps what is sealed for such a link from being taken for
// anything else.
const unsubscribeContext = "unsubscribe"

// UnsubscribeURL is the link by which somebody gets no more mail of a topic, without
// signing in. It does nothing else, and works for good: who does not want mail must
// not be told that it is too late.
func (s *Service) UnsubscribeURL(userID uuid.UUID, topic MailTopic) string {
	sealed := s.config.Box.Seal(append(userID[:], topic...), []byte(unsubscribeContext))
	return strings.TrimRight(s.config.PublicURL, "/") + "/unsubscribe?token=" + url.QueryEscape(base64.RawURLEncoding.EncodeToString(sealed))
}

// Subscription is whether somebody gets mail of a topic.
type Subscription struct {
	Topic MailTopic
	On    bool // any of it
	Taken bool // Resubscribe gives some of it back
}

// Subscription reads what a link would unsubscribe from. Errors: KindNotFound for one
// that is forged, or whose account is no more.
func (s *Service) Subscription(ctx context.Context, c policy.Caller, token string) (sub Subscription, err error) {
	return s.subscribed(ctx, c, token, s.db.Read, nil)
}

// Unsubscribe ends the mail of a link's topic. Doing it again changes nothing. Errors:
// as of Subscription.
func (s *Service) Unsubscribe(ctx context.Context, c policy.Caller, token string) (Subscription, error) {
	return s.subscribed(ctx, c, token, s.db.Write, new(false))
}

// Resubscribe takes Unsubscribe back: what was done without before stays away.
func (s *Service) Resubscribe(ctx context.Context, c policy.Caller, token string) (Subscription, error) {
	return s.subscribed(ctx, c, token, s.db.Write, new(true))
}

// subscribed reads the subscription of a link once it is as wanted; nil: as it is.
func (s *Service) subscribed(ctx context.Context, c policy.Caller, token string, run func(context.Context, func(*sqldb.Tx) error) error, wanted *bool) (sub Subscription, err error) {
	if err := policy.Check(c, policy.Unsubscribe, 0); err != nil {
		return Subscription{}, err
	}
	userID, topic, ok := s.readUnsubscribe(token)
	if !ok {
		return Subscription{}, orLinkOver(nil)
	}
	err = run(ctx, func(tx *sqldb.Tx) error {
		user, err := store.UserByID(tx, userID)
		if err != nil {
			return orLinkOver(err)
		}
		if user.ErasedAt != nil {
			return orLinkOver(nil)
		}
		choices, err := mailChoices(tx, userID)
		if err != nil {
			return err
		}
		taken, err := store.MailTaken(tx, userID)
		if err != nil {
			return err
		}
		if wanted != nil {
			choices = choices.with(topic, *wanted, taken)
			if err := chooseMail(tx, policy.Caller{UserID: userID, Role: user.Role, ByLink: true, Address: c.Address}, choices); err != nil {
				return err
			}
		}
		if taken, err = store.MailTaken(tx, userID); err != nil {
			return err
		}
		sub = Subscription{Topic: topic, On: choices.any(topic), Taken: MailChoices{}.with(topic, true, taken).any(topic)}
		return nil
	})
	if err != nil {
		return Subscription{}, fmt.Errorf("unsubscribe: %w", err)
	}
	return sub, nil
}

// with is the choices once a topic is ended, or what was taken of it is given back.
func (m MailChoices) with(topic MailTopic, wanted bool, taken []string) MailChoices {
	becomes := func(now bool, kind string) bool { return wanted && (now || slices.Contains(taken, kind)) }
	if topic == TopicFeedback {
		m.Feedback = becomes(m.Feedback, MailFeedback)
		return m
	}
	m.ReminderDay = becomes(m.ReminderDay, MailReminderDay)
	m.ReminderSoon = becomes(m.ReminderSoon, MailReminderSoon)
	return m
}

func (m MailChoices) any(topic MailTopic) bool {
	if topic == TopicFeedback {
		return m.Feedback
	}
	return m.ReminderDay || m.ReminderSoon
}

// readUnsubscribe is who gets no more mail of what by a link.
func (s *Service) readUnsubscribe(token string) (userID uuid.UUID, topic MailTopic, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return userID, "", false
	}
	said, err := s.config.Box.Open(sealed, []byte(unsubscribeContext))
	if err != nil || len(said) <= len(userID) {
		return userID, "", false
	}
	copy(userID[:], said)
	topic = MailTopic(said[len(userID):])
	return userID, topic, topic == TopicReminders || topic == TopicFeedback
}
