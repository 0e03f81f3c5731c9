package me_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/web/webtest"
)

const newPassword = "a-lamp-beside-the-river"

func TestTheProfileIsChanged(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		form := v.Get("/account/profile")
		wrong := v.Submit(form, "main form", url.Values{
			"full_name": {""}, "email": {"no address"}, "contact_number": {"12"}, "date_of_birth": {"soon"}, "time_zone": {"Mars/Base"},
		})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Says("Please give a date.") || wrong.Find("#f-email").AttrOr("value", "") != "no address" {
			t.Fatalf("nonsense is answered with %d: %s", wrong.Status, wrong.Text())
		}
		still := v.Submit(wrong, "main form", url.Values{"date_of_birth": {"1990-02-03"}})
		for _, says := range []string{"This is not an email address.", "Please give the number in international form", "This is not an IANA time zone"} {
			if still.Status == http.StatusUnprocessableEntity && !still.Says(says) && !still.Says("This is required.") {
				t.Errorf("the page does not say %q: %s", says, still.Text())
			}
		}
		taken := v.Submit(form, "main form", url.Values{"email": {"olivia@example.org"}})
		if taken.Status != http.StatusUnprocessableEntity {
			t.Errorf("somebody else's email is answered with %d: %s", taken.Status, taken.Text())
		}
		done := v.Submit(form, "main form", url.Values{
			"full_name": {"Pablo de la Paz"}, "gender": {"male"}, "contact_number": {"+34 600 111 222"}, "time_zone": {"Europe/Madrid"}, "locale": {"es"},
		})
		if done.Path != "/account" || !done.Says("Pablo de la Paz") || !done.Says("Tu perfil ha cambiado.") {
			t.Fatalf("then it leads to %s, which says %s", done.Path, done.Text())
		}
		kept := v.Get("/account/profile")
		if kept.Find("#f-contact_number").AttrOr("value", "") != "+34600111222" || kept.Find("#f-gender option[selected]").AttrOr("value", "") != "male" {
			t.Errorf("what was kept: %s", kept.Text())
		}
	})
}

func TestDoctorsAndStaffSeeWhatAppliesToThem(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		for _, p := range []webtest.Person{c.Doctor, c.Desk} {
			v := c.As(t, p)
			if home := v.Get("/account"); home.Says("People I care for") {
				t.Errorf("%s is asked about people", p.Username)
			}
			form := v.Get("/account/profile")
			if form.Find("#f-date_of_birth, #f-gender, #f-contact_number").Length() != 0 {
				t.Errorf("%s is asked what only a patient has", p.Username)
			}
			if done := v.Submit(form, "main form", url.Values{"full_name": {p.FullName + " II"}}); !done.Says(p.FullName + " II") {
				t.Errorf("%s is at %s: %s", p.Username, done.Path, done.Text())
			}
		}
	})
}

func TestThePasswordIsChanged(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v, elsewhere := c.As(t, c.Patient), c.As(t, c.Patient)
		form := v.Get("/account/password")
		for _, tt := range []struct{ current, wanted, repeated, says string }{
			{"not-this-one-at-all", newPassword, newPassword, "This is not your current password."},
			{webtest.Password, newPassword, "something-else-again", "The two are not the same."},
			{webtest.Password, "short", "short", "12 characters"},
		} {
			refused := v.Submit(form, "main form", url.Values{"current_password": {tt.current}, "new_password": {tt.wanted}, "repeated": {tt.repeated}})
			if refused.Status != http.StatusUnprocessableEntity || !refused.Says(tt.says) {
				t.Errorf("%s: %d, %s", tt.says, refused.Status, refused.Text())
			}
		}
		done := v.Submit(form, "main form", url.Values{"current_password": {webtest.Password}, "new_password": {newPassword}, "repeated": {newPassword}})
		if done.Path != "/account" || !done.Says("You are signed out everywhere else.") {
			t.Fatalf("then it leads to %s: %s", done.Path, done.Text())
		}
		if out := elsewhere.Get("/account"); !strings.HasPrefix(out.Path, "/login") {
			t.Errorf("elsewhere the session lives on at %s", out.Path)
		}
	})
}

