package account_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/bcrypt"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		in := p.newPatient()
		in.Username, in.Email = "Ana", "Ana@Example.org"
		person, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
		p.must(err)
		for _, login := range []string{"Ana", "aNA", "Ana@Example.org", "ana@example.ORG"} {
			t.Run("signs in as "+login, func(t *testing.T) {
				signedIn, err := p.signIn(login)
				p.must(err)
				if signedIn.User.ID != person.ID || signedIn.User.Password != "" || len(signedIn.Token) != 43 {
					t.Errorf("signed in as %+v", signedIn)
				}
				if want := p.clock.Now().Add(30 * 24 * time.Hour); !signedIn.ExpiresAt.Equal(want) {
					t.Errorf("it expires at %v, want %v", signedIn.ExpiresAt, want)
				}
				caller, err := p.Authenticate(t.Context(), signedIn.Token)
				p.must(err)
				want := policy.Caller{UserID: person.ID, Role: turno.RolePatient, SessionID: caller.SessionID, AuthenticatedAt: p.clock.Now()}
				if diff := cmp.Diff(want, caller); diff != "" {
					t.Errorf("the caller (-want +got):\n%s", diff)
				}
			})
		}
		for name, c := range map[string]account.Credentials{
			"a wrong password":       {Login: "Ana", Password: goodPassword + "!"},
			"an unknown username":    {Login: "nobody", Password: goodPassword},
			"an unknown email":       {Login: "nobody@example.org", Password: goodPassword},
			"nothing":                {},
			"a name with NUL":        {Login: "A\x00na", Password: goodPassword},
			"a name that is no text": {Login: "\xff", Password: goodPassword},
		} {
			t.Run("is refused with "+name, func(t *testing.T) {
				_, err := p.Login(t.Context(), policy.Caller{}, c)
				wantCode(t, err, turno.CodeWrongCredentials)
			})
		}
		t.Run("writes the trail", func(t *testing.T) {
			want := []string{
				"CREATE user role=patient", "LOGIN session ", "LOGIN session ", "LOGIN session ", "LOGIN session ",
				"LOGIN_FAILED user ",
			}
			if diff := cmp.Diff(want, p.trail(person.ID)); diff != "" {
				t.Errorf("the trail (-want +got):\n%s", diff)
			}
		})
	})
}

func TestAnUnusablePasswordSignsNobodyIn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		in := p.newPatient()
		in.Password, in.Role = "", turno.RolePatient
		_, err := p.CreateUser(t.Context(), p.owner, in)
		p.must(err)
		_, err = p.Login(t.Context(), policy.Caller{}, account.Credentials{Login: in.Username})
		wantCode(t, err, turno.CodeWrongCredentials)
	})
}

func TestABcryptHashIsUpgraded(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		in := p.newPatient()
		person, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
		p.must(err)
		moved, err := bcrypt.GenerateFromPassword([]byte(goodPassword), bcrypt.MinCost)
		p.must(err)
		setHash(p, person, string(moved))
		_, err = p.Login(t.Context(), policy.Caller{}, account.Credentials{Login: in.Username, Password: "wrong " + goodPassword})
		wantCode(t, err, turno.CodeWrongCredentials)
		for range 2 {
			_, err = p.signIn(in.Username)
			p.must(err)
		}
		if now := hashOf(p, person); now == string(moved) || now[:10] != "$argon2id$" {
			t.Errorf("the hash is %q", now)
		}
	})
}

func hashOf(p *people, person account.Person) (hash string) {
	p.t.Helper()
	p.must(p.db.Read(p.t.Context(), func(tx *sqldb.Tx) error {
		user, err := store.UserByID(tx, person.ID)
		hash = user.Password
		return err
	}))
	return hash
}

func setHash(p *people, person account.Person, hash string) {
	p.t.Helper()
	old := hashOf(p, person)
	p.must(p.db.Write(p.t.Context(), func(tx *sqldb.Tx) error {
		_, err := store.SetPassword(tx, person.ID, old, hash)
		return err
	}))
}

// try signs in from a place, and says how long it has to wait: 0 when it was
// not turned away.
func (p *people) try(login, password, address, device string) (account.SignedIn, time.Duration, error) {
	p.t.Helper()
	signedIn, err := p.Login(p.t.Context(), policy.Caller{Address: address},
		account.Credentials{Login: login, Password: password, Device: device})
	if e, ok := errors.AsType[*turno.Error](err); ok && e.Kind == turno.KindRateLimited {
		return signedIn, e.RetryAfter, err
	}
	return signedIn, 0, err
}

