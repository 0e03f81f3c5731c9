package httpx

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/metric"
	"github.com/turno-health/turno/internal/metric/metrictest"
)

// busy is a gate with two seats and room for one who waits, before work that ends
// when it is told to.
type busy struct {
	*Gate
	t        *testing.T
	registry *metric.Registry
	handler  http.Handler
	done     chan struct{} // ends the work of one request
	answers  chan int      // statuses, in the order of their answers
}

func newBusy(t *testing.T) *busy {
	t.Helper()
	registry := metric.NewRegistry()
	gate := newGate(2, 1, 2*time.Second, registry)
	b := &busy{Gate: gate, t: t, registry: registry, done: make(chan struct{}), answers: make(chan int, 2*smallBodies)}
	work := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-b.done
		w.WriteHeader(http.StatusNoContent)
	})
	b.handler = Chain{Now: time.Now, Logger: slog.New(slog.DiscardHandler)}.Wrap(gate.Admit(work, func(w http.ResponseWriter, _ *http.Request, err error) {
		ProblemOf(err).Write(w)
	}))
	return b
}

// ask sends a request and waits until it is worked on, waits, or is answered.
func (b *busy) ask(r *http.Request) {
	b.t.Helper()
	go func() {
		answer := httptest.NewRecorder()
		b.handler.ServeHTTP(answer, r)
		b.answers <- answer.Code
	}()
	synctest.Wait()
}

func (b *busy) expect(what string, want ...int) {
	b.t.Helper()
	synctest.Wait()
	var got []int
	for len(b.answers) > 0 {
		got = append(got, <-b.answers)
	}
	if len(got) != len(want) {
		b.t.Fatalf("%s: answered %v, want %v", what, got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			b.t.Errorf("%s: answered %v, want %v", what, got, want)
		}
	}
}

func asked() *http.Request { return httptest.NewRequest(http.MethodGet, "/", nil) }

func TestWhatIsBeyondCapacityIsToldToComeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBusy(t)
		b.ask(asked())
		b.ask(asked())
		b.ask(asked())
		b.expect("two seats are taken and one waits")
		b.ask(asked())
		b.expect("nobody else may wait", http.StatusServiceUnavailable)
		b.done <- struct{}{}
		b.expect("who has a seat is answered", http.StatusNoContent)
		b.done <- struct{}{}
		b.done <- struct{}{}
		b.expect("who waited got the seat", http.StatusNoContent, http.StatusNoContent)
		b.ask(asked())
		b.done <- struct{}{}
		b.expect("seats come back", http.StatusNoContent)
		if n := counted(t, b.registry, "turno_http_refused_total"); n != 1 {
			t.Errorf("%v were counted as refused", n)
		}
	})
}

// counted is a counter of the registry.
func counted(t *testing.T, registry *metric.Registry, name string) float64 {
	t.Helper()
	n, ok := metrictest.Read(t, registry)[name]
	if !ok {
		t.Fatalf("there is no metric %s", name)
	}
	return n
}

func TestNobodyWaitsLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBusy(t)
		b.ask(asked())
		b.ask(asked())
		b.ask(asked())
		time.Sleep(2*time.Second - time.Millisecond)
		b.expect("for two seconds")
		time.Sleep(time.Millisecond)
		b.expect("then it is refused", http.StatusServiceUnavailable)
		b.ask(asked())
		b.expect("its place is free for another")
		close(b.done)
		b.expect("all are answered", http.StatusNoContent, http.StatusNoContent, http.StatusNoContent)
	})
}

func TestWhoHangsUpWhileWaitingIsNotRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBusy(t)
		b.ask(asked())
		b.ask(asked())
		ctx, hangUp := context.WithCancel(t.Context())
		b.ask(asked().WithContext(ctx))
		hangUp()
		b.expect("the one who waits hangs up", StatusClientClosed)
		if n := counted(t, b.registry, "turno_http_refused_total"); n != 0 {
			t.Errorf("%v were counted as refused", n)
		}
		close(b.done)
		b.expect("the others are answered", http.StatusNoContent, http.StatusNoContent)
	})
}

