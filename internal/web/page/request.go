package page

import (
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/locale"
	"github.com/turno-health/turno/internal/policy"
)

// Request is one request to a page by one reader.
type Request struct {
	*http.Request
	*locale.Words // the reader's language: r.T("Book a visit")

	Site   *Site
	Caller policy.Caller
	Person turno.User     // the zero User for somebody who has not signed in
	Locked turno.User     // whose session is locked: they are nobody before they unlock it
	Zone   *time.Location // how the reader's clocks go
	Now    time.Time

	w       http.ResponseWriter
	flashes []Flash
	keeps   bool            // what the route says
	private bool            // what the page says of itself
	polls   bool            // asked by a page and not by a person
	clinic  *turno.Location // once it was asked for
	again   *Form           // to be on this page once more: see showAgain
	onPage  bool            // the page has taken it

	factorDue *time.Time // from when on the person can do nothing without a second factor; nil: none is missing
}

func (s *Site) newRequest(w http.ResponseWriter, r *http.Request, route Route) (*Request, error) {
	route.Polling = route.Polling || r.Header.Get("Turno-By") == "page" // assets/files/fetch.js
	request := &Request{Request: r, Site: s, Now: s.Now().UTC(), w: w, keeps: route.Keeps, polls: route.Polling}
	request.again, _ = r.Context().Value(againKey{}).(*Form)
	err := request.identify(route)
	request.keepMailLanguage()
	request.Words = request.language()
	request.Zone = request.zone()
	request.Words = request.Words.On(request.Today())
	if err == nil {
		err = httpx.CleanAddress(r)
	}
	return request, err
}

// identify finds out who asks. A session that is over is nobody; one that is
// locked is an error, so that the person can unlock it, except on the pages that
// are for that. Strangers are counted.
func (r *Request) identify(route Route) error {
	r.Caller.Address = httpx.Address(r.Context())
	token := r.Token()
	if token == "" {
		return r.Site.limiter.Allow(r.Caller.Address)
	}
	caller, person, err := r.Site.authenticate(r.Context(), token, route.Polling)
	if turno.KindOf(err) == turno.KindUnauthenticated {
		if limited := r.Site.limiter.Allow(r.Caller.Address); limited != nil {
			return limited
		}
		switch {
		case !isLocked(err):
			return nil
		case !route.Locked:
			return err
		}
		r.Locked, err = r.Site.Account.SessionUser(r.Context(), token)
		if turno.KindOf(err) == turno.KindUnauthenticated {
			return nil // it has ended since
		}
		return err
	}
	if err != nil {
		return err
	}
	caller.Address = r.Caller.Address
	r.Caller, r.Person = caller, person.User
	if person.Second != nil {
		r.factorDue = person.Second.DueAt
	}
	return nil
}

func isLocked(err error) bool {
	e, ok := errors.AsType[*turno.Error](err)
	return ok && e.Code == turno.CodeSessionLocked
}

// zone is the person's own, or what the browser said, or the clinic's.
func (r *Request) zone() *time.Location {
	if own, err := r.Site.zones.Location(r.Person.TimeZone); err == nil && r.Person.TimeZone != "" {
		return own
	}
	if loc, err := turno.ZoneNamed(r.cookie(zoneCookie)); err == nil { // whatever was sent: it is not kept
		return loc
	}
	return r.ZoneNamed(r.Clinic().TimeZone, time.UTC)
}

// Clinic is the place whose name the site bears. When it can't be read, the page
// is shown without.
func (r *Request) Clinic() turno.Location {
	if r.clinic == nil {
		clinic, err := r.Site.Account.Clinic(r.Context())
		if err != nil && r.Context().Err() == nil {
			r.Site.Logger.ErrorContext(r.Context(), "read the clinic's name", "error", err.Error())
		}
		if err != nil {
			clinic = turno.Location{Name: "Turno"}
		}
		r.clinic = &clinic
	}
	return *r.clinic
}

// Today is the date on the reader's calendar.
func (r *Request) Today() turno.Date { return turno.DateOf(r.Now, r.Zone) }

// SignedIn reports whether we know who asks.
func (r *Request) SignedIn() bool { return r.Caller.SignedIn() }

// ID is an id in the path. What is none is not found.
func (r *Request) ID(name string) (uuid.UUID, error) {
	id, err := uuid.Parse(r.PathValue(name))
	if err != nil {
		return id, turno.NotFound("page")
	}
	return id, nil
}

// Flash is a sentence for the next page that the person sees: what was just done.
type Flash struct {
	Message string // a key of the catalogue
	Kind    string // "success", "info" or "warn"
}
