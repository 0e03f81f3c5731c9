package page

import (
	"errors"
	"net/http"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/httpx"
)

// Busy answers a request that is not worked on now, because of err. It reads
// nothing from the database, which others wait for.
func (s *Site) Busy(w http.ResponseWriter, r *http.Request, err error) {
	request := &Request{Request: r, Site: s, w: w, Zone: time.UTC, Now: s.Now().UTC()}
	request.Words = request.language()
	e, known := errors.AsType[*turno.Error](err)
	if !known {
		e = &turno.Error{Kind: turno.KindInternal, Code: turno.CodeInternal}
	}
	w.Header().Set("Retry-After", httpx.RetryAfter(e.RetryAfter))
	page := busyPage(request.Words, request.failureTitle(e.Kind), request.failureText(e), r.Method == http.MethodPost)
	if err := request.Write(httpx.Status(e.Kind), "text/html; charset=utf-8", page); err != nil {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}
}