func TestASecondFactorIsSetUpAndTurnedOff(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		begun := v.Submit(v.Get("/account/second-factor"), "form.post-button", nil)
		secret := begun.Find("#secret").Text()
		app := webtest.AppOf(t, "otpauth://totp/Turno:pablo?secret="+strings.ReplaceAll(secret, " ", ""))
		if begun.Find(".qr svg path").AttrOr("d", "") == "" || len(strings.Fields(begun.Find("#secret").Text())) < 5 {
			t.Fatalf("there is no QR code or no secret in groups: %s", begun.Text())
		}
		if cache := begun.Header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("the secret may be kept: %q", cache)
		}
		wrong := v.Submit(begun, "main form", url.Values{"code": {"000000"}})
		if wrong.Status != http.StatusUnprocessableEntity || wrong.Find("#secret").Text() != secret || wrong.Find("input[name=url]").Length() > 0 || !wrong.Says("This code is wrong.") {
			t.Fatalf("a wrong code is answered with %d: %s", wrong.Status, wrong.Text())
		}
		on := v.Submit(wrong, "main form", url.Values{"code": {app.Code(c.Clock.Now())}})
		if on.Find(".codes li").Length() != 10 || !on.Says("Your second factor is on") {
			t.Fatalf("the right code is answered with %d: %s", on.Status, on.Text())
		}
		page := v.Get("/account/second-factor")
		if !page.Says("10 codes are left") || strings.Contains(page.Body, on.Find(".codes li").First().Text()) {
			t.Errorf("afterwards the page says %s", page.Text())
		}
		fresh := v.Post("/account/second-factor", url.Values{"do": {"codes"}})
		if fresh.Find(".codes li").Length() != 10 || fresh.Find(".codes li").First().Text() == on.Find(".codes li").First().Text() {
			t.Errorf("new codes are %s", fresh.Text())
		}
		ask := v.Get(page.Find(`a[href$="?off"]`).AttrOr("href", ""))
		off := v.Submit(ask, "form.post-button", nil)
		if off.Path != "/account/second-factor" || !off.Says("The second factor is off.") {
			t.Errorf("turning it off leads to %s: %s", off.Path, off.Text())
		}
		if none := v.Post("/account/second-factor", url.Values{"do": {"codes"}}); none.Status != http.StatusUnprocessableEntity || !none.Says("There is no second factor to recover.") {
			t.Errorf("codes without a factor: %d, %s", none.Status, none.Text())
		}
	})
}

func TestPasskeysAreAddedNamedAndRemoved(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v, device := c.As(t, c.Patient), c.NewDevice()
		if none := v.Get("/account/passkeys"); !none.Says("No passkey yet") {
			t.Errorf("at first there is %s", none.Text())
		}
		unnamed := v.Post("/account/passkeys/new", device.Make(v, url.Values{"name": {""}}))
		if unnamed.Status != http.StatusUnprocessableEntity || !unnamed.Says("This is required.") {
			t.Errorf("without a name it answers %d: %s", unnamed.Status, unnamed.Text())
		}
		added := v.Post("/account/passkeys/new", device.Make(v, url.Values{"name": {"My phone"}}))
		if added.Path != "/account/passkeys" || !added.Says("My phone") {
			t.Fatalf("it leads to %s: %s", added.Path, added.Text())
		}
		own := added.Find(".settings a").AttrOr("href", "")
		c.Clock.Advance(11 * time.Minute)
		asked := v.Get(own)
		if !strings.HasPrefix(asked.Path, "/confirm") {
			t.Fatalf("later it leads to %s", asked.Path)
		}
		form := v.Submit(asked, "main form", url.Values{"password": {webtest.Password}})
		if named := v.Submit(form, "#name", url.Values{"name": {"Old phone"}}); !named.Says("Old phone") || !named.Says("The passkey has its new name.") {
			t.Errorf("its name leads to %s: %s", named.Path, named.Text())
		}
		gone := v.Submit(form, "form.post-button", nil)
		if gone.Path != "/account/passkeys" || !gone.Says("No passkey yet") {
			t.Errorf("removed, it leads to %s: %s", gone.Path, gone.Text())
		}
	})
}

