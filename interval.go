package turno

import "time"

// Interval is the time from StartsAt up to, but not including, EndsAt. Back to
// back intervals do not overlap.
type Interval struct {
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

// Duration is the real length of i.
func (i Interval) Duration() time.Duration { return i.EndsAt.Sub(i.StartsAt) }

// Overlaps reports whether i and other share any instant.
func (i Interval) Overlaps(other Interval) bool {
	return i.StartsAt.Before(other.EndsAt) && other.StartsAt.Before(i.EndsAt)
}

// Contains reports whether other lies wholly inside i.
func (i Interval) Contains(other Interval) bool {
	return !other.StartsAt.Before(i.StartsAt) && !other.EndsAt.After(i.EndsAt)
}
