package httpx

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/metric"
)

// Gate is the admission to a server that can do only so much at once: so many
// requests are worked on, some more wait for a moment, and the others are told to
// come again. So what is beyond a server's capacity costs it next to nothing, and
// whoever was let in is answered as fast as ever. It is safe for concurrent use.
type Gate struct {
	seats    chan struct{}
	small    chan struct{} // for bodies of more than tinyBody that are in memory
	large    chan struct{} // for those of more than smallBody
	waiting  atomic.Int64
	most     int64         // that wait
	patience time.Duration // of those who wait
	refused  *metric.Counter
}

// The bounds of a server with so many cores. A request that writes waits for the
// disk with others, so many more than there are cores are worked on at once.
const (
	seatsPerCore   = 64
	waitingPerSeat = 8
	gatePatience   = 2 * time.Second
)

// What is read of bodies before their requests have a seat: strangers may fill no
// memory. Most forms and bookings are tiny, and cost no more than their connections, so
// that slow clients keep nobody from signing in. A longer body waits for none, it is
// refused when so many are there.
const (
	tinyBody    = 4 << 10
	smallBody   = 64 << 10
	smallBodies = 1024
	largeBodies = 64
)

// NewGate makes a gate for a machine with so many cores and registers its metrics.
func NewGate(cores int, registry *metric.Registry) *Gate {
	return newGate(seatsPerCore*cores, waitingPerSeat*seatsPerCore*cores, gatePatience, registry)
}

func newGate(seats, waiting int, patience time.Duration, registry *metric.Registry) *Gate {
	g := &Gate{
		seats: make(chan struct{}, seats), most: int64(waiting), patience: patience,
		small: make(chan struct{}, smallBodies), large: make(chan struct{}, largeBodies),
	}
	g.register(registry)
	return g
}

// Admit lets requests through to next, and has full answer those that are refused,
// with a turno.KindUnavailable error. Up to MaxBody of a body is read before, so that
// slow clients hold no seat; a stream gives its seat back when it begins.
func (g *Gate) Admit(next http.Handler, full func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		forget, ok := g.readAhead(r)
		defer forget()
		if !ok || !g.enter(r) {
			if r.Context().Err() != nil { // it was not refused, it hung up
				w.WriteHeader(StatusClientClosed)
				return
			}
			g.refused.Inc()
			requestOf(r.Context()).refused = true
			full(w, r, &turno.Error{Kind: turno.KindUnavailable, Code: turno.CodeUnavailable, RetryAfter: time.Second + rand.N(3*time.Second), //nolint:gosec // spreads those who come again
				Message: "There is more to do just now than we manage. Please try again in a moment."})
			return
		}
		leave := sync.OnceFunc(func() { <-g.seats })
		defer leave()
		requestOf(r.Context()).leave = leave
		next.ServeHTTP(w, r)
	})
}

// enter takes a seat, and reports false when there was none in time.
func (g *Gate) enter(r *http.Request) bool {
	select {
	case g.seats <- struct{}{}:
		return true
	default:
	}
	if g.waiting.Add(1) > g.most {
		g.waiting.Add(-1)
		return false
	}
	defer g.waiting.Add(-1)
	patience := time.NewTimer(g.patience)
	defer patience.Stop()
	select {
	case g.seats <- struct{}{}:
		return true
	case <-patience.C:
	case <-r.Context().Done():
	}
	return false
}

// readAhead reads what a client sends, up to the most that anybody may; it reports
// false when there are too many bodies as long already. forget says that the body is no
// longer needed. What goes wrong comes again when the handler reads on.
func (g *Gate) readAhead(r *http.Request) (forget func(), ok bool) {
	var taken []chan struct{}
	forget = func() {
		for _, places := range taken {
			<-places
		}
	}
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength > MaxBody { // too long: refused unread
		return forget, true
	}
	var head bytes.Buffer // grows with what comes: a promise of much costs nothing
	_, err := io.CopyN(&head, r.Body, tinyBody)
	for _, more := range []struct {
		places chan struct{}
		upTo   int64
	}{{g.small, smallBody}, {g.large, MaxBody}} {
		if err != nil {
			break
		}
		select {
		case more.places <- struct{}{}:
		default:
			return forget, false
		}
		taken = append(taken, more.places)
		_, err = io.CopyN(&head, r.Body, more.upTo-int64(head.Len()))
	}
	rest := io.Reader(r.Body)
	if err != nil {
		rest = failing{err}
	}
	r.Body = body{io.MultiReader(&head, rest), r.Body}
	return forget, true
}

// body is what was read ahead, and what is still to come.
type body struct {
	io.Reader
	io.Closer
}

// failing ends a body as it ended when it was read: with io.EOF, or what went wrong.
type failing struct{ err error }

// Read fails.
func (f failing) Read([]byte) (int, error) { return 0, f.err }