func TestDevicesAreSignedOut(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.NewToken("pablo")
		phone := c.Visitor(t)
		phone.Header.Set("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1")
		phone.Post("/login", url.Values{"login": {"pablo"}, "password": {webtest.Password}})
		v := c.As(t, c.Patient)
		list := v.Get("/account/devices")
		if !list.Says("Safari, iPhone") || !list.Says("This device") {
			t.Fatalf("the devices are %s", list.Text())
		}
		row := list.Find("li:contains('Safari, iPhone') input[name=session]").AttrOr("value", "")
		v.Post("/account/devices", url.Values{"session": {row}})
		if out := phone.Get("/account"); !strings.HasPrefix(out.Path, "/login") {
			t.Errorf("the phone is still at %s", out.Path)
		}
		if twice := v.Post("/account/devices", url.Values{"session": {row}}); twice.Status != http.StatusOK {
			t.Errorf("signed out twice: %d", twice.Status)
		}
		before := v.Get("/account/devices").Find(".settings li").Length()
		for _, form := range []url.Values{nil, {"session": {"all"}}} {
			if refused := v.Post("/account/devices", form); refused.Status != http.StatusNotFound {
				t.Errorf("a form %v that names no device is answered with %d", form, refused.Status)
			}
		}
		if all := v.Get("/account/devices"); all.Find(".settings li").Length() != before || before < 2 {
			t.Errorf("after it the devices are %s", all.Text())
		}
		if alone := v.Post("/account/devices", url.Values{"do": {"others"}}); alone.Find(".settings li").Length() != 1 {
			t.Errorf("the others are not signed out: %s", alone.Text())
		}
	})
}

func TestPeopleAreCaredFor(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		v := c.As(t, c.Patient)
		empty := v.Submit(v.Get("/account/people/new"), "main form", url.Values{"full_name": {"Leo Paz"}})
		if empty.Status != http.StatusUnprocessableEntity || empty.Find("#f-full_name").AttrOr("value", "") != "Leo Paz" || !empty.Says("Please give a date.") || empty.Find("#f-relation").AttrOr("aria-invalid", "") != "true" {
			t.Fatalf("a name alone is answered with %d: %s", empty.Status, empty.Text())
		}
		added := v.Submit(empty, "main form", url.Values{"date_of_birth": {"2019-05-06"}, "relation": {"father"}})
		if added.Path != "/account/people" || !added.Says("Leo Paz") || !added.Says("born 6 May 2019") {
			t.Fatalf("then it leads to %s: %s", added.Path, added.Text())
		}
		own := added.Find(`.settings a[href^="/account/people/"]`).AttrOr("href", "")
		if changed := v.Submit(v.Get(own), "main form", url.Values{"full_name": {"Leo Paz Ruiz"}}); !changed.Says("Leo Paz Ruiz") {
			t.Errorf("his name leads to %s: %s", changed.Path, changed.Text())
		}
		ended := v.Submit(v.Get(own+"/end"), "main form", nil)
		if ended.Path != "/account/people" || ended.Says("Leo Paz Ruiz") {
			t.Errorf("ended, it leads to %s: %s", ended.Path, ended.Text())
		}
	})
}

