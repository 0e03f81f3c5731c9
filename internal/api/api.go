package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/booking"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/policy"
)

// Prefix is where the REST API begins.
const Prefix = "/api/v1"

// Authenticator tells who a token belongs to. It fails with a turno.Error of
// kind unauthenticated when the token is unknown or has expired.
type Authenticator func(ctx context.Context, token string) (policy.Caller, error)

// Config is what the API depends on. The document can be made with none of it.
type Config struct {
	Account *account.Service
	Booking *booking.Service
	Insight *insight.Service

	Authenticate       Authenticator
	Logger             *slog.Logger
	Now                turno.Now
	AnonymousPerMinute int    // requests of one address without a session; 0 means no limit
	HTTPS              bool   // the base URL is https
	Version            string // of the program, for the document
}

// API serves the REST API. It is safe for concurrent use.
type API struct {
	config   Config
	huma     huma.API
	mux      *http.ServeMux
	handler  http.Handler
	routes   []Route
	document []byte
	limiter  *httpx.Limiter
	origins  *http.CrossOriginProtection
}

// New makes every route. It fails only when the program itself is wrong, and
// panics when a route is: one that names no action of the access table.
func New(config Config) (*API, error) {
	a := &API{
		config:  config,
		mux:     http.NewServeMux(),
		limiter: httpx.NewLimiter(config.AnonymousPerMinute, config.Now),
		origins: http.NewCrossOriginProtection(),
	}
	a.huma = humago.NewWithPrefix(a.mux, Prefix, a.describe())
	for _, resource := range []func(){
		a.authRoutes,
		a.unlockRoutes,
		a.secondFactorRoutes,
		a.passkeyRoutes,
		a.resetRoutes,
		a.noticeRoutes, a.calendarFeedRoutes,
		a.invitationRoutes,
		a.meRoutes,
		a.specializationRoutes,
		a.locationRoutes,
		a.doctorRoutes,
		a.doctorProfileRoutes,
		a.slotRoutes,
		a.holdRoutes,
		a.appointmentRoutes,
		a.availabilityRoutes,
		a.extraHoursRoutes,
		a.timeOffRoutes,
		a.visitTypeRoutes,
		a.feedbackRoutes,
		a.patientRoutes,
		a.userRoutes,
		a.auditRoutes,
		a.analyticsRoutes,
	} {
		resource()
	}
	if err := a.finishDocument(); err != nil {
		return nil, err
	}
	if err := a.documentRoutes(); err != nil {
		return nil, err
	}
	routed := httpx.Routed(withProblems(a.mux))
	a.handler = httpx.SecureHeaders(config.HTTPS, a.authenticated(httpx.CleanInput(literalOffsets(routed))))
	return a, nil
}

// ServeHTTP answers whatever Paths names. It belongs inside an httpx.Chain.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Busy answers a request that is not worked on now, because of an error.
func (a *API) Busy(w http.ResponseWriter, r *http.Request, err error) {
	httpx.SecureHeaders(a.config.HTTPS, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		httpx.ProblemOf(err).Write(w)
	})).ServeHTTP(w, r)
}

// Paths lists the patterns that a server's mux should send to the API.
func (a *API) Paths() []string {
	return []string{Prefix + "/", "/openapi.json", "/docs", "/docs/"}
}

// Document is the OpenAPI 3.1 document, as JSON. The caller must not change it.
func (a *API) Document() []byte { return a.document }

// Document makes the OpenAPI document without anything that would serve it.
func Document(version string) ([]byte, error) {
	a, err := New(Config{Version: version})
	if err != nil {
		return nil, err
	}
	return a.document, nil
}

// Routes lists every route with its action of the access table.
func (a *API) Routes() []Route { return a.routes }

func (a *API) finishDocument() error {
	a.tidySchemas()
	compact, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	var readable bytes.Buffer
	if err := json.Indent(&readable, compact, "", "  "); err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	a.document = append(readable.Bytes(), '\n')
	return nil
}
