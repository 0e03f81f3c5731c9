package httpx

import (
	"context"
	"net/http"
)

// request is what is known of a request besides the request: filled in on its
// way down the chain, read on the way up.
type request struct {
	id      string
	address string
	route   string // the pattern that matched, such as "GET /api/v1/doctors/{id}"
	err     error  // the internal error behind a 500, for the log
	stream  bool   // it stayed open: how long says nothing
	leave   func() // gives back the seat of a Gate; nil: there is none
	refused bool   // by a Gate: a flood of these would fill the log
}

type requestKey struct{}

// Address is the client's network address: an IPv4 address, or the /64 that an
// IPv6 client chooses its addresses from. It is for limits, and for the list of a
// person's own sessions; it is never logged.
func Address(ctx context.Context) string { return requestOf(ctx).address }

// Fail notes the internal error that the request will be answered 500 for, so
// that it is logged with the request.
func Fail(ctx context.Context, err error) { requestOf(ctx).err = err }

// Routed wraps a mux and notes which of its patterns a request matched, for the
// log and the metrics.
func Routed(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if r.Pattern != "" {
				requestOf(r.Context()).route = r.Pattern
			}
		}()
		mux.ServeHTTP(w, r)
	})
}

func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}
