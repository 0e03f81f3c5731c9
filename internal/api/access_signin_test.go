package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/account/passkeytest"
	"github.com/turno-health/turno/internal/policy"
)

// signInRows are the routes of what signs in beside the password.
func signInRows() map[string]accessRow {
	own := func(make func(a *access, as *person) string) func(*access, string, *person) string {
		return func(a *access, _ string, as *person) string {
			if as == nil {
				return uuid.NewString()
			}
			return make(a, as)
		}
	}
	asBody := func(_ *access, target string) string { return target }
	passkeyID := own(func(a *access, as *person) string {
		return a.addPasskey(as, &passkeytest.Authenticator{Origin: clinicURL})
	})
	return map[string]accessRow{
		"unlock":           {want: signedIn, body: text(`{"password": "` + password + `"}`)}, // whose session is not locked
		"confirm-identity": {want: signedIn, body: text(`{"password": "` + password + `"}`)},
		"login-second-factor": {want: everybody, body: func(a *access, _ string) string {
			somebody := a.newPatient(a.name())
			secret, _ := a.setUp(somebody)
			in, _ := a.account.Login(a.t.Context(), policy.Caller{}, account.Credentials{Login: somebody.username, Password: password})
			return fmt.Sprintf(`{"ticket": %q, "code": %q}`, in.Ticket, a.code(secret, 1))
		}},
		"read-second-factor":  {want: signedIn},
		"begin-second-factor": {want: signedIn, throwaway: true},
		"confirm-second-factor": {want: signedIn, throwaway: true, body: asBody, target: own(func(a *access, as *person) string {
			setup, err := a.account.BeginTOTP(a.t.Context(), as.Caller)
			a.must(err)
			return fmt.Sprintf(`{"code": %q}`, a.code(setup.Secret, 0))
		})},
		"make-recovery-codes": {want: signedIn, throwaway: true, target: own(func(a *access, as *person) string {
			secret, _ := a.setUp(as)
			return secret
		})},
		"disable-second-factor": {want: signedIn, throwaway: true},
		"list-passkeys":         {want: signedIn},
		"begin-passkey":         {want: signedIn},
		"add-passkey": {want: signedIn, throwaway: true, body: asBody, target: own(func(a *access, as *person) string {
			request, err := a.account.BeginPasskey(a.t.Context(), as.Caller)
			a.must(err)
			credential, err := (&passkeytest.Authenticator{Origin: clinicURL}).Create(request.Options)
			a.must(err)
			return fmt.Sprintf(`{"name": "Phone", "challenge": %q, "credential": %s}`, request.Challenge, credential)
		})},
		"rename-passkey":      {want: signedIn, throwaway: true, target: passkeyID, body: text(`{"name": "Work phone"}`)},
		"delete-passkey":      {want: signedIn, throwaway: true, target: passkeyID},
		"begin-passkey-login": {want: everybody},
		"login-passkey": {want: everybody, body: func(a *access, _ string) string {
			device := &passkeytest.Authenticator{Origin: clinicURL}
			a.addPasskey(a.newPatient(a.name()), device)
			return a.passkeyAnswer(device)
		}},
		"forgot-password": {want: everybody, body: text(`{"login": "patient"}`)},
		"reset-password": {want: everybody, body: func(a *access, _ string) string {
			link, err := a.account.IssueResetLink(a.t.Context(), a.full.Caller, a.newPatient(a.name()).UserID)
			a.must(err)
			return fmt.Sprintf(`{"token": %q, "new_password": "another-horse-battery-staple"}`, linkToken(a.t, link.URL))
		}},
		"list-notices": {want: signedIn},
		"see-notices":  {want: signedIn},

		"read-calendar-feed":   {want: "401 yes yes yes yes yes 403 403"},
		"make-calendar-feed":   {want: "401 yes yes yes yes yes 403 403"},
		"revoke-calendar-feed": {want: "401 yes yes yes yes yes 403 403"}, // of what the row above made
	}
}

// code is what an app shows, so many half minutes from now.
func (c *clinic) code(secret string, steps int) string {
	c.t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), c.clock.Now().Add(time.Duration(steps)*30*time.Second))
	c.must(err)
	return code
}

// setUp gives somebody an authenticator app: its secret and the recovery codes.
func (c *clinic) setUp(as *person) (string, []string) {
	c.t.Helper()
	setup, err := c.account.BeginTOTP(c.t.Context(), as.Caller)
	c.must(err)
	codes, err := c.account.ConfirmTOTP(c.t.Context(), as.Caller, c.code(setup.Secret, 0))
	c.must(err)
	return setup.Secret, codes
}

// addPasskey gives somebody a passkey on a device: its id.
func (c *clinic) addPasskey(as *person, device *passkeytest.Authenticator) string {
	c.t.Helper()
	request, err := c.account.BeginPasskey(c.t.Context(), as.Caller)
	c.must(err)
	credential, err := device.Create(request.Options)
	c.must(err)
	passkey, _, err := c.account.FinishPasskey(c.t.Context(), as.Caller, "Phone",
		account.PasskeyAnswer{Challenge: request.Challenge, Credential: credential})
	c.must(err)
	return passkey.ID.String()
}

// passkeyAnswer is what a device answers over the API, as a body.
func (c *clinic) passkeyAnswer(device *passkeytest.Authenticator) string {
	c.t.Helper()
	begun := c.ask(nil, "POST", "/api/v1/auth/passkey/begin", "")
	var request struct {
		Challenge string
		Options   json.RawMessage
	}
	c.must(json.Unmarshal(begun.body, &request))
	credential, err := device.Get(request.Options)
	c.must(err)
	return fmt.Sprintf(`{"challenge": %q, "credential": %s}`, request.Challenge, credential)
}

