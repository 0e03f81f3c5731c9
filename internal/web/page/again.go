package page

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/web/ui"
)

// unreadable is the error about a form with characters that no database keeps, with
// the form as it is without them. Such come from programs that paste and scan.
type unreadable struct {
	error
	form *Form
}

func (u *unreadable) Unwrap() error { return u.error }

// checkText refuses what was posted when a field has NUL or no proper UTF-8 in it.
func (r *Request) checkText() error {
	form := &Form{Values: url.Values{}, Kept: true, sentTo: r.URL.Path}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		dirty := false
		var cleaned []string
		for _, value := range r.PostForm[name] {
			clean := strings.ToValidUTF8(strings.ReplaceAll(value, "\x00", ""), "")
			dirty = dirty || clean != value
			cleaned = append(cleaned, clean)
		}
		if dirty {
			form.Add(name, r.T("Characters that can't be used were taken out here. Please look at it and send it again."))
		}
		if utf8.ValidString(name) && !secret(name) && name != ui.ShownToField {
			form.Values[name] = cleaned
		}
	}
	if form.OK() {
		return nil
	}
	return &unreadable{turno.Invalid(turno.FieldError{Location: "body", Message: "This contains characters that can't be used."}), form}
}

// againKey is where the context of a page has the form that is to be on it again.
type againKey struct{}

// showAgain answers with the page that a form was posted from, where the form is
// with what was typed, if it asks for Kept: that of a route that Keeps does. Any other
// page is shown as it opens, and says what was wrong.
func (r *Request) showAgain(form *Form) bool {
	from, err := url.Parse(r.origin())
	if err != nil || r.Site.pages == nil {
		return false
	}
	again := r.Clone(context.WithValue(r.Context(), againKey{}, form))
	again.Method, again.URL, again.RequestURI = http.MethodGet, from, from.RequestURI()
	again.Body, again.ContentLength = http.NoBody, 0
	again.Form, again.PostForm, again.MultipartForm = nil, nil, nil
	for _, name := range []string{"Content-Type", "Content-Length", "If-None-Match"} {
		again.Header.Del(name)
	}
	r.Site.pages.ServeHTTP(r.w, again)
	return true
}

// keptAgain is the form that showAgain wants on this page.
func (r *Request) keptAgain(wanted func(*Form) bool) *Form {
	if !wanted(r.again) {
		return &Form{}
	}
	r.onPage = true
	return r.again
}

// statusAgain is the status of a page that shows a form again, which says what was
// wrong also where it has no place for the form.
func (r *Request) statusAgain(status int) int {
	if r.again == nil || status != http.StatusOK {
		return status
	}
	if !r.onPage {
		r.flashes = append(r.flashes, Flash{Message: "This contains characters that can't be used.", Kind: string(ui.Fault)})
	}
	return http.StatusUnprocessableEntity
}
