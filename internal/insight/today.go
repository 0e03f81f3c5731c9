package insight

import (
	"context"
	"time"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// Today is the clinic's numbers of the day.
type Today struct {
	Day      turno.Date
	TimeZone string // that the day is one of
	Visits   DayCount
	NoShows  int64 // of the cancelled visits of the day

	Waiting     int64 // requests that nobody has answered and whose time has not passed, of any day
	Unanswered  int64 // confirmed visits that are over and neither completed nor missed, of any day
	NewPatients int64 // since Monday
}

// Today counts what the clinic has to do today, in the zone or, when it is empty,
// the caller's own. It is for all staff.
func (s *Service) Today(ctx context.Context, c policy.Caller, timeZone string) (Today, error) {
	if err := policy.Check(c, policy.ReadToday, 0); err != nil {
		return Today{}, err
	}
	var today Today
	err := s.read(ctx, "count today", func(tx *sqldb.Tx) error {
		days := Days{TimeZone: timeZone}
		loc, err := s.zone(tx, c, &days)
		if err != nil {
			return err
		}
		today = Today{Day: turno.DateOf(tx.Now, loc), TimeZone: days.TimeZone}
		return today.count(tx, loc)
	})
	if err != nil {
		return Today{}, err
	}
	return today, nil
}

func (t *Today) count(tx *sqldb.Tx, loc *time.Location) error {
	counts, err := store.CountVisits(tx, ByVisit, []time.Time{t.Day.At(0, loc), t.Day.AddDays(1).At(0, loc)})
	if err != nil {
		return err
	}
	t.Visits, t.NoShows = dayCount(t.Day, counts[0]), counts[0].NoShows
	if t.Waiting, err = store.CountWaitingRequests(tx); err != nil {
		return err
	}
	if t.Unanswered, err = store.CountUnansweredVisits(tx); err != nil {
		return err
	}
	monday := t.Day.AddDays(-t.Day.Weekday().Compare(turno.Monday))
	t.NewPatients, err = store.CountNewPatients(tx, monday.At(0, loc))
	return err
}
