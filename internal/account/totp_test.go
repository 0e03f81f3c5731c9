package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// app is an authenticator app, in the hands of somebody.
type app struct {
	p        *people
	owner    policy.Caller
	secret   string
	recovery []string
}

// setUp gives somebody an authenticator app.
func (p *people) setUp(c policy.Caller) *app {
	p.t.Helper()
	c.AuthenticatedAt = p.clock.Now()
	setup, err := p.BeginTOTP(p.t.Context(), c)
	p.must(err)
	a := &app{p: p, owner: c, secret: strings.ReplaceAll(setup.Secret, " ", "")}
	a.recovery, err = p.ConfirmTOTP(p.t.Context(), c, a.code(0))
	p.must(err)
	p.clock.Advance(time.Minute) // the code was used
	return a
}

// code is what the app shows, so many steps of 30 seconds from now.
func (a *app) code(steps int) string {
	a.p.t.Helper()
	code, err := totp.GenerateCode(a.secret, a.p.clock.Now().Add(time.Duration(steps)*30*time.Second))
	a.p.must(err)
	return code
}

// ticket is what a right password gives.
func (p *people) ticket(login string) string {
	p.t.Helper()
	signedIn, err := p.signIn(login)
	wantCode(p.t, err, turno.CodeSecondFactorNeeded)
	if diff := cmp.Diff(account.SignedIn{Ticket: signedIn.Ticket}, signedIn); diff != "" || len(signedIn.Ticket) != 43 {
		p.t.Errorf("a password alone gave (-want +got):\n%s", diff)
	}
	return signedIn.Ticket
}

func (p *people) second(ticket, code string) (account.SignedIn, error) {
	return p.LoginSecondFactor(p.t.Context(), policy.Caller{Address: "192.0.2.1"}, account.SecondStep{Ticket: ticket, Code: code})
}

func TestAnAuthenticatorAppIsSetUp(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		in := p.newPatient()
		person, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
		p.must(err)
		c := p.callerOf(person)
		_, err = p.ConfirmTOTP(t.Context(), c, "123456")
		wantCode(t, err, turno.CodeConflict)
		_, err = p.RegenerateRecoveryCodes(t.Context(), c)
		wantCode(t, err, turno.CodeConflict)
		_, err = p.PendingTOTP(t.Context(), c)
		wantCode(t, err, turno.CodeConflict)

		setup, err := p.BeginTOTP(t.Context(), c)
		p.must(err)
		key, err := otp.NewKeyFromURL(setup.URL)
		p.must(err)
		a := &app{p: p, owner: c, secret: strings.ReplaceAll(setup.Secret, " ", "")}
		if key.Secret() != a.secret || key.Issuer() != "Turno" || key.AccountName() != in.Username || len(a.secret) != 32 {
			t.Errorf("the app is told %s and %s", setup.URL, setup.Secret)
		}
		size := len(setup.QR)
		if size < 21 || len(setup.QR[0]) != size || !setup.QR[0][0] || setup.QR[1][1] || !setup.QR[2][2] || !setup.QR[size-1][0] || !setup.QR[0][size-1] {
			t.Errorf("the QR code of %d rows has no finder patterns in its corners", size)
		}
		if _, err := p.signIn(in.Username); err != nil {
			t.Errorf("an app that was not confirmed counts: %v", err)
		}
		_, err = p.ConfirmTOTP(t.Context(), c, a.code(2))
		if diff := cmp.Diff([]string{"body.code"}, fieldsOf(err)); diff != "" {
			t.Errorf("the fields (-want +got):\n%s", diff)
		}
		again, err := p.PendingTOTP(t.Context(), c)
		p.must(err)
		if diff := cmp.Diff(setup, again); diff != "" {
			t.Errorf("after a wrong code the app is told something else (-want +got):\n%s", diff)
		}
		codes, err := p.ConfirmTOTP(t.Context(), c, a.code(0)[:3]+" "+a.code(0)[3:])
		p.must(err)
		different := map[string]bool{}
		for _, code := range codes {
			different[code] = true
		}
		if len(different) != 10 || len(codes[0]) != 19 {
			t.Errorf("the recovery codes are %v", codes)
		}
		since := p.clock.Now()
		second, err := p.SecondFactor(t.Context(), c)
		p.must(err)
		if diff := cmp.Diff(account.SecondFactor{AppSince: &since, RecoveryCodes: 10}, second); diff != "" || !second.On() {
			t.Errorf("the second factor (-want +got):\n%s", diff)
		}
		p.ticket(in.Username)

		p.must(p.DisableSecondFactor(t.Context(), c))
		p.must(p.DisableSecondFactor(t.Context(), c)) // changes nothing
		_, err = p.signIn(in.Username)
		p.must(err)
		if diff := cmp.Diff([]account.NoticeKind{account.NoticeFactorOff, account.NoticeFactorOn}, p.notices(c)); diff != "" {
			t.Errorf("the notices (-want +got):\n%s", diff)
		}
		p.must(p.SeeNotices(t.Context(), c))
		if seen := p.notices(c); seen != nil {
			t.Errorf("after they were seen there are %v", seen)
		}
		want := []string{"CREATE user role=patient", "LOGIN session ", "UPDATE user second_factor_on", "UPDATE user second_factor_off", "LOGIN session "}
		if diff := cmp.Diff(want, p.trail(c.UserID)); diff != "" {
			t.Errorf("the trail (-want +got):\n%s", diff)
		}
	})
}

