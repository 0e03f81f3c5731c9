package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/store/storetest"
	"github.com/turno-health/turno/internal/web/webtest"

	"github.com/turno-health/turno/internal/sqldb"
)

const newPassword = "a-lamp-beside-the-river"

func TestACodeFollowsThePassword(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		app := c.SetUpApp(c.Patient)
		v := c.Visitor(t)
		asked := v.Submit(v.Get("/login?next=/appointments"), "main form", url.Values{"login": {"pablo"}, "password": {webtest.Password}})
		if !strings.HasPrefix(asked.Path, "/login/code?") || !asked.Says("Six digits from your authenticator app") {
			t.Fatalf("the right password leads to %s, which says %s", asked.Path, asked.Text())
		}
		if strings.Contains(asked.Body, webtest.Password) {
			t.Error("the password stands in the page")
		}
		wrong := v.Submit(asked, "main form", url.Values{"code": {"000000"}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Says("This code is wrong") {
			t.Fatalf("a wrong code is answered with %d: %s", wrong.Status, wrong.Text())
		}
		c.Clock.Advance(time.Minute)
		in := v.Submit(wrong, "main form", url.Values{"code": {app.Code(c.Clock.Now())}})
		if in.Path != "/account/notices?next=%2Fappointments" || !in.Says("An authenticator app was set up.") {
			t.Fatalf("the right code leads to %s, which says %s", in.Path, in.Text())
		}
		if on := v.Submit(in, "main form", nil); on.Path != "/appointments" {
			t.Errorf("from the news it goes on to %s", on.Path)
		}
		if again := v.Get("/account/notices"); !again.Says("Nothing new") {
			t.Errorf("news that were seen come again: %s", again.Text())
		}
	})
}

func TestARecoveryCodeSignsInOnce(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		app := c.SetUpApp(c.Patient)
		try := func() *webtest.Answer {
			v := c.Visitor(t)
			asked := v.Submit(v.Get("/login"), "main form", url.Values{"login": {"pablo"}, "password": {webtest.Password}})
			return v.Submit(asked, "main form", url.Values{"recovery_code": {strings.ToUpper(app.Recovery[0])}})
		}
		if in := try(); !in.Says("A recovery code was used") {
			t.Errorf("the first time it leads to %s, which says %s", in.Path, in.Text())
		}
		if again := try(); again.Status != http.StatusUnprocessableEntity {
			t.Errorf("the second time it leads to %s: %s", again.Path, again.Text())
		}
	})
}

func TestATicketIsOverAfterFiveMinutes(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.SetUpApp(c.Patient)
		v := c.Visitor(t)
		asked := v.Submit(v.Get("/login?next=/account"), "main form", url.Values{"login": {"pablo"}, "password": {webtest.Password}})
		c.Clock.Advance(6 * time.Minute)
		late := v.Submit(asked, "main form", url.Values{"code": {"123456"}})
		if late.Path != "/login?next=%2Faccount" || !late.Says("This took too long. Please sign in from the beginning.") {
			t.Errorf("too late it leads to %s, which says %s", late.Path, late.Text())
		}
	})
}

func TestTooManyWrongCodesAreSaidToBeThat(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.SetUpApp(c.Patient)
		v := c.Visitor(t)
		at := v.Submit(v.Get("/login?next=/account"), "main form", url.Values{"login": {"pablo"}, "password": {webtest.Password}})
		for range 5 {
			at = v.Submit(at, "main form", url.Values{"code": {"000000"}})
		}
		if at.Path != "/login?next=%2Faccount" || !at.Says("There were too many wrong codes. Please sign in from the beginning.") {
			t.Errorf("the fifth one leads to %s, which says %s", at.Path, at.Text())
		}
	})
}

func TestSigningInLeadsToAPage(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		for next, want := range map[string]string{
			"/logout": "/", "/language": "/", "/alive": "/", "/account/notices?x": "/account/notices?x", "/doctors?q=a": "/doctors?q=a",
			"/appointments/" + turno.NewID().String() + "/cancel": "", "/admin/book/patient": "/",
			"/schedule/visits/" + turno.NewID().String() + "/confirm": "/",
		} {
			in := c.Visitor(t).Post("/login", url.Values{"login": {"pablo"}, "password": {webtest.Password}, "next": {next}})
			if want == "" {
				want = next
			}
			if in.Path != want || in.Status == http.StatusMethodNotAllowed {
				t.Errorf("next=%s leads to %s: %d", next, in.Path, in.Status)
			}
		}
	})
}

