package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/policy"
)

// Route is one operation of the API and the row of the access table that it
// asks.
type Route struct {
	ID     string // its operationId
	Method string
	Path   string // below Prefix, with {names}
	Action policy.Action
}

// route describes an operation for register.
type route struct {
	ID          string // operationId, in kebab case
	Method      string
	Path        string // below Prefix
	Action      policy.Action
	Tag         string // one of those in tags.go
	Summary     string // a few words
	Description string // sentences: what it does, who may, what else can happen
	Status      int    // of a success; 0 means 200, or 204 for none
	Errors      []int  // those beside 401, 422, 429 and 500, which every route has
	Polled      bool   // has an ETag and answers 304
	Request     any    // an example of the body, if there is one
	Answer      any    // an example of the answer, unless it is none
}

// none is the body of an answer without one.
type none struct{}

// linked is a body that knows how the list goes on.
type linked interface{ nextCursor() string }

// located is a body that tells where what was made is to be found.
type located interface{ location() string }

// cookied is a body that leaves cookies in a browser.
type cookied interface{ cookies() []http.Cookie }

// answer is what huma writes for a body.
type answer[B any] struct {
	Status   int
	ETag     string        `header:"ETag" hidden:"true"`
	Link     string        `header:"Link" hidden:"true"`
	Location string        `header:"Location" hidden:"true"`
	Cookies  []http.Cookie `header:"Set-Cookie" hidden:"true"`
	Body     B
}

// emptyAnswer is what huma writes for none.
type emptyAnswer struct {
	Status  int
	Cookies []http.Cookie `header:"Set-Cookie" hidden:"true"`
}

// register is how every operation comes to be. The input I is a struct with
// huma's tags for parameters and a field Body; B is the body of the answer. The
// handler's errors become problems.
func register[I, B any](a *API, r route, handler func(context.Context, policy.Caller, *I) (B, error)) {
	if !policy.Known(r.Action) {
		panic(fmt.Sprintf("%s %s names no action of the access table", r.Method, r.Path))
	}
	a.routes = append(a.routes, Route{ID: r.ID, Method: r.Method, Path: r.Path, Action: r.Action})
	op := a.operation(r)
	if reflect.TypeFor[B]() == reflect.TypeFor[none]() {
		huma.Register(a.huma, op, func(ctx context.Context, in *I) (*emptyAnswer, error) {
			if _, err := handler(ctx, callOf(ctx).caller, in); err != nil {
				return nil, a.problem(ctx, err)
			}
			return &emptyAnswer{Status: op.DefaultStatus}, nil
		})
		return
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*answer[B], error) {
		body, err := handler(ctx, callOf(ctx).caller, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		out, err := newAnswer(callOf(ctx), op.DefaultStatus, r.Polled, body)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

func newAnswer[B any](c call, status int, polled bool, body B) (*answer[B], error) {
	out := &answer[B]{Status: status, Body: body}
	if l, ok := any(body).(linked); ok && l.nextCursor() != "" {
		out.Link = httpx.NextLink(c.url, l.nextCursor())
	}
	if l, ok := any(body).(located); ok {
		out.Location = Prefix + l.location()
	}
	if k, ok := any(body).(cookied); ok {
		out.Cookies = k.cookies()
	}
	if !polled {
		return out, nil
	}
	tag, err := etag(body)
	if err != nil {
		return nil, err
	}
	out.ETag = tag
	if httpx.Matches(c.ifNoneMatch, out.ETag) {
		out.Status = http.StatusNotModified
	}
	return out, nil
}

// etag names a body.
func etag(body any) (string, error) {
	written, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("write the answer: %w", err)
	}
	return httpx.ETag(written), nil
}

// admitted refuses at the door, before the input is looked at.
func (a *API) admitted(action policy.Action) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		_, w := humago.Unwrap(ctx)
		if err := policy.Admit(callOf(ctx.Context()).caller, action); err != nil {
			httpx.ProblemOf(err).Write(w)
			return
		}
		body := ctx.Operation().RequestBody
		if r, _ := humago.Unwrap(ctx); body != nil && body.Required && r.ContentLength == 0 {
			missing := turno.FieldError{Location: "body", Message: "is missing"}
			httpx.ProblemOf(turno.Invalid(missing)).Write(w)
			return
		}
		next(ctx)
	}
}

// call is what a handler's surroundings need to know of the request.
type call struct {
	caller      policy.Caller
	locked      string // the token of a session that is locked, of a caller who is nobody until it is unlocked
	url         url.URL
	ifNoneMatch string
}

// holds reports whether the client has this body of a polled route already: it
// will be answered 304.
func (c call) holds(body any) bool {
	tag, err := etag(body)
	return err == nil && httpx.Matches(c.ifNoneMatch, tag)
}

type callKey struct{}

func withCall(ctx context.Context, c call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callOf is the zero call, of somebody who has not signed in, outside of a
// request.
func callOf(ctx context.Context) call {
	c, _ := ctx.Value(callKey{}).(call)
	return c
}

// problem is what a client is told of an error; the log is told the rest.
func (a *API) problem(ctx context.Context, err error) error {
	p := &problem{Problem: refusal(ctx, err)}
	if e, ok := errors.AsType[*turno.Error](err); ok && len(e.Appointments) > 0 {
		p.Appointments = appointmentViews(e.Appointments)
	}
	if t, ok := errors.AsType[ticketed](err); ok {
		p.Ticket = t.ticket
	}
	return p
}