func TestSomebodyActsForMe(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		const invited = "They are invited. If they have an account here, they find the invitation there, and act for you once they accept."
		v, mother := c.As(t, c.OtherPatient), c.As(t, c.Mother)
		list := v.Get("/account/people")
		wrong := v.Submit(list, "#proxy", url.Values{"username": {"maria@example.org"}})
		if wrong.Status != http.StatusUnprocessableEntity || wrong.Find("#f-username").AttrOr("value", "") != "maria@example.org" {
			t.Fatalf("without a relation it is answered with %d: %s", wrong.Status, wrong.Text())
		}
		v.Submit(list, "#proxy", url.Values{"username": {"maria@example.org"}, "relation": {"aunt"}})
		if mother.Get("/account").Says("Olivia Orr asks you to act for them") {
			t.Error("an email that nobody has verified finds who registered it")
		}
		v.Submit(v.Get("/account/people"), "#invited li:first-child form", nil)
		for _, name := range []string{"maria", "nobody-at-all"} { // of whom one has an account
			named := v.Submit(list, "#proxy", url.Values{"username": {name}, "relation": {"aunt"}})
			if named.Path != "/account/people" || !named.Says(invited) || !strings.Contains(named.Find("#invited").Text(), name) || named.Says("María Paz") {
				t.Fatalf("%s leads to %s: %s", name, named.Path, named.Text())
			}
		}
		if hers := mother.Get("/account/people"); hers.Says("Olivia Orr") {
			t.Errorf("before she has said yes, she cares for %s", hers.Text())
		}
		asked := mother.Get("/account")
		if !asked.Says("Olivia Orr asks you to act for them") || !asked.Says("As: aunt.") {
			t.Fatalf("her account says %s", asked.Text())
		}
		declined := mother.Submit(asked, `form:has([name="decline"])`, nil)
		if declined.Says("Olivia Orr asks you") || !declined.Says("You don't act for them. They are not told.") {
			t.Errorf("declined, it says %s", declined.Text())
		}
		waiting := v.Get("/account/people")
		if waiting.Find("#invited li").Length() != 2 {
			t.Errorf("who declined is gone from the list: %s", waiting.Text())
		}
		v.Submit(waiting, "#invited li:first-child form", nil)
		again := v.Submit(list, "#proxy", url.Values{"username": {"maria"}, "relation": {"aunt"}})
		if n := again.Find("#invited li").Length(); n != 2 {
			t.Errorf("taken back and asked again, there are %d invitations", n)
		}
		if mother.Get("/account").Says("Olivia Orr asks you") {
			t.Error("taken back and asked again, a refusal is no more")
		}
		c.Clock.Advance(14 * 24 * time.Hour) // by when it is over
		v, mother = c.As(t, c.OtherPatient), c.As(t, c.Mother)
		v.Submit(v.Get("/account/people"), "#proxy", url.Values{"username": {"nobody-at-all"}, "relation": {"aunt"}})
		v.Submit(v.Get("/account/people"), "#proxy", url.Values{"username": {"maria"}, "relation": {"aunt"}})
		asked = mother.Get("/account")
		accepted := mother.Submit(mother.Get("/account"), `form:has([name="accept"])`, nil)
		if !accepted.Says("You act for them from now on.") {
			t.Errorf("accepted, it says %s", accepted.Text())
		}
		if late := mother.Submit(asked, `form:has([name="accept"])`, nil); !late.Says("This invitation is no longer there.") {
			t.Errorf("an old page's button says %s", late.Text())
		}
		if hers := mother.Get("/account/people"); !hers.Says("Olivia Orr") {
			t.Errorf("she cares for %s", hers.Text())
		}
		acting := v.Get("/account/people")
		if !acting.Says("aunt · since") || acting.Find("#invited li").Length() != 1 {
			t.Errorf("the patient's list says %s", acting.Text())
		}
		ended := v.Submit(acting, `form:has([name="end"])`, nil)
		if ended.Says("aunt · since") || !ended.Says("They act for you no more.") {
			t.Errorf("ended, it says %s", ended.Text())
		}
	})
}