func TestARefusalSaysWhenToComeAgain(t *testing.T) {
	t.Parallel()
	gate := newGate(0, 0, time.Second, metric.NewRegistry())
	answer := httptest.NewRecorder()
	gate.Admit(http.NotFoundHandler(), func(w http.ResponseWriter, _ *http.Request, err error) {
		if turno.KindOf(err) != turno.KindUnavailable {
			t.Errorf("refused for %v", err)
		}
		ProblemOf(err).Write(w)
	}).ServeHTTP(answer, asked())
	if answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q: %s", answer.Code, answer.Header().Get("Retry-After"), answer.Body)
	}
}

func TestASlowClientHoldsNoSeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBusy(t)
		body, slow := io.Pipe()
		for range 3 {
			b.ask(httptest.NewRequest(http.MethodPost, "/", body))
		}
		b.ask(asked())
		b.done <- struct{}{}
		b.expect("others are answered meanwhile", http.StatusNoContent)
		_ = slow.Close()
		close(b.done)
		b.expect("the slow ones when they are through", http.StatusNoContent, http.StatusNoContent, http.StatusNoContent)
	})
}

// What strangers send and never end would fill the memory before anybody has a seat.
func TestLongBodiesThatNeverEndAreFew(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		length, most int
		shorter      int // that is served meanwhile
	}{
		{"beyond what a connection costs", tinyBody, smallBodies, tinyBody - 1},
		{"beyond what forms have", smallBody, largeBodies, smallBody - 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBusy(t)
				never, end := io.Pipe()
				long := func() *http.Request {
					return httptest.NewRequest(http.MethodPost, "/", io.MultiReader(bytes.NewReader(make([]byte, tt.length)), never))
				}
				for range tt.most {
					b.ask(long())
				}
				b.ask(long())
				b.expect("one more is refused", http.StatusServiceUnavailable)
				b.ask(httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(make([]byte, tt.shorter))))
				b.done <- struct{}{}
				b.expect("a shorter one is served meanwhile", http.StatusNoContent)
				_ = end.Close()
				close(b.done)
				synctest.Wait()
				for range tt.most {
					<-b.answers
				}
				b.ask(long())
				b.expect("their places are free again", http.StatusNoContent)
			})
		})
	}
}

func TestAStreamHoldsNoSeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBusy(t)
		news := make(chan struct{})
		listen := Chain{Now: time.Now, Logger: slog.New(slog.DiscardHandler)}.Wrap(b.Admit(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			Stream{Now: time.Now}.Serve(w, r, news)
		}), nil))
		for range 5 {
			go listen.ServeHTTP(connection{httptest.NewRecorder()}, asked())
		}
		synctest.Wait()
		if n := len(b.seats); n != 0 {
			t.Errorf("five streams hold %d seats", n)
		}
		close(news)
	})
}

// connection is an answer with deadlines, as a network has them.
type connection struct{ *httptest.ResponseRecorder }

// SetReadDeadline does nothing.
func (connection) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (connection) SetWriteDeadline(time.Time) error { return nil }

// What is read of a body before its turn is the body all the same.
func TestABodyIsWholeBehindTheGate(t *testing.T) {
	t.Parallel()
	broken := errors.New("the line went dead")
	for _, tt := range []struct {
		name string
		body io.Reader
		want int
		err  error
	}{
		{"none", http.NoBody, 0, nil},
		{"a short one", strings.NewReader("hello"), 5, nil},
		{"a long one", bytes.NewReader(make([]byte, smallBody+10)), smallBody + 10, nil},
		{"one longer than is read ahead", bytes.NewReader(make([]byte, MaxBody+10)), MaxBody + 10, nil},
		{"one that breaks off", io.MultiReader(strings.NewReader("hel"), failing{broken}), 3, broken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			gate := newGate(1, 1, time.Second, metric.NewRegistry())
			gate.Admit(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				all, err := io.ReadAll(r.Body)
				if len(all) != tt.want || !errors.Is(err, tt.err) {
					t.Errorf("%d bytes and %v, want %d and %v", len(all), err, tt.want, tt.err)
				}
			}), nil).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", tt.body))
		})
	}
}

// Whoever announces a long body and sends nothing takes no memory for it.
func TestAnAnnouncedBodyTakesNoMemory(t *testing.T) {
	t.Parallel()
	read, write := io.Pipe()
	defer write.Close()
	r := httptest.NewRequest(http.MethodPost, "/", read)
	r.ContentLength = MaxBody
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	go new(Gate).readAhead(r)
	if _, err := write.Write([]byte("{")); err != nil { // it reads by now
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > MaxBody/2 {
		t.Errorf("%d bytes were taken for one that came", grown)
	}
}
