package webtest

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// axe is axe-core (Deque), a development dependency from npm that "make test"
// installs.
var axe = sync.OnceValues(func() (string, error) {
	_, here, _, _ := runtime.Caller(0)
	source, err := os.ReadFile(filepath.Join(filepath.Dir(here), "../../../tools/npm/node_modules/axe-core/axe.min.js"))
	return string(source), err
})

// Barriers is what axe-core finds against WCAG 2.2 AA and its best practices on
// the page as it stands, a line each.
func (tab *Tab) Barriers() []string {
	tab.t.Helper()
	source, err := axe()
	if err != nil {
		tab.t.Fatalf("axe-core is not installed: run npm ci --prefix tools/npm (%v)", err)
	}
	Eval[bool](tab, source+"; true")
	// An agenda begins at the present time, which may cut a time in two under its
	// head; what is found must not hang on the clock.
	Eval[bool](tab, `document.querySelectorAll(".agenda-wrap").forEach(e => { e.scrollTop = 0; }); true`)
	return Eval[[]string](tab, `axe.run(document, {
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
		resultTypes: ["violations"],
	}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " — " + n.failureSummary.replace(/\s+/g, " ") + " " + n.html.slice(0, 200))))`)
}

// MustBeOpenToAll fails the test for every barrier that axe-core finds.
func (tab *Tab) MustBeOpenToAll(t testing.TB, what string) {
	t.Helper()
	if found := tab.Barriers(); len(found) > 0 {
		t.Errorf("%s, %s, at %s: axe-core finds %d barriers:\n%s", what, tab.Look, tab.Path(), len(found), strings.Join(found, "\n"))
	}
}
