package httpx

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/turno-health/turno"
)

// Stream answers a request with server-sent events that never end by themselves
// (HTML Living Standard, section 9.2): a "change" event, without content, whenever
// the page should look again. It is exempt from the server's timeouts and from the
// histogram of how long answers take. Now is required; the zero value of the other
// fields is the product's own choice.
type Stream struct {
	Now       turno.Now
	Heartbeat time.Duration // a comment, so that proxies do not end a silent stream; 0: 25 s
	Gap       time.Duration // between two events, so that a busy clinic floods no page; 0: 500 ms

	// Alive is asked before each change and each heartbeat whether the page may still listen. An
	// error ends the stream, with a "signed_out" event before if it is of
	// turno.KindUnauthenticated. It must not count as using the session. Nil: always.
	Alive func(ctx context.Context) error
}

// EventStream is the media type of a Stream.
const EventStream = "text/event-stream"

// The parts of a stream. A client that lost it comes back after two seconds. An
// event without data would not be dispatched.
const (
	streamOpening   = "retry: 2000\n\n"
	streamChange    = "event: change\ndata: 1\n\n"
	streamSignedOut = "event: signed_out\ndata: 1\n\n"
	streamHeartbeat = ":\n\n"

	// A client that takes nothing for so long is gone.
	streamPatience = 30 * time.Second
)

// Serve sends an event for each word from news, until news is closed, the client
// leaves or Alive says no.
func (s Stream) Serve(w http.ResponseWriter, r *http.Request, news <-chan struct{}) {
	heartbeat := time.NewTicker(orElse(s.Heartbeat, 25*time.Second))
	defer heartbeat.Stop()
	about := requestOf(r.Context())
	about.stream = true
	if about.leave != nil {
		about.leave()
	}
	out := streamWriter{w, http.NewResponseController(w), s.Now}
	if !out.open() {
		return
	}
	for listening := true; listening; {
		select {
		case <-r.Context().Done():
			return
		case <-heartbeat.C:
			listening = s.tell(r.Context(), out, streamHeartbeat)
		case _, open := <-news:
			listening = open && s.tell(r.Context(), out, streamChange) && s.rest(r.Context())
		}
	}
}

// tell sends a part to a page that may still listen, and reports whether it was
// taken.
func (s Stream) tell(ctx context.Context, out streamWriter, part string) bool {
	if s.Alive == nil {
		return out.send(part)
	}
	err := s.Alive(ctx)
	switch {
	case err == nil:
		return out.send(part)
	case turno.KindOf(err) == turno.KindUnauthenticated:
		out.send(streamSignedOut)
	case ctx.Err() == nil && turno.KindOf(err) == turno.KindInternal:
		Fail(ctx, err)
	}
	return false
}

// rest lets the gap pass. What happens meanwhile is one word in news.
func (s Stream) rest(ctx context.Context) bool {
	gap := time.NewTimer(orElse(s.Gap, 500*time.Millisecond))
	defer gap.Stop()
	select {
	case <-gap.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func orElse(given, usual time.Duration) time.Duration {
	if given == 0 {
		return usual
	}
	return given
}

type streamWriter struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	now        turno.Now
}

// open begins the answer. The deadline for reading the request would cut the
// connection: net/http reads on, to notice that the client leaves.
func (s streamWriter) open() bool {
	if err := s.controller.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return false
	}
	header := s.w.Header()
	header.Set("Content-Type", EventStream)
	header.Set("Cache-Control", "no-store, no-transform") // a proxy that compresses would hold events back
	header.Set("X-Accel-Buffering", "no")                 // so would nginx
	s.w.WriteHeader(http.StatusOK)
	return s.send(streamOpening)
}

// send writes within its own deadline instead of the server's, and reports
// whether the client took it.
func (s streamWriter) send(part string) bool {
	err := s.controller.SetWriteDeadline(s.now().Add(streamPatience))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return false
	}
	if _, err := io.WriteString(s.w, part); err != nil {
		return false
	}
	return s.controller.Flush() == nil
}
