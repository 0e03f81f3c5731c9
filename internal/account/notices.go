package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// NoticeKind is what happened to an account.
type NoticeKind string

// The kinds.
const (
	NoticePasswordChanged  NoticeKind = "password_changed"
	NoticePasswordReset    NoticeKind = "password_reset"      // by a link
	NoticeResetLinkIssued  NoticeKind = "reset_link_issued"   // by the clinic's staff
	NoticeFactorOn         NoticeKind = "second_factor_on"    // an authenticator app
	NoticeFactorOff        NoticeKind = "second_factor_off"   // app and recovery codes
	NoticeFactorReset      NoticeKind = "second_factor_reset" // app, passkeys and recovery codes, by the clinic
	NoticeRecoveryCodes    NoticeKind = "recovery_codes_made" // the old ones count no more
	NoticeRecoveryCodeUsed NoticeKind = "recovery_code_used"
	NoticePasskeyAdded     NoticeKind = "passkey_added"
	NoticePasskeyRemoved   NoticeKind = "passkey_removed"
	NoticePasskeyCopied    NoticeKind = "passkey_copied"   // its counter went back, and it was refused
	NoticeEmailChanged     NoticeKind = "email_changed"    // by its owner or by staff
	NoticeCalendarShared   NoticeKind = "calendar_shared"  // there is a new address for calendar programs
	NoticeCalendarStopped  NoticeKind = "calendar_stopped" // it works no more
)

// Notice is something that happened to the caller's account.
type Notice struct {
	ID        uuid.UUID
	Kind      NoticeKind
	CreatedAt time.Time
}

// Notices lists what happened to the caller's account and was not seen yet, the
// newest first.
func (s *Service) Notices(ctx context.Context, c policy.Caller) (notices []Notice, err error) {
	if err := policy.Check(c, policy.ReadNotices, 0); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		kept, err := store.NoticesOf(tx, c.UserID, false)
		notices = viewNotices(kept)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return notices, nil
}

func viewNotices(kept []store.Notice) []Notice {
	notices := make([]Notice, 0, len(kept))
	for _, n := range kept {
		notices = append(notices, Notice{ID: n.ID, Kind: NoticeKind(n.Kind), CreatedAt: n.CreatedAt})
	}
	return notices
}

// SeeNotices notes that the caller has seen them all.
func (s *Service) SeeNotices(ctx context.Context, c policy.Caller) error {
	if err := policy.Check(c, policy.ReadNotices, 0); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error { return store.SeeNotices(tx, c.UserID) })
	if err != nil {
		return fmt.Errorf("see notices: %w", err)
	}
	return nil
}

// notify leaves a notice for a user.
func notify(tx *sqldb.Tx, userID uuid.UUID, kind NoticeKind) error {
	return store.InsertNotice(tx, store.Notice{ID: turno.NewID(), UserID: userID, Kind: string(kind), CreatedAt: tx.Now})
}
