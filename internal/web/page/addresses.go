package page

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/turno-health/turno"
)

// elsewhere is the pattern of whatever address is no page's.
const elsewhere = "/"

// methods are those by which the pages answer at an address: none when it is no
// page's, and no GET when forms are sent to it only.
func (s *Site) methods(at *url.URL) (methods []string) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		if _, pattern := s.pages.Handler(&http.Request{Method: method, URL: at}); pattern != elsewhere {
			methods = append(methods, method)
		}
	}
	return methods
}

// opens reports whether a browser that is sent to a path of ours sees a page there,
// be it one that says that there is none.
func (s *Site) opens(path string) bool {
	at, err := url.Parse(path)
	if err != nil {
		return false
	}
	methods := s.methods(at)
	return len(methods) == 0 || slices.Contains(methods, http.MethodGet)
}

// notAPage is for addresses that nobody knows, and for methods that the page of an
// address does not know (RFC 9110, section 15.5.6).
func (s *Site) notAPage(w http.ResponseWriter, r *http.Request) {
	request, err := s.newRequest(w, r, Route{})
	methods := s.methods(r.URL)
	switch {
	case err != nil:
		request.fail(err)
	case len(methods) == 0:
		request.fail(turno.NotFound("page"))
	default:
		w.Header().Set("Allow", strings.Join(methods, ", "))
		request.showFailure(http.StatusMethodNotAllowed, request.T("This page can't be opened like this"),
			request.T("A form is sent here, from another page. Please go back and use its button."), nil)
	}
}
