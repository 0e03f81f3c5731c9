package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

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
		case !n.free.AwaitFilled(ctx):
			writeStatus(w, http.StatusServiceUnavailable, status{"unready", "the doctors' calendars are still being read"})
		default:
			writeStatus(w, http.StatusOK, status{Status: "ready"})
		}
	})
}