func linkToken(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("token")
}

func TestASignInInTwoSteps(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		want(t, c.ask(c.patient, "GET", "/api/v1/me", ""), http.StatusOK, `"second_factor":{"app_since":null,"passkeys":0,"recovery_codes":0,"required":false,"due_at":null}`)
		setup := c.ask(c.patient, "POST", "/api/v1/me/second-factor", "")
		want(t, setup, http.StatusOK, `"url":"otpauth://totp/Turno:patient?`, `"qr":["1111111`)
		secret := setup.decoded(t)["secret"].(string)
		wrong := c.ask(c.patient, "POST", "/api/v1/me/second-factor/confirm", `{"code": "000000"}`)
		want(t, wrong, http.StatusUnprocessableEntity, `"location":"body.code"`)
		on := c.ask(c.patient, "POST", "/api/v1/me/second-factor/confirm", `{"code": "`+c.code(secret, 0)+`"}`)
		want(t, on, http.StatusOK, `"recovery_codes":["`)

		login := `{"login": "patient", "password": "` + password + `"}`
		first := c.ask(nil, "POST", "/api/v1/auth/login", login)
		want(t, first, http.StatusUnauthorized, `"code":"second_factor_needed"`, `"ticket":"`)
		if first.header.Get("Set-Cookie") != "" {
			t.Error("half a sign-in left a cookie")
		}
		step := func(code string) response {
			return c.ask(nil, "POST", "/api/v1/auth/second-factor", fmt.Sprintf(`{"ticket": %q, "code": %q}`, first.decoded(t)["ticket"], code))
		}
		want(t, step("000000"), http.StatusUnauthorized, `"code":"wrong_credentials"`)
		done := step(c.code(secret, 1))
		want(t, done, http.StatusOK, `"token":"`, `"username":"patient"`)
		want(t, step(c.code(secret, 1)), http.StatusUnauthorized, `"code":"unauthenticated"`)
		again := &person{token: done.decoded(t)["token"].(string)}
		want(t, c.ask(again, "GET", "/api/v1/me/notices", ""), http.StatusOK, `"kind":"second_factor_on"`)
		want(t, c.ask(again, "POST", "/api/v1/me/notices/seen", ""), http.StatusNoContent)
		want(t, c.ask(again, "GET", "/api/v1/me/notices", ""), http.StatusOK, `"items":[]`)
	})
}

func TestALockedSessionOverTheAPI(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		device := &passkeytest.Authenticator{Origin: clinicURL}
		c.addPasskey(c.desk, device)
		c.clock.Advance(time.Hour)
		want(t, c.ask(c.desk, "GET", "/api/v1/me", ""), http.StatusUnauthorized, `"code":"session_locked"`)
		want(t, c.ask(c.desk, "POST", "/api/v1/auth/unlock", `{"password": "wrong"}`), http.StatusUnauthorized, `"code":"wrong_credentials"`)
		want(t, c.ask(c.desk, "POST", "/api/v1/auth/unlock", `{"password": "`+password+`"}`), http.StatusNoContent)
		want(t, c.ask(c.desk, "GET", "/api/v1/me", ""), http.StatusOK)
		c.clock.Advance(time.Hour)
		want(t, c.ask(c.desk, "POST", "/api/v1/auth/unlock", `{"passkey": `+c.passkeyAnswer(device)+`}`), http.StatusNoContent)
		c.clock.Advance(11 * time.Minute)
		want(t, c.ask(c.desk, "GET", "/api/v1/me/export", ""), http.StatusForbidden, `"code":"sign_in_again"`)
		want(t, c.ask(c.desk, "POST", "/api/v1/auth/confirm", `{"passkey": `+c.passkeyAnswer(device)+`}`), http.StatusNoContent)
		want(t, c.ask(c.desk, "GET", "/api/v1/me/export", ""), http.StatusOK, `"passkeys":[{`)
		want(t, c.ask(nil, "POST", "/api/v1/auth/unlock", `{"password": "`+password+`"}`), http.StatusUnauthorized, `"code":"unauthenticated"`)
	})
}

func TestANewPasswordOverTheAPI(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		for _, login := range []string{"patient", "nobody-at-all"} {
			asked := c.ask(nil, "POST", "/api/v1/auth/forgot", `{"login": "`+login+`"}`)
			want(t, asked, http.StatusAccepted)
			if len(asked.body) != 0 {
				t.Errorf("the answer for %s is %s", login, asked.body)
			}
		}
		issued := c.ask(c.full, "POST", "/api/v1/users/"+c.patient.UserID.String()+"/reset-link", "")
		want(t, issued, http.StatusOK, `"expires_at":"2027-01-04T09:15:00Z"`, `"url":"`+clinicURL+`/reset?token=`)
		want(t, c.ask(c.full, "POST", "/api/v1/users/"+c.desk.UserID.String()+"/reset-link", ""), http.StatusForbidden)
		body := fmt.Sprintf(`{"token": %q, "new_password": "another-horse-battery-staple"}`, linkToken(t, issued.decoded(t)["url"].(string)))
		want(t, c.ask(nil, "POST", "/api/v1/auth/reset", body), http.StatusNoContent)
		want(t, c.ask(nil, "POST", "/api/v1/auth/reset", body), http.StatusNotFound)
		want(t, c.ask(c.patient, "GET", "/api/v1/me", ""), http.StatusUnauthorized)
		want(t, c.ask(nil, "POST", "/api/v1/auth/login", `{"login": "patient", "password": "another-horse-battery-staple"}`), http.StatusOK)
	})
}
