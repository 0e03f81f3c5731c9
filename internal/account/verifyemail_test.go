package account_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

func TestAnAddressIsVerifiedByWhoReadsItsMail(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		c := p.patient()
		user := func() (u turno.User) {
			p.must(p.db.Read(t.Context(), func(tx *sqldb.Tx) (err error) {
				u, err = store.UserByID(tx, c.UserID)
				return err
			}))
			return u
		}
		link := func() string {
			u, err := url.Parse(p.VerifyEmailURL(user()))
			p.must(err)
			if u.Path != "/verify-email" {
				t.Errorf("the link leads to %s", u.Path)
			}
			return u.Query().Get("token")
		}
		verify := func(token string) error { return p.VerifyEmail(t.Context(), policy.Caller{}, token) }
		if strings.Contains(link(), user().Email) {
			t.Error("the link says the address")
		}
		for name, token := range map[string]string{"made up": "made-up", "empty": "", "cut": link()[:40]} {
			if err := verify(token); turno.KindOf(err) != turno.KindNotFound {
				t.Errorf("a link that is %s: %v", name, err)
			}
		}
		ofAnother := link()
		moved := user()
		moved.Email = "another@example.org"
		p.must(p.db.Write(t.Context(), func(tx *sqldb.Tx) error { return store.UpdateUser(tx, moved) }))
		wantCode(t, verify(ofAnother), turno.CodeNotFound)
		late := link()
		p.clock.Advance(7 * 24 * time.Hour)
		wantCode(t, verify(late), turno.CodeNotFound)
		if user().EmailVerifiedAt != nil {
			t.Fatal("the address is verified already")
		}
		good := link()
		check := func() bool {
			verified, err := p.CheckEmailLink(t.Context(), policy.Caller{}, good)
			p.must(err)
			return verified
		}
		if _, err := p.CheckEmailLink(t.Context(), policy.Caller{}, late); turno.KindOf(err) != turno.KindNotFound {
			t.Errorf("looking at a late link: %v", err)
		}
		if check() {
			t.Error("a link counts by looking at it")
		}
		p.must(verify(good))
		if !check() {
			t.Error("a used link is not known")
		}
		p.must(verify(good)) // pressed twice
		if user().EmailVerifiedAt == nil {
			t.Error("the address is not verified")
		}
	})
}
