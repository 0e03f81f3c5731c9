package visits_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/webtest"
)

// hand counts what somebody has to do.
type hand struct {
	*webtest.Tab
	taps, forms int
}

// tap presses what leads on.
func (h *hand) tap(selector string) {
	h.taps++
	h.Follow(selector)
}

// fill is a form that has to be filled in: pairs of selector and text.
func (h *hand) fill(pairs ...string) {
	h.forms++
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(pairs[i], "date") {
			h.Tab.Fill(pairs[i], pairs[i+1])
		} else {
			h.Type(pairs[i], pairs[i+1])
		}
	}
}

func TestFromTheStartPageToAVisitInFewPresses(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)

	t.Run("a returning patient on a phone: 5 presses and 1 form at most", func(t *testing.T) {
		webtest.EachNow(t, func(t *testing.T, c *webtest.Clinic) {
			h := &hand{Tab: chrome.Visit(t, c, webtest.Phone())}
			h.SignIn(c, c.Patient)
			h.Open("/")
			h.fill("input[name=q]", "cardio")
			h.tap(".finder button")
			h.tap(".doctor a.slot")
			h.tap("#book button.primary")
			h.wantVisit(t, 5, 1)
			h.Open("/appointments")
			if !strings.Contains(h.Text("main"), "Dr Amara Okafor") {
				t.Errorf("the visit is not among %s", h.Text("main"))
			}
		})
	})
	c := webtest.OnSQLite(t, webtest.Now())
	for _, look := range []webtest.Look{webtest.Phone(), webtest.Desktop().WithoutScript()} {
		t.Run("a newcomer: one form more, "+look.String(), func(t *testing.T) {
			h := &hand{Tab: chrome.Visit(t, c, look)}
			h.Open("/")
			h.fill("input[name=q]", "dermatology")
			h.tap(".finder button")
			h.tap(".doctor a.slot")
			h.tap("a[href^='/register?']")
			name := strings.ReplaceAll(look.String(), "-", "")
			h.fill("#f-full_name", "Nadia Nueva", "#f-date_of_birth", "1985-06-07", "#f-email", name+"@example.org",
				"#f-username", "nadia"+name, "#f-password", webtest.Password)
			h.tap("main form button.primary")
			h.tap("#book button.primary")
			h.wantVisit(t, 6, 2)
		})
	}
}

// Two patients on their phones look at the same time, at two servers where there
// may be two. Who is a moment late keeps what was typed, and books another.
func TestTwoPhonesRaceForATime(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	webtest.EachNow(t, func(t *testing.T, c *webtest.Clinic) {
		at := c.OpenTime(5)
		path := page.BookPath(c.Doctor.UserID, at, nil)
		loser := &hand{Tab: chrome.Visit(t, c, webtest.Phone())}
		winner := &hand{Tab: chrome.Visit(t, c.Neighbour(), webtest.Phone())}
		loser.SignIn(c, c.Patient)
		winner.SignIn(c, c.OtherPatient)
		loser.Open(path)
		loser.Click("textarea[name=reason]")
		loser.Press("My knee")
		winner.Open(path)
		if !strings.Contains(winner.Text("main"), "just been taken") {
			t.Errorf("while somebody is booking it, the time is offered: %s", winner.Text("main"))
		}
		c.Clock.Advance(turno.HoldLifetime + time.Second) // the loser's hold is over
		winner.Open(path)
		winner.tap("#book button.primary")
		winner.wantVisit(t, 1, 0)

		loser.tap("#book button.primary")
		if !strings.Contains(loser.Text("main"), "This time has just been taken") {
			t.Fatalf("the loser reads %s", loser.Text("main"))
		}
		loser.tap("#book button.slot")
		if typed := webtest.Eval[string](loser.Tab, `document.querySelector("textarea[name=reason]").value`); typed != "My knee" {
			t.Errorf("what was typed has become %q", typed)
		}
		loser.tap("#book button.primary")
		loser.wantVisit(t, 3, 0)
		if got := webtest.Eval[string](loser.Tab, `document.querySelector("h1 time").dateTime`); got == page.Machine(at) {
			t.Errorf("both have the visit at %s", got)
		}
	})
}

func TestTheWholeWayByKeyboard(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	h := &hand{Tab: chrome.Visit(t, c, webtest.Desktop())}
	h.SignIn(c, c.Patient)
	h.Open("/")
	h.reach(t, "input[name=q]")
	h.Press("cardio")
	h.PressFor("\r")
	h.reach(t, ".doctor a.slot")
	h.PressFor("\r")
	h.reach(t, "textarea[name=reason]")
	h.Press("My knee")
	h.reach(t, "#book button.primary")
	h.PressFor("\r")
	h.wantVisit(t, 0, 0)
	h.reach(t, "a[href$='/cancel']")
	h.PressFor("\r")
	h.reach(t, ".button.danger")
	h.PressFor("\r")
	if !strings.Contains(h.Text("main"), "Cancelled") {
		t.Errorf("in the end the visit is %s", h.Text("main"))
	}
}

