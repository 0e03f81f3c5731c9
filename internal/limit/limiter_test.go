package limit

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/turno-health/turno"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		times  int
		period time.Duration
		later  time.Duration
		more   int
		wait   time.Duration
	}{
		{"a second's share after a second", 60, time.Minute, time.Second, 1, time.Second},
		{"an hour's thirtieth after two minutes", 30, time.Hour, 2 * time.Minute, 1, 2 * time.Minute},
		{"half a share is none", 30, time.Hour, time.Minute, 0, time.Minute},
		{"never more than all", 30, time.Hour, 24 * time.Hour, 30, 2 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			now := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
			limiter := New(tt.times, tt.period, "Too often.", func() time.Time { return now })
			uses := func() (n int, refused error) {
				for {
					if refused = limiter.Allow("ana"); refused != nil {
						return n, refused
					}
					n++
				}
			}
			if n, _ := uses(); n != tt.times {
				t.Errorf("%d at once, want %d", n, tt.times)
			}
			now = now.Add(tt.later)
			n, err := uses()
			refused, ok := errors.AsType[*turno.Error](err)
			if n != tt.more || !ok || refused.Kind != turno.KindRateLimited || refused.Message != "Too often." {
				t.Errorf("%d more after %v, then %v, want %d", n, tt.later, err, tt.more)
			}
			if ok && refused.RetryAfter.Round(time.Millisecond) != tt.wait {
				t.Errorf("to come back after %v, want %v", refused.RetryAfter, tt.wait)
			}
			if err := limiter.Allow("luis"); err != nil {
				t.Errorf("somebody else was refused: %v", err)
			}
		})
	}
	if New(0, time.Hour, "Too often.", nil).Allow("ana") != nil {
		t.Error("no limit is a limit")
	}
}

func TestALimiterForgetsTheOldest(t *testing.T) {
	t.Parallel()
	limiter := New(1, time.Hour, "Too often.", func() time.Time { return time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC) })
	for i := range 3 * generation {
		_ = limiter.Allow(fmt.Sprint(i))
	}
	if n := len(limiter.recent) + len(limiter.previous); n > 2*generation {
		t.Errorf("%d keys are remembered", n)
	}
	if limiter.Allow(fmt.Sprint(3*generation-1)) == nil {
		t.Error("the latest was forgotten")
	}
}
