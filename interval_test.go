package turno_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/turno-health/turno"
)

func TestIntervals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name               string
		a, b               turno.Interval
		overlaps, contains bool
	}{
		{"back to back do not overlap", span(0, 10), span(10, 20), false, false},
		{"apart", span(0, 10), span(11, 20), false, false},
		{"partly", span(0, 10), span(9, 20), true, false},
		{"one inside the other", span(0, 10), span(2, 8), true, true},
		{"one around the other", span(2, 8), span(0, 10), true, false},
		{"the same", span(0, 10), span(0, 10), true, true},
		{"inside with a common end", span(0, 10), span(5, 10), true, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.a.Overlaps(test.b); got != test.overlaps {
				t.Errorf("overlaps = %v", got)
			}
			if got := test.a.Contains(test.b); got != test.contains {
				t.Errorf("contains = %v", got)
			}
		})
	}
}

func TestIntervalsOverlapWhenTheyShareAnInstant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (start, end int) {
			start = rapid.IntRange(0, 20).Draw(t, label)
			return start, start + rapid.IntRange(1, 10).Draw(t, label+" length")
		}
		s1, e1 := draw("a")
		s2, e2 := draw("b")
		shared := false
		for i := s1; i < e1; i++ {
			shared = shared || (i >= s2 && i < e2)
		}
		a, b := span(s1, e1), span(s2, e2)
		if a.Overlaps(b) != shared || b.Overlaps(a) != shared {
			t.Fatalf("%v and %v: want %v", a, b, shared)
		}
	})
}

func TestDurationIsRealTime(t *testing.T) {
	t.Parallel()
	if got := span(5, 30).Duration(); got != 25*time.Minute {
		t.Errorf("got %v", got)
	}
}

// span is an interval in minutes of an hour on some day.
func span(from, to int) turno.Interval {
	start := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	return turno.Interval{
		StartsAt: start.Add(time.Duration(from) * time.Minute),
		EndsAt:   start.Add(time.Duration(to) * time.Minute),
	}
}
