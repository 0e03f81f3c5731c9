package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) passkeyRoutes() {
	used := exampleTime(9, 0)
	passkey := PasskeyView{ID: exampleID(9), Name: "Phone", CreatedAt: exampleTime(8, 0), LastUsedAt: &used}
	credential := map[string]any{"id": "p5PkGXYc", "rawId": "p5PkGXYc", "type": "public-key", "response": map[string]any{}}
	register(a, route{
		ID: "list-passkeys", Method: http.MethodGet, Path: "/me/passkeys",
		Action: policy.ReadPasskeys, Tag: tagAccounts,
		Summary:     "List one's passkeys",
		Description: "The first one first.",
		Answer:      list[PasskeyView]{Items: []PasskeyView{passkey}},
	}, a.listPasskeys)
	register(a, route{
		ID: "begin-passkey", Method: http.MethodPost, Path: "/me/passkeys/begin",
		Action: policy.WritePasskeys, Tag: tagAccounts, Errors: []int{http.StatusForbidden, http.StatusConflict},
		Summary:     "Ask the browser for a new passkey",
		Description: "Answers what navigator.credentials.create() takes. " + askAgain,
		Answer:      examplePasskeyRequest(),
	}, a.beginPasskey)
	register(a, route{
		ID: "add-passkey", Method: http.MethodPost, Path: "/me/passkeys", Status: http.StatusCreated,
		Action: policy.WritePasskeys, Tag: tagAccounts, Errors: []int{http.StatusForbidden, http.StatusConflict},
		Summary: "Add the new passkey",
		Description: "With what the browser made. Who has to have a second factor, and has no other, gets recovery codes with it, " +
			"which are never shown again. " + askAgain,
		Request: newPasskeyRequest{Name: "Phone", Challenge: exampleToken, Credential: credential},
		Answer:  newPasskeyView{PasskeyView: passkey, RecoveryCodes: []string{}},
	}, a.addPasskey)
	register(a, route{
		ID: "rename-passkey", Method: http.MethodPatch, Path: "/me/passkeys/{id}",
		Action: policy.WritePasskeys, Tag: tagAccounts, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Rename a passkey",
		Description: askAgain,
		Request:     passkeyPatch{Name: "Work phone"},
	}, a.renamePasskey)
	register(a, route{
		ID: "delete-passkey", Method: http.MethodDelete, Path: "/me/passkeys/{id}",
		Action: policy.WritePasskeys, Tag: tagAccounts, Errors: []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
		Summary:     "Take a passkey away",
		Description: "It signs in no more. " + askAgain,
	}, a.deletePasskey)
	register(a, route{
		ID: "begin-passkey-login", Method: http.MethodPost, Path: "/auth/passkey/begin",
		Action: policy.Login, Tag: tagAccounts, Errors: []int{http.StatusConflict},
		Summary:     "Ask the browser for a passkey",
		Description: "Answers what navigator.credentials.get() takes: to sign in, to unlock or to confirm.",
		Answer:      examplePasskeyRequest(),
	}, a.beginPasskeyLogin)
	register(a, route{
		ID: "login-passkey", Method: http.MethodPost, Path: "/auth/passkey",
		Action: policy.Login, Tag: tagAccounts, Errors: []int{http.StatusConflict},
		Summary:     "Sign in with a passkey",
		Description: "It counts as both factors. One that does not fit is 401 wrong_credentials.",
		Request:     passkeyBody{Challenge: exampleToken, Credential: credential},
		Answer:      exampleLogin(),
	}, a.loginPasskey)
}

