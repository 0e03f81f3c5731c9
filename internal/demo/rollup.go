package demo

import (
	"slices"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/store"
)

// rollups counts visits by quarter of an hour while they are made, as the job
// does from the table.
type rollups map[store.Dimension]map[time.Time]*store.VisitCounts

func newRollups() rollups {
	return rollups{store.ByVisit: {}, store.ByBooking: {}}
}

func (c rollups) add(v *visit) {
	counts := countsOf(v)
	c.bucket(store.ByVisit, v.at.StartsAt).Add(counts)
	c.bucket(store.ByBooking, v.createdAt).Add(counts)
}

func (c rollups) bucket(d store.Dimension, at time.Time) *store.VisitCounts {
	key := at.UTC().Truncate(15 * time.Minute)
	if c[d][key] == nil {
		c[d][key] = &store.VisitCounts{}
	}
	return c[d][key]
}

func countsOf(v *visit) store.VisitCounts {
	var counts store.VisitCounts
	switch v.status {
	case turno.StatusPending:
		counts.Pending = 1
	case turno.StatusConfirmed:
		counts.Confirmed = 1
	case turno.StatusCompleted:
		counts.Completed = 1
	case turno.StatusCancelled:
		counts.Cancelled = 1
	}
	switch v.kind {
	case turno.CancelledNoShow:
		counts.NoShows = 1
	case turno.CancelledByPatient:
		if v.at.StartsAt.Sub(v.steps[len(v.steps)-1].at) < 24*time.Hour {
			counts.LateCancellations = 1
		}
	case turno.CancelledByPractice, turno.CancelledExpired:
	}
	counts.LeadMinutes = int64(max(v.at.StartsAt.Sub(v.createdAt), 0) / time.Minute)
	return counts
}

// addRollups adds the rows of the counts, in the order of their key.
func (g *generator) addRollups() {
	for _, d := range []store.Dimension{store.ByVisit, store.ByBooking} {
		buckets := make([]time.Time, 0, len(g.rollups[d]))
		for at := range g.rollups[d] {
			buckets = append(buckets, at)
		}
		slices.SortFunc(buckets, time.Time.Compare)
		for _, at := range buckets {
			c := g.rollups[d][at]
			g.rows.visitRollups.add(d, at, c.Pending, c.Confirmed, c.Completed, c.Cancelled,
				c.NoShows, c.LateCancellations, c.LeadMinutes)
		}
	}
}