// reach presses the tabulator until the focus is there.
func (h *hand) reach(t *testing.T, selector string) {
	t.Helper()
	for range 80 {
		h.Press("\t")
		if webtest.Eval[bool](h.Tab, `document.activeElement.matches(`+strconv.Quote(selector)+`)`) {
			return
		}
	}
	t.Fatalf("the keyboard does not reach %s at %s", selector, h.Path())
}

func (h *hand) wantVisit(t *testing.T, taps, forms int) {
	t.Helper()
	if !strings.HasPrefix(h.Path(), "/appointments/") || !strings.Contains(h.Text("main"), "not yet confirmed") {
		t.Fatalf("in the end the window is at %s: %s", h.Path(), h.Text("main"))
	}
	if h.taps > taps || h.forms > forms {
		t.Errorf("it took %d presses and %d forms, want at most %d and %d", h.taps, h.forms, taps, forms)
	}
}

func TestTheTimeIsCountedDownAndTheWeekIsSwapped(t *testing.T) {
	t.Parallel()
	chrome := webtest.StartChrome(t)
	c := webtest.OnSQLite(t, webtest.Now())
	addKinds(t, c)
	tab := chrome.Visit(t, c, webtest.Phone())
	tab.SignIn(c, c.Patient)
	n := 3
	for !c.OpenTime(n + 1).Equal(c.OpenTime(n).Add(30 * time.Minute)) { // the last before a pause is too short for one kind
		n++
	}
	tab.Open(page.BookPath(c.Doctor.UserID, c.OpenTime(n), nil))
	tab.Wait(".countdown.counting")
	if left := tab.Text(".countdown .left"); left != "5:00" && !strings.HasPrefix(left, "4:5") {
		t.Errorf("the countdown shows %s", left)
	}
	if shown := webtest.Eval[string](tab, `getComputedStyle(document.querySelector(".more-time")).visibility`); shown != "hidden" {
		t.Errorf("more time is offered too soon: it is %s", shown)
	}
	webtest.Eval[bool](tab, `document.querySelector(".countdown").classList.add("soon") ?? true`)
	if shown := webtest.Eval[string](tab, `getComputedStyle(document.querySelector(".more-time")).visibility`); shown != "visible" {
		t.Errorf("with a minute left more time is %s", shown)
	}
	if box := webtest.Eval[string](tab, `getComputedStyle(document.querySelector(".for-new")).display`); box != "none" {
		t.Errorf("the fields of somebody new are shown at first: %s", box)
	}
	tab.Click("input[name=type]:not(:checked)")
	if shown := tab.Text("[data-mirror=type]"); shown != "First visit · 1 hour, at the clinic" {
		t.Errorf("another kind is chosen, and the summary shows %q", shown)
	}
	tab.Click("input[name=for][value=new]")
	tab.Wait("#f-full_name")

	tab.Open(page.DoctorPath(c.Doctor.UserID))
	week := tab.Text("#times-title")
	webtest.Eval[bool](tab, `window.stayed = true`)
	tab.Click("#times [data-arrow=next]")
	tab.Wait("#times [data-arrow=prev]")
	if now := tab.Text("#times-title"); now == week || !webtest.Eval[bool](tab, `window.stayed === true`) {
		t.Errorf("the arrow leads from %s to %s by a new page", week, now)
	}
	if !strings.Contains(tab.Path(), "week=") {
		t.Errorf("the address does not follow: %s", tab.Path())
	}
}

// One time is kept at a time: the window with the first one says that it was given
// back for the second, and gets it again at a press.
func TestTwoWindowsHoldOneTime(t *testing.T) {
	t.Parallel()
	c := webtest.OnSQLite(t, webtest.Now())
	first := webtest.StartChrome(t).Visit(t, c, webtest.Phone())
	first.SignIn(c, c.Patient)
	first.Open(page.BookPath(c.Doctor.UserID, c.OpenTime(0), nil))
	first.Fill("#f-reason", "A cough")
	first.Wait(".countdown.counting")
	second := first.Another()
	second.Open(page.BookPath(c.Doctor.UserID, c.OpenTime(2), nil))
	second.Wait(".countdown.counting:not(.over)")
	first.Wait(".countdown.over")
	if keep := first.Text(".keep"); !strings.Contains(keep, "Given back for your other time") || !strings.Contains(keep, "Keep it again") {
		t.Errorf("the first window says %q", keep)
	}
	first.MustBeOpenToAll(t, "book-given-back")
	first.Follow(".more-time .button")
	first.Wait(".countdown.counting:not(.over)")
	second.Wait(".countdown.over")
	if reason := webtest.Eval[string](first, `document.querySelector("#f-reason").value`); reason != "A cough" {
		t.Errorf("the reason is %q", reason)
	}
}
