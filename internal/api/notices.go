package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) noticeRoutes() {
	register(a, route{
		ID: "list-notices", Method: http.MethodGet, Path: "/me/notices",
		Action: policy.ReadNotices, Tag: tagAccounts,
		Summary:     "See what happened to one's account",
		Description: "A new passkey, a link for a new password and the like, the newest first, until one has seen them.",
		Answer:      list[noticeView]{Items: []noticeView{{ID: exampleID(9), Kind: account.NoticePasskeyAdded, CreatedAt: exampleTime(8, 0)}}},
	}, a.listNotices)
	register(a, route{
		ID: "see-notices", Method: http.MethodPost, Path: "/me/notices/seen",
		Action: policy.ReadNotices, Tag: tagAccounts,
		Summary:     "Have seen the notices",
		Description: "They are listed no more.",
	}, a.seeNotices)
}

// noticeView is something that happened to one's account.
type noticeView struct {
	ID        uuid.UUID          `json:"id"`
	Kind      account.NoticeKind `json:"kind" enum:"password_changed,password_reset,reset_link_issued,second_factor_on,second_factor_off,second_factor_reset,recovery_codes_made,recovery_code_used,passkey_added,passkey_removed,passkey_copied,email_changed,calendar_shared,calendar_stopped"`
	CreatedAt time.Time          `json:"created_at"`
}

func viewNotice(n account.Notice) noticeView {
	return noticeView{ID: n.ID, Kind: n.Kind, CreatedAt: n.CreatedAt.UTC()}
}

func (a *API) listNotices(ctx context.Context, c policy.Caller, _ *struct{}) (list[noticeView], error) {
	notices, err := a.config.Account.Notices(ctx, c)
	return listOf(notices, "", viewNotice), err
}

func (a *API) seeNotices(ctx context.Context, c policy.Caller, _ *struct{}) (none, error) {
	return none{}, a.config.Account.SeeNotices(ctx, c)
}
