package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/turno-health/turno/internal/sqldb"
)

// measureBookings compares what a server books over HTTP with what its database
// commits of the bare rows; and, to tell where the difference is, with what it
// commits of the same rows in Turno's own tables, and of bare rows that are asked
// for over HTTP.
func (r *runner) measureBookings(ctx context.Context, s *stage) error {
	home, clients := s.home(), r.config.Clients
	bare, err := r.openBare(ctx, s.engine, OpenBare)
	if err != nil {
		return err
	}
	own, err := r.openBare(ctx, s.engine, OpenOwn)
	if err != nil {
		return err
	}
	face, err := r.serveBare(ctx, bare)
	if err != nil {
		return err
	}
	connections := r.connect(home.server.url, clients)
	var computed []float64 // microseconds of the server for a booking
	booked := &side{begin: func() { computed = nil }, turn: func(ctx context.Context, length time.Duration) *Load {
		before, _ := computedBy(home.server.pid()) // zero where the system does not tell
		l := closed(ctx, clients, length, home.people.bookings(connections))
		after := home.server.settle(ctx)
		computed = append(computed, float64((after-before).Microseconds())/float64(max(l.Done(), 1)))
		return l
	}}
	alone, inOwn, served := r.asks(bare.commits()), r.asks(own.commits()), r.asks(posts(r.connect(face, clients)))
	if err := r.takeTurns(ctx, r.config.Slice, booked, alone, inOwn, served); err != nil {
		return err
	}
	target := "≥ 1 × bare"
	if s.engine == sqldb.Postgres {
		target = "≥ 0.5 × bare"
	}
	known, engine := "Easy!Appointments: 101/s, p50 314 ms", engineName(s.engine)
	what := func(did string) string { return fmt.Sprintf("%s, %d clients", did, clients) }
	r.add(booked.result("bookings", what("durable bookings"), home.String()).
		reached(ratio(booked.rates(), alone.rates()), "× bare", target).known(known))
	r.add(alone.result("bookings", what("bare rows committed"), engine))
	r.add(inOwn.result("bookings", what("the rows committed in Turno's own tables"), engine).
		reached(ratio(inOwn.rates(), alone.rates()), "× bare", ""))
	r.add(served.result("bookings", what("bare rows, asked for over HTTP"), engine).
		reached(ratio(served.rates(), alone.rates()), "× bare", ""))
	r.add(Result{Row: "bookings", What: "computing of the server for a booking, and for what follows from it", Where: home.String()}.
		reached(median(computed), "µs", ""))
	r.add(Result{Row: "bookings", What: "bookings against Easy!Appointments", Where: home.String()}.
		reached(median(booked.rates())/101, "× its rate", "≥ 15 × on the same machine").known(known))
	return nil
}

// asks is a side whose clients ask without pause.
func (r *runner) asks(do request) *side {
	return &side{turn: func(ctx context.Context, length time.Duration) *Load {
		return closed(ctx, r.config.Clients, length, do)
	}}
}

// openBare makes tables for the run.
func (r *runner) openBare(ctx context.Context, engine sqldb.Engine, open func(context.Context, string, sqldb.Engine, int32) (*Bare, error)) (*Bare, error) {
	dsn, err := r.newDatabase(ctx, engine)
	if err != nil {
		return nil, err
	}
	bare, err := open(ctx, dsn, engine, int32(r.config.Clients)) //nolint:gosec // Validate bounds it
	if err != nil {
		return nil, err
	}
	r.atEnd(func(context.Context) error { return bare.Close() })
	return bare, nil
}

// commits are requests that each commit the rows of another booking.
func (b *Bare) commits() request {
	return func(ctx context.Context, _ int) error {
		return b.Commit(context.WithoutCancel(ctx), int(b.next.Add(1)))
	}
}

// serveBare answers every request, on this machine only and until the run ends,
// when the bare rows of a booking are committed.
func (r *runner) serveBare(ctx context.Context, bare *Bare) (url string, err error) {
	commit := bare.commits()
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		var wanted struct{ Reason string }
		if err := json.NewDecoder(request.Body).Decode(&wanted); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := commit(request.Context(), 0); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(wanted) // a client that is gone reads nothing
	})}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("serve bare rows: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	r.atEnd(func(context.Context) error {
		if err := errors.Join(server.Close(), <-ended); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return "http://" + listener.Addr().String(), nil
}

// posts are requests of the length of a booking.
func posts(connections []*Client) request {
	return func(ctx context.Context, client int) error {
		answer, err := connections[client].book(ctx, wish{doctor: "of nobody", at: time.Now()})
		return expect(http.StatusCreated, answer, err)
	}
}
