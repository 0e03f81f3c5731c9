package webtest

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Look is what somebody looks at the site with.
type Look struct {
	Width, Height int64
	Dark          bool
	NoScript      bool
	Language      string // of the browser; empty: English
	Zone          string // of its clocks; empty: UTC
}

// Phone is one of the two sizes that every page is made for.
func Phone() Look { return Look{Width: 360, Height: 780} }

// Desktop is the other one.
func Desktop() Look { return Look{Width: 1280, Height: 900} }

// InTheDark is the look in the dark theme.
func (l Look) InTheDark() Look { l.Dark = true; return l }

// WithoutScript is the look with JavaScript switched off.
func (l Look) WithoutScript() Look { l.NoScript = true; return l }

// String names the look for subtests and files: "phone-dark".
func (l Look) String() string {
	name := "desktop"
	if l.Width < 600 {
		name = "phone"
	}
	if l.Dark {
		name += "-dark"
	}
	if l.NoScript {
		name += "-noscript"
	}
	return name
}

// Chrome is one running Chromium.
type Chrome struct{ ctx context.Context }

// StartChrome starts Chromium, which ends with the test.
func StartChrome(t testing.TB) *Chrome {
	t.Helper()
	profile, err := os.MkdirTemp("", "turno-chrome") //nolint:usetesting // a process of Chromium may write after the test has ended
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium()), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
	)
	// The test's own context has ended when the cleanup runs.
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		stop()
		_ = os.RemoveAll(profile) // a process of Chromium may be writing still
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return &Chrome{ctx}
}

func chromium() string {
	if path := os.Getenv("TURNO_TEST_CHROMIUM"); path != "" {
		return path
	}
	return "chromium"
}

// Tab is one window of a visitor, with cookies of its own. Its methods fail the
// test when the browser does.
type Tab struct {
	Look Look

	t    testing.TB
	ctx  context.Context
	base string

	mu          sync.Mutex
	complaints  []string
	transferred float64
}

// patience is how long a tab waits for what must come.
const patience = 2 * time.Minute

// Visit opens an empty window on the clinic. When the test ends it fails if the
// console complained, or anything was asked of another site.
func (b *Chrome) Visit(t testing.TB, c *Clinic, look Look) *Tab {
	t.Helper()
	return open(t, c.URL, look, b.ctx, chromedp.WithNewBrowserContext())
}

// Another opens a second window of the same visitor, with the same cookies.
func (tab *Tab) Another() *Tab {
	tab.t.Helper()
	return open(tab.t, tab.base, tab.Look, tab.ctx)
}

func open(t testing.TB, base string, look Look, in context.Context, options ...chromedp.ContextOption) *Tab { //nolint:revive // the window's own context comes from it
	t.Helper()
	ctx, cancel := chromedp.NewContext(in, options...)
	t.Cleanup(cancel)
	tab := &Tab{Look: look, t: t, ctx: ctx, base: base}
	// The window lives as long as the context that it is opened with.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	tab.do(chromedp.EmulateViewport(look.Width, look.Height))
	if err := chromedp.Listen(ctx, tab.listen); err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if look.Dark {
		scheme = "dark"
	}
	language := look.Language
	if language == "" {
		language = "en-GB"
	}
	must(tab, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: false})
	must(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	must(tab, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: cmp.Or(look.Zone, "UTC")})
	must(tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}})
	if look.NoScript {
		must(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	t.Cleanup(tab.complain)
	return tab
}

func (tab *Tab) listen(event any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		tab.complaints = append(tab.complaints, "exception: "+describe(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			tab.complaints = append(tab.complaints, "console: "+said(e.Args))
		}
	case *log.EventEntryAdded:
		// A page that says 409 or 422 is meant to.
		if e.Entry.Level == "error" && !strings.Contains(e.Entry.Text, "the server responded with a status of 4") {
			tab.complaints = append(tab.complaints, "log: "+e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if to := e.Request.URL; !strings.HasPrefix(to, tab.base) && !strings.HasPrefix(to, "data:") && !strings.HasPrefix(to, "about:") && !strings.HasPrefix(to, "blob:") {
			tab.complaints = append(tab.complaints, "a request to another site: "+to)
		}
	case *network.EventLoadingFinished:
		tab.transferred += e.EncodedDataLength
	}
}

func (tab *Tab) complain() {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	for _, complaint := range tab.complaints {
		tab.t.Errorf("%s: %s", tab.Look, complaint)
	}
}

// Open goes to a path of the site.
func (tab *Tab) Open(path string) {
	tab.t.Helper()
	tab.do(chromedp.Navigate(tab.base + path))
}

// Click presses what selector finds, in view, as a finger or a mouse does.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// Follow is Click on what leads to another page, and waits for that page.
func (tab *Tab) Follow(selector string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx,
		chromedp.ScrollIntoView(chromedp.CSS(selector)),
		chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)); err != nil {
		tab.t.Fatalf("follow %s at %s: %v\n%s", selector, tab.Path(), err, tab.Text("body"))
	}
}

// Type writes into a field as somebody at a keyboard does.
func (tab *Tab) Type(selector, text string) {
	tab.t.Helper()
	tab.do(chromedp.Clear(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text, chromedp.NodeVisible))
}

// Fill sets the value of a field that can't be typed into alike everywhere, such
// as a date.
func (tab *Tab) Fill(selector, value string) {
	tab.t.Helper()
	tab.do(chromedp.SetValue(chromedp.CSS(selector), value, chromedp.NodeVisible))
}

// Press presses keys where the focus is.
func (tab *Tab) Press(keys string) {
	tab.t.Helper()
	tab.do(chromedp.KeyEvent(keys))
}

// PressFor is Press of a key that leads to another page, and waits for it.
func (tab *Tab) PressFor(keys string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(keys)); err != nil {
		tab.t.Fatalf("press %q at %s: %v", keys, tab.Path(), err)
	}
}

