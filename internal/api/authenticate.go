package api

import (
	"net/http"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/policy"
)

// authenticated finds out who asks. A token that is not valid is refused even
// where none is needed: whoever sends one means to be somebody.
func (a *API) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		caller, err := a.caller(r)
		locked := ""
		if turno.CodeOf(err) == turno.CodeSessionLocked && r.URL.Path == Prefix+unlockPath {
			locked, _, err = a.token(r)
		}
		if err != nil {
			refusal(ctx, err).Write(w)
			return
		}
		caller.Address = httpx.Address(ctx)
		next.ServeHTTP(w, r.WithContext(withCall(ctx, call{
			caller:      caller,
			locked:      locked,
			device:      a.device(r),
			url:         *r.URL,
			ifNoneMatch: r.Header.Get("If-None-Match"),
		})))
	})
}

// device is what tells the browser from others, if it is known.
func (a *API) device(r *http.Request) string {
	cookie, err := r.Cookie(httpx.CookieName(httpx.DeviceCookie, a.config.HTTPS))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// caller is who sent the request. Strangers, and those who guess tokens, are
// counted.
func (a *API) caller(r *http.Request) (policy.Caller, error) {
	token, present, err := a.token(r)
	if err != nil {
		return policy.Caller{}, err
	}
	if !present {
		return policy.Caller{}, a.limiter.Allow(httpx.Address(r.Context()))
	}
	caller, err := a.config.Authenticate(r.Context(), token)
	if err != nil && turno.KindOf(err) == turno.KindUnauthenticated {
		if limited := a.limiter.Allow(httpx.Address(r.Context())); limited != nil {
			return policy.Caller{}, limited
		}
	}
	return caller, err
}

// token is the bearer token, or else the session cookie. Browsers send cookies
// of their own accord, so without a bearer token a request that changes
// something must not come from another site.
func (a *API) token(r *http.Request) (token string, present bool, err error) {
	if r.Header.Get("Authorization") != "" {
		token, ok := httpx.BearerToken(r)
		if !ok {
			return "", false, turno.Unauthenticated()
		}
		return token, true, nil
	}
	if err := a.origins.Check(r); err != nil {
		return "", false, httpx.NewProblem(http.StatusForbidden, httpx.CodeCrossOrigin, "This request came from another site.")
	}
	cookie, err := r.Cookie(httpx.CookieName(httpx.SessionCookie, a.config.HTTPS))
	if err != nil || cookie.Value == "" {
		return "", false, nil //nolint:nilerr // no cookie is nobody
	}
	return cookie.Value, true, nil
}
