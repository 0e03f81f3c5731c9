package account_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/account/passkeytest"
	"github.com/turno-health/turno/internal/policy"
)

func newPhone() *passkeytest.Authenticator { return &passkeytest.Authenticator{Origin: origin} }

// addPasskey gives somebody a passkey on a device.
func (p *people) addPasskey(c policy.Caller, device *passkeytest.Authenticator) (account.Passkey, []string) {
	p.t.Helper()
	c.AuthenticatedAt = p.clock.Now()
	passkey, codes, err := p.tryPasskey(c, device)
	p.must(err)
	return passkey, codes
}

func (p *people) tryPasskey(c policy.Caller, device *passkeytest.Authenticator) (account.Passkey, []string, error) {
	p.t.Helper()
	request, err := p.BeginPasskey(p.t.Context(), c)
	p.must(err)
	credential, err := device.Create(request.Options)
	p.must(err)
	return p.FinishPasskey(p.t.Context(), c, "Phone", account.PasskeyAnswer{Challenge: request.Challenge, Credential: credential})
}

// answer is what a device answers to a request of its own.
func (p *people) answer(device *passkeytest.Authenticator) account.PasskeyAnswer {
	p.t.Helper()
	request, err := p.BeginPasskeySignIn(p.t.Context(), policy.Caller{Address: "192.0.2.1"})
	p.must(err)
	credential, err := device.Get(request.Options)
	p.must(err)
	return account.PasskeyAnswer{Challenge: request.Challenge, Credential: credential}
}

func (p *people) loginWith(answer account.PasskeyAnswer) (account.SignedIn, error) {
	return p.LoginWithPasskey(p.t.Context(), policy.Caller{Address: "192.0.2.1"}, account.PasskeySignIn{PasskeyAnswer: answer})
}

func TestAPasskeySignsIn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		c, phone := p.patient(), newPhone()
		passkey, codes := p.addPasskey(c, phone)
		if codes != nil {
			t.Error("who need not have a second factor got recovery codes")
		}
		t.Run("without a name or a password", func(t *testing.T) {
			signedIn, err := p.loginWith(p.answer(phone))
			p.must(err)
			if p.caller(signedIn.Token).UserID != c.UserID || signedIn.User.Password != "" {
				t.Errorf("signed in as %+v", signedIn)
			}
		})
		t.Run("and leaves the password as it was", func(t *testing.T) {
			_, err := p.signIn(p.username(c))
			p.must(err)
		})
		t.Run("also where an app is on, being both factors", func(t *testing.T) {
			p.setUp(c)
			p.ticket(p.username(c))
			_, err := p.loginWith(p.answer(phone))
			p.must(err)
		})
		t.Run("and is listed, renamed and deleted", func(t *testing.T) {
			c.AuthenticatedAt = p.clock.Now()
			p.must(p.RenamePasskey(t.Context(), c, passkey.ID, "Work phone"))
			used := p.clock.Now()
			want := passkey
			want.Name, want.LastUsedAt = "Work phone", &used
			got, err := p.Passkeys(t.Context(), c)
			p.must(err)
			if diff := cmp.Diff([]account.Passkey{want}, got); diff != "" {
				t.Errorf("the passkeys (-want +got):\n%s", diff)
			}
			other := p.patient()
			wantCode(t, p.RenamePasskey(t.Context(), other, passkey.ID, "Mine"), turno.CodeNotFound)
			wantCode(t, p.DeletePasskey(t.Context(), other, passkey.ID), turno.CodeNotFound)
			wantCode(t, p.RenamePasskey(t.Context(), c, uuid.New(), "Mine"), turno.CodeNotFound)
			wantCode(t, p.RenamePasskey(t.Context(), c, passkey.ID, " "), turno.CodeInvalid)
			p.must(p.DeletePasskey(t.Context(), c, passkey.ID))
			_, err = p.loginWith(p.answer(phone))
			wantCode(t, err, turno.CodeWrongCredentials)
			want2 := []account.NoticeKind{account.NoticePasskeyRemoved, account.NoticeFactorOn, account.NoticePasskeyAdded}
			if diff := cmp.Diff(want2, p.notices(c)); diff != "" {
				t.Errorf("the notices (-want +got):\n%s", diff)
			}
		})
	})
}

