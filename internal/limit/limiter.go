package limit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/turno-health/turno"
)

// Limiter lets everybody do something so many times in a period, of which they may
// use all at once. It remembers a bounded number of them: the most recent ones. A
// nil Limiter allows everything. It is safe for concurrent use.
type Limiter struct {
	times   int
	period  time.Duration
	refusal string
	now     turno.Now

	mu       sync.Mutex
	recent   map[string]*rate.Limiter
	previous map[string]*rate.Limiter // forgotten when recent is full
}

// generation bounds the memory: at most two of them are kept, of about 200 bytes
// for each key.
const generation = 50_000

// New allows so many times in a period; 0 means no limit. The refusal is a sentence
// for the person.
func New(times int, period time.Duration, refusal string, now turno.Now) *Limiter {
	if times <= 0 {
		return nil
	}
	return &Limiter{times: times, period: period, refusal: refusal, now: now, recent: map[string]*rate.Limiter{}}
}

// Allow uses one turn of whom the key names, an address or an id. It fails with a
// turno.Error of kind rate limited, which says when to come back, when none is left.
func (l *Limiter) Allow(key string) error {
	if l == nil {
		return nil
	}
	now := l.now()
	bucket := l.bucket(key)
	if bucket.AllowN(now, 1) {
		return nil
	}
	missing := 1 - bucket.TokensAt(now)
	return turno.RateLimited(l.refusal, time.Duration(missing*float64(l.period)/float64(l.times)))
}

func (l *Limiter) bucket(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bucket, ok := l.recent[key]; ok {
		return bucket
	}
	if len(l.recent) >= generation {
		l.previous, l.recent = l.recent, map[string]*rate.Limiter{}
	}
	bucket, ok := l.previous[key]
	if !ok {
		bucket = rate.NewLimiter(rate.Limit(float64(l.times)/l.period.Seconds()), l.times)
	}
	l.recent[key] = bucket
	return bucket
}
