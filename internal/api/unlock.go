package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

// unlockPath is the one path that takes the token of a locked session.
const unlockPath = "/auth/unlock"

func (a *API) unlockRoutes() {
	register(a, route{
		ID: "unlock", Method: http.MethodPost, Path: unlockPath,
		Action: policy.Unlock, Tag: tagAccounts,
		Summary: "Unlock a session",
		Description: "A session of staff or a doctor that idles for too long is locked: every request with its token is 401 session_locked. " +
			"Sent with that token, the password or a passkey revives it.",
		Request: proofRequest{Password: examplePassword},
	}, a.unlock)
	register(a, route{
		ID: "confirm-identity", Method: http.MethodPost, Path: "/auth/confirm",
		Action: policy.Confirm, Tag: tagAccounts,
		Summary:     "Prove again to be there",
		Description: "After the password or a passkey, what answers 403 sign_in_again is allowed for ten minutes.",
		Request:     proofRequest{Password: examplePassword},
	}, a.confirm)
}

// proofRequest proves who is there by one of the two.
type proofRequest struct {
	Password string       `json:"password,omitempty" maxLength:"1024"`
	Passkey  *passkeyBody `json:"passkey,omitempty" doc:"Instead of the password: the answer to POST /auth/passkey/begin."`
}

// passkeyBody is what a browser answers.
type passkeyBody struct {
	Challenge  string         `json:"challenge" maxLength:"100" doc:"Of the request that it answers; good once, for five minutes."`
	Credential map[string]any `json:"credential" doc:"What PublicKeyCredential.toJSON() gives."`
}

func (b passkeyBody) answer() (account.PasskeyAnswer, error) {
	credential, err := json.Marshal(b.Credential)
	return account.PasskeyAnswer{Challenge: b.Challenge, Credential: credential}, err
}

func (a *API) unlock(ctx context.Context, c policy.Caller, in *struct{ Body proofRequest }) (none, error) {
	token := callOf(ctx).locked
	switch {
	case c.SignedIn():
		return none{}, nil // it is not locked
	case token == "":
		return none{}, turno.Unauthenticated()
	case in.Body.Passkey != nil:
		answer, err := in.Body.Passkey.answer()
		if err != nil {
			return none{}, err
		}
		_, err = a.config.Account.UnlockWithPasskey(ctx, c.Address, token, answer)
		return none{}, err
	}
	_, err := a.config.Account.Unlock(ctx, c.Address, token, in.Body.Password)
	return none{}, err
}

func (a *API) confirm(ctx context.Context, c policy.Caller, in *struct{ Body proofRequest }) (none, error) {
	if in.Body.Passkey == nil {
		_, err := a.config.Account.ConfirmIdentity(ctx, c, in.Body.Password)
		return none{}, err
	}
	answer, err := in.Body.Passkey.answer()
	if err != nil {
		return none{}, err
	}
	_, err = a.config.Account.ConfirmWithPasskey(ctx, c, answer)
	return none{}, err
}
