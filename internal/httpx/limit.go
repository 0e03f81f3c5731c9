package httpx

import (
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/limit"
)

// Limiter counts requests per client address. A nil one allows everything.
type Limiter = limit.Limiter

// NewLimiter allows each address so many requests a minute, and as many at once
// after a quiet minute. 0 means no limit.
func NewLimiter(perMinute int, now turno.Now) *Limiter {
	return limit.New(perMinute, time.Minute, "Too many requests from your address. Please wait a moment, or sign in.", now)
}
