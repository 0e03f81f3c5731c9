package account

import (
	"math"
	"sync"
	"time"

	"github.com/turno-health/turno"
)

// signupLimit lets each address sign up so many people an hour, of which it may
// use all at once. It is of this process: a restart forgets.
type signupLimit struct {
	perHour int

	mu      sync.Mutex
	buckets map[string]bucket
}

// bucket holds the sign-ups that an address has left, as of an instant.
type bucket struct {
	left float64
	at   time.Time
}

// maxBuckets bounds the memory: beyond it, full buckets are thrown away, and
// then all.
const maxBuckets = 100_000

func newSignupLimit(perHour int) *signupLimit {
	return &signupLimit{perHour: perHour, buckets: map[string]bucket{}}
}

// take uses one sign-up of the address: a turno.KindRateLimited error when none
// is left.
func (l *signupLimit) take(address string, now time.Time) error {
	if l.perHour <= 0 || address == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := network(address)
	b := l.refilled(key, now)
	if b.left < 1 {
		wait := time.Duration((1 - b.left) * float64(time.Hour) / float64(l.perHour))
		return turno.RateLimited("Too many people have registered from here. Please try again later.", wait)
	}
	b.left--
	if _, known := l.buckets[key]; !known && len(l.buckets) >= maxBuckets {
		l.makeRoom(now)
	}
	l.buckets[key] = b
	return nil
}

func (l *signupLimit) refilled(key string, now time.Time) bucket {
	b, known := l.buckets[key]
	if !known {
		return bucket{left: float64(l.perHour), at: now}
	}
	refill := now.Sub(b.at).Hours() * float64(l.perHour)
	return bucket{left: math.Min(float64(l.perHour), b.left+math.Max(0, refill)), at: now}
}

func (l *signupLimit) makeRoom(now time.Time) {
	for key := range l.buckets {
		if l.refilled(key, now).left >= float64(l.perHour) {
			delete(l.buckets, key)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}