func TestAPasskeyIsRefused(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		c, phone := p.patient(), newPhone()
		phone.Counter = 7
		p.addPasskey(c, phone)
		t.Run("whose owner was not verified", func(t *testing.T) {
			phone.Counter++
			phone.Unverified = true
			_, err := p.loginWith(p.answer(phone))
			phone.Unverified = false
			wantCode(t, err, turno.CodeWrongCredentials)
		})
		t.Run("on the page of another site", func(t *testing.T) {
			phone.Origin = "https://turno.example.org:8443"
			_, err := p.loginWith(p.answer(phone))
			phone.Origin = origin
			wantCode(t, err, turno.CodeWrongCredentials)
		})
		t.Run("for a challenge that was answered", func(t *testing.T) {
			answer := p.answer(phone)
			_, err := p.loginWith(answer)
			p.must(err)
			_, err = p.loginWith(answer)
			wantCode(t, err, turno.CodeConflict)
		})
		t.Run("for a challenge that was answered wrongly before", func(t *testing.T) {
			phone.Counter++
			answer := p.answer(phone)
			_, err := p.loginWith(account.PasskeyAnswer{Challenge: answer.Challenge, Credential: []byte(`{}`)})
			wantCode(t, err, turno.CodeInvalid)
			_, err = p.loginWith(answer)
			wantCode(t, err, turno.CodeConflict)
		})
		t.Run("for another challenge", func(t *testing.T) {
			first, second := p.answer(phone), p.answer(phone)
			second.Credential = first.Credential
			_, err := p.loginWith(second)
			wantCode(t, err, turno.CodeWrongCredentials)
		})
		t.Run("after five minutes", func(t *testing.T) {
			answer := p.answer(phone)
			p.clock.Advance(5 * time.Minute)
			_, err := p.loginWith(answer)
			wantCode(t, err, turno.CodeConflict)
		})
		t.Run("whose counter goes back, as that of a copy", func(t *testing.T) {
			phone.Counter = 3
			_, err := p.loginWith(p.answer(phone))
			phone.Counter = 100
			wantCode(t, err, turno.CodeWrongCredentials)
			if kinds := p.notices(c); len(kinds) == 0 || kinds[0] != account.NoticePasskeyCopied {
				t.Errorf("its owner is told %v", kinds)
			}
			if trail := p.trail(c.UserID); trail[len(trail)-1] != "LOGIN_FAILED user passkey" {
				t.Errorf("the trail is %v", trail)
			}
		})
		t.Run("of somebody who may not sign in", func(t *testing.T) {
			_, err := p.UpdateUser(t.Context(), p.owner, c.UserID, account.Patch{Active: new(false)})
			p.must(err)
			_, err = p.loginWith(p.answer(phone))
			wantCode(t, err, turno.CodeWrongCredentials)
			_, err = p.UpdateUser(t.Context(), p.owner, c.UserID, account.Patch{Active: new(true)})
			p.must(err)
			_, err = p.loginWith(p.answer(phone))
			p.must(err)
		})
		t.Run("without the private key", func(t *testing.T) {
			p.must(phone.Forget())
			phone.Counter++
			_, err := p.loginWith(p.answer(phone))
			wantCode(t, err, turno.CodeWrongCredentials)
			if trail := p.trail(c.UserID); trail[len(trail)-1] != "LOGIN_FAILED user passkey" {
				t.Errorf("the trail is %v", trail)
			}
		})
		t.Run("when it is registered unverified, twice, or for somebody else", func(t *testing.T) {
			c.AuthenticatedAt = p.clock.Now()
			_, _, err := p.tryPasskey(c, &passkeytest.Authenticator{Origin: origin, Unverified: true})
			wantCode(t, err, turno.CodeInvalid)
			request, err := p.BeginPasskey(t.Context(), c)
			p.must(err)
			if _, err := phone.Create(request.Options); err == nil {
				t.Error("the device was not told of its passkey")
			}
			credential, err := newPhone().Create(request.Options)
			p.must(err)
			answer := account.PasskeyAnswer{Challenge: request.Challenge, Credential: credential}
			_, _, err = p.FinishPasskey(t.Context(), p.patient(), "Mine", answer)
			wantCode(t, err, turno.CodeConflict)
		})
	})
}

