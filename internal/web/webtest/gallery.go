package webtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Place is a page in a state that is worth looking at. Each room lists its own in
// its tests, and Tour opens them all.
type Place struct {
	Name string // of the picture: "book-slot-taken"
	Path string
	As   Person // the zero Person: nobody has signed in

	// Prepare brings the window to the state, once it is open; nil: as it opens.
	Prepare func(tab *Tab)
}

// Looks are the sizes and themes that every page is looked at in: both sizes in
// both themes for pictures, and else each size and each theme once, in half the
// time. What axe-core finds hangs on one of the two.
func Looks() []Look {
	if os.Getenv(shotsFolder) == "" {
		return []Look{Phone(), Desktop().InTheDark()}
	}
	looks := []Look{Phone(), Phone().InTheDark(), Desktop(), Desktop().InTheDark()}
	for i := range looks {
		looks[i].Language = os.Getenv(shotsLanguage)
	}
	return looks
}

// shotsFolder names the variable with the folder for pictures.
const shotsFolder = "TURNO_SHOTS"

// shotsLanguage names the variable with the language of the pictures; empty:
// English.
const shotsLanguage = "TURNO_SHOTS_LANGUAGE"

// maxShift is the layout shift that counts as none (web.dev: good is below 0.1).
const maxShift = 0.02

// maxBytes is what a page may weigh on its first visit, with all its files.
const maxBytes = 60_000

// Tour opens every place in every look and fails for barriers that axe-core
// finds, for what moves while the page loads, for what is wider than the window,
// for a heavy page, and for whatever the console says. With TURNO_SHOTS set to a
// folder it leaves a picture of each there: "make shots".
func Tour(t *testing.T, c *Clinic, chrome *Chrome, places ...Place) {
	t.Helper()
	for _, place := range places {
		for _, look := range Looks() {
			t.Run(place.Name+"-"+look.String(), func(t *testing.T) {
				tab := chrome.Visit(t, c, look)
				tab.see(t, c, place)
			})
		}
	}
}

func (tab *Tab) see(t *testing.T, c *Clinic, place Place) {
	t.Helper()
	if place.As.Username != "" {
		tab.SignIn(c, place.As)
	}
	before := tab.Transferred()
	tab.Open(place.Path)
	if place.Prepare != nil {
		place.Prepare(tab)
	}
	if bytes := tab.Transferred() - before; bytes > maxBytes {
		t.Errorf("%s weighs %d bytes, which is more than %d", place.Path, bytes, maxBytes)
	}
	if shift := tab.Shift(); shift > maxShift {
		t.Errorf("%s moves by %.3f while it loads: %s", place.Path, shift, tab.Shifted())
	}
	if wide := tab.Overflow(); wide != "" {
		t.Errorf("%s is wider than the window: %s", place.Path, wide)
	}
	if covered := tab.Covered(".place"); covered != "" {
		t.Errorf("%s can't be pressed: %s", place.Path, covered)
	}
	if moving := tab.Moving("main :is(a, button, input, select, textarea)"); moving != "" {
		t.Errorf("%s can't be pressed while the page is shown: %s", place.Path, moving)
	}
	tab.MustBeOpenToAll(t, place.Name)
	if folder := os.Getenv(shotsFolder); folder != "" {
		tab.Save(filepath.Join(folder, strings.ReplaceAll(place.Name, "/", "-")+"-"+tab.Look.String()+".png"))
	}
}

// SignIn gives the window a session of the person, without the page for it.
func (tab *Tab) SignIn(c *Clinic, p Person) {
	tab.t.Helper()
	tab.SetCookie("turno_session", c.NewToken(p.Username))
}

// Shift is how much the page has moved under the eye since it opened: the sum of
// its layout shifts.
func (tab *Tab) Shift() float64 {
	tab.t.Helper()
	return Eval[float64](tab, `new Promise(done => {
		let sum = 0;
		new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; }).observe({type: "layout-shift", buffered: true});
		setTimeout(() => done(sum), 100);
	})`)
}

// Shifted names what Shift found to move, with where it was and is.
func (tab *Tab) Shifted() string {
	tab.t.Helper()
	return Eval[string](tab, `new Promise(done => {
		const moved = [], at = box => [box.x, box.y, box.width, box.height].map(Math.round).join(" ");
		new PerformanceObserver(list => {
			for (const e of list.getEntries()) for (const s of e.sources) moved.push((s.node ? s.node.nodeName + "." + s.node.className : "?") + " from " + at(s.previousRect) + " to " + at(s.currentRect));
		}).observe({type: "layout-shift", buffered: true});
		setTimeout(() => done(moved.join("; ")), 100);
	})`)
}

// Overflow names what sticks out of the window sideways, or is "".
func (tab *Tab) Overflow() string {
	tab.t.Helper()
	return Eval[string](tab, `(() => {
		if (document.documentElement.scrollWidth <= innerWidth) return "";
		for (const e of document.querySelectorAll("body *")) {
			const box = e.getBoundingClientRect();
			if (box.right > innerWidth + 1 && !e.closest(".agenda-wrap, .tabs, .numbers")) return e.tagName + "." + e.className + " to " + Math.round(box.right);
		}
		return "the page, " + document.documentElement.scrollWidth + " wide";
	})()`)
}

// Cut names what selector finds whose words do not fit into it, or is "".
func (tab *Tab) Cut(selector string) string {
	tab.t.Helper()
	return Eval[string](tab, `[...document.querySelectorAll(`+quote(selector)+`)].filter(e => {
		const box = e.getBoundingClientRect(), words = document.createRange();
		const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT, text => text.parentElement.closest(".hidden-text") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
		while (texts.nextNode()) {
			words.selectNodeContents(texts.currentNode);
			const inside = words.getBoundingClientRect();
			if (inside.width && (inside.left < box.left || inside.right > box.right)) return true;
		}
		return false;
	}).map(e => e.innerText.replace(/\s+/g, " ")).join("; ")`)
}

// Covered names what lies over something that selector finds and that is in view,
// so that nobody can press it, or is "".
func (tab *Tab) Covered(selector string) string {
	tab.t.Helper()
	return Eval[string](tab, `(() => {
		if (document.querySelector("dialog[open], .lock-screen")) return "";
		for (const e of document.querySelectorAll(`+quote(selector)+`)) {
			const box = e.getBoundingClientRect();
			const x = box.left + box.width / 2, y = box.top + box.height / 2;
			if (!box.width || x < 0 || y < 0 || x > innerWidth || y > innerHeight || getComputedStyle(e).visibility == "hidden") continue;
			const top = document.elementFromPoint(x, y);
			if (top && !e.contains(top)) return e.innerText + " is under " + top.tagName + "." + top.className;
		}
		return "";
	})()`)
}

// Moving names what selector finds within a part that view transitions make a picture
// of, which takes no presses meanwhile; or is "".
func (tab *Tab) Moving(selector string) string {
	tab.t.Helper()
	return Eval[string](tab, `(() => {
		for (const found of document.querySelectorAll(`+quote(selector)+`))
			for (let e = found; e; e = e.parentElement)
				if (getComputedStyle(e).viewTransitionName != "none") return found.tagName + " in " + e.tagName + "." + e.className;
		return "";
	})()`)
}
