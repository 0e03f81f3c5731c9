package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turno-health/turno/internal/sqldb"
)

// measureBookings compares what a server books over HTTP with what its database
// commits of the bare rows.
func (r *runner) measureBookings(ctx context.Context, s *stage) error {
	bare, err := r.openBare(ctx, s.engine)
	if err != nil {
		return err
	}
	home, clients := s.home(), r.config.Clients
	connections := r.connect(home.server.url, clients)
	var each []float64 // microseconds that the server computed for a booking
	booked := &side{name: "booked", turn: func(ctx context.Context, length time.Duration) *Load {
		before, _ := computedBy(home.server.pid()) // zero where the system does not tell
		l := closed(ctx, clients, length, home.people.bookings(connections))
		after, _ := computedBy(home.server.pid())
		each = append(each, float64((after-before).Microseconds())/float64(max(l.Done(), 1)))
		return l
	}}
	var number atomic.Int64
	alone := &side{name: "bare", turn: func(ctx context.Context, length time.Duration) *Load {
		return closed(ctx, clients, length, func(ctx context.Context, _ int) error {
			return bare.Commit(context.WithoutCancel(ctx), int(number.Add(1)))
		})
	}}
	if err := r.takeTurns(ctx, r.config.Slice, booked, alone); err != nil {
		return err
	}
	share := ratio(booked.rates(), alone.rates())
	target := "≥ 1 × bare"
	if s.engine == sqldb.Postgres {
		target = "≥ 0.5 × bare"
	}
	known := "Easy!Appointments: 101/s, p50 314 ms"
	r.add(booked.result("bookings", fmt.Sprintf("durable bookings, %d clients", clients), home.String()).
		reached(share, "× bare", target).known(known))
	r.add(alone.result("bookings", fmt.Sprintf("bare rows committed, %d clients", clients), engineName(s.engine)))
	r.add(Result{Row: "bookings", What: "computing of the server for a booking", Where: home.String()}.
		reached(median(each), "µs", ""))
	r.add(Result{Row: "bookings", What: "bookings against Easy!Appointments", Where: home.String()}.
		reached(median(booked.rates())/101, "× its rate", "≥ 15 × on the same machine").known(known))
	return nil
}

func (r *runner) openBare(ctx context.Context, engine sqldb.Engine) (*Bare, error) {
	dsn, err := r.newDatabase(ctx, engine)
	if err != nil {
		return nil, err
	}
	bare, err := OpenBare(ctx, dsn, engine, int32(r.config.Clients)) //nolint:gosec // Validate bounds it
	if err == nil {
		r.atEnd(func(context.Context) error { return bare.Close() })
	}
	return bare, err
}

// fight is what became of many who wanted one time, again and again.
type fight struct {
	mu                              sync.Mutex
	rounds, oneWinner, without, odd int
	won                             int // of this round
}

// measureContention lets all patients want one time at once, and compares their
// waiting with that of somebody alone.
func (r *runner) measureContention(ctx context.Context, s *stage) error {
	home := s.home()
	rivals := len(home.people.patients)
	connections := r.connect(home.server.url, rivals)
	var f fight
	fought := &side{name: "fought", turn: func(ctx context.Context, length time.Duration) *Load {
		total := newLoad()
		for began := time.Now(); time.Since(began) < length && ctx.Err() == nil; {
			total.follow(f.round(ctx, home.people, connections))
		}
		return total
	}}
	alone := &side{name: "alone", turn: func(ctx context.Context, length time.Duration) *Load {
		return closed(ctx, 1, length, home.people.bookings(connections))
	}}
	if err := r.takeTurns(ctx, r.config.Slice, fought, alone); err != nil {
		return err
	}
	calm := milliseconds(alone.total().Percentile(50))
	worst := milliseconds(fought.total().Percentile(99))
	r.add(fought.result("contention", fmt.Sprintf("%d clients want one time", rivals), home.String()).
		reached(worst/max(calm, 0.001), "× p50 alone, for p99", "< 20 ×"))
	r.add(alone.result("contention", "one client books alone", home.String()))
	broken := f.rounds - f.oneWinner + f.without + f.odd
	r.add(Result{Row: "contention", What: fmt.Sprintf("%s rounds: not exactly one 201, 409 without alternatives, other answers", thousands(f.rounds)),
		Where: home.String(), Note: fmt.Sprintf("%d, %d, %d", f.rounds-f.oneWinner, f.without, f.odd)}.
		reached(float64(broken), "broken", "0").known("Easy!Appointments: 14 to 16 stored by its page, 64 of 64 by its API"))
	return nil
}

// round lets everybody ask at the same moment.
func (f *fight) round(ctx context.Context, p *people, connections []*Client) *Load {
	doctor, at := p.prize()
	f.won = 0
	var ready sync.WaitGroup
	ready.Add(len(connections))
	total := inParallel(ctx, len(connections), time.Now(), func(client int, l *Load) {
		ready.Done()
		ready.Wait()
		sent := time.Now()
		answer, err := connections[client].book(ctx, wish{doctor, at, p.patients[client].token})
		l.note(time.Since(sent), f.judge(answer, err))
	})
	if ctx.Err() != nil {
		return newLoad()
	}
	f.rounds++
	if f.won == 1 {
		f.oneWinner++
	}
	return total
}

// judge counts an answer, and returns an error for one that is none of the two
// that may be.
func (f *fight) judge(answer Answer, err error) error {
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch answer.Status {
	case http.StatusCreated:
		f.won++
		return nil
	case http.StatusConflict:
		var problem struct {
			Alternatives []json.RawMessage
		}
		if json.Unmarshal(answer.Body, &problem) != nil || len(problem.Alternatives) == 0 {
			f.without++
		}
		return nil
	}
	f.odd++
	return &statusError{answer.Status, answer.Body}
}
