package httpx

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/turno-health/turno"
)

// Chain is the outermost middleware of the server. The zero values of Metrics
// and Trusted mean none.
type Chain struct {
	Logger  *slog.Logger
	Now     turno.Now
	Metrics *Metrics
	Trusted []netip.Prefix // proxies whose X-Forwarded-For is believed
}

// Wrap gives every request an id and an address, turns a panic into a 500, and
// logs and counts the answer. Nothing that is logged is personal: no query, no
// body, no header, no address, and the route instead of the path.
func (c Chain) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := c.Now()
		about := &request{id: requestID(r), address: clientAddress(r, c.Trusted)}
		ctx := context.WithValue(r.Context(), requestKey{}, about)
		answer := &recorder{ResponseWriter: w}
		answer.Header().Set("X-Request-Id", about.id)
		defer func() {
			c.done(ctx, r.Method, about, answer, c.Now().Sub(began))
		}()
		defer c.recover(about, answer)
		next.ServeHTTP(answer, r.WithContext(ctx))
	})
}

// recover answers 500 after a panic, if nothing has been answered yet.
func (c Chain) recover(about *request, answer *recorder) {
	cause := recover()
	switch {
	case cause == nil:
		return
	case cause == http.ErrAbortHandler: //nolint:errorlint // a sentinel that is documented to be compared
		panic(cause)
	}
	about.err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
	if answer.status == 0 {
		ProblemOf(about.err).Write(answer)
	}
}

func (c Chain) done(ctx context.Context, method string, about *request, answer *recorder, took time.Duration) {
	if answer.status == 0 {
		answer.status = http.StatusOK
	}
	route := about.route
	if route == "" {
		route = "none"
	}
	c.Metrics.count(method, route, answer.status)
	if !about.stream {
		c.Metrics.time(method, route, answer.status, took)
	}
	attributes := []slog.Attr{
		slog.String("request_id", about.id),
		slog.String("method", knownMethod(method)),
		slog.String("route", route),
		slog.Int("status", answer.status),
		slog.Int64("bytes", answer.bytes),
		slog.Duration("took", took),
	}
	level := slog.LevelInfo
	if about.refused {
		level = slog.LevelDebug // they are counted
	}
	if about.err != nil {
		level = slog.LevelError
		attributes = append(attributes, slog.String("error", about.err.Error()))
	}
	c.Logger.LogAttrs(ctx, level, "request", attributes...)
}

// requestID keeps the id that a proxy gave, if it is harmless in a log.
func requestID(r *http.Request) string {
	given := r.Header.Get("X-Request-Id")
	harmless := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.", c)
	}
	if given == "" || len(given) > 64 || strings.TrimFunc(given, harmless) != "" {
		return turno.NewID().String()
	}
	return given
}

// knownMethod keeps what strangers invent out of the log and the metrics.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the first final status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
