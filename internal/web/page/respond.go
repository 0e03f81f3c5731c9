package page

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"unicode"

	"github.com/a-h/templ"

	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/web/ui"
)

// buffers are reused between answers. A page is written into one first, so that
// an error in the middle of it becomes an error page and not half a page.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }} //nolint:gochecknoglobals // memory to use again, no state

// Show answers with a page in its frame.
func (r *Request) Show(head Head, content templ.Component) error {
	return r.ShowAs(http.StatusOK, head, content)
}

// ShowAs is Show with another status, such as 422 for a form with errors. What the
// page before left to be said is said here: an answer that nobody reads says nothing.
func (r *Request) ShowAs(status int, head Head, content templ.Component) error {
	r.private = head.Private
	status = r.statusAgain(status)
	if !r.polls {
		r.flashes = append(r.takeFlash(), r.flashes...)
	}
	return r.Write(status, "text/html; charset=utf-8", frame(r, head, content))
}

// Write answers with a component alone: a part of a page, or a feed of XML.
func (r *Request) Write(status int, mediaType string, component templ.Component) error {
	buffer, _ := buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	defer buffers.Put(buffer)
	if err := component.Render(r.reading(), buffer); err != nil {
		return fmt.Errorf("write a page: %w", err)
	}
	header := r.w.Header()
	header.Set("Content-Type", mediaType)
	header.Add("Vary", "Accept-Language, Cookie")
	if r.cacheable(status) {
		tag := httpx.ETag(buffer.Bytes())
		header.Set("ETag", tag)
		header.Set("Cache-Control", "private, no-cache")
		if httpx.Matches(r.Header.Get("If-None-Match"), tag) {
			r.w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	r.w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = r.w.Write(buffer.Bytes()) // the reader has left
	}
	return nil
}

// reading lets components speak to this reader.
func (r *Request) reading() context.Context {
	reader := ui.Reader{Words: r.Words, Zone: r.Zone, Now: r.Now}
	if r.SignedIn() {
		reader.Person = r.Caller.UserID.String()
	}
	return ui.WithReader(r.Context(), reader)
}

// cacheable reports whether a browser may keep the answer, to ask whether it is
// still true: pages that are the same for everybody.
func (r *Request) cacheable(status int) bool {
	return status == http.StatusOK && !r.private && !r.SignedIn() && r.Token() == "" && len(r.flashes) == 0 &&
		(r.Method == http.MethodGet || r.Method == http.MethodHead) && r.w.Header().Get("Set-Cookie") == ""
}

// Redirect sends the person on to a path of ours after something was done.
func (r *Request) Redirect(path string) error {
	r.w.Header().Set("Location", path)
	r.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// AnswerHeader is the header of the answer.
func (r *Request) AnswerHeader() http.Header { return r.w.Header() }

// Writer is where an answer that is no page is written, such as a download.
func (r *Request) Writer() http.ResponseWriter { return r.w }

// Next is where to go on after signing in, from the field or parameter "next".
// It is a path of ours or else the fallback: nobody is sent elsewhere, nor to where
// forms are sent only.
func (r *Request) Next(fallback string) string {
	if next := r.FormValue("next"); IsLocal(next) && r.Site.opens(next) {
		return next
	}
	return fallback
}

// IsLocal reports whether a browser stays with us when it follows the path.
// Browsers take a backslash for a slash, and drop control characters (WHATWG URL).
func IsLocal(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsFunc(path, func(c rune) bool { return c == '\\' || unicode.IsControl(c) }) {
		return false
	}
	u, err := url.Parse(path)
	return err == nil && u.Host == "" && u.Scheme == ""
}

// Here is the path and query of this page, to come back to.
func (r *Request) Here() string { return r.URL.RequestURI() }

// With is this page's address with some parameters of the query set anew, for
// links of filters and pages: pairs of name and value, an empty value takes one
// away.
func (r *Request) With(pairs ...string) string {
	query := r.URL.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Del(pairs[i])
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	if len(query) == 0 {
		return r.URL.Path
	}
	return r.URL.Path + "?" + query.Encode()
}

// AskPasskey answers the script of ui.Passkey with what a passkey has to sign.
func (r *Request) AskPasskey(asked account.PasskeyRequest) error {
	r.w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(r.w).Encode(map[string]any{"challenge": asked.Challenge, "options": asked.Options}) // the reader has left
	return nil
}
