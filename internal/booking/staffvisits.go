package booking

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// VisitSearch chooses visits for staff; zero fields choose all.
type VisitSearch struct {
	Doctor     uuid.UUID
	Patients   []uuid.UUID // if not nil: of one of these
	Statuses   []turno.Status
	Missed     bool      // only those that the patient missed
	CalledOff  bool      // only those that were called off
	Unanswered bool      // only those that are over, and nobody has said whether the patient came
	From, To   time.Time // of scheduled_at, [From, To)
	Newest     bool      // the latest first
	Limit      int       // 20 unless told, 100 at most
	Cursor     string
}

// The two orders are two lists: a cursor of the one is none of the other.
const (
	staffVisitList     keyset.List = "staff visits"
	staffVisitListDown keyset.List = "staff visits, latest first"
)

// Visits lists the visits of the whole practice with their names, in the order of
// their time. It is for staff. A list is not noted in the trail; opening one visit
// is.
func (s *Service) Visits(ctx context.Context, c policy.Caller, q VisitSearch) (items []VisitView, next string, err error) {
	if err := policy.Check(c, policy.ReadClinicDay, 0); err != nil {
		return nil, "", err
	}
	list := staffVisitList
	if q.Newest {
		list = staffVisitListDown
	}
	after, err := list.Parse(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	limit := keyset.Size(q.Limit)
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		filter := q.filter(tx.Now)
		filter.AfterTime, filter.AfterID, filter.Limit = after.Time, after.ID, limit+1
		details, err := store.ListVisitDetails(tx, filter, c.UserID)
		if err != nil {
			return err
		}
		items, err = s.views(c, details, tx.Now)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	items, next = keyset.Page(list, items, limit, placeByTime)
	return items, next, nil
}

func (q VisitSearch) filter(now time.Time) store.DetailsFilter {
	f := store.DetailsFilter{Patients: q.Patients, Statuses: q.Statuses, CalledOff: q.CalledOff, From: q.From, To: q.To}
	if q.Doctor != uuid.Nil {
		f.Doctors = []uuid.UUID{q.Doctor}
	}
	if q.Newest {
		f.Order = store.ByTimeDown
	}
	switch {
	case q.Missed: // cancelled, and not called off
		f.Statuses, f.HeldTime = []turno.Status{turno.StatusCancelled}, true
	case q.Unanswered:
		f.Statuses, f.OverBy = []turno.Status{turno.StatusConfirmed}, now
	}
	return f
}
