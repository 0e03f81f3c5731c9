package insight

import (
	"context"
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
		counts, err := countVisits(tx, only, by, begins)
		if err != nil {
			return err
		}
		rows = make([]DayCount, len(counts))
		for i, n := range counts {
			rows[i] = dayCount(asked.From.AddDays(i), n)
		}
		return nil
	})
	if err != nil {
		return nil, d, err
	}
	return rows, asked, nil
}

func countVisits(tx *sqldb.Tx, only *uuid.UUID, by By, begins []time.Time) ([]store.VisitCounts, error) {
	if only != nil {
		return store.CountVisitsOf(tx, *only, by, begins)
	}
	return store.CountVisits(tx, by, begins)
}

func dayCount(day turno.Date, n store.VisitCounts) DayCount {
	return DayCount{Day: day, Pending: n.Pending, Confirmed: n.Confirmed, Completed: n.Completed, Cancelled: n.Cancelled}
}
