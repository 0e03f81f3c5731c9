package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/httpx"
)

// problem is an error as the API tells it: an httpx.Problem that can also list
// visits.
type problem struct {
	*httpx.Problem
	Appointments []appointmentView `json:"appointments,omitempty" nullable:"false" doc:"Those in the way, with appointments_in_the_way."`
	Ticket       string            `json:"ticket,omitempty" doc:"With second_factor_needed after a right password: send it with the code to POST /auth/second-factor."`
}

// ticketed is an error of somebody who may go on with a ticket.
type ticketed struct {
	error
	ticket string
}

// Unwrap is the error itself.
func (t ticketed) Unwrap() error { return t.error }

// refusal is an error as a problem. What is our fault is noted for the log; a
// client that has hung up is nobody's.
func refusal(ctx context.Context, err error) *httpx.Problem {
	switch {
	case errors.Is(ctx.Err(), context.Canceled) && (errors.Is(err, context.Canceled) || turno.KindOf(err) == turno.KindUnavailable):
		return httpx.NewProblem(httpx.StatusClientClosed, httpx.CodeClientClosed, "You hung up before the answer.")
	case errors.Is(err, context.DeadlineExceeded) && turno.KindOf(err) == turno.KindInternal:
		err = &turno.Error{Kind: turno.KindUnavailable, Code: turno.CodeUnavailable,
			Message: "This took too long. Please try again.", Err: err}
	}
	p := httpx.ProblemOf(err)
	if p.Status >= http.StatusInternalServerError {
		httpx.Fail(ctx, err)
	}
	return p
}

// translateProblem turns huma's own errors into ours. What was sent is not
// repeated: it could be a password.
func translateProblem(_ huma.Context, _ string, body any) (any, error) {
	theirs, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	ours := &problem{Problem: httpx.NewProblem(theirs.Status, "", "")}
	switch theirs.Status {
	case http.StatusBadRequest:
		ours.Code, ours.Detail = httpx.CodeMalformed, "The body is not JSON as it should be."
	case http.StatusRequestTimeout:
		ours.Code, ours.Detail = httpx.CodeTimeout, "The body took too long to arrive."
	case http.StatusRequestEntityTooLarge:
		ours.Code, ours.Detail = httpx.CodeTooLarge, "The body is larger than 1 MiB."
	case http.StatusUnsupportedMediaType:
		ours.Code, ours.Detail = httpx.CodeUnsupportedMedia, "Send JSON, with Content-Type: application/json."
	case http.StatusUnprocessableEntity:
		ours.Code, ours.Detail = turno.CodeInvalid, "Please correct the marked fields."
		ours.Errors = fieldProblems(theirs.Errors)
	default:
		ours.Code, ours.Detail = turno.CodeInternal, "Something went wrong on our side. Please try again."
	}
	return ours, nil
}

func fieldProblems(details []*huma.ErrorDetail) []httpx.FieldProblem {
	const enough = 50
	fields := make([]httpx.FieldProblem, 0, len(details))
	for _, detail := range details[:min(len(details), enough)] {
		fields = append(fields, fieldProblem(detail))
	}
	return fields
}

// fieldProblem rewrites a message of huma's. Whatever follows a colon in one
// repeats the input.
func fieldProblem(detail *huma.ErrorDetail) httpx.FieldProblem {
	location, message := detail.Location, detail.Message
	if strings.HasPrefix(message, "json:") || strings.HasPrefix(message, "parsing time") || strings.HasPrefix(message, "Time.") {
		return httpx.FieldProblem{Location: location, Message: "holds a value of the wrong form"}
	}
	if missing := missingProperty(message); missing != "" {
		return httpx.FieldProblem{Location: location + "." + missing, Message: "is missing"}
	}
	message, _, _ = strings.Cut(message, ": ")
	switch {
	case message == "unexpected property":
		message = "is not a field of this request"
	case strings.HasPrefix(message, "required ") && strings.HasSuffix(message, " is missing"):
		message = "is missing"
	case message == "invalid value":
		message = "has the wrong form"
	}
	return httpx.FieldProblem{Location: shorten(location), Message: message}
}

// missingProperty is the name in huma's message about a required property.
func missingProperty(message string) string {
	rest, found := strings.CutPrefix(message, "expected required property ")
	name, _, complete := strings.Cut(rest, " to be present")
	if !found || !complete {
		return ""
	}
	return name
}

// shorten keeps a location readable when the field's name was made up.
func shorten(location string) string {
	const enough = 200
	if len(location) <= enough {
		return location
	}
	return strings.ToValidUTF8(location[:enough], "") + "..."
}

// withProblems answers in problem+json when no route matches, where the mux
// would answer in plain text.
func withProblems(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(&unmatched{ResponseWriter: w, request: r}, r)
	})
}

// unmatched replaces what the mux writes when it has matched no pattern.
type unmatched struct {
	http.ResponseWriter
	request  *http.Request // the mux sets its Pattern before it writes
	replaced bool
}

// WriteHeader writes a problem instead of the mux's 404 and 405.
func (u *unmatched) WriteHeader(status int) {
	if u.request.Pattern != "" {
		u.ResponseWriter.WriteHeader(status)
		return
	}
	switch status {
	case http.StatusNotFound:
		u.replaced = true
		httpx.ProblemOf(turno.NotFound("page")).Write(u.ResponseWriter)
	case http.StatusMethodNotAllowed:
		u.replaced = true
		detail := "This can only be asked with " + u.Header().Get("Allow") + "."
		httpx.NewProblem(status, httpx.CodeMethodNotAllowed, detail).Write(u.ResponseWriter)
	default:
		u.ResponseWriter.WriteHeader(status)
	}
}

// Write drops the mux's text when a problem has been written.
func (u *unmatched) Write(b []byte) (int, error) {
	if u.replaced {
		return len(b), nil
	}
	return u.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is below.
func (u *unmatched) Unwrap() http.ResponseWriter { return u.ResponseWriter }