func TestOneReadsWhoLooked(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		if _, err := c.Account.Patient(t.Context(), c.Desk.Caller, c.Patient.UserID); err != nil {
			t.Fatal(err)
		}
		c.Visit(c.OpenTime(0))
		asked, err := c.Account.InviteProxy(t.Context(), c.Patient.Caller, c.Patient.UserID, account.NewProxy{Username: c.Doctor.Username, Relation: "cousin"})
		c.Must(err)
		c.Must(c.Account.AcceptInvitation(t.Context(), c.Doctor.Caller, asked.ID))
		_, err = c.Account.AddProxy(t.Context(), c.Desk.Caller, c.Patient.UserID, account.NewProxy{Username: c.OtherPatient.Username, Relation: "neighbour"})
		c.Must(err)
		v := c.As(t, c.Patient)
		others := v.Get("/account/access")
		for _, says := range []string{"Dina Desk looked at your record", "Dina Desk booked a visit for you", "The clinic's staff",
			"Dr Amara Okafor began to act for you", "Dina Desk let somebody act for you"} {
			if !others.Says(says) {
				t.Errorf("the page does not say %q: %s", says, others.Text())
			}
		}
		if others.Says("You signed in") {
			t.Errorf("one reads about oneself: %s", others.Text())
		}
		if all := v.Get("/account/access?all=yes"); !all.Says("You signed in") || !all.Says("You asked somebody to act for you") || !all.Says("María Paz began to act for you") {
			t.Errorf("with oneself it says %s", all.Text())
		}
		if none := c.As(t, c.OtherPatient).Get("/account/access"); !none.Says("Nobody so far") {
			t.Errorf("another patient reads %s", none.Text())
		}
	})
}

func TestOneTakesTheDataAndIsErased(t *testing.T) {
	t.Parallel()
	webtest.Each(t, func(t *testing.T, c *webtest.Clinic) {
		c.Visit(c.OpenTime(0))
		v := c.As(t, c.Patient)
		file := v.Submit(v.Get("/account/data"), "main form", nil)
		var data struct {
			User   struct{ Email string }
			Visits []json.RawMessage
		}
		if err := json.Unmarshal([]byte(file.Body), &data); err != nil || data.User.Email != "pablo@example.org" || len(data.Visits) != 1 {
			t.Errorf("the copy has %+v: %v", data, err)
		}
		if name := file.Header.Get("Content-Disposition"); name != `attachment; filename="turno-2027-01-04.json"` {
			t.Errorf("the file is %s", name)
		}
		ask := v.Get("/account/erase")
		if !ask.Says("Your visits to come are cancelled") {
			t.Errorf("it does not say what happens: %s", ask.Text())
		}
		if ask.Says("Nobody else acts for") {
			t.Errorf("it names somebody: %s", ask.Text())
		}
		_, err := c.Account.CreateDependant(t.Context(), c.Patient.Caller, account.NewDependant{
			FullName: "Leo Paz", DateOfBirth: turno.Date{Year: 2020, Month: 6, Day: 1}, Relation: "father",
		})
		c.Must(err)
		if ask = v.Get("/account/erase"); !ask.Says("Nobody else acts for Leo Paz") || !ask.Says("so those are cancelled too") {
			t.Errorf("it does not say what happens to the child's visits: %s", ask.Text())
		}
		for _, typed := range []string{"", "olivia"} {
			if refused := v.Submit(ask, "main form", url.Values{"username": {typed}}); refused.Status != http.StatusUnprocessableEntity || !refused.Says("nothing was done") {
				t.Errorf("%q is answered with %d: %s", typed, refused.Status, refused.Text())
			}
		}
		done := v.Submit(ask, "main form", url.Values{"username": {"Pablo"}})
		if done.Path != "/" || !done.Says("You are erased.") {
			t.Fatalf("then it leads to %s: %s", done.Path, done.Text())
		}
		if in := v.Post("/login", url.Values{"login": {"pablo"}, "password": {webtest.Password}}); in.Status != http.StatusUnprocessableEntity {
			t.Errorf("one still signs in: %s", in.Path)
		}
	})
}
