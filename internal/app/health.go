package app

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/httpx"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// alive answers as long as the process does.
func alive() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeStatus(w, http.StatusOK, status{Status: "alive"})
	})
}

type status struct {
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
}

func writeStatus(w http.ResponseWriter, code int, s status) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(s); err != nil {
		return // the client has gone
	}
}

// readyTimeout is less than any load balancer's patience.
const readyTimeout = 2 * time.Second

// readiness answers 200 when this node can do its work, and else 503 with the
// reason, in words that tell a stranger nothing.
func (n *node) readiness() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		current, newest, err := n.db.MigrationState(ctx, store.Migrations(n.db.Engine()))
		switch {
		case err != nil:
			n.logger.WarnContext(ctx, "not ready", "error", err)
			writeStatus(w, http.StatusServiceUnavailable, status{"unready", "the database does not answer"})
		case current != newest:
			reason := fmt.Sprintf("the database is at version %d, this node knows %d", current, newest)
			writeStatus(w, http.StatusServiceUnavailable, status{"unready", reason})
		default:
			writeStatus(w, http.StatusOK, status{Status: "ready"})
		}
	})
}

// homePage is all that there is to see until Turno has pages of its own. The
// stylesheet is that of /docs.
const homePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Name}}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
<h1>{{.Name}}</h1>
{{with .Phone}}<p>Call us: {{.}}</p>{{end}}
<p>Appointments here are kept by Turno. There are no pages for booking yet; programs book through the <a href="/docs">REST API</a>.</p>
</main>
</body>
</html>
`

// home names the clinic and points to the documentation.
func (n *node) home() http.Handler {
	page := template.Must(template.New("home").Parse(homePage))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var clinic turno.Location
		err := n.db.Read(r.Context(), func(tx *sqldb.Tx) (err error) {
			clinic, _, err = store.FirstLocation(tx)
			return err
		})
		if err != nil {
			httpx.Fail(r.Context(), err)
			httpx.ProblemOf(err).Write(w)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		if err := page.Execute(w, clinic); err != nil {
			return // the client has gone
		}
	})
}
