package jobs

import (
	"errors"
	"testing"
	"time"
)

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
