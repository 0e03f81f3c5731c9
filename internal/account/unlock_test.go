package account_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func TestALockedSessionIsUnlockedByItsPassword(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		signedIn, err := p.signIn("owner")
		p.must(err)
		before := p.caller(signedIn.Token)
		p.clock.Advance(15 * time.Minute)
		unlock := func(password string) (policy.Caller, error) {
			return p.Unlock(t.Context(), "192.0.2.1", signedIn.Token, password)
		}
		t.Run("the lock says whose it is", func(t *testing.T) {
			user, err := p.SessionUser(t.Context(), signedIn.Token)
			p.must(err)
			if user.Username != "owner" || user.Password != "" {
				t.Errorf("it is of %+v", user)
			}
		})
		t.Run("another password does not open it", func(t *testing.T) {
			_, err := unlock("wrong " + goodPassword)
			wantCode(t, err, turno.CodeWrongCredentials)
			_, err = p.Authenticate(t.Context(), signedIn.Token)
			wantCode(t, err, turno.CodeSessionLocked)
		})
		t.Run("the password does, and counts as given now", func(t *testing.T) {
			after, err := unlock(goodPassword)
			p.must(err)
			want := before
			want.AuthenticatedAt, want.Address = p.clock.Now(), "192.0.2.1"
			if diff := cmp.Diff(want, after); diff != "" {
				t.Errorf("the caller (-want +got):\n%s", diff)
			}
			want.Address = ""
			if diff := cmp.Diff(want, p.caller(signedIn.Token)); diff != "" {
				t.Errorf("the caller afterwards (-want +got):\n%s", diff)
			}
		})
		t.Run("guessing is slowed down", func(t *testing.T) {
			p.clock.Advance(15 * time.Minute)
			for range 5 {
				_, err := unlock("wrong")
				wantCode(t, err, turno.CodeWrongCredentials)
			}
			_, err := unlock(goodPassword)
			wantCode(t, err, turno.CodeRateLimited)
			p.clock.Advance(time.Second)
			_, err = unlock(goodPassword)
			p.must(err)
		})
		t.Run("a locked session is listed and can be ended", func(t *testing.T) {
			p.clock.Advance(15 * time.Minute)
			here := p.session("owner")
			sessions, err := p.Sessions(t.Context(), here)
			p.must(err)
			if len(sessions) != 2 {
				t.Errorf("%d sessions are listed, want 2", len(sessions))
			}
			p.must(p.SignOut(t.Context(), signedIn.Token))
			p.must(p.SignOut(t.Context(), signedIn.Token)) // there is none any more
			_, err = unlock(goodPassword)
			wantCode(t, err, turno.CodeUnauthenticated)
		})
		t.Run("after twelve hours nothing opens it", func(t *testing.T) {
			signedIn, err = p.signIn("owner")
			p.must(err)
			p.clock.Advance(12 * time.Hour)
			_, err = unlock(goodPassword)
			wantCode(t, err, turno.CodeUnauthenticated)
		})
		t.Run("the trail tells", func(t *testing.T) {
			want := []string{"CREATE user role=admin", "LOGIN session ", "LOGIN_FAILED user unlock", "LOGIN session unlocked"}
			if diff := cmp.Diff(want, p.trail(before.UserID)[:4]); diff != "" {
				t.Errorf("the trail (-want +got):\n%s", diff)
			}
		})
	})
}

func TestNothingButItsOwnerUnlocksASession(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		in := p.newPatient()
		_, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
		p.must(err)
		patients, err := p.signIn(in.Username)
		p.must(err)
		p.clock.Advance(7 * 24 * time.Hour)
		_, err = p.Unlock(t.Context(), "", patients.Token, goodPassword)
		wantCode(t, err, turno.CodeUnauthenticated)
		_, err = p.SessionUser(t.Context(), patients.Token)
		wantCode(t, err, turno.CodeUnauthenticated)
		_, err = p.Unlock(t.Context(), "", "made-up", goodPassword)
		wantCode(t, err, turno.CodeUnauthenticated)

		p.owner.AuthenticatedAt = p.clock.Now()
		desk := p.desk()
		deskSession, err := p.signIn(p.username(desk))
		p.must(err)
		p.clock.Advance(15 * time.Minute)
		p.owner.AuthenticatedAt = p.clock.Now()
		_, err = p.UpdateUser(t.Context(), p.owner, desk.UserID, account.Patch{Active: new(false)})
		p.must(err)
		_, err = p.Unlock(t.Context(), "", deskSession.Token, goodPassword)
		wantCode(t, err, turno.CodeUnauthenticated)
	})
}

func TestConfirmingAllowsWhatASessionAloneMayNot(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		signedIn, err := p.signIn("owner")
		p.must(err)
		p.clock.Advance(10*time.Minute + time.Microsecond)
		ask := func() policy.Caller { return p.caller(signedIn.Token) }
		acts := map[string]func(c policy.Caller) error{
			"another email": func(c policy.Caller) error {
				_, err := p.UpdateMe(t.Context(), c, account.Patch{Email: new("o@example.org")})
				return err
			},
			"an export":       func(c policy.Caller) error { _, err := p.ExportMe(t.Context(), c); return err },
			"an app":          func(c policy.Caller) error { _, err := p.BeginTOTP(t.Context(), c); return err },
			"no app any more": func(c policy.Caller) error { return p.DisableSecondFactor(t.Context(), c) },
			"a passkey":       func(c policy.Caller) error { _, err := p.BeginPasskey(t.Context(), c); return err },
			"a link": func(c policy.Caller) error {
				_, err := p.IssueResetLink(t.Context(), c, p.patient().UserID)
				return err
			},
			"erasing": func(c policy.Caller) error { return p.EraseUser(t.Context(), c, p.patient().UserID) },
			"making staff": func(c policy.Caller) error {
				p.count++
				in := p.newPatient()
				_, err := p.CreateUser(t.Context(), c, account.NewUser{Username: in.Username, Email: in.Email, FullName: "Dan", Role: turno.RoleAdmin, StaffLevel: turno.StaffDesk})
				return err
			},
		}
		for name, act := range acts {
			t.Run(name+" asks again", func(t *testing.T) { wantCode(t, act(ask()), turno.CodeSignInAgain) })
		}
		_, err = p.ConfirmIdentity(t.Context(), ask(), "wrong")
		if diff := cmp.Diff([]string{"body.password"}, fieldsOf(err)); diff != "" {
			t.Errorf("the fields (-want +got):\n%s", diff)
		}
		confirmed, err := p.ConfirmIdentity(t.Context(), ask(), goodPassword)
		p.must(err)
		if !confirmed.AuthenticatedAt.Equal(p.clock.Now()) || confirmed.SessionID != ask().SessionID {
			t.Errorf("confirmed as %+v", confirmed)
		}
		for name, act := range acts {
			t.Run(name+" is allowed then", func(t *testing.T) { p.must(act(ask())) })
		}
	})
}
