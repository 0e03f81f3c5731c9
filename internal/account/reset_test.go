package account_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/account/passkeytest"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

const nextPassword = "seven distant green kettles"

// wishes are the resets that the outbox names.
func (p *people) wishes() (ids []uuid.UUID) {
	p.t.Helper()
	var payloads []string
	p.must(p.db.Read(p.t.Context(), func(tx *sqldb.Tx) (err error) {
		payloads, err = sqldb.All(tx, func(row sqldb.Scanner) (s string, err error) {
			err = row.Scan(&s)
			return s, err
		}, `SELECT payload FROM outbox WHERE event = $1 ORDER BY id`, account.ResetRequested)
		return err
	}))
	for _, payload := range payloads {
		var wish struct {
			ResetID uuid.UUID `json:"reset_id"`
		}
		p.must(json.Unmarshal([]byte(payload), &wish))
		ids = append(ids, wish.ResetID)
	}
	return ids
}

// token is the token in a link.
func (p *people) token(link string) string {
	p.t.Helper()
	u, err := url.Parse(link)
	p.must(err)
	if !strings.HasPrefix(link, origin+"/reset?token=") {
		p.t.Errorf("the link is %s", link)
	}
	return u.Query().Get("token")
}

// forgets is the token that somebody gets who forgets the password.
func (p *people) forgets(login string) string {
	p.t.Helper()
	p.must(p.RequestReset(p.t.Context(), policy.Caller{Address: "192.0.2.1"}, login))
	wishes := p.wishes()
	link, err := p.MakeResetLink(p.t.Context(), wishes[len(wishes)-1])
	p.must(err)
	return p.token(link.URL)
}

func (p *people) reset(token, password, code string) error {
	return p.ResetPassword(p.t.Context(), policy.Caller{}, account.NewPassword{Token: token, Password: password, Code: code})
}

func TestAForgottenPasswordIsReplaced(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		c := p.patient()
		login := p.username(c)
		before, err := p.signIn(login)
		p.must(err)
		p.try(login, "wrong", "192.0.2.1", "")
		token := p.forgets(login)
		err = p.reset(token, "short", "")
		if diff := cmp.Diff([]string{"body.new_password"}, fieldsOf(err)); diff != "" {
			t.Errorf("the fields (-want +got):\n%s", diff)
		}
		p.must(p.CheckResetLink(t.Context(), policy.Caller{}, token))
		p.must(p.reset(token, nextPassword, ""))
		t.Run("the old password counts no more", func(t *testing.T) {
			_, err := p.signIn(login)
			wantCode(t, err, turno.CodeWrongCredentials)
			_, _, err = p.try(login, nextPassword, "192.0.2.1", "")
			p.must(err)
		})
		t.Run("every session is over", func(t *testing.T) {
			_, err := p.Authenticate(t.Context(), before.Token)
			wantCode(t, err, turno.CodeUnauthenticated)
		})
		t.Run("the link worked once", func(t *testing.T) {
			wantCode(t, p.CheckResetLink(t.Context(), policy.Caller{}, token), turno.CodeNotFound)
			wantCode(t, p.reset(token, goodPassword, ""), turno.CodeNotFound)
			wantCode(t, p.reset("made-up", goodPassword, ""), turno.CodeNotFound)
		})
		t.Run("its owner and the trail are told", func(t *testing.T) {
			if diff := cmp.Diff([]account.NoticeKind{account.NoticePasswordReset}, p.notices(c)); diff != "" {
				t.Errorf("the notices (-want +got):\n%s", diff)
			}
			trail := strings.Join(p.trail(c.UserID), ", ")
			if !strings.Contains(trail, "UPDATE user fields=password reset") {
				t.Errorf("the trail is %s", trail)
			}
		})
	})
}