func TestFailuresSlowAnAccountDown(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		in := p.newPatient()
		_, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
		p.must(err)
		for _, login := range []string{in.Username, "nobody-at-all"} {
			t.Run("whether there is an account "+login, func(t *testing.T) {
				waits := func() (waits []time.Duration) {
					for i := range 12 {
						_, wait, err := p.try(login, "wrong", fmt.Sprintf("198.51.100.%d", i), "")
						waits = append(waits, wait)
						if wait > 0 {
							p.clock.Advance(wait)
							continue
						}
						wantCode(t, err, turno.CodeWrongCredentials)
					}
					return waits
				}()
				s := time.Second
				want := []time.Duration{0, 0, 0, 0, 0, 1 * s, 0, 2 * s, 0, 4 * s, 0, 8 * s}
				if diff := cmp.Diff(want, waits); diff != "" {
					t.Errorf("the waits (-want +got):\n%s", diff)
				}
			})
		}
		t.Run("the right password has to wait too, and clears the count", func(t *testing.T) {
			_, _, err := p.try(in.Username, "wrong", "192.0.2.1", "")
			wantCode(t, err, turno.CodeWrongCredentials)
			_, wait, _ := p.try(in.Username, goodPassword, "192.0.2.1", "")
			if wait == 0 {
				t.Error("the right password did not have to wait")
			}
			p.clock.Advance(wait)
			_, err = p.signIn(in.Username)
			p.must(err)
			_, wait, _ = p.try(in.Username, "wrong", "192.0.2.1", "")
			if wait != 0 {
				t.Errorf("after signing in the first failure has to wait %v", wait)
			}
		})
		t.Run("an hour of quiet forgets", func(t *testing.T) {
			for range 6 {
				p.try("somebody-else", "wrong", "192.0.2.1", "")
			}
			p.clock.Advance(time.Hour + time.Second)
			for i := range 5 {
				if _, wait, _ := p.try("somebody-else", "wrong", "192.0.2.1", ""); wait != 0 {
					t.Errorf("failure %d has to wait %v", i+1, wait)
				}
			}
		})
	})
}

func TestStrangersDoNotLockAKnownDevice(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		in := p.newPatient()
		_, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
		p.must(err)
		first, err := p.signIn(in.Username)
		p.must(err)
		for range 6 {
			p.try(in.Username, "wrong", "203.0.113.7", "")
		}
		if _, wait, _ := p.try(in.Username, goodPassword, "203.0.113.7", ""); wait == 0 {
			t.Error("a stranger was not throttled")
		}
		if _, wait, _ := p.try(in.Username, goodPassword, "203.0.113.7", "somebody's cookie"); wait == 0 {
			t.Error("a device that nobody signed in on was not throttled")
		}
		again, _, err := p.try(in.Username, goodPassword, "203.0.113.7", first.Device)
		p.must(err)
		if again.Device != first.Device {
			t.Error("the known device was given another token")
		}
		for range 6 {
			p.try(in.Username, "wrong", "192.0.2.1", first.Device)
		}
		if _, wait, _ := p.try(in.Username, goodPassword, "192.0.2.1", first.Device); wait == 0 {
			t.Error("the known device may guess for ever")
		}
	})
}

func TestAnAddressIsThrottled(t *testing.T) {
	t.Parallel()
	p := sqlitePeople(t, account.Config{})
	for i := range 50 {
		if _, wait, _ := p.try(fmt.Sprintf("nobody%d", i), "wrong", "198.51.100.1", ""); wait != 0 {
			t.Fatalf("failure %d has to wait %v", i+1, wait)
		}
	}
	if _, wait, _ := p.try("owner", goodPassword, "198.51.100.1", ""); wait != time.Second {
		t.Errorf("the address has to wait %v, want 1s", wait)
	}
	if _, _, err := p.try("owner", goodPassword, "198.51.100.2", ""); err != nil {
		t.Errorf("another address: %v", err)
	}
}

func TestManyAtOnceSignIn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		const at = 40
		errs := make([]error, at)
		var all sync.WaitGroup
		for i := range at {
			all.Go(func() { _, errs[i] = p.signIn("owner") })
		}
		all.Wait()
		p.must(errors.Join(errs...))
	})
}

func TestRivalGuessesAreFew(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		const guesses = 40
		var tried, turnedAway int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range guesses {
			all.Go(func() {
				_, wait, _ := p.try("owner", "wrong", "192.0.2.1", "")
				mu.Lock()
				defer mu.Unlock()
				if wait > 0 {
					turnedAway++
				} else {
					tried++
				}
			})
		}
		all.Wait()
		// Five are free, and others may be in the middle of one at that moment.
		if tried > 5+runtime.GOMAXPROCS(0) || turnedAway == 0 {
			t.Errorf("%d were tried and %d turned away", tried, turnedAway)
		}
	})
}

