package jobs

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

func TestAQueueOfLeisureWaitsWhileEventsAreMany(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		leisure, busy bool
		want          int // calls in a minute
	}{
		{"events are few", true, false, 60},
		{"events are many", true, true, 6},
		{"somebody waits for what it does", false, true, 60},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithTimeout(t.Context(), time.Minute-time.Millisecond)
				defer stop()
				calls := 0
				work := func(context.Context) (int, bool, error) {
					calls++
					return 1, true, nil
				}
				q := Queue{Name: "letters", Work: work, Pause: time.Second, Leisure: tt.leisure}
				newLine(q, Config{Logger: slog.New(slog.DiscardHandler)}, func() bool { return tt.busy }).run(ctx)
				if calls != tt.want {
					t.Errorf("%d calls, want %d", calls, tt.want)
				}
			})
		})
	}
}

func TestAQueueInTroubleRestsLongerEachTime(t *testing.T) {
	t.Parallel()
	trouble := errors.New("the other side does not answer")
	var rest time.Duration
	for _, step := range []struct {
		name string
		done int
		err  error
		want time.Duration
	}{
		{"all is well", 1, nil, 0},
		{"nothing got done", 0, trouble, time.Second},
		{"again", 0, trouble, 2 * time.Second},
		{"something did, beside one that failed", 1, trouble, 0},
		{"nothing got done", 0, trouble, time.Second},
		{"nothing was due", 0, nil, 0},
	} {
		if rest = restAfter(rest, step.done, step.err); rest != step.want {
			t.Errorf("%s: a rest of %v, want %v", step.name, rest, step.want)
		}
	}
	for range 100 {
		rest = restAfter(rest, 0, trouble)
	}
	if rest != time.Minute {
		t.Errorf("in the end it rests %v", rest)
	}
}