func TestAPasskeyUnlocksAndConfirms(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		phone, others := newPhone(), newPhone()
		p.addPasskey(p.owner, phone)
		p.addPasskey(p.desk(), others)
		signedIn, err := p.signIn("owner")
		p.must(err)
		p.clock.Advance(15 * time.Minute)
		_, err = p.UnlockWithPasskey(t.Context(), "", signedIn.Token, p.answer(others))
		wantCode(t, err, turno.CodeWrongCredentials)
		_, err = p.Authenticate(t.Context(), signedIn.Token)
		wantCode(t, err, turno.CodeSessionLocked)
		_, err = p.UnlockWithPasskey(t.Context(), "", signedIn.Token, p.answer(phone))
		p.must(err)
		p.clock.Advance(11 * time.Minute)
		c := p.caller(signedIn.Token)
		_, err = p.ConfirmWithPasskey(t.Context(), c, p.answer(others))
		wantCode(t, err, turno.CodeWrongCredentials)
		_, err = p.ConfirmWithPasskey(t.Context(), c, p.answer(phone))
		p.must(err)
		_, err = p.ExportMe(t.Context(), p.caller(signedIn.Token))
		p.must(err)
	})
}

func TestAPasskeyIsASecondFactorWhereOneIsRequired(t *testing.T) {
	t.Parallel()
	eachStrict(t, account.RequireStaff, func(t *testing.T, p *people) {
		doctor, phone := p.doctor(), newPhone()
		login := p.username(doctor)
		p.clock.Advance(time.Hour)
		p.session(login)
		passkey, codes := p.addPasskey(doctor, phone)
		if len(codes) != 10 {
			t.Errorf("it came with %d recovery codes", len(codes))
		}
		me, err := p.Me(t.Context(), doctor)
		p.must(err)
		if diff := cmp.Diff(&account.SecondFactor{Passkeys: 1, RecoveryCodes: 10, Required: true}, me.Second); diff != "" {
			t.Errorf("the second factor (-want +got):\n%s", diff)
		}
		_, err = p.second(p.ticket(login), codes[0])
		p.must(err)
		doctor.AuthenticatedAt = p.clock.Now()
		p.setUp(doctor)
		p.must(p.DisableSecondFactor(t.Context(), doctor))
		me, err = p.Me(t.Context(), doctor)
		p.must(err)
		if me.Second.RecoveryCodes != 10 {
			t.Errorf("without the app %d recovery codes are left to whom a passkey is required of", me.Second.RecoveryCodes)
		}
		_, err = p.loginWith(p.answer(phone))
		p.must(err)
		doctor.AuthenticatedAt = p.clock.Now()
		p.must(p.DeletePasskey(t.Context(), doctor, passkey.ID))
		if !p.session(login).MustSetUp {
			t.Error("without the passkey nothing is missing")
		}
	})
}

func TestPasskeysNeedANameOfTheServer(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"": false, "http://192.0.2.1:8080": false, "http://localhost:8080": true, "https://turno.example.org": true,
	} {
		p := account.New(nil, account.Config{Hashing: cheap(), PublicURL: url})
		if p.PasskeysWork() != want {
			t.Errorf("at %q they work: %t", url, !want)
		}
	}
	p := account.New(nil, account.Config{Hashing: cheap()})
	_, err := p.BeginPasskeySignIn(t.Context(), policy.Caller{})
	wantCode(t, err, turno.CodeConflict)
}
