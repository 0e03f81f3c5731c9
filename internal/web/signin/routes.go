package signin

import (
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/ui"
)

// Routes is every page of this room and what its forms do.
func Routes() []page.Route {
	return []page.Route{
		{Pattern: "GET /login", Action: policy.Login, Handler: showLogin, Locked: true},
		{Pattern: "POST /login", Action: policy.Login, Handler: login, Locked: true},
		{Pattern: "GET /login/code", Action: policy.Login, Handler: showCode, Locked: true},
		{Pattern: "POST /login/code", Action: policy.Login, Handler: code, Locked: true},
		{Pattern: "POST /login/passkey", Action: policy.Login, Handler: loginPasskey, Locked: true},
		{Pattern: "POST " + ui.PasskeyAsk, Action: policy.Login, Handler: askPasskey, Locked: true, Polling: true},
		{Pattern: "POST /logout", Action: policy.Login, Handler: logout, Locked: true}, // also of a session that is over

		{Pattern: "GET /unlock", Action: policy.Unlock, Handler: showUnlock, Locked: true, Polling: true},
		{Pattern: "POST /unlock", Action: policy.Unlock, Handler: unlock, Locked: true, Polling: true},
		{Pattern: "POST /unlock/passkey", Action: policy.Unlock, Handler: unlockPasskey, Locked: true, Polling: true},
		{Pattern: "POST /alive", Action: policy.ReadMe, Handler: alive},
		{Pattern: "GET /confirm", Action: policy.Confirm, Handler: showConfirm},
		{Pattern: "POST /confirm", Action: policy.Confirm, Handler: confirm},
		{Pattern: "POST /confirm/passkey", Action: policy.Confirm, Handler: confirmPasskey},

		{Pattern: "GET /forgot", Action: policy.ResetPassword, Handler: showForgot, Locked: true},
		{Pattern: "POST /forgot", Action: policy.ResetPassword, Handler: forgot, Locked: true},
		{Pattern: "GET /reset", Action: policy.ResetPassword, Handler: showReset, Locked: true},
		{Pattern: "POST /reset", Action: policy.ResetPassword, Handler: reset, Locked: true},

		{Pattern: "GET /verify-email", Action: policy.VerifyEmail, Handler: showVerify, Locked: true},
		{Pattern: "POST /verify-email", Action: policy.VerifyEmail, Handler: verify, Locked: true},

		{Pattern: "GET /register", Action: policy.Register, Handler: showRegister},
		{Pattern: "POST /register", Action: policy.Register, Handler: register, Keeps: true},
		{Pattern: "GET /register/doctor", Action: policy.RegisterDoctor, Handler: showRegisterDoctor},
		{Pattern: "POST /register/doctor", Action: policy.RegisterDoctor, Handler: registerDoctor, Keeps: true},
	}
}
