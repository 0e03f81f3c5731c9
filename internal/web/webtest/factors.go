package webtest

import (
	"encoding/json"
	"maps"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/account/passkeytest"
)

// App is an authenticator app that somebody has set up.
type App struct {
	Recovery []string // the codes that were given beside

	secret string
	t      testing.TB
}

// SetUpApp gives a person a second factor. The first code is used up by it.
func (c *Clinic) SetUpApp(p Person) App {
	c.t.Helper()
	setup, err := c.Account.BeginTOTP(c.t.Context(), p.Caller)
	c.must(err)
	app := AppOf(c.t, setup.URL)
	app.Recovery, err = c.Account.ConfirmTOTP(c.t.Context(), p.Caller, app.Code(c.Clock.Now()))
	c.must(err)
	return app
}

// AppOf is an app that was told the URL of a QR code.
func AppOf(t testing.TB, address string) App {
	t.Helper()
	key, err := otp.NewKeyFromURL(address)
	if err != nil {
		t.Fatal(err)
	}
	return App{secret: key.Secret(), t: t}
}

// Code is what the app shows.
func (a App) Code(now time.Time) string {
	a.t.Helper()
	code, err := totp.GenerateCode(a.secret, now)
	if err != nil {
		a.t.Fatal(err)
	}
	return code
}

// Passkey is a device with somebody's passkey, for a browser without scripts.
type Passkey struct{ device *passkeytest.Authenticator }

// AddPasskey gives a person a passkey.
func (c *Clinic) AddPasskey(p Person) Passkey {
	c.t.Helper()
	key := c.NewDevice()
	asked, err := c.Account.BeginPasskey(c.t.Context(), p.Caller)
	c.must(err)
	made, err := key.device.Create(asked.Options)
	c.must(err)
	_, _, err = c.Account.FinishPasskey(c.t.Context(), p.Caller, "Phone", account.PasskeyAnswer{Challenge: asked.Challenge, Credential: made})
	c.must(err)
	return key
}

// Answer asks the site what to sign, as the script of the page does, and is the
// form with the answer.
func (k Passkey) Answer(v *Visitor, more url.Values) url.Values {
	return k.fill(v, "/passkey/options", k.device.Get, more)
}

// Make is the form with a new passkey.
func (k Passkey) Make(v *Visitor, more url.Values) url.Values {
	return k.fill(v, "/account/passkeys/options", k.device.Create, more)
}

func (k Passkey) fill(v *Visitor, ask string, sign func([]byte) ([]byte, error), more url.Values) url.Values {
	v.t.Helper()
	var asked struct {
		Challenge string          `json:"challenge"`
		Options   json.RawMessage `json:"options"`
	}
	if err := json.Unmarshal([]byte(v.Post(ask, nil).Body), &asked); err != nil {
		v.t.Fatal(err)
	}
	signed, err := sign(asked.Options)
	if err != nil {
		v.t.Fatal(err)
	}
	form := url.Values{"challenge": {asked.Challenge}, "credential": {string(signed)}}
	maps.Copy(form, more)
	return form
}

// NewDevice is a device without a passkey yet.
func (c *Clinic) NewDevice() Passkey {
	return Passkey{&passkeytest.Authenticator{Origin: c.URL}}
}

// HasDevice gives the window a device that makes passkeys and knows its owner.
func (tab *Tab) HasDevice() {
	tab.t.Helper()
	must(tab, webauthn.Enable, webauthn.EnableParams{})
	must(tab, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
}
