package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/api"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/metric"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
)

func TestADatabaseThatIsAwayIsToldSoOnEveryPath(t *testing.T) {
	t.Parallel()
	away := &turno.Error{Kind: turno.KindUnavailable, Code: turno.CodeUnavailable, Message: "Busy.", RetryAfter: 2 * time.Second, Err: sqldb.ErrClosed}
	eachClinic(t, func(t *testing.T, c *clinic) {
		c.serve(api.Config{Authenticate: func(context.Context, string) (policy.Caller, error) { return policy.Caller{}, away }})
		signingIn := c.ask(c.full, "GET", "/api/v1/doctors", "")
		closed, err := sqldb.Open(t.Context(), t.TempDir()+"/closed.db", sqldb.Options{Now: c.clock.Now})
		c.must(err)
		c.must(closed.Close())
		c.db = closed
		c.serve(api.Config{})
		asking := c.ask(c.full, "GET", "/api/v1/audit-logs", "")
		for _, got := range []response{signingIn, asking} {
			want(t, got, http.StatusServiceUnavailable, `"code":"unavailable"`)
			if got.header.Get("Retry-After") != "2" {
				t.Errorf("come back after %q seconds", got.header.Get("Retry-After"))
			}
		}
		if strings.Count(c.log.String(), sqldb.ErrClosed.Error()) != 2 {
			t.Errorf("the log does not tell the causes:\n%s", c.log)
		}
	})
}

func TestAClientThatHungUpIsNobodysFault(t *testing.T) {
	t.Parallel()
	eachClinic(t, func(t *testing.T, c *clinic) {
		registry := metric.NewRegistry()
		metrics := httpx.NewMetrics(registry)
		c.handler = httpx.Chain{Logger: c.logger(), Now: c.clock.Now, Metrics: metrics}.Wrap(c.api)
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		for _, as := range []*person{nil, c.full} {
			r := httptest.NewRequestWithContext(ctx, "GET", "/api/v1/doctors", nil)
			if as != nil {
				r.Header.Set("Authorization", "Bearer "+as.token)
			}
			want(t, c.send(r), httpx.StatusClientClosed, `"code":"client_closed_request"`)
		}
		if c.log.Len() > 0 {
			t.Errorf("errors were logged:\n%s", c.log)
		}
		w := httptest.NewRecorder()
		scrape := httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil)
		scrape.RemoteAddr = "127.0.0.1:9"
		httpx.ServeMetrics(registry, "").ServeHTTP(w, scrape)
		if strings.Contains(w.Body.String(), `class="5xx"`) || !strings.Contains(w.Body.String(), `class="4xx"`) {
			t.Errorf("counted as\n%s", w.Body)
		}
	})
}
