package app

import (
	"context"
	"os"
	"runtime/debug"
	gometrics "runtime/metrics"
	"time"
)

// Garbage may grow to so many per cent of what is in use before it is collected; Go's
// own choice is the least. Beyond mostGarbage it gets no more than that.
const (
	leastPercent = 100
	mostPercent  = 400
	mostGarbage  = 128 << 20 // bytes
)

// collectSeldom gives back what starting took, a demo most of all, and from then on
// lets garbage grow until ctx ends: a tenth less work for each booking in a clinic of
// any size, for some ten megabytes in a small one. Who has set GOGC knows better.
func collectSeldom(ctx context.Context) {
	debug.FreeOSMemory()
	if os.Getenv("GOGC") != "" {
		return
	}
	live, set := []gometrics.Sample{{Name: "/gc/heap/live:bytes"}}, leastPercent
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		gometrics.Read(live)
		if percent := garbagePercent(live[0].Value.Uint64()); percent != set {
			debug.SetGCPercent(percent)
			set = percent
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// garbagePercent is how much garbage there may be beside what is in use, in steps, as
// setting it stops the world for a moment.
func garbagePercent(live uint64) int {
	const step = 50
	percent := min(mostPercent, mostGarbage*100/max(live, 1))
	return int(max(leastPercent, percent/step*step))
}