// PasskeyView is one of one's passkeys; exported because huma leaves out what is embedded and is not.
type PasskeyView struct {
	ID         uuid.UUID  `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
}

func viewPasskey(p account.Passkey) PasskeyView {
	v := PasskeyView(p)
	v.CreatedAt, v.LastUsedAt = v.CreatedAt.UTC(), utc(v.LastUsedAt)
	return v
}

// newPasskeyView is a passkey that was added.
type newPasskeyView struct {
	PasskeyView
	RecoveryCodes []string `json:"recovery_codes" nullable:"false" doc:"Empty unless new ones were made."`
}

// passkeyRequestView is what a browser is asked.
type passkeyRequestView struct {
	Challenge string         `json:"challenge" doc:"To be sent back with the answer; good once, for five minutes."`
	Options   map[string]any `json:"options" doc:"{\"publicKey\": ...}, for PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON."`
}

func viewPasskeyRequest(r account.PasskeyRequest, err error) (passkeyRequestView, error) {
	if err != nil {
		return passkeyRequestView{}, err
	}
	v := passkeyRequestView{Challenge: r.Challenge}
	return v, json.Unmarshal(r.Options, &v.Options)
}

func examplePasskeyRequest() passkeyRequestView {
	return passkeyRequestView{Challenge: exampleToken, Options: map[string]any{"publicKey": map[string]any{
		"challenge": "c2lnbiB0aGlz", "rpId": "turno.example.org", "userVerification": "required",
	}}}
}

func (a *API) listPasskeys(ctx context.Context, c policy.Caller, _ *struct{}) (list[PasskeyView], error) {
	passkeys, err := a.config.Account.Passkeys(ctx, c)
	return listOf(passkeys, "", viewPasskey), err
}

func (a *API) beginPasskey(ctx context.Context, c policy.Caller, _ *struct{}) (passkeyRequestView, error) {
	return viewPasskeyRequest(a.config.Account.BeginPasskey(ctx, c))
}

type newPasskeyRequest struct {
	Name       string         `json:"name" minLength:"1" maxLength:"100" doc:"One's own name for it."`
	Challenge  string         `json:"challenge" maxLength:"100"`
	Credential map[string]any `json:"credential" doc:"What PublicKeyCredential.toJSON() gives."`
}

func (a *API) addPasskey(ctx context.Context, c policy.Caller, in *struct{ Body newPasskeyRequest }) (newPasskeyView, error) {
	answer, err := passkeyBody{Challenge: in.Body.Challenge, Credential: in.Body.Credential}.answer()
	if err != nil {
		return newPasskeyView{}, err
	}
	added, codes, err := a.config.Account.FinishPasskey(ctx, c, in.Body.Name, answer)
	return newPasskeyView{viewPasskey(added), append([]string{}, codes...)}, err
}

type passkeyPatch struct {
	Name string `json:"name" minLength:"1" maxLength:"100"`
}

type renamePasskeyInput struct {
	IDParam
	Body passkeyPatch
}

func (a *API) renamePasskey(ctx context.Context, c policy.Caller, in *renamePasskeyInput) (none, error) {
	return none{}, a.config.Account.RenamePasskey(ctx, c, in.ID, in.Body.Name)
}

func (a *API) deletePasskey(ctx context.Context, c policy.Caller, in *IDParam) (none, error) {
	return none{}, a.config.Account.DeletePasskey(ctx, c, in.ID)
}

func (a *API) beginPasskeyLogin(ctx context.Context, c policy.Caller, _ *struct{}) (passkeyRequestView, error) {
	return viewPasskeyRequest(a.config.Account.BeginPasskeySignIn(ctx, c))
}

type passkeyLoginInput struct {
	UserAgent string `header:"User-Agent" hidden:"true"`
	Body      passkeyBody
}

func (a *API) loginPasskey(ctx context.Context, c policy.Caller, in *passkeyLoginInput) (loginView, error) {
	answer, err := in.Body.answer()
	if err != nil {
		return loginView{}, err
	}
	return a.viewSignedIn(a.config.Account.LoginWithPasskey(ctx, c, account.PasskeySignIn{
		PasskeyAnswer: answer, Device: callOf(ctx).device, UserAgent: in.UserAgent,
	}))
}
