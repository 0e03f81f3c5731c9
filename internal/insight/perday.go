package insight

import (
	"context"
	"sort"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// By is which of a visit's instants says on which day it counts.
type By = store.Dimension

// The instants.
const (
	ByVisit   = store.ByVisit   // when it takes place
	ByBooking = store.ByBooking // when it was booked
)

// DayCount is the visits of one day, by where they are in their life now.
type DayCount struct {
	Day                                      turno.Date
	Pending, Confirmed, Completed, Cancelled int64
}

// Total is all of the day's visits, cancelled ones included.
func (d DayCount) Total() int64 { return d.Pending + d.Confirmed + d.Completed + d.Cancelled }

// AppointmentsPerDay counts visits by day, with a row for every day, zeros
// included: to full staff everybody's, to a doctor their own. An empty by means
// ByVisit. It returns the days as they were understood.
func (s *Service) AppointmentsPerDay(ctx context.Context, c policy.Caller, d Days, by By) ([]DayCount, Days, error) {
	only, err := whose(c)
	if err != nil {
		return nil, d, err
	}
	switch by {
	case ByVisit, ByBooking:
	case "":
		by = ByVisit
	default:
		return nil, d, invalid("query.by", "This must be scheduled_at or created_at.")
	}
	var rows []DayCount
	var asked Days
	err = s.read(ctx, "count visits per day", func(tx *sqldb.Tx) error {
		var begins []time.Time
		var err error
		if asked, begins, err = s.days(tx, c, d); err != nil {
			return err
		}
		rows = emptyDays(asked)
		return eachCount(tx, only, by, begins[0], begins[len(begins)-1], func(at time.Time, n store.VisitCounts) {
			rows[dayAt(begins, at)].add(n)
		})
	})
	if err != nil {
		return nil, d, err
	}
	return rows, asked, nil
}

func eachCount(tx *sqldb.Tx, only *uuid.UUID, by By, from, to time.Time, f func(time.Time, store.VisitCounts)) error {
	if only != nil {
		return store.EachVisitCountOf(tx, *only, by, from, to, f)
	}
	return store.EachVisitCount(tx, by, from, to, f)
}

func emptyDays(d Days) []DayCount {
	rows := make([]DayCount, d.From.DaysUntil(d.To))
	for i := range rows {
		rows[i].Day = d.From.AddDays(i)
	}
	return rows
}

// dayAt is the index of the day that the instant lies in. begins ends with the
// end of the last day.
func dayAt(begins []time.Time, at time.Time) int {
	later := sort.Search(len(begins), func(i int) bool { return begins[i].After(at) })
	return later - 1
}

func (d *DayCount) add(n store.VisitCounts) {
	d.Pending += n.Pending
	d.Confirmed += n.Confirmed
	d.Completed += n.Completed
	d.Cancelled += n.Cancelled
}
