package demo

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
)

// seed makes every demo clinic the same one.
const seed = 0x7475726e6f

// stream is one of the sequences of chance. Each block and each doctor has its
// own, so that more doctors don't change the first ones.
type stream uint64

const (
	ofClinic stream = iota
	ofPanel
	ofDoctor
	ofCalendar
	ofRows
)

// random is chance that repeats itself.
type random struct{ *rand.Rand }

// newRandom begins the n-th sequence of a stream.
func newRandom(s stream, n int) random {
	return random{rand.New(rand.NewPCG(seed+uint64(s), uint64(n)))} //nolint:gosec // n counts; invented people hold no secrets
}

func (r random) chance(p float64) bool { return r.Float64() < p }

// between is a whole number from low to high, both included.
func (r random) between(low, high int) int { return low + r.IntN(high-low+1) }

// span is a length of time from nothing up to longest, in whole minutes.
func (r random) span(longest time.Duration) time.Duration {
	return (time.Duration(r.Float64() * float64(longest))).Truncate(time.Minute)
}

// wait is a length of time as waiting times fall: many short, few long.
func (r random) wait(mean time.Duration) time.Duration {
	return (time.Duration(r.ExpFloat64() * float64(mean))).Truncate(time.Minute)
}

// around is a number near mean, within low and high.
func (r random) around(mean, deviation, low, high float64) float64 {
	return math.Min(math.Max(mean+deviation*r.NormFloat64(), low), high)
}

// id is a UUIDv7 (RFC 9562) of that moment.
func (r random) id(at time.Time) (id uuid.UUID) {
	const version, variant = 7 << 12, 2 << 62
	ms := uint64(at.UnixMilli())
	binary.BigEndian.PutUint64(id[:8], ms<<16|version|r.Uint64()&0xfff)
	binary.BigEndian.PutUint64(id[8:], variant|r.Uint64()>>2)
	return id
}

func pick[T any](r random, list []T) T { return list[r.IntN(len(list))] }

// share is one choice among several of different likelihood.
type share[T any] struct {
	weight int
	value  T
}

func pickShare[T any](r random, shares []share[T]) T {
	total := 0
	for _, s := range shares {
		total += s.weight
	}
	n := r.IntN(total)
	for _, s := range shares {
		if n < s.weight {
			return s.value
		}
		n -= s.weight
	}
	panic("unreachable: n is below the sum of the weights")
}
