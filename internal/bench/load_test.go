package bench

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Time in these tests passes only while everybody waits.

func TestClosedLoopClientsAskAgainWhenTheyWereAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := closed(t.Context(), 2, 100*time.Millisecond, func(context.Context, int) error {
			time.Sleep(10 * time.Millisecond)
			return nil
		})
		if l.Done() != 20 || l.Rate() != 200 {
			t.Errorf("%d were done, %g a second, want 20 and 200", l.Done(), l.Rate())
		}
		near(t, "p99", l.Percentile(99), 10*time.Millisecond)
	})
}

func TestOpenLoopAsksAtItsRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked []time.Duration
		began := time.Now()
		l := open(t.Context(), 100, 1, 50*time.Millisecond, func(context.Context, int) error {
			asked = append(asked, time.Since(began))
			return nil
		})
		if len(asked) != 5 || asked[4] != 40*time.Millisecond || l.Rate() != 100 {
			t.Errorf("asked at %v, %g a second, want 5 times, every 10ms", asked, l.Rate())
		}
	})
}

// A server that answers nobody for 100 ms keeps everybody waiting who was due
// meanwhile: ten people, not one. This is what a closed loop hides.
func TestOpenLoopCountsFromWhenARequestWasDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stalled := false
		l := open(t.Context(), 100, 1, 200*time.Millisecond, func(context.Context, int) error {
			if !stalled {
				stalled = true
				time.Sleep(100 * time.Millisecond)
			}
			return nil
		})
		if l.Done() != 20 {
			t.Errorf("%d were done, want 20: nobody who was due is left out", l.Done())
		}
		near(t, "max", l.Max(), 100*time.Millisecond)
		near(t, "p95", l.Percentile(95), 90*time.Millisecond)
		near(t, "p75", l.Percentile(75), 50*time.Millisecond)
		near(t, "p50", l.Percentile(50), time.Microsecond)
	})
}

func TestWrongAnswersAreCountedApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, wrong := 0, errors.New("the answer is wrong")
		l := open(t.Context(), 100, 1, 100*time.Millisecond, func(context.Context, int) error {
			if n++; n%2 == 0 {
				return wrong
			}
			return nil
		})
		if l.Done() != 5 || l.failed != 5 || !errors.Is(l.failure, wrong) {
			t.Errorf("%d done, %d failed with %v; want 5 and 5", l.Done(), l.failed, l.failure)
		}
	})
}

func TestLoadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, load := range map[string]func(context.Context, request) *Load{
		"open":   func(ctx context.Context, do request) *Load { return open(ctx, 10, 2, time.Hour, do) },
		"closed": func(ctx context.Context, do request) *Load { return closed(ctx, 2, time.Hour, do) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				l := load(ctx, func(ctx context.Context, _ int) error {
					if !sleepUntil(ctx, time.Now().Add(50*time.Millisecond)) {
						return ctx.Err()
					}
					return nil
				})
				if l.took > 2*time.Second || l.failed > 0 {
					t.Errorf("it took %s and %d failed: %v", l.took, l.failed, l.failure)
				}
			})
		})
	}
}

// near compares with what a histogram of three digits can tell.
func near(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	if off := (got - want).Abs(); off > want/100+time.Microsecond {
		t.Errorf("%s is %s, want %s", what, got, want)
	}
}

func TestRatiosAreMediansOfTurns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		a, b []float64
		want float64
	}{
		{"a slow moment of the machine hits both sides", []float64{100, 10, 100}, []float64{200, 20, 200}, 0.5},
		{"one odd turn does not decide", []float64{100, 100, 5}, []float64{200, 200, 200}, 0.5},
		{"of an even number, between the two in the middle", []float64{1, 2}, []float64{1, 1}, 1.5},
		{"a turn in which nothing was done is no comparison", []float64{1, 9}, []float64{2, 0}, 0.5},
		{"nothing is compared", nil, nil, 0},
	} {
		if got := ratio(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: %g, want %g", tt.name, got, tt.want)
		}
	}
}
