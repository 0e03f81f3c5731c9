package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

const askAgain = "403 sign_in_again when the last sign-in was over ten minutes ago: see POST /auth/confirm."

func (a *API) secondFactorRoutes() {
	register(a, route{
		ID: "login-second-factor", Method: http.MethodPost, Path: "/auth/second-factor",
		Action: policy.Login, Tag: tagAccounts,
		Summary: "Complete a sign-in",
		Description: "With the ticket of a right password, and a code of the authenticator app or a recovery code. A wrong code is 401 wrong_credentials; " +
			"the fifth is 401 too_many_codes, and ends the ticket. After that, or five minutes, it is 401 unauthenticated.",
		Request: secondStepRequest{Ticket: exampleToken, Code: "123456"},
		Answer:  exampleLogin(),
	}, a.loginSecondFactor)
	register(a, route{
		ID: "read-second-factor", Method: http.MethodGet, Path: "/me/second-factor",
		Action: policy.ReadSecondFactor, Tag: tagAccounts,
		Summary:     "See one's second factor",
		Description: "What one can show beside the password, and whether the clinic asks for more.",
		Answer:      exampleSecondFactor(),
	}, a.readSecondFactor)
	register(a, route{
		ID: "begin-second-factor", Method: http.MethodPost, Path: "/me/second-factor",
		Action: policy.WriteSecondFactor, Tag: tagAccounts, Errors: []int{http.StatusForbidden},
		Summary:     "Set up an authenticator app",
		Description: "Answers what the app has to be told. It counts once a code of it was sent to POST /me/second-factor/confirm. " + askAgain,
		Answer: totpView{
			URL:    "otpauth://totp/Turno:ana?algorithm=SHA1&digits=6&issuer=Turno&period=30&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
			Secret: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP", QR: []string{"1111111", "1000001"},
		},
	}, a.beginSecondFactor)
	register(a, route{
		ID: "confirm-second-factor", Method: http.MethodPost, Path: "/me/second-factor/confirm",
		Action: policy.WriteSecondFactor, Tag: tagAccounts, Errors: []int{http.StatusForbidden, http.StatusConflict},
		Summary:     "Turn the authenticator app on",
		Description: "With a code that the app shows. Answers recovery codes, which are never shown again. " + askAgain,
		Request:     codeRequest{Code: "123456"},
		Answer:      recoveryView{RecoveryCodes: []string{"abcd-efgh-ijkl-mnop"}},
	}, a.confirmSecondFactor)
	register(a, route{
		ID: "make-recovery-codes", Method: http.MethodPost, Path: "/me/second-factor/recovery-codes",
		Action: policy.WriteSecondFactor, Tag: tagAccounts, Errors: []int{http.StatusForbidden, http.StatusConflict},
		Summary:     "Make new recovery codes",
		Description: "The old ones count no more; these are never shown again. " + askAgain,
		Answer:      recoveryView{RecoveryCodes: []string{"abcd-efgh-ijkl-mnop"}},
	}, a.makeRecoveryCodes)
	register(a, route{
		ID: "disable-second-factor", Method: http.MethodDelete, Path: "/me/second-factor",
		Action: policy.WriteSecondFactor, Tag: tagAccounts, Errors: []int{http.StatusForbidden},
		Summary:     "Turn the authenticator app off",
		Description: "Takes the app and the recovery codes away; passkeys stay. " + askAgain,
	}, a.disableSecondFactor)
}

type secondStepRequest struct {
	Ticket string `json:"ticket" maxLength:"100"`
	Code   string `json:"code" maxLength:"40" doc:"Six digits of the app, or a recovery code; spaces and dashes are taken out."`
}

type secondStepInput struct {
	UserAgent string `header:"User-Agent" hidden:"true"`
	Body      secondStepRequest
}

func (a *API) loginSecondFactor(ctx context.Context, c policy.Caller, in *secondStepInput) (loginView, error) {
	return a.viewSignedIn(a.config.Account.LoginSecondFactor(ctx, c, account.SecondStep{
		Ticket: in.Body.Ticket, Code: in.Body.Code, Device: callOf(ctx).device, UserAgent: in.UserAgent,
	}))
}

// secondFactorView is what one can show beside the password.
type secondFactorView struct {
	AppSince      *time.Time `json:"app_since" doc:"Since when an authenticator app is on; null: none is."`
	Passkeys      int        `json:"passkeys" doc:"How many; each counts as both factors."`
	RecoveryCodes int        `json:"recovery_codes" doc:"How many are left."`
	Required      bool       `json:"required" doc:"Whether the clinic asks for one."`
	DueAt         *time.Time `json:"due_at" doc:"From then on nothing else can be done before one is set up: 403 second_factor_needed. Null: nothing is missing."`
}

func viewSecondFactor(f account.SecondFactor) secondFactorView {
	v := secondFactorView(f)
	v.AppSince, v.DueAt = utc(v.AppSince), utc(v.DueAt)
	return v
}

func exampleSecondFactor() secondFactorView {
	since := exampleTime(8, 0)
	return secondFactorView{AppSince: &since, Passkeys: 1, RecoveryCodes: 10, Required: true}
}

func (a *API) readSecondFactor(ctx context.Context, c policy.Caller, _ *struct{}) (secondFactorView, error) {
	second, err := a.config.Account.SecondFactor(ctx, c)
	return viewSecondFactor(second), err
}

// totpView is what an authenticator app has to be told.
type totpView struct {
	URL    string   `json:"url" doc:"For a phone that opens it itself."`
	Secret string   `json:"secret" doc:"To be typed; in groups of four."`
	QR     []string `json:"qr" nullable:"false" doc:"The URL as a QR code: a line for each row, 1 is dark. Leave four light modules around it."`
}

func (a *API) beginSecondFactor(ctx context.Context, c policy.Caller, _ *struct{}) (totpView, error) {
	setup, err := a.config.Account.BeginTOTP(ctx, c)
	return totpView{URL: setup.URL, Secret: setup.Secret, QR: viewed(setup.QR, viewModules)}, err
}

func viewModules(row []bool) string {
	var line strings.Builder
	for _, dark := range row {
		module := byte('0')
		if dark {
			module = '1'
		}
		line.WriteByte(module)
	}
	return line.String()
}

type codeRequest struct {
	Code string `json:"code" maxLength:"40"`
}

// recoveryView is shown once.
type recoveryView struct {
	RecoveryCodes []string `json:"recovery_codes" nullable:"false" doc:"Each signs in once in place of the app. Keep them apart from it."`
}

func (a *API) confirmSecondFactor(ctx context.Context, c policy.Caller, in *struct{ Body codeRequest }) (recoveryView, error) {
	codes, err := a.config.Account.ConfirmTOTP(ctx, c, in.Body.Code)
	return recoveryView{codes}, err
}

func (a *API) makeRecoveryCodes(ctx context.Context, c policy.Caller, _ *struct{}) (recoveryView, error) {
	codes, err := a.config.Account.RegenerateRecoveryCodes(ctx, c)
	return recoveryView{codes}, err
}

func (a *API) disableSecondFactor(ctx context.Context, c policy.Caller, _ *struct{}) (none, error) {
	return none{}, a.config.Account.DisableSecondFactor(ctx, c)
}
