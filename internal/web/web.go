package web

import (
	"fmt"
	"net/http"

	"github.com/klauspost/compress/gzhttp"

	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/assets"
	"github.com/turno-health/turno/internal/web/desk"
	"github.com/turno-health/turno/internal/web/find"
	"github.com/turno-health/turno/internal/web/me"
	"github.com/turno-health/turno/internal/web/page"
	"github.com/turno-health/turno/internal/web/practice"
	"github.com/turno-health/turno/internal/web/signin"
	"github.com/turno-health/turno/internal/web/ui"
	"github.com/turno-health/turno/internal/web/visits"
)

// New serves all pages and the files that they load.
func New(site *page.Site) (http.Handler, error) {
	compress, err := gzhttp.NewWrapper(
		gzhttp.MinSize(1024),
		gzhttp.EnableZstd(false),
		// Secrets beside what a stranger chose are not to be guessed from the
		// compressed length (BREACH).
		gzhttp.RandomJitter(32, 0, false),
		// A stream is read line by line; files are compressed already.
		gzhttp.ContentTypes([]string{"text/html", "text/plain", "text/calendar", "application/json"}),
	)
	if err != nil {
		return nil, fmt.Errorf("set up compression: %w", err)
	}
	pages := http.NewServeMux()
	site.Mount(pages, Routes(site)...)

	mux := http.NewServeMux()
	for path, file := range map[string]http.Handler{
		assets.Prefix: assets.Handler(), "/manifest.webmanifest": manifest(site), "/favicon.ico": http.HandlerFunc(favicon), "/robots.txt": http.HandlerFunc(robots),
	} {
		mux.Handle("GET "+path, file)
		mux.HandleFunc(path, otherMethod)
	}
	origins := http.NewCrossOriginProtection()
	// Mail programs unsubscribe people from elsewhere (RFC 8058). The link says whom, and
	// nothing else is done.
	origins.AddInsecureBypassPattern("POST /unsubscribe")
	origins.SetDenyHandler(http.HandlerFunc(site.CrossOrigin))
	mux.Handle("/", origins.Handler(compress(httpx.Routed(pages))))
	return secure(site.HTTPS, httpx.Routed(mux)), nil
}

// Busy answers what is not worked on now, because of an error.
func Busy(site *page.Site) func(http.ResponseWriter, *http.Request, error) {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		secure(site.HTTPS, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { site.Busy(w, r, err) })).ServeHTTP(w, r)
	}
}

// Routes is every page and what the forms on them do.
func Routes(site *page.Site) []page.Route {
	rooms := [][]page.Route{
		find.Routes(),
		visits.Routes(),
		signin.Routes(),
		me.Routes(),
		practice.Routes(),
		desk.Routes(),
		{{Pattern: "POST /language", Action: policy.ChooseLanguage, Handler: chooseLanguage, Locked: true}},
	}
	if site.Demo {
		rooms = append(rooms, []page.Route{{Pattern: "GET /design", Action: policy.SeeDesign, Handler: design}})
	}
	var all []page.Route
	for _, room := range rooms {
		all = append(all, room...)
	}
	return all
}

// policyOfContent is what a page of ours may load: our own files, and pictures
// that are part of the page. No script or style stands in a page.
const policyOfContent = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets what protects a page. The referrer stays with us: without it a
// browser would say that a form came from nowhere, see decision 0015.
func secure(https bool, next http.Handler) http.Handler {
	return httpx.SecureHeaders(https, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policyOfContent)
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
		header.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	}))
}

// design shows the design system.
func design(r *page.Request) error {
	return r.Show(page.Head{Title: "Design", Private: true, Wide: true}, ui.DesignPage(r.Now, r.Zone))
}

// chooseLanguage keeps the language that was asked for: with the person, or in
// this browser.
func chooseLanguage(r *page.Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	return r.Speak(form.Get("language"))
}
