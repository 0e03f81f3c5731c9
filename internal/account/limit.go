package account

import (
	"math"
	"sync"
	"time"

	"github.com/turno-health/turno"
)

// hourlyLimit lets everybody do something so many times an hour, of which they
// may use all at once. It is of this process: a restart forgets.
type hourlyLimit struct {
	perHour int
	refusal string // a sentence

	mu      sync.Mutex
	buckets map[string]bucket
}

// bucket holds how often somebody may still do it, as of an instant.
type bucket struct {
	left float64
	at   time.Time
}

// maxBuckets bounds the memory: beyond it, full buckets are thrown away, and
// then all.
const maxBuckets = 100_000

func newHourlyLimit(perHour int, refusal string) *hourlyLimit {
	return &hourlyLimit{perHour: perHour, refusal: refusal, buckets: map[string]bucket{}}
}

// take uses one turn of whom the key names, an address or an id: a
// turno.KindRateLimited error when none is left.
func (l *hourlyLimit) take(key string, now time.Time) error {
	if l.perHour <= 0 || key == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.refilled(key, now)
	if b.left < 1 {
		wait := time.Duration((1 - b.left) * float64(time.Hour) / float64(l.perHour))
		return turno.RateLimited(l.refusal, wait)
	}
	b.left--
	if _, known := l.buckets[key]; !known && len(l.buckets) >= maxBuckets {
		l.makeRoom(now)
	}
	l.buckets[key] = b
	return nil
}

func (l *hourlyLimit) refilled(key string, now time.Time) bucket {
	b, known := l.buckets[key]
	if !known {
		return bucket{left: float64(l.perHour), at: now}
	}
	refill := now.Sub(b.at).Hours() * float64(l.perHour)
	return bucket{left: math.Min(float64(l.perHour), b.left+math.Max(0, refill)), at: now}
}

func (l *hourlyLimit) makeRoom(now time.Time) {
	for key := range l.buckets {
		if l.refilled(key, now).left >= float64(l.perHour) {
			delete(l.buckets, key)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}
