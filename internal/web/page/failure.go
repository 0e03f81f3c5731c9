package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/locale"
)

// fail answers with what an error means to a person: the way to sign in, or a
// page that says what happened and what to do. The log is told the rest.
func (r *Request) fail(err error) {
	if errors.Is(r.Context().Err(), context.Canceled) && (errors.Is(err, context.Canceled) || turno.KindOf(err) == turno.KindUnavailable) {
		r.w.WriteHeader(httpx.StatusClientClosed) // whoever leaves a page ends its stream: nobody's fault
		return
	}
	if r.Words == nil {
		r.Words, r.Zone = locale.Match(r.Header.Get("Accept-Language")), time.UTC
	}
	if u, ok := errors.AsType[*unreadable](err); ok && !r.polls && r.showAgain(u.form) {
		return
	}
	e, known := errors.AsType[*turno.Error](err)
	if !known {
		e = &turno.Error{Kind: turno.KindInternal, Code: turno.CodeInternal}
	}
	if to := r.wayIn(e); to != "" {
		r.keepTyped()
		_ = r.Redirect(to)
		return
	}
	status := httpx.Status(e.Kind)
	if status >= http.StatusInternalServerError {
		httpx.Fail(r.Context(), err)
	}
	if e.RetryAfter > 0 {
		r.w.Header().Set("Retry-After", httpx.RetryAfter(e.RetryAfter))
	}
	r.showFailure(status, r.failureTitle(e.Kind), r.failureText(e), err)
}

// showFailure says what happened, because of err.
func (r *Request) showFailure(status int, title, text string, err error) {
	if broken := r.ShowAs(status, Head{Title: title, Private: true}, failurePage(r, title, text)); broken != nil {
		httpx.Fail(r.Context(), errors.Join(err, broken))
		http.Error(r.w, http.StatusText(status), status)
	}
}

// wayIn is where the person has to go first, if that is all that is in the way.
// A form can't be sent again after it, so the page that it was on is the aim.
func (r *Request) wayIn(e *turno.Error) string {
	next := "?" + url.Values{"next": {r.returnTo()}}.Encode()
	switch {
	case e.Code == turno.CodeSessionLocked:
		return "/unlock" + next
	case e.Code == turno.CodeSignInAgain:
		return "/confirm" + next
	case e.Code == turno.CodeSecondFactorNeeded:
		return "/account/second-factor"
	case e.Kind == turno.KindUnauthenticated && e.Code == turno.CodeUnauthenticated:
		return "/login" + next
	}
	return ""
}

// origin is the page of ours that a form was posted from, as far as the browser
// says; Referrer-Policy keeps it from everybody else.
func (r *Request) origin() string {
	if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host && IsLocal(from.RequestURI()) {
		return from.RequestURI()
	}
	path := r.URL.Path
	if at := strings.LastIndex(path, "/"); at > 0 {
		path = path[:at]
	}
	return path
}

func (r *Request) failureTitle(kind turno.Kind) string {
	switch kind {
	case turno.KindNotFound:
		return r.T("We can't find this page")
	case turno.KindForbidden:
		return r.T("This page is not for you")
	case turno.KindRateLimited:
		return r.T("One moment, please")
	case turno.KindInvalid, turno.KindConflict, turno.KindUnauthenticated:
		return r.T("That did not work")
	case turno.KindUnavailable:
		return r.T("We'll be back in a moment")
	default:
		return r.T("Something went wrong on our side")
	}
}

// failureText says what to do. What is wrong with single fields matters here too:
// the form that they are of is not shown.
func (r *Request) failureText(e *turno.Error) string {
	switch e.Kind {
	case turno.KindNotFound:
		return r.T("It may have moved, or it is not for the account that you are using.")
	case turno.KindInternal:
		return r.T("Nothing was changed. Please try again; if it happens again, tell the clinic.")
	default:
		return r.sentences(e)
	}
}

func (r *Request) sentences(e *turno.Error) string {
	sentences := []string{}
	for _, field := range e.Fields {
		sentences = append(sentences, r.Sentence(field.Message))
	}
	if len(sentences) == 0 {
		sentences = append(sentences, r.Sentence(e.Message))
	}
	return strings.Join(sentences, " ")
}
