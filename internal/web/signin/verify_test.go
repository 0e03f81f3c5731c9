package signin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/webtest"
)

// verifyLink is the path of the link that a mail to somebody has.
func verifyLink(t *testing.T, c *webtest.Clinic, p webtest.Person) string {
	t.Helper()
	me, err := c.Account.Me(t.Context(), p.Caller)
	c.Must(err)
	return strings.TrimPrefix(c.Account.VerifyEmailURL(me.User), c.URL)
}

func verified(t *testing.T, c *webtest.Clinic, p webtest.Person) bool {
	t.Helper()
	me, err := c.Account.Me(t.Context(), p.Caller)
	c.Must(err)
	return me.User.EmailVerifiedAt != nil
}

func TestAnAddressIsVerifiedByPressingOnly(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		ana := c.NewPatient("ana", "Ana Prieto")
		link, v := verifyLink(t, c, ana), c.Visitor(t)
		asked := v.Get(link)
		if asked.Status != http.StatusOK || verified(t, c, ana) {
			t.Fatalf("opening the link is answered with %d, and verified the address: %t", asked.Status, verified(t, c, ana))
		}
		done := v.Submit(asked, "main form", nil)
		if done.Path != "/" || !done.Says("Thank you. Mail about your visits comes to this address from now on.") || !verified(t, c, ana) {
			t.Errorf("the button leads to %s, which says %s", done.Path, done.Text())
		}
		again := v.Get(link)
		if again.Status != http.StatusOK || !again.Says("Your address is confirmed") || again.Find("main form").Length() != 0 {
			t.Errorf("opened again: %d, %s", again.Status, again.Text())
		}
		if twice := v.Submit(asked, "main form", nil); twice.Path != "/" {
			t.Errorf("pressed twice: %d, %s", twice.Status, twice.Text())
		}
	})
}

func TestALinkThatVerifiesEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		ends func(c *webtest.Clinic, p webtest.Person)
	}{
		{"after a week", func(c *webtest.Clinic, _ webtest.Person) { c.Clock.Advance(7*24*time.Hour + time.Minute) }},
		{"when the address is another", func(c *webtest.Clinic, p webtest.Person) {
			other := "elsewhere@example.org"
			_, err := c.Account.UpdateUser(c.Context(), c.Full.Caller, p.UserID, account.Patch{Email: &other})
			c.Must(err)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
				ana, v := c.NewPatient("ana", "Ana Prieto"), c.Visitor(t)
				link := verifyLink(t, c, ana)
				asked := v.Get(link)
				tt.ends(c, ana)
				for name, over := range map[string]*webtest.Answer{"opened": v.Get(link), "pressed": v.Submit(asked, "main form", nil)} {
					if over.Status != http.StatusNotFound || !over.Says("This link works no more") || over.Find("main form").Length() != 0 {
						t.Errorf("%s, it is answered with %d: %s", name, over.Status, over.Text())
					}
				}
				if me, err := c.Account.Open(t.Context(), c.Full.Caller, ana.UserID); turno.KindOf(err) == turno.KindNotFound || me.User.EmailVerifiedAt != nil {
					t.Errorf("the address is verified (%v)", err)
				}
			})
		})
	}
}