func TestTheSecretIsSealed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		a := p.setUp(p.patient())
		p.must(p.db.Read(t.Context(), func(tx *sqldb.Tx) error {
			kept, _, err := store.TOTPOf(tx, a.owner.UserID, true)
			if err != nil {
				return err
			}
			if strings.Contains(string(kept.Sealed), a.secret) {
				t.Error("the secret can be read")
			}
			opened, err := p.box.Open(kept.Sealed, kept.ID[:])
			if err == nil && string(opened) != a.secret {
				t.Errorf("opened, it is %q", opened)
			}
			other := uuid.New()
			if _, err := p.box.Open(kept.Sealed, other[:]); err == nil {
				t.Error("it opens in another row")
			}
			return err
		}))
	})
}

func TestACodeCompletesASignIn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		a := p.setUp(p.patient())
		login := p.username(a.owner)
		for name, steps := range map[string]int{"of now": 0, "of half a minute ago": -1, "of the next half minute": 1} {
			t.Run("the code "+name, func(t *testing.T) {
				p.clock.Advance(2 * time.Minute)
				signedIn, err := p.second(p.ticket(login), a.code(steps))
				p.must(err)
				if p.caller(signedIn.Token).UserID != a.owner.UserID || signedIn.Device == "" || signedIn.User.Password != "" {
					t.Errorf("signed in as %+v", signedIn)
				}
			})
		}
		for name, steps := range map[string]int{"of a minute ago": -2, "of the minute after": 2} {
			t.Run("not the code "+name, func(t *testing.T) {
				p.clock.Advance(3 * time.Minute)
				_, err := p.second(p.ticket(login), a.code(steps))
				wantCode(t, err, turno.CodeWrongCredentials)
			})
		}
		t.Run("no code twice, nor one from before it", func(t *testing.T) {
			p.clock.Advance(3 * time.Minute)
			code, before := a.code(0), a.code(-1)
			_, err := p.second(p.ticket(login), code)
			p.must(err)
			for _, old := range []string{code, before} {
				_, err = p.second(p.ticket(login), old)
				wantCode(t, err, turno.CodeWrongCredentials)
			}
		})
		t.Run("a recovery code, once, written as people write", func(t *testing.T) {
			p.clock.Advance(2 * time.Hour)
			written := strings.ToUpper(strings.ReplaceAll(a.recovery[3], "-", " ")) + " "
			_, err := p.second(p.ticket(login), written)
			p.must(err)
			_, err = p.second(p.ticket(login), a.recovery[3])
			wantCode(t, err, turno.CodeWrongCredentials)
			second, err := p.SecondFactor(t.Context(), a.owner)
			p.must(err)
			if second.RecoveryCodes != 9 || p.notices(a.owner)[0] != account.NoticeRecoveryCodeUsed {
				t.Errorf("%d codes are left, and the notices are %v", second.RecoveryCodes, p.notices(a.owner))
			}
		})
		t.Run("new recovery codes replace the old ones", func(t *testing.T) {
			p.clock.Advance(2 * time.Hour)
			a.owner.AuthenticatedAt = p.clock.Now()
			codes, err := p.RegenerateRecoveryCodes(t.Context(), a.owner)
			p.must(err)
			_, err = p.second(p.ticket(login), a.recovery[5])
			wantCode(t, err, turno.CodeWrongCredentials)
			_, err = p.second(p.ticket(login), codes[5])
			p.must(err)
		})
		t.Run("somebody else's recovery code is nobody's", func(t *testing.T) {
			other := p.setUp(p.patient())
			_, err := p.second(p.ticket(login), other.recovery[0])
			wantCode(t, err, turno.CodeWrongCredentials)
		})
	})
}

