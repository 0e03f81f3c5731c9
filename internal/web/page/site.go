package page

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/live"
	"github.com/turno-health/turno/internal/notify"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/system"
)

// Site is what all pages depend on.
type Site struct {
	Account *account.Service
	Booking *booking.Service
	Insight *insight.Service
	System  *system.Service
	Mail    *notify.Service
	Export  func(io.Writer, account.Export) error // writes what people take with them
	Live    *live.Hub                             // tells open pages to look again; nil: they are reloaded by hand

	Box                *seal.Box // seals the cookie of visitors who have not signed in
	Logger             *slog.Logger
	Now                turno.Now
	Network            turno.Now     // the clock of the deadlines on connections; nil: Now
	AnonymousPerMinute int           // requests of one address without a session; 0 means no limit
	HTTPS              bool          // the base URL is https
	StaffIdle          time.Duration // how long a session of staff and doctors may idle; 0: no lock screen
	BaseURL            string        // where people reach the site; empty: wherever they asked
	Emergency          string        // whom to call in an emergency, such as "112"; empty: nothing is said
	Demo               bool          // this is a demo clinic: /design is there, and sign-in helps
	Version            string

	limiter *httpx.Limiter
	zones   turno.Zones
	pages   *http.ServeMux // where the routes are
}

// Handler answers one kind of request. Its error becomes a page: somebody
// unknown is asked to sign in, and everybody else is told what to do.
type Handler func(*Request) error

// Route is a page, or what a form on one does.
type Route struct {
	Pattern string // as http.ServeMux reads it: "GET /doctors/{id}"
	Action  policy.Action
	Handler Handler

	// General says that the caller needs the action for who they are, whoever's
	// the thing is: a page of staff is none of a patient's, who has visits too.
	General bool
	// Polling says that open pages ask by themselves: it is no sign of life.
	Polling bool
	// Stream says that the answer goes on until the person leaves.
	Stream bool
	// Locked says that somebody whose session is locked gets here too: the way
	// back in, and out.
	Locked bool
	// Keeps says that the page of this form asks for Request.Kept: what was typed
	// waits there while the person shows who they are, and comes back at once when
	// it has characters that can't be used. What other forms hold is written nowhere.
	Keeps bool
}

// Mount puts routes on a mux, and a page on whatever else is asked for. It panics
// when one names no action of the access table: the program is wrong.
func (s *Site) Mount(mux *http.ServeMux, routes ...Route) {
	s.pages = mux
	mux.HandleFunc(elsewhere, s.notAPage)
	if s.limiter == nil {
		s.limiter = httpx.NewLimiter(s.AnonymousPerMinute, s.Now)
	}
	for _, route := range routes {
		if !policy.Known(route.Action) {
			panic(fmt.Sprintf("%s names no action of the access table", route.Pattern))
		}
		mux.Handle(route.Pattern, s.serve(route))
	}
}

func (s *Site) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, err := s.newRequest(w, r, route)
		if err == nil {
			err = admit(request.Caller, route)
		}
		if err == nil {
			err = route.Handler(request)
		}
		if err != nil {
			request.fail(err)
		}
	})
}

// admit asks the access table what can be asked before the thing is known.
func admit(c policy.Caller, route Route) error {
	if route.General {
		return policy.Check(c, route.Action, 0)
	}
	return policy.Admit(c, route.Action)
}

// authenticate finds out who a token belongs to.
func (s *Site) authenticate(ctx context.Context, token string, polling bool) (policy.Caller, account.Person, error) {
	look := s.Account.Authenticate
	if polling {
		look = s.Account.AuthenticatePolling
	}
	caller, err := look(ctx, token)
	if err != nil {
		return policy.Caller{}, account.Person{}, err
	}
	person, err := s.Account.Me(ctx, caller)
	return caller, person, err
}

// CrossOrigin is the page for a form that another site sent.
func (s *Site) CrossOrigin(w http.ResponseWriter, r *http.Request) {
	request, err := s.newRequest(w, r, Route{})
	if err == nil {
		err = turno.Forbidden("This request came from another site, so nothing was done.")
	}
	request.fail(err)
}
