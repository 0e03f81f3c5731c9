package turno_test

import (
	"testing"
	"time"

	"github.com/turno-health/turno"
)

func TestEveryClockReadsBack(t *testing.T) {
	t.Parallel()
	for c := turno.Clock(0); c <= turno.EndOfDay; c++ {
		var back turno.Clock
		text, _ := c.MarshalText()
		if err := back.UnmarshalText(text); err != nil || back != c {
			t.Fatalf("%d is written %s and reads back as %d, %v", c, text, back, err)
		}
	}
}

func TestParseClock(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]turno.Clock{"00:00": 0, "09:05": 545, "23:59": 1439, "24:00": turno.EndOfDay} {
		if got, err := turno.ParseClock(s); err != nil || got != want {
			t.Errorf("ParseClock(%q) = %d, %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "9:05", "09:60", "24:01", "25:00", "09.05", "09:05:00", "-1:00", "0a:00", "00:+1", "０9:0"} {
		if got, err := turno.ParseClock(s); err == nil {
			t.Errorf("ParseClock(%q) = %d, want an error", s, got)
		}
	}
}

func TestABadClockLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	c := turno.Clock(545)
	if err := c.UnmarshalText([]byte("noon")); err == nil || c != 545 {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestInstantIsInUTCAndOfWholeMicroseconds(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("", 3600)
	got := turno.Instant(time.Date(2026, time.March, 2, 9, 0, 0, 1_999, east))
	if want := time.Date(2026, time.March, 2, 8, 0, 0, 1_000, time.UTC); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