func TestNobodyIsSentElsewhere(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		for _, elsewhere := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
			in := c.Visitor(t).Post("/login", url.Values{"login": {"pablo"}, "password": {webtest.Password}, "next": {elsewhere}})
			if in.Path != "/" {
				t.Errorf("next=%s leads to %s", elsewhere, in.Path)
			}
			v := c.As(t, c.Doctor)
			for _, path := range []string{"/confirm", "/unlock"} {
				if on := v.Post(path, url.Values{"password": {webtest.Password}, "next": {elsewhere}}); on.Path != "/account" && on.Path != "/schedule" {
					t.Errorf("%s with next=%s leads to %s", path, elsewhere, on.Path)
				}
			}
		}
	})
}

func TestAForgottenPassword(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		elsewhere, v := c.As(t, c.Patient), c.Visitor(t)
		form := v.Get("/forgot")
		if empty := v.Submit(form, "main form", nil); empty.Status != http.StatusUnprocessableEntity || !empty.Says("This is required.") {
			t.Errorf("without a name it answers %d: %s", empty.Status, empty.Text())
		}
		known, unknown := v.Submit(form, "main form", url.Values{"login": {"pablo"}}), v.Submit(form, "main form", url.Values{"login": {"nobody@example.org"}})
		if known.Path != unknown.Path || known.Text() != unknown.Text() || !known.Says("Ask the clinic for your link") {
			t.Errorf("the page tells whether there is an account: %s and %s", known.Text(), unknown.Text())
		}
		if len(c.ResetLinks) != 1 {
			t.Fatalf("the links are %v, want one", c.ResetLinks)
		}
		choose := v.Get(c.ResetLinks[0])
		if choose.Path != "/reset" {
			t.Fatalf("the secret stays in the address: %s", choose.Path)
		}
		for _, bad := range []struct {
			first, second, says string
		}{
			{newPassword, "another-lamp-beside-it", "The two are not the same."},
			{"short", "short", "12 characters"},
		} {
			refused := v.Submit(choose, "main form", url.Values{"new_password": {bad.first}, "repeated": {bad.second}})
			if refused.Status != http.StatusUnprocessableEntity || !refused.Says(bad.says) {
				t.Errorf("%q and %q are answered with %d: %s", bad.first, bad.second, refused.Status, refused.Text())
			}
		}
		done := v.Submit(choose, "main form", url.Values{"new_password": {newPassword}, "repeated": {newPassword}})
		if done.Path != "/login" || !done.Says("Your new password counts from now on.") {
			t.Fatalf("having chosen it leads to %s: %s", done.Path, done.Text())
		}
		if out := elsewhere.Get("/account"); !strings.HasPrefix(out.Path, "/login") {
			t.Errorf("elsewhere the session lives on at %s", out.Path)
		}
		in := v.Submit(done, "main form", url.Values{"login": {"pablo"}, "password": {newPassword}})
		if !in.Says("A new password was set with a link.") {
			t.Errorf("then one reads at %s: %s", in.Path, in.Text())
		}
		for name, link := range map[string]string{"used": c.ResetLinks[0], "made up": "/reset?token=made-up"} {
			over := v.Get(link)
			if over.Status != http.StatusNotFound || !over.Says("This link works no more") || over.Find(`a[href="/forgot"]`).Length() != 1 || over.Find("main form").Length() != 0 {
				t.Errorf("opening a link that is %s answers %d: %s", name, over.Status, over.Text())
			}
		}
		used := v.Post("/reset", url.Values{"new_password": {newPassword}, "repeated": {newPassword}})
		if used.Status != http.StatusNotFound || !used.Says("This link works no more") {
			t.Errorf("a used link is answered with %d: %s", used.Status, used.Text())
		}
	})
}