func TestWaitingToHashRespectsTheContext(t *testing.T) {
	t.Parallel()
	p := sqlitePeople(t, account.Config{HashesAtOnce: 1})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Login(ctx, policy.Caller{}, account.Credentials{Login: "owner", Password: goodPassword}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want context.Canceled", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		in := p.newPatient()
		_, err := p.RegisterPatient(t.Context(), policy.Caller{}, in)
		p.must(err)
		day := 24 * time.Hour
		for _, test := range []struct {
			name  string
			login string
			every time.Duration // between uses
			times int
			want  string // the code of the refusal; empty: still signed in
		}{
			{"a patient may be away for less than seven days", in.Username, 7*day - time.Second, 1, ""},
			{"a patient who was away for seven days has to sign in", in.Username, 7 * day, 1, turno.CodeUnauthenticated},
			{"a patient who comes every day is signed in for less than thirty days", in.Username, day, 29, ""},
			{"a patient has to sign in after thirty days", in.Username, day, 30, turno.CodeUnauthenticated},
			{"staff may be away for less than a quarter of an hour", "owner", 15*time.Minute - time.Second, 1, ""},
			{"a session of staff locks after a quarter of an hour", "owner", 15 * time.Minute, 1, turno.CodeSessionLocked},
			{"staff at work are signed in for less than twelve hours", "owner", 10 * time.Minute, 71, ""},
			{"staff have to sign in after twelve hours", "owner", 10 * time.Minute, 72, turno.CodeUnauthenticated},
		} {
			t.Run(test.name, func(t *testing.T) {
				signedIn, err := p.signIn(test.login)
				p.must(err)
				for range test.times {
					p.clock.Advance(test.every)
					_, err = p.Authenticate(t.Context(), signedIn.Token)
				}
				if test.want == "" && err != nil || test.want != "" && turno.CodeOf(err) != test.want {
					t.Errorf("the answer is %v", err)
				}
			})
		}
		t.Run("a page that polls is no sign of life", func(t *testing.T) {
			signedIn, err := p.signIn("owner")
			p.must(err)
			for range 3 {
				p.clock.Advance(5 * time.Minute)
				_, err = p.AuthenticatePolling(t.Context(), signedIn.Token)
			}
			wantCode(t, err, turno.CodeSessionLocked)
		})
		t.Run("nobody made up a token", func(t *testing.T) {
			_, err := p.Authenticate(t.Context(), "made-up")
			wantCode(t, err, turno.CodeUnauthenticated)
		})
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		one, two, three := p.session("owner"), p.session("owner"), p.session("owner")
		count := func() int {
			sessions, err := p.Sessions(t.Context(), one)
			p.must(err)
			return len(sessions)
		}
		sessions, err := p.Sessions(t.Context(), one)
		p.must(err)
		current := 0
		for _, s := range sessions {
			if s.Current && s.ID == one.SessionID {
				current++
			}
		}
		if len(sessions) != 3 || current != 1 {
			t.Errorf("%d sessions, of which %d is this", len(sessions), current)
		}
		p.must(p.EndSession(t.Context(), one, two.SessionID))
		wantCode(t, p.EndSession(t.Context(), one, two.SessionID), turno.CodeNotFound)
		other := p.patient()
		wantCode(t, p.EndSession(t.Context(), other, three.SessionID), turno.CodeNotFound)
		if n := count(); n != 2 {
			t.Errorf("%d sessions are left, want 2", n)
		}
		p.must(p.EndOtherSessions(t.Context(), one))
		if n := count(); n != 1 {
			t.Errorf("%d sessions are left, want 1", n)
		}
		p.must(p.Logout(t.Context(), one))
		if n := count(); n != 0 {
			t.Errorf("%d sessions are left, want 0", n)
		}
	})
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		const next = "seven distant green kettles"
		here, there := p.session("owner"), p.session("owner")
		err := p.ChangePassword(t.Context(), here, "wrong", next)
		if diff := cmp.Diff([]string{"body.current_password"}, fieldsOf(err)); diff != "" {
			t.Errorf("the fields (-want +got):\n%s", diff)
		}
		err = p.ChangePassword(t.Context(), here, goodPassword, "short")
		if diff := cmp.Diff([]string{"body.new_password"}, fieldsOf(err)); diff != "" {
			t.Errorf("the fields (-want +got):\n%s", diff)
		}
		p.must(p.ChangePassword(t.Context(), here, goodPassword, next))
		sessions, err := p.Sessions(t.Context(), there)
		p.must(err)
		if len(sessions) != 1 || sessions[0].ID != here.SessionID {
			t.Errorf("the sessions are %+v, want the one that changed the password", sessions)
		}
		_, err = p.signIn("owner")
		wantCode(t, err, turno.CodeWrongCredentials)
		_, _, err = p.try("owner", next, "192.0.2.1", "")
		p.must(err)
		for range 5 {
			p.must(noMoreThan(p.ChangePassword(t.Context(), here, "wrong", goodPassword), turno.CodeInvalid))
		}
		wantCode(t, p.ChangePassword(t.Context(), here, next, goodPassword), turno.CodeRateLimited)
	})
}

// noMoreThan is nil when err has the code.
func noMoreThan(err error, code string) error {
	if turno.CodeOf(err) == code {
		return nil
	}
	return fmt.Errorf("want code %s: %w", code, err)
}
