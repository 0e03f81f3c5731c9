package api

import (
	"context"
	"net/http"
	"time"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) resetRoutes() {
	register(a, route{
		ID: "forgot-password", Method: http.MethodPost, Path: "/auth/forgot", Status: http.StatusAccepted,
		Action: policy.ResetPassword, Tag: tagAccounts,
		Summary:     "Ask for a new password",
		Description: "The answer is the same whether there is such an account or not. Too many from one address are 429.",
		Request:     forgotRequest{Login: "ana@example.org"},
	}, a.forgotPassword)
	register(a, route{
		ID: "reset-password", Method: http.MethodPost, Path: "/auth/reset",
		Action: policy.ResetPassword, Tag: tagAccounts, Errors: []int{http.StatusNotFound},
		Summary: "Choose a new password",
		Description: "With the token of the link. It works once; then every session of the account is over. Who has a second factor " +
			"sends a code of it too: 401 second_factor_needed without. A link that works no more is 404.",
		Request: resetRequest{Token: exampleToken, NewPassword: "seven distant green kettles"},
	}, a.resetPassword)
	register(a, route{
		ID: "issue-reset-link", Method: http.MethodPost, Path: "/users/{id}/reset-link",
		Action: policy.IssueResetLink, Tag: tagPeople, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary: "Make a link for a new password",
		Description: "For a patient or a doctor who can't get mail, never for staff: 403. It works for a quarter of an hour, " +
			"and its owner is told at the next sign-in. Full staff may. " + askAgain,
		Answer: resetLinkView{URL: "http://localhost:8080/reset?token=" + exampleToken, ExpiresAt: exampleTime(9, 15)},
	}, a.issueResetLink)
}

type forgotRequest struct {
	Login string `json:"login" maxLength:"254" doc:"A username, or an email."`
}

func (a *API) forgotPassword(ctx context.Context, c policy.Caller, in *struct{ Body forgotRequest }) (none, error) {
	return none{}, a.config.Account.RequestReset(ctx, c, in.Body.Login)
}

type resetRequest struct {
	Token       string `json:"token" maxLength:"100"`
	NewPassword string `json:"new_password" minLength:"12" maxLength:"1024" doc:"At least 12 characters, and not a common one."`
	Code        string `json:"code,omitempty" maxLength:"40" doc:"Of the authenticator app, or a recovery code."`
}

func (a *API) resetPassword(ctx context.Context, c policy.Caller, in *struct{ Body resetRequest }) (none, error) {
	return none{}, a.config.Account.ResetPassword(ctx, c, account.NewPassword{
		Token: in.Body.Token, Password: in.Body.NewPassword, Code: in.Body.Code,
	})
}

// resetLinkView is a link to be passed on.
type resetLinkView struct {
	URL       string    `json:"url" doc:"Shown once."`
	ExpiresAt time.Time `json:"expires_at"`
}

func (a *API) issueResetLink(ctx context.Context, c policy.Caller, in *IDParam) (resetLinkView, error) {
	link, err := a.config.Account.IssueResetLink(ctx, c, in.ID)
	return resetLinkView{link.URL, link.ExpiresAt.UTC()}, err
}