func TestANewPasswordNeedsTheSecondFactorToo(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		app, v := c.SetUpApp(c.Patient), c.Visitor(t)
		v.Post("/forgot", url.Values{"login": {"pablo@example.org"}})
		choose := v.Get(c.ResetLinks[0])
		fill := url.Values{"new_password": {newPassword}, "repeated": {newPassword}}
		without := v.Submit(choose, "main form", fill)
		if without.Status != http.StatusUnprocessableEntity || !without.Says("please give its code too") {
			t.Fatalf("without a code it answers %d: %s", without.Status, without.Text())
		}
		c.Clock.Advance(time.Minute)
		fill.Set("code", app.Code(c.Clock.Now()))
		if done := v.Submit(without, "main form", fill); done.Path != "/login" {
			t.Errorf("with one it leads to %s: %s", done.Path, done.Text())
		}
	})
}

func TestTheLockScreenKeepsThePageAndWhatWasTyped(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Doctor)
		form := v.Get("/account/profile")
		c.Clock.Advance(61 * time.Minute)
		locked := v.Submit(form, "main form", url.Values{"full_name": {"Dr Amara N. Okafor"}})
		if locked.Path != "/unlock?next=%2Faccount%2Fprofile" || !locked.Says("Dr Amara Okafor, please show that it is you.") {
			t.Fatalf("after an hour it leads to %s: %s", locked.Path, locked.Text())
		}
		wrong := v.Submit(locked, "#unlock form", url.Values{"password": {"not-this-one-at-all"}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Says("The password is wrong.") {
			t.Fatalf("a wrong password is answered with %d: %s", wrong.Status, wrong.Text())
		}
		back := v.Submit(wrong, "#unlock form", url.Values{"password": {webtest.Password}})
		if back.Path != "/account/profile" || back.Find("#f-full_name").AttrOr("value", "") != "Dr Amara N. Okafor" || !back.Says("What you typed is still here.") {
			t.Fatalf("then it leads to %s: %s", back.Path, back.Text())
		}
		if again := v.Get("/account/profile"); again.Says("What you typed is still here.") {
			t.Error("what was typed comes back twice")
		}
	})
}

func TestALockedSessionCanBeLeft(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Desk)
		c.Clock.Advance(61 * time.Minute)
		locked := v.Get("/account")
		out := v.Submit(locked, `form[action="/logout"]`, nil)
		if out.Path != "/" || !out.Says("You have signed out.") {
			t.Errorf("signing out leads to %s: %s", out.Path, out.Text())
		}
		if in := v.Get("/unlock?next=/account"); in.Path != "/login?next=%2Faccount" {
			t.Errorf("then the lock screen leads to %s", in.Path)
		}
	})
}

func TestWhatMattersAsksAgainAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		form := v.Get("/account/profile")
		c.Clock.Advance(11 * time.Minute)
		asked := v.Submit(form, "main form", url.Values{"email": {"pablo.paz@example.org"}})
		if asked.Path != "/confirm?next=%2Faccount%2Fprofile" {
			t.Fatalf("another email leads to %s: %s", asked.Path, asked.Text())
		}
		wrong := v.Submit(asked, "main form", url.Values{"password": {"not-this-one-at-all"}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Says("This is not your password.") {
			t.Fatalf("a wrong password is answered with %d: %s", wrong.Status, wrong.Text())
		}
		back := v.Submit(wrong, "main form", url.Values{"password": {webtest.Password}})
		if back.Find("#f-email").AttrOr("value", "") != "pablo.paz@example.org" {
			t.Fatalf("at %s the email is lost: %s", back.Path, back.Text())
		}
		if done := v.Submit(back, "main form", nil); done.Path != "/account" || !done.Says("pablo.paz@example.org") {
			t.Errorf("sent again it leads to %s: %s", done.Path, done.Text())
		}
	})
}

