package httpx

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/turno-health/turno"
)

// Limiter counts requests per client address. It remembers a bounded number of
// addresses: the most recent ones. A nil Limiter allows everything.
type Limiter struct {
	now       turno.Now
	perMinute int

	mu       sync.Mutex
	recent   map[string]*rate.Limiter
	previous map[string]*rate.Limiter // forgotten when recent is full
}

// generation bounds the memory: at most two of them are kept, of about 200
// bytes for an address.
const generation = 50_000

// NewLimiter allows each address so many requests a minute, and as many at once
// after a quiet minute. 0 means no limit.
func NewLimiter(perMinute int, now turno.Now) *Limiter {
	if perMinute <= 0 {
		return nil
	}
	return &Limiter{now: now, perMinute: perMinute, recent: map[string]*rate.Limiter{}}
}

// Allow counts a request, and fails with a turno.Error of kind rate limited
// when the address has had its share.
func (l *Limiter) Allow(address string) error {
	if l == nil {
		return nil
	}
	now := l.now()
	if l.bucket(address).AllowN(now, 1) {
		return nil
	}
	wait := time.Minute / time.Duration(l.perMinute)
	return turno.RateLimited("Too many requests from your address. Please wait a moment, or sign in.", wait)
}

func (l *Limiter) bucket(address string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bucket, ok := l.recent[address]; ok {
		return bucket
	}
	if len(l.recent) >= generation {
		l.previous, l.recent = l.recent, map[string]*rate.Limiter{}
	}
	bucket, ok := l.previous[address]
	if !ok {
		bucket = rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), l.perMinute)
	}
	l.recent[address] = bucket
	return bucket
}
