package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"

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

// answer is what huma is given of every operation. We write it ourselves: huma's
// code for an operation would else be compiled again for each type of body.
type answer struct{ Body func(huma.Context) }

// register is how every operation comes to be. The input I is a struct with
// huma's tags for parameters and a field Body; B is the body of the answer. The
// handler's errors become problems.
func register[I, B any](a *API, r route, handler func(context.Context, policy.Caller, *I) (B, error)) {
	if !policy.Known(r.Action) {
		panic(fmt.Sprintf("%s %s names no action of the access table", r.Method, r.Path))
	}
	a.routes = append(a.routes, Route{ID: r.ID, Method: r.Method, Path: r.Path, Action: r.Action})
	op := a.operation(r, reflect.TypeFor[B]())
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*answer, error) {
		body, err := handler(ctx, callOf(ctx).caller, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return a.answer(ctx, op.DefaultStatus, r.Polled, body)
	})
}

// answer writes a body that a handler gave; none is written as nothing.
func (a *API) answer(ctx context.Context, status int, polled bool, body any) (*answer, error) {
	var written []byte
	if _, empty := body.(none); !empty {
		var err error
		if written, err = asJSON(body); err != nil {
			return nil, a.problem(ctx, err)
		}
	}
	return &answer{func(w huma.Context) {
		if l, ok := body.(linked); ok && l.nextCursor() != "" {
			w.SetHeader("Link", httpx.NextLink(callOf(ctx).url, l.nextCursor()))
		}
		if l, ok := body.(located); ok {
			w.SetHeader("Location", Prefix+l.location())
		}
		if k, ok := body.(cookied); ok {
			for _, cookie := range k.cookies() {
				w.AppendHeader("Set-Cookie", cookie.String())
			}
		}
		if polled {
			tag := httpx.ETag(written)
			w.SetHeader("ETag", tag)
			if httpx.Matches(callOf(ctx).ifNoneMatch, tag) {
				status, written = http.StatusNotModified, nil
			}
		}
		if written != nil {
			w.SetHeader("Content-Type", "application/json")
			w.SetHeader("Content-Length", strconv.Itoa(len(written))) // else what is long goes in pieces
		}
		w.SetStatus(status)
		_, _ = w.BodyWriter().Write(written) // who went away needs no answer
	}}, nil
}

// asJSON writes a body as clients get it: "&" in a name stays "&".
func asJSON(body any) ([]byte, error) {
	if slots, ok := body.(list[slotView]); ok && slots.NextCursor == "" {
		return slotsAsJSON(slots.Items), nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	return b.Bytes(), nil
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
	device      string // what tells the browser from others, of one that signed in before
	url         url.URL
	ifNoneMatch string
}

// holds reports whether the client has this body of a polled route already: it
// will be answered 304.
func (c call) holds(body any) bool {
	written, err := asJSON(body)
	return err == nil && httpx.Matches(c.ifNoneMatch, httpx.ETag(written))
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