func TestARequiredSecondFactorComesFirst(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := webtest.New(t, db, clock, func(s *account.Config) { s.RequireSecond = account.RequireStaff })
		early := c.As(t, c.Doctor)
		for path, want := range map[string]int{"/schedule": 1, "/account": 1, "/doctors": 1, "/account/second-factor": 0, "/account/passkeys": 0} {
			if at := early.Get(path); strings.Count(at.Body, "Your clinic asks for a second factor, from Monday 18 January on.") != want {
				t.Errorf("in the days of grace %s says %s", path, at.Text())
			}
		}
		if patient := c.As(t, c.Patient).Get("/account"); patient.Says("Your clinic asks for a second factor") {
			t.Error("a patient is asked for one too")
		}
		c.Clock.Advance(15 * 24 * time.Hour)
		v := c.As(t, c.Doctor)
		setUp := v.Get("/schedule")
		if setUp.Path != "/account/second-factor" || !setUp.Says("Set up an app or a passkey now.") {
			t.Fatalf("then the schedule leads to %s: %s", setUp.Path, setUp.Text())
		}
		begun := v.Post("/account/second-factor", url.Values{"do": {"begin"}})
		app := webtest.AppOf(t, "otpauth://totp/Turno:amara?secret="+strings.ReplaceAll(begun.Find("#secret").Text(), " ", ""))
		on := v.Submit(begun, "main form", url.Values{"code": {app.Code(c.Clock.Now())}})
		if !on.Says("Your second factor is on") {
			t.Fatalf("the code is answered with %s", on.Text())
		}
		if open := v.Get("/account/profile"); open.Path != "/account/profile" {
			t.Errorf("afterwards the profile leads to %s", open.Path)
		}
	})
}

func TestAPasskeySignsInUnlocksAndConfirms(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		key := c.AddPasskey(c.Doctor)
		v := c.Visitor(t)
		if !strings.Contains(v.Get("/login").Body, `data-enhance="passkey"`) {
			t.Error("signing in offers no passkey")
		}
		in := v.Post("/login/passkey", key.Answer(v, url.Values{"next": {"/account"}}))
		if in.Path != "/account/notices?next=%2Faccount" || !in.Says("A passkey was added.") {
			t.Fatalf("it leads to %s: %s", in.Path, in.Text())
		}
		used := key.Answer(v, nil)
		v.Post("/login/passkey", used)
		if again := c.Visitor(t).Post("/login/passkey", used); again.Status != http.StatusUnprocessableEntity {
			t.Errorf("an answer works twice: it leads to %s", again.Path)
		}
		c.Clock.Advance(61 * time.Minute)
		if locked := v.Get("/account"); !strings.HasPrefix(locked.Path, "/unlock") {
			t.Fatalf("after an hour it leads to %s", locked.Path)
		}
		if back := v.Post("/unlock/passkey", key.Answer(v, url.Values{"next": {"/account/devices"}})); back.Path != "/account/devices" {
			t.Errorf("the passkey unlocks to %s: %s", back.Path, back.Text())
		}
		c.Clock.Advance(11 * time.Minute)
		if asked := v.Get("/account/erase"); !strings.HasPrefix(asked.Path, "/confirm") {
			t.Fatalf("erasing leads to %s", asked.Path)
		}
		if on := v.Post("/confirm/passkey", key.Answer(v, url.Values{"next": {"/account/erase"}})); on.Path != "/account/erase" {
			t.Errorf("the passkey confirms to %s: %s", on.Path, on.Text())
		}
		other := c.As(t, c.OtherDoctor)
		if refused := other.Post("/confirm/passkey", key.Answer(other, nil)); refused.Status != http.StatusUnprocessableEntity {
			t.Errorf("somebody else's passkey confirms: %s", refused.Path)
		}
	})
}

// What is wrong with a registration is said at once, dates and numbers with the
// rest.
func TestEverythingWrongWithARegistrationIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visitor(t)
		for path, fields := range map[string][]string{
			"/register":        {"full_name", "date_of_birth", "contact_number", "email", "username", "password"},
			"/register/doctor": {"full_name", "specialization_id", "license_number", "years_of_experience", "time_zone", "email", "username", "password"},
		} {
			wrong := v.Submit(v.Get(path), "main form", url.Values{"contact_number": {"12"}, "date_of_birth": {"31/12/1990"}, "time_zone": {"Nowhere"}})
			if wrong.Status != http.StatusUnprocessableEntity {
				t.Fatalf("%s is answered with %d: %s", path, wrong.Status, wrong.Text())
			}
			for _, field := range fields {
				if wrong.Find("#f-"+field).AttrOr("aria-invalid", "") != "true" {
					t.Errorf("%s says nothing of %s: %s", path, field, wrong.Text())
				}
			}
		}
	})
}
