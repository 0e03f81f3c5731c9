package signin_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/webtest"
)

// browser is somebody's browser whose session can be looked at.
type browser struct {
	*webtest.Visitor
	jar http.CookieJar
	url *url.URL
}

func newBrowser(t *testing.T, c *webtest.Clinic) browser {
	t.Helper()
	at, err := url.Parse(c.URL)
	c.Must(err)
	jar, err := cookiejar.New(nil)
	c.Must(err)
	return browser{c.VisitorWith(t, jar), jar, at}
}

// token is what proves the session of the browser.
func (b browser) token() string {
	for _, cookie := range b.jar.Cookies(b.url) {
		if cookie.Name == "turno_session" {
			return cookie.Value
		}
	}
	return ""
}

func (b browser) signIn(p webtest.Person) {
	b.Post("/login", url.Values{"login": {p.Username}, "password": {webtest.Password}})
}

func TestASignInEndsTheSessionThatWasThere(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		for name, leave := range map[string]func(b browser){
			"somebody else signs in over the lock screen": func(b browser) {
				c.Clock.Advance(2 * time.Hour)
				b.signIn(c.Doctor)
			},
			"a link for a new password of somebody else is used": func(b browser) {
				b.Post("/forgot", url.Values{"login": {c.OtherPatient.Username}})
				form := b.Get(c.ResetLinks[len(c.ResetLinks)-1])
				b.Submit(form, "main form", url.Values{"new_password": {newPassword}, "repeated": {newPassword}})
			},
		} {
			b := newBrowser(t, c)
			b.signIn(c.Desk)
			before := b.token()
			leave(b)
			if _, err := c.Account.SessionUser(t.Context(), before); turno.CodeOf(err) != turno.CodeUnauthenticated || before == b.token() {
				t.Errorf("when %s, of the session before is left %v", name, err)
			}
		}
	})
}

func TestProvingToBeThereGivesANewToken(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		password := url.Values{"password": {webtest.Password}}
		for name, prove := range map[string]func(b browser) *webtest.Answer{
			"unlocking": func(b browser) *webtest.Answer {
				c.Clock.Advance(2 * time.Hour)
				return b.Post("/unlock", password)
			},
			"confirming": func(b browser) *webtest.Answer { return b.Post("/confirm", password) },
			"changing the password": func(b browser) *webtest.Answer {
				defer func() { c.Must(changeBack(t, c, b)) }()
				return b.Post("/account/password", url.Values{"current_password": {webtest.Password}, "new_password": {newPassword}, "repeated": {newPassword}})
			},
		} {
			b := newBrowser(t, c)
			b.signIn(c.Desk)
			before := b.token()
			if answer := prove(b); answer.Status != http.StatusOK {
				t.Errorf("%s is answered with %d: %s", name, answer.Status, answer.Text())
			}
			if _, err := c.Account.Authenticate(t.Context(), before); turno.CodeOf(err) != turno.CodeUnauthenticated {
				t.Errorf("after %s the token of before gives %v", name, err)
			}
			if home := b.Get("/account"); home.Path != "/account" {
				t.Errorf("after %s the browser is at %s", name, home.Path)
			}
		}
	})
}

// changeBack gives the desk its usual password again.
func changeBack(t *testing.T, c *webtest.Clinic, b browser) error {
	t.Helper()
	caller, err := c.Account.Authenticate(t.Context(), b.token())
	if err != nil {
		return err
	}
	return c.Account.ChangePassword(t.Context(), caller, newPassword, webtest.Password)
}
