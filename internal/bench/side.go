package bench

import (
	"context"
	"slices"
	"time"
)

// side is one of several things that are compared: each has its turns.
type side struct {
	where *site // nil: no server's
	turn  func(ctx context.Context, length time.Duration) *Load
	begin func() // called when turns begin to count; nil: nothing to forget

	loads []*Load // of its turns
}

// takeTurns lets every side work for a slice, and again, in alternating order, so
// that what the machine does meanwhile hits all of them. A shorter turn before
// that counts for nothing: connections, plans and caches are made in it.
func (r *runner) takeTurns(ctx context.Context, length time.Duration, sides ...*side) error {
	for _, s := range sides {
		s.turn(ctx, length/4)
		if s.begin != nil {
			s.begin()
		}
	}
	for i := range r.config.Slices {
		order := slices.Clone(sides)
		if i%2 == 1 {
			slices.Reverse(order)
		}
		for _, s := range order {
			if err := ctx.Err(); err != nil {
				return err
			}
			s.loads = append(s.loads, s.turn(ctx, length))
		}
	}
	return ctx.Err()
}

// total is all turns of the side together.
func (s *side) total() *Load {
	total := newLoad()
	for _, l := range s.loads {
		total.follow(l)
	}
	return total
}

// rates are those of the turns.
func (s *side) rates() []float64 {
	var all []float64
	for _, l := range s.loads {
		all = append(all, l.Rate())
	}
	return all
}

// medians are the latencies that half of each turn's requests did not exceed, in
// milliseconds.
func (s *side) medians() []float64 {
	var all []float64
	for _, l := range s.loads {
		all = append(all, milliseconds(l.Percentile(50)))
	}
	return all
}

// ratio is the median of a over b, turn by turn: what slows both down does not
// change it. It is 0 when nothing can be compared.
func ratio(a, b []float64) float64 {
	var all []float64
	for i := range min(len(a), len(b)) {
		if b[i] > 0 {
			all = append(all, a[i]/b[i])
		}
	}
	return median(all)
}

// median is the value in the middle, or between the two that are; 0 of none.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) == 0 {
		return 0
	}
	low, high := sorted[(len(sorted)-1)/2], sorted[len(sorted)/2]
	return (low + high) / 2
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// connect makes a client for each who asks, given back after the row.
func (r *runner) connect(url string, n int) []*Client {
	connections := make([]*Client, n)
	for i := range connections {
		connections[i] = NewClient(url)
	}
	r.connected = append(r.connected, connections...)
	return connections
}

// hangUp lets servers forget the clients of a row.
func (r *runner) hangUp() {
	for _, c := range r.connected {
		c.Close()
	}
	r.connected = nil
}
