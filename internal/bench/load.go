package bench

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Load is what clients saw while they asked for something again and again.
type Load struct {
	latencies *hdrhistogram.Histogram // microseconds
	took      time.Duration
	failed    int
	failure   error // the first one
}

// longest is the longest latency that is told apart from longer ones.
const longest = 2 * time.Minute

func newLoad() *Load {
	return &Load{latencies: hdrhistogram.New(1, longest.Microseconds(), 3)}
}

// Done is how many requests were answered as they should be.
func (l *Load) Done() int { return int(l.latencies.TotalCount()) }

// Rate is how many were answered a second.
func (l *Load) Rate() float64 {
	if l.took <= 0 {
		return 0
	}
	return float64(l.Done()) / l.took.Seconds()
}

// Percentile is the latency that so many percent did not exceed.
func (l *Load) Percentile(percent float64) time.Duration {
	return time.Duration(l.latencies.ValueAtPercentile(percent)) * time.Microsecond
}

// Max is the longest latency.
func (l *Load) Max() time.Duration { return time.Duration(l.latencies.Max()) * time.Microsecond }

// follow takes in what was seen in the time after.
func (l *Load) follow(other *Load) {
	l.latencies.Merge(other.latencies)
	l.fail(other.failed, other.failure)
	l.took += other.took
}

func (l *Load) fail(times int, failure error) {
	l.failed += times
	if l.failure == nil {
		l.failure = failure
	}
}

// seen is what one client saw: a plain list, so that the clients, who share the
// machine with the server, take little of it.
type seen struct {
	latencies []time.Duration
	failed    int
	failure   error
}

func (s *seen) note(latency time.Duration, err error) {
	if err == nil {
		s.latencies = append(s.latencies, latency)
		return
	}
	s.failed++
	if s.failure == nil {
		s.failure = err
	}
}

// add takes in what a client saw.
func (l *Load) add(s *seen) {
	for _, latency := range s.latencies {
		// A latency beyond the histogram's range counts as the longest.
		_ = l.latencies.RecordValue(min(max(latency, time.Microsecond), longest).Microseconds())
	}
	l.fail(s.failed, s.failure)
}

// request is one request of a client; its error says that the answer was wrong.
type request func(ctx context.Context, client int) error

// closed lets so many clients ask, each again as soon as it was answered. It
// ends after length, or with ctx.
func closed(ctx context.Context, clients int, length time.Duration, do request) *Load {
	began := time.Now()
	return inParallel(ctx, clients, began, func(client int, s *seen) {
		for sent := time.Now(); sent.Sub(began) < length && ctx.Err() == nil; {
			err := do(ctx, client)
			answered := time.Now()
			s.note(answered.Sub(sent), err)
			sent = answered
		}
	})
}

// open asks at a fixed rate a second, whether or not there were answers, as
// people do. A latency counts from when the request was due, so a stall is seen
// by all who would have come meanwhile. No more than so many clients wait at a
// time; whoever is due then waits for one of them.
func open(ctx context.Context, rate float64, clients int, length time.Duration, do request) *Load {
	began := time.Now()
	every := time.Duration(float64(time.Second) / rate)
	var next atomic.Int64
	l := inParallel(ctx, clients, began, func(client int, s *seen) {
		for {
			due := time.Duration(next.Add(1)-1) * every
			if due >= length || !sleepUntil(ctx, began.Add(due)) {
				return
			}
			err := do(ctx, client)
			s.note(time.Since(began.Add(due)), err)
		}
	})
	if ctx.Err() == nil {
		l.took = max(l.took, length) // after the last answer nobody was due for a moment
	}
	return l
}

// inParallel adds up what each client saw until the last was done.
func inParallel(ctx context.Context, clients int, began time.Time, work func(client int, s *seen)) *Load {
	each := make([]seen, clients)
	var all sync.WaitGroup
	for client := range each {
		all.Go(func() { work(client, &each[client]) })
	}
	all.Wait()
	total := newLoad()
	total.took = time.Since(began)
	for i := range each {
		total.add(&each[i])
	}
	if total.failure != nil && ctx.Err() != nil {
		total.failed, total.failure = 0, nil // they were interrupted
	}
	return total
}

// sleepUntil reports whether the moment came before ctx ended.
func sleepUntil(ctx context.Context, moment time.Time) bool {
	left := time.Until(moment)
	if left <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