func TestALinkForANewPasswordIsOverSoon(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		login := p.username(p.patient())
		t.Run("after thirty minutes", func(t *testing.T) {
			token := p.forgets(login)
			p.clock.Advance(30 * time.Minute)
			wantCode(t, p.reset(token, nextPassword, ""), turno.CodeNotFound)
			_, err := p.MakeResetLink(t.Context(), p.wishes()[0])
			wantCode(t, err, turno.CodeNotFound)
		})
		t.Run("when another is used, and not when it is asked for", func(t *testing.T) {
			first, second := p.forgets(login), p.forgets(login)
			p.must(p.reset(first, nextPassword, ""))
			wantCode(t, p.reset(second, nextPassword, ""), turno.CodeNotFound)
		})
		t.Run("when the email is another", func(t *testing.T) {
			c := p.patient()
			p.owner.AuthenticatedAt = p.clock.Now()
			token := p.forgets(p.username(c))
			_, err := p.UpdateUser(t.Context(), p.owner, c.UserID, account.Patch{FullName: new("Ana Paz")})
			p.must(err)
			_, err = p.UpdateUser(t.Context(), p.owner, c.UserID, account.Patch{Email: new("elsewhere@example.org")})
			p.must(err)
			wantCode(t, p.reset(token, nextPassword, ""), turno.CodeNotFound)
			if diff := cmp.Diff([]account.NoticeKind{account.NoticeEmailChanged}, p.notices(c)); diff != "" {
				t.Errorf("the notices (-want +got):\n%s", diff)
			}
		})
		t.Run("when the person may sign in no more", func(t *testing.T) {
			c := p.patient()
			token := p.forgets(p.username(c))
			_, err := p.UpdateUser(t.Context(), p.owner, c.UserID, account.Patch{Active: new(false)})
			p.must(err)
			wantCode(t, p.reset(token, nextPassword, ""), turno.CodeNotFound)
		})
	})
}

func TestAskingForANewPasswordTellsNothing(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		known := p.username(p.patient())
		for _, login := range []string{"nobody-at-all", "nobody@example.org", "a\x00b", known} {
			p.must(p.RequestReset(t.Context(), policy.Caller{}, login))
		}
		if n := len(p.wishes()); n != 1 {
			t.Errorf("%d wishes were noted, want 1", n)
		}
		t.Run("nor does asking often, which makes three mails an hour", func(t *testing.T) {
			for range 4 {
				p.must(p.RequestReset(t.Context(), policy.Caller{}, strings.ToUpper(known)))
			}
			if n := len(p.wishes()); n != 3 {
				t.Errorf("%d wishes were noted, want 3", n)
			}
			p.clock.Advance(time.Hour + time.Second)
			p.must(p.RequestReset(t.Context(), policy.Caller{}, known))
			if n := len(p.wishes()); n != 4 {
				t.Errorf("%d wishes were noted, want 4", n)
			}
		})
		t.Run("one address asks thirty times an hour", func(t *testing.T) {
			for range 30 {
				p.must(p.RequestReset(t.Context(), policy.Caller{Address: "198.51.100.1"}, "nobody"))
			}
			wantCode(t, p.RequestReset(t.Context(), policy.Caller{Address: "198.51.100.1"}, known), turno.CodeRateLimited)
			p.must(p.RequestReset(t.Context(), policy.Caller{Address: "198.51.100.2"}, "nobody"))
		})
	})
}

func TestTheSecondFactorIsAskedForAllTheSame(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		a := p.setUp(p.patient())
		login := p.username(a.owner)
		token := p.forgets(login)
		wantCode(t, p.reset(token, nextPassword, ""), turno.CodeSecondFactorNeeded)
		wantCode(t, p.reset(token, nextPassword, "000000"), turno.CodeWrongCredentials)
		for range 4 {
			p.must(noMoreThan(p.reset(token, nextPassword, "000000"), turno.CodeWrongCredentials))
		}
		wantCode(t, p.reset(token, nextPassword, a.code(0)), turno.CodeRateLimited)
		p.clock.Advance(time.Second)
		p.must(p.reset(token, nextPassword, a.code(0)))
		_, _, err := p.try(login, nextPassword, "192.0.2.1", "")
		wantCode(t, err, turno.CodeSecondFactorNeeded)
	})
}

