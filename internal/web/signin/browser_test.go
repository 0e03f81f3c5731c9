package signin_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno/internal/web/webtest"
)

func TestAPasskeyInARealBrowser(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	tab := webtest.StartChrome(t).Visit(t, c, webtest.Phone())
	tab.HasDevice()
	tab.SignIn(c, c.Patient)
	tab.Open("/account/passkeys/new")
	tab.Type("#f-name", "This phone")
	tab.Follow("main form.passkey button")
	if tab.Path() != "/account/passkeys" || !tab.Has(".settings a[href^='/account/passkeys/']") {
		t.Fatalf("the new passkey leads to %s: %s", tab.Path(), tab.Text("main"))
	}
	tab.Open("/account")
	tab.Follow("main form[action='/logout'] button")
	// Chromium takes its only passkey by itself here, as if it had been chosen in
	// the field for the name.
	tab.Open("/login?next=/account/devices")
	tab.Wait("form[action='/account/notices']")
	if path := tab.Path(); path != "/account/notices?next=%2Faccount%2Fdevices" {
		t.Errorf("the passkey leads to %s: %s", path, tab.Text("main"))
	}
	tab.Open("/confirm?next=/account/people")
	tab.Follow("main form.passkey button")
	if path := tab.Path(); path != "/account/people" {
		t.Errorf("by its button the passkey confirms to %s: %s", path, tab.Text("main"))
	}
}

func TestTypingIsASignOfLife(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	c.Site.StaffIdle = 11 * time.Second // the page hides after six, and tells after two
	tab := webtest.StartChrome(t).Visit(t, c, webtest.Desktop())
	tab.SignIn(c, c.Doctor)
	tab.Open("/account/profile")
	c.Clock.Advance(50 * time.Minute)
	tab.Type("#f-full_name", "Dr Half Typed")
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		sessions, err := c.Account.Sessions(t.Context(), c.Doctor.Caller)
		c.Must(err)
		if sessions[0].LastSeenAt.Equal(c.Clock.Now()) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server has not heard of it: the session was last used at %v", sessions[0].LastSeenAt)
		}
	}
}

func TestTheLockLiesOverThePage(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	webtest.EachNow(t, func(t *testing.T, c *webtest.Clinic) {
		c.Site.StaffIdle = 7 * time.Second // the page hides five seconds before
		tab := chrome.Visit(t, c, webtest.Desktop())
		tab.SignIn(c, c.Doctor)
		tab.Open("/account/profile")
		tab.Type("#f-full_name", "Dr Half Typed")
		tab.Wait("dialog.lock #f-password")
		if hidden := webtest.Eval[string](tab, `getComputedStyle(document.querySelector("main")).visibility`); hidden != "hidden" {
			t.Errorf("behind the lock the page is %s", hidden)
		}
		tab.Type("dialog.lock #f-password", "not-this-one-at-all")
		tab.Click("dialog.lock button.primary")
		tab.Wait("dialog.lock .summary")
		tab.Type("dialog.lock #f-password", webtest.Password)
		tab.Click("dialog.lock button.primary")
		tab.WaitGone("dialog.lock")
		if typed := webtest.Eval[string](tab, `document.querySelector("#f-full_name").value`); typed != "Dr Half Typed" {
			t.Errorf("after it the field holds %q", typed)
		}
	})
}

func TestAPageThatFollowsTheClinicIsLockedWhereItIs(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	c.Site.StaffIdle = time.Hour
	tab := webtest.StartChrome(t).Visit(t, c, webtest.Desktop())
	tab.SignIn(c, c.Doctor)
	tab.Open("/schedule")
	webtest.Eval[bool](tab, `window.untouched = true`)
	for c.Site.Live.Subscribers() == 0 { // the test's own deadline ends it
		time.Sleep(10 * time.Millisecond)
	}
	c.Clock.Advance(2 * time.Hour) // the session is locked; the next change finds it out
	c.Request(c.OpenTime(0))
	tab.Wait("dialog.lock #f-password")
	if !webtest.Eval[bool](tab, `window.untouched === true`) || tab.Path() != "/schedule" {
		t.Errorf("the page was left, for %s", tab.Path())
	}
}