func TestATicketIsWorthLittle(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		a := p.setUp(p.patient())
		login := p.username(a.owner)
		t.Run("for five minutes", func(t *testing.T) {
			ticket := p.ticket(login)
			p.clock.Advance(5 * time.Minute)
			_, err := p.second(ticket, a.code(0))
			wantCode(t, err, turno.CodeUnauthenticated)
		})
		t.Run("once", func(t *testing.T) {
			ticket := p.ticket(login)
			_, err := p.second(ticket, a.code(0))
			p.must(err)
			p.clock.Advance(time.Minute)
			_, err = p.second(ticket, a.code(0))
			wantCode(t, err, turno.CodeUnauthenticated)
		})
		t.Run("for five codes, of which the last ones wait", func(t *testing.T) {
			p.clock.Advance(2 * time.Hour)
			ticket := p.ticket(login)
			for range 4 {
				_, err := p.second(ticket, "000000")
				wantCode(t, err, turno.CodeWrongCredentials)
			}
			_, err := p.second(ticket, "000000")
			wantCode(t, err, turno.CodeTooManyCodes)
			_, err = p.second(ticket, a.code(0))
			wantCode(t, err, turno.CodeUnauthenticated)
			_, err = p.second(p.ticket(login), a.code(0)) // another ticket buys no more guesses
			wantCode(t, err, turno.CodeRateLimited)
			p.clock.Advance(time.Minute)
			_, err = p.second(p.ticket(login), a.code(0))
			p.must(err)
		})
		t.Run("in the browser that it came from", func(t *testing.T) {
			p.clock.Advance(2 * time.Hour)
			known, err := p.second(p.ticket(login), a.code(0))
			p.must(err)
			p.clock.Advance(time.Minute)
			signedIn, _, err := p.try(login, goodPassword, "192.0.2.1", known.Device)
			wantCode(t, err, turno.CodeSecondFactorNeeded)
			step := account.SecondStep{Ticket: signedIn.Ticket, Code: a.code(0), Device: "another"}
			_, err = p.LoginSecondFactor(t.Context(), policy.Caller{}, step)
			wantCode(t, err, turno.CodeUnauthenticated)
			step.Device = known.Device
			_, err = p.LoginSecondFactor(t.Context(), policy.Caller{}, step)
			p.must(err)
		})
		t.Run("not after the password changed", func(t *testing.T) {
			ticket := p.ticket(login)
			p.must(p.ChangePassword(t.Context(), a.owner, goodPassword, "seven distant green kettles"))
			p.clock.Advance(time.Minute)
			_, err := p.second(ticket, a.code(0))
			wantCode(t, err, turno.CodeUnauthenticated)
		})
		t.Run("nobody made one up", func(t *testing.T) {
			_, err := p.second("made-up", a.code(0))
			wantCode(t, err, turno.CodeUnauthenticated)
		})
	})
}

func TestAWrongPasswordDoesNotTellOfASecondFactor(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		a := p.setUp(p.patient())
		signedIn, _, err := p.try(p.username(a.owner), "wrong", "192.0.2.1", "")
		wantCode(t, err, turno.CodeWrongCredentials)
		if signedIn.Ticket != "" {
			t.Error("a wrong password gave a ticket")
		}
	})
}

func TestARequiredSecondFactorHasFourteenDaysOfGrace(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	eachStrict(t, account.RequireStaff, func(t *testing.T, p *people) {
		doctor := p.doctor()
		login := p.username(doctor)
		p.clock.Advance(30 * day) // nobody was asked yet
		due := p.clock.Now().Add(14 * day)
		c := p.session(login)
		me, err := p.Me(t.Context(), c)
		p.must(err)
		if diff := cmp.Diff(&account.SecondFactor{Required: true, DueAt: &due}, me.Second); diff != "" {
			t.Errorf("the second factor (-want +got):\n%s", diff)
		}
		p.clock.Advance(14*day - time.Second)
		if c = p.session(login); c.MustSetUp {
			t.Error("the grace is over too early")
		}
		p.clock.Advance(time.Second)
		c = p.session(login)
		t.Run("then nothing is allowed but to set one up", func(t *testing.T) {
			_, err := p.UpdateMe(t.Context(), c, account.Patch{FullName: new("X")})
			wantCode(t, err, turno.CodeSecondFactorNeeded)
			_, err = p.Specializations(t.Context(), c)
			wantCode(t, err, turno.CodeSecondFactorNeeded)
			_, err = p.Me(t.Context(), c)
			p.must(err)
		})
		t.Run("which allows everything again", func(t *testing.T) {
			a := p.setUp(c)
			signedIn, err := p.second(p.ticket(login), a.code(0))
			p.must(err)
			if c = p.caller(signedIn.Token); c.MustSetUp {
				t.Error("it is still asked for")
			}
			me, err := p.Me(t.Context(), c)
			p.must(err)
			if me.Second.DueAt != nil {
				t.Errorf("it is due at %v", me.Second.DueAt)
			}
		})
		t.Run("and giving it up has no grace", func(t *testing.T) {
			p.must(p.DisableSecondFactor(t.Context(), c))
			if !p.session(login).MustSetUp {
				t.Error("nothing is missing")
			}
		})
		t.Run("patients are not asked", func(t *testing.T) {
			in := p.newPatient()
			_, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
			p.must(err)
			me, err := p.Me(t.Context(), p.session(in.Username))
			p.must(err)
			if diff := cmp.Diff(&account.SecondFactor{}, me.Second); diff != "" {
				t.Errorf("the second factor (-want +got):\n%s", diff)
			}
		})
	})
	eachStrict(t, account.RequireAdmins, func(t *testing.T, p *people) {
		for login, want := range map[string]bool{"owner": true, p.username(p.doctor()): false} {
			me, err := p.Me(t.Context(), p.session(login))
			p.must(err)
			if me.Second.Required != want || (me.Second.DueAt != nil) != want {
				t.Errorf("of admins only, %s: %+v", login, me.Second)
			}
		}
	})
}
