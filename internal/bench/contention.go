package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

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
	fought := &side{turn: func(ctx context.Context, length time.Duration) *Load {
		total := newLoad()
		for began := time.Now(); time.Since(began) < length && ctx.Err() == nil; {
			total.follow(f.round(ctx, home.people, connections))
		}
		return total
	}}
	alone := &side{turn: func(ctx context.Context, length time.Duration) *Load {
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
	r.add(Result{Row: "contention", What: "promises broken in these rounds", Where: home.String(),
		Note: fmt.Sprintf("%s rounds: %d without exactly one 201, %d answers 409 without alternatives, %d other answers",
			thousands(f.rounds), f.rounds-f.oneWinner, f.without, f.odd)}.
		reached(float64(broken), "broken", "0").known("Easy!Appointments: 14 to 16 stored by its page, 64 of 64 by its API"))
	return nil
}

// round lets everybody ask at the same moment.
func (f *fight) round(ctx context.Context, p *people, connections []*Client) *Load {
	doctor, at := p.prize()
	f.won = 0
	var ready sync.WaitGroup
	ready.Add(len(connections))
	total := inParallel(ctx, len(connections), time.Now(), func(client int, s *seen) {
		ready.Done()
		ready.Wait()
		sent := time.Now()
		answer, err := connections[client].book(ctx, wish{doctor, at, p.patients[client].token})
		s.note(time.Since(sent), f.judge(answer, err))
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