// Wait waits until something that selector finds is visible.
func (tab *Tab) Wait(selector string) {
	tab.t.Helper()
	tab.do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// WaitGone waits until nothing is left that selector finds.
func (tab *Tab) WaitGone(selector string) {
	tab.t.Helper()
	tab.do(chromedp.WaitNotPresent(chromedp.CSS(selector)))
}

// Text is what people read of what selector finds.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return Eval[string](tab, `document.querySelector(`+quote(selector)+`)?.innerText ?? ""`)
}

// Has reports whether selector finds something.
func (tab *Tab) Has(selector string) bool {
	tab.t.Helper()
	return Eval[bool](tab, `document.querySelector(`+quote(selector)+`) !== null`)
}

// Path is where the window is, with its query.
func (tab *Tab) Path() string {
	tab.t.Helper()
	at, err := url.Parse(Eval[string](tab, `location.href`))
	if err != nil {
		tab.t.Fatal(err)
	}
	return at.RequestURI()
}

// Focused tells what has the focus: its id, name, or text.
func (tab *Tab) Focused() string {
	tab.t.Helper()
	return Eval[string](tab, `(e => e ? (e.id || e.name || e.innerText || e.tagName) : "")(document.activeElement)`)
}

// Transferred is how many bytes came over the network since the window was
// opened.
func (tab *Tab) Transferred() int {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return int(tab.transferred)
}

// Save writes a picture of the whole page as PNG.
func (tab *Tab) Save(file string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		tab.t.Fatal(err)
	}
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		tab.t.Fatal(err)
	}
}

// SaveView is Save of what fits in the window.
func (tab *Tab) SaveView(file string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		tab.t.Fatal(err)
	}
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		tab.t.Fatal(err)
	}
}

// Eval evaluates an expression of JavaScript in the page.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("evaluate %.200s: %v", expression, err)
	}
	return value
}

func (tab *Tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		tab.t.Fatalf("%s: %v", tab.Look, err)
	}
}

func said(args []*runtime.RemoteObject) string {
	var words []string
	for _, arg := range args {
		words = append(words, strings.TrimSpace(string(arg.Value)+" "+arg.Description))
	}
	return strings.Join(words, " ")
}

func describe(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Exception.Description
	}
	return e.Text
}

func quote(s string) string {
	text, _ := json.Marshal(s) // a string always has a form
	return string(text)
}

// must sends a command of the DevTools protocol.
func must[P, R any](tab *Tab, command cdp.Command[P, R], params P) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		tab.t.Fatalf("%s: %v", command.Method, err)
	}
}

// SetCookie gives the window a cookie of the site.
func (tab *Tab) SetCookie(name, value string) {
	tab.t.Helper()
	must(tab, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: tab.base, HTTPOnly: new(true)})
}
