package httpx

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/turno-health/turno"
)

// Problem is an error as RFC 9457 writes it, with a stable code. It is an error
// itself, so that a handler can return it.
type Problem struct {
	Type         string           `json:"type" example:"about:blank" doc:"Always about:blank: code says what happened."`
	Title        string           `json:"title" example:"Conflict" doc:"The status in words."`
	Status       int              `json:"status" example:"409" doc:"The HTTP status."`
	Detail       string           `json:"detail" example:"This time has just been taken. Here are the nearest open times." doc:"A sentence for people."`
	Code         string           `json:"code" example:"slot_taken" doc:"What happened, as a stable word to decide by."`
	Errors       []FieldProblem   `json:"errors,omitempty" nullable:"false" doc:"What is wrong with which input."`
	Alternatives []turno.Interval `json:"alternatives,omitempty" nullable:"false" doc:"The nearest open times, with slot_taken."`

	header http.Header
}

// FieldProblem says what is wrong with one input. It never repeats the value.
type FieldProblem struct {
	Location string `json:"location" example:"body.scheduled_at" doc:"Where: body.email, query.from, path.id."`
	Message  string `json:"message" example:"The doctor offers no visit at this time." doc:"What is wrong with it."`
}

// The codes of what goes wrong before any use case hears of the request.
const (
	CodeMalformed        = "malformed" // not HTTP or JSON as it should be
	CodeMethodNotAllowed = "method_not_allowed"
	CodeTimeout          = "timeout"
	CodeTooLarge         = "too_large"
	CodeUnsupportedMedia = "unsupported_media_type"
	CodeCrossOrigin      = "cross_origin" // a browser was sent here by another site
	CodeClientClosed     = "client_closed_request"
)

// StatusClientClosed is the status, for the log and the metrics only, of a
// request whose client hung up before the answer; nginx has made it known.
const StatusClientClosed = 499

// ProblemType is the media type of a Problem.
const ProblemType = "application/problem+json"

// NewProblem is a problem of the protocol itself.
func NewProblem(status int, code, detail string, fields ...FieldProblem) *Problem {
	return &Problem{
		Type:   "about:blank",
		Title:  http.StatusText(status),
		Status: status,
		Detail: detail,
		Code:   code,
		Errors: fields,
		header: http.Header{},
	}
}

// ProblemOf translates an error of a use case. Only a turno.Error that is not
// internal is told to the client in its own words.
func ProblemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	e, ok := errors.AsType[*turno.Error](err)
	if !ok || e.Kind == turno.KindInternal {
		return NewProblem(http.StatusInternalServerError, turno.CodeInternal, "Something went wrong on our side. Please try again.")
	}
	p := NewProblem(Status(e.Kind), e.Code, e.Message)
	for _, field := range e.Fields {
		p.Errors = append(p.Errors, FieldProblem(field))
	}
	for _, open := range e.Alternatives {
		p.Alternatives = append(p.Alternatives, turno.Interval{StartsAt: open.StartsAt.UTC(), EndsAt: open.EndsAt.UTC()})
	}
	switch e.Kind {
	case turno.KindUnauthenticated:
		p.header.Set("WWW-Authenticate", "Bearer")
	case turno.KindRateLimited, turno.KindUnavailable:
		p.header.Set("Retry-After", RetryAfter(e.RetryAfter))
	default:
	}
	return p
}

// Status is the one table from the kinds of errors to HTTP.
func Status(kind turno.Kind) int {
	switch kind {
	case turno.KindInvalid:
		return http.StatusUnprocessableEntity
	case turno.KindUnauthenticated:
		return http.StatusUnauthorized
	case turno.KindForbidden:
		return http.StatusForbidden
	case turno.KindNotFound:
		return http.StatusNotFound
	case turno.KindConflict:
		return http.StatusConflict
	case turno.KindRateLimited:
		return http.StatusTooManyRequests
	case turno.KindUnavailable:
		return http.StatusServiceUnavailable
	case turno.KindInternal:
	}
	return http.StatusInternalServerError
}

// Write answers the request with the problem.
func (p *Problem) Write(w http.ResponseWriter) {
	body, err := json.Marshal(p)
	if err != nil { // a date that JSON has no form for
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	maps.Copy(header, p.header)
	header.Set("Content-Type", ProblemType)
	header.Set("Cache-Control", "no-store")
	header.Del("Content-Length")
	w.WriteHeader(p.Status)
	w.Write(append(body, '\n'))
}

// Error is the sentence for people.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status, as huma asks for it.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders is what belongs beside the body, as huma asks for it.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType is ProblemType, as huma asks for it.
func (p *Problem) ContentType(string) string { return ProblemType }

// RetryAfter is a Retry-After header: whole seconds, at least one (RFC 9110, section
// 10.2.3).
func RetryAfter(d time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(d.Seconds()))))
}
