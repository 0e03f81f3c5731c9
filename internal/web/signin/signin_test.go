package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/turno-health/turno/internal/web/signin"
	"github.com/turno-health/turno/internal/web/webtest"
)

func TestSigningIn(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		tests := []struct{ name, login, next, want string }{
			{"by username", "pablo", "", "/"},
			{"by email, in any case", "Pablo@Example.org", "", "/"},
			{"to where one was going", "pablo", "/appointments?past=", "/appointments?past="},
			{"never to another site", "pablo", "https://evil.example/", "/"},
			{"nor by a path that is none", "pablo", "//evil.example/", "/"},
			{"nor by a backslash", "pablo", `/\evil.example`, "/"},
			{"nor by a control character", "pablo", "/\t/evil.example", "/"},
			{"nor by a script", "pablo", "javascript:alert(1)", "/"},
		}
		for _, test := range tests {
			v := c.Visitor(t)
			form := v.Get("/login?" + url.Values{"next": {test.next}}.Encode())
			in := v.Submit(form, "main form", url.Values{"login": {test.login}, "password": {webtest.Password}})
			if in.Path != test.want || in.Status != http.StatusOK {
				t.Errorf("%s: the answer is %d at %s, want %s", test.name, in.Status, in.Path, test.want)
			}
			if direct := c.Visitor(t).Post("/login", url.Values{"next": {test.next}, "login": {test.login}, "password": {webtest.Password}}); direct.Path != test.want {
				t.Errorf("%s, without the form: at %s", test.name, direct.Path)
			}
			if again := v.Get("/login?" + url.Values{"next": {test.next}}.Encode()); again.Path != test.want {
				t.Errorf("%s, signed in already: at %s", test.name, again.Path)
			}
			if out := v.Submit(in, "form.leave", nil); !out.Says("You have signed out.") || out.Find("form.leave").Length() > 0 {
				t.Errorf("%s: signing out says %s", test.name, out.Text())
			}
			if later := v.Get("/appointments"); !strings.HasPrefix(later.Path, "/login?next=") {
				t.Errorf("%s: signed out, the visits are at %s", test.name, later.Path)
			}
		}
	})
}

func TestAWrongPasswordLosesNothing(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visitor(t)
		wrong := v.Submit(v.Get("/login?next=/appointments"), "main form", url.Values{"login": {"pablo"}, "password": {"a wrong password"}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Says("The name or the password is wrong.") || wrong.Find("#f-login").AttrOr("value", "") != "pablo" {
			t.Errorf("the answer is %d: %s", wrong.Status, wrong.Text())
		}
		if strings.Contains(wrong.Body, "a wrong password") {
			t.Error("the password is in the page")
		}
		if in := v.Submit(wrong, "main form", url.Values{"password": {webtest.Password}}); in.Path != "/appointments" {
			t.Errorf("then the right one leads to %s", in.Path)
		}
	})
}

func TestRegistering(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visitor(t)
		empty := v.Submit(v.Get("/register"), "main form", nil)
		if n := empty.Find(".summary li").Length(); empty.Status != http.StatusUnprocessableEntity || n == 0 {
			t.Errorf("an empty form answers %d with %d problems", empty.Status, n)
		}
		person := url.Values{"full_name": {"Nadia Nueva"}, "date_of_birth": {"1985-06-07"}, "email": {"pablo@example.org"}, "username": {"nadia"}, "password": {webtest.Password}, "contact_number": {"+34 600 111 222"}}
		taken := v.Submit(empty, "main form", person)
		if taken.Status != http.StatusUnprocessableEntity || !taken.Says("Somebody is registered with some of these details already.") || taken.Find("#f-full_name").AttrOr("value", "") != "Nadia Nueva" {
			t.Errorf("a taken email answers %d: %s", taken.Status, taken.Text())
		}
		person.Set("email", "nadia@example.org")
		if in := v.Submit(taken, "main form", person); in.Path != "/" || in.Find("form.leave").Length() != 1 {
			t.Errorf("registered, she is at %s: %s", in.Path, in.Text())
		}
	})
}

func TestADoctorRegisters(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visitor(t)
		form := v.Get("/register/doctor")
		field := form.Find("#f-specialization_id option").Last().AttrOr("value", "")
		doctor := url.Values{"full_name": {"Dr Nova"}, "specialization_id": {""}, "license_number": {"L-77"}, "years_of_experience": {"3"}, "time_zone": {"Europe/Madrid"},
			"email": {"nova@example.org"}, "username": {"nova"}, "password": {webtest.Password}}
		wrong := v.Submit(form, "main form", doctor)
		if wrong.Status != http.StatusUnprocessableEntity || wrong.Find("#f-license_number").AttrOr("value", "") != "L-77" || wrong.Find("#f-specialization_id").AttrOr("aria-invalid", "") != "true" {
			t.Errorf("without a specialization the answer is %d: %s", wrong.Status, wrong.Text())
		}
		doctor.Set("specialization_id", field)
		in := v.Submit(wrong, "main form", doctor)
		if in.Path != "/schedule" || !in.Says("We'll check your licence") {
			t.Errorf("registered, the doctor is at %s: %s", in.Path, in.Text())
		}
		if found := c.Visitor(t).Get("/doctors?q=nova"); found.Find(".doctor").Length() != 0 {
			t.Error("patients find a doctor whose licence nobody has checked")
		}
	})
}

func TestWhatIsTypedIsNeverPartOfAPageNorSentFromElsewhere(t *testing.T) {
	t.Parallel()
	const hostile = `"'><img src=x onerror=alert(1)><script>alert(1)</script>`
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.Visitor(t)
		fields := url.Values{}
		for _, name := range []string{"login", "password", "full_name", "email", "username", "date_of_birth", "contact_number", "license_number", "time_zone", "bio", "years_of_experience", "specialization_id", "next"} {
			fields.Set(name, hostile)
		}
		for _, route := range signin.Routes() {
			path, posts := strings.CutPrefix(route.Pattern, "POST ")
			if !posts {
				continue
			}
			answer := v.Post(path, fields)
			if n := answer.Find("img[onerror], script:not([src])").Length(); n > 0 {
				t.Errorf("%s makes %d pieces of what was typed part of the page", path, n)
			}
			if got := v.PostFrom("cross-site", path, fields); got.Status != http.StatusForbidden {
				t.Errorf("%s from another site answers %d", path, got.Status)
			}
		}
	})
}
