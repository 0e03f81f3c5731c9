package turno

import (
	"fmt"
	"time"
)

// Clock is a time of day on a wall, in minutes since local midnight, from 00:00
// to 24:00. The latter is the end of the day, so that a window can reach
// midnight. It has no zone: a doctor's hours are local to the doctor.
type Clock int16

// EndOfDay is 24:00, a valid end of a window but never a start.
const EndOfDay Clock = 24 * 60

// ParseClock reads "HH:MM" from 00:00 to 24:00.
func ParseClock(s string) (Clock, error) {
	digit := func(i int) int { return int(s[i]) - '0' }
	if len(s) == 5 && s[2] == ':' {
		hour, minute := digit(0)*10+digit(1), digit(3)*10+digit(4)
		isDigits := inRange(digit(0)) && inRange(digit(1)) && inRange(digit(3)) && inRange(digit(4))
		if c := Clock(hour*60 + minute); isDigits && minute < 60 && c <= EndOfDay { //nolint:gosec // at most 99 * 60 + 99 fits an int16
			return c, nil
		}
	}
	return 0, fmt.Errorf("%q is not a time like 09:30", s)
}

func inRange(digit int) bool { return digit >= 0 && digit <= 9 }

// String is the form "HH:MM".
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// MarshalText makes a Clock a string in JSON.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Clock) UnmarshalText(text []byte) error {
	parsed, err := ParseClock(string(text))
	if err == nil {
		*c = parsed
	}
	return err
}

// Now tells the present moment. It is injected, so that tests can choose it;
// only the composition root hands out the real one.
type Now func() time.Time

// Instant is t as the databases keep it: UTC, whole microseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