func TestStaffPassALinkOn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		patient := p.patient()
		link, err := p.IssueResetLink(t.Context(), p.owner, patient.UserID)
		p.must(err)
		if want := p.clock.Now().Add(15 * time.Minute); !link.ExpiresAt.Equal(want) {
			t.Errorf("it works until %v, want %v", link.ExpiresAt, want)
		}
		p.forgets(p.username(patient)) // or a stranger says so
		p.must(p.reset(p.token(link.URL), nextPassword, ""))
		if diff := cmp.Diff([]account.NoticeKind{account.NoticePasswordReset, account.NoticeResetLinkIssued}, p.notices(patient)); diff != "" {
			t.Errorf("the notices (-want +got):\n%s", diff)
		}
		if trail := p.trail(patient.UserID); trail[1] != "CREATE password_reset " {
			t.Errorf("the trail is %v", trail)
		}
		_, err = p.IssueResetLink(t.Context(), p.owner, p.doctor().UserID)
		p.must(err)
		t.Run("never for staff", func(t *testing.T) {
			for _, id := range []uuid.UUID{p.desk().UserID, p.owner.UserID} {
				_, err := p.IssueResetLink(t.Context(), p.owner, id)
				wantCode(t, err, turno.CodeForbidden)
			}
		})
		t.Run("nor for nobody", func(t *testing.T) {
			_, err := p.IssueResetLink(t.Context(), p.owner, uuid.New())
			wantCode(t, err, turno.CodeNotFound)
			p.must(p.EraseUser(t.Context(), p.owner, patient.UserID))
			_, err = p.IssueResetLink(t.Context(), p.owner, patient.UserID)
			wantCode(t, err, turno.CodeConflict)
		})
		t.Run("and the desk does not", func(t *testing.T) {
			_, err := p.IssueResetLink(t.Context(), p.desk(), p.patient().UserID)
			wantCode(t, err, turno.CodeForbidden)
		})
		t.Run("which works for a quarter of an hour", func(t *testing.T) {
			link, err := p.IssueResetLink(t.Context(), p.owner, p.patient().UserID)
			p.must(err)
			p.clock.Advance(15 * time.Minute)
			wantCode(t, p.reset(p.token(link.URL), nextPassword, ""), turno.CodeNotFound)
		})
	})
}

func TestALinkIsDelivered(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		var links []string
		p := newPeople(t, db, clock, account.Config{DeliverReset: func(_ context.Context, link string) { links = append(links, link) }})
		p.must(p.RequestReset(t.Context(), policy.Caller{}, "nobody-at-all"))
		p.must(p.RequestReset(t.Context(), policy.Caller{}, "OWNER@example.org"))
		if len(links) != 1 {
			t.Fatalf("the links are %v", links)
		}
		p.must(p.reset(p.token(links[0]), nextPassword, ""))
	})
}

// Whatever changes who somebody is, or may be, takes back what lets anybody in.
func TestAllAccessEnds(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		for name, act := range map[string]func(c policy.Caller) error{
			"with another staff level": func(c policy.Caller) error {
				_, err := p.UpdateUser(t.Context(), p.owner, c.UserID, account.Patch{StaffLevel: new(turno.StaffFull)})
				return err
			},
			"with deactivation": func(c policy.Caller) error {
				_, err := p.UpdateUser(t.Context(), p.owner, c.UserID, account.Patch{Active: new(false)})
				return err
			},
			"with a reset": func(c policy.Caller) error { return p.reset(p.forgets(p.username(c)), nextPassword, "") },
			"with erasure": func(c policy.Caller) error { return p.EraseUser(t.Context(), p.owner, c.UserID) },
		} {
			t.Run(name, func(t *testing.T) {
				p.owner.AuthenticatedAt = p.clock.Now()
				c := p.desk()
				login := p.username(c)
				signedIn, err := p.signIn(login)
				p.must(err)
				wish := p.forgets(login)
				p.must(act(c))
				_, err = p.Authenticate(t.Context(), signedIn.Token)
				wantCode(t, err, turno.CodeUnauthenticated)
				wantCode(t, p.reset(wish, goodPassword, ""), turno.CodeNotFound)
			})
		}
	})
}

func TestErasingTakesTheSecondFactorsAndAnExportNamesThem(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		c := p.patient()
		p.addPasskey(c, &passkeytest.Authenticator{Origin: origin})
		p.setUp(c)
		c.AuthenticatedAt = p.clock.Now()
		export, err := p.ExportMe(t.Context(), c)
		p.must(err)
		if len(export.Passkeys) != 1 || export.Passkeys[0].Name != "Phone" || len(export.Notices) != 2 || export.Person.Second.AppSince == nil {
			t.Errorf("the export has %+v, %+v and %+v", export.Passkeys, export.Notices, export.Person.Second)
		}
		p.must(p.EraseMe(t.Context(), c))
		p.must(p.db.Read(t.Context(), func(tx *sqldb.Tx) error {
			has, err := store.SecondFactorsOf(tx, c.UserID)
			if diff := cmp.Diff(store.SecondFactors{}, has); diff != "" {
				t.Errorf("what is left (-want +got):\n%s", diff)
			}
			return err
		}))
	})
}
