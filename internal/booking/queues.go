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

// unansweredReach is how long a confirmed visit that is over waits in the queue
// for an answer. Older ones stay as they are; Appointments finds them.
const unansweredReach = 92 * 24 * time.Hour

// Requests lists a doctor's requests that wait for an answer, the oldest first.
// It is for the doctor and staff.
func (s *Service) Requests(ctx context.Context, c policy.Caller, doctorID uuid.UUID, limit int, cursor string) (items []VisitView, next string, err error) {
	const list keyset.List = "requests"
	return s.queue(ctx, c, doctorID, list, limit, cursor, func(tx *sqldb.Tx) store.DetailsFilter {
		return store.DetailsFilter{Statuses: []turno.Status{turno.StatusPending}, Since: tx.Now, Order: store.ByRequested}
	})
}

// Unanswered lists a doctor's confirmed visits of the last three months that are
// over and neither completed nor missed, the longest over first. It is for the
// doctor and staff.
func (s *Service) Unanswered(ctx context.Context, c policy.Caller, doctorID uuid.UUID, limit int, cursor string) (items []VisitView, next string, err error) {
	const list keyset.List = "unanswered visits"
	return s.queue(ctx, c, doctorID, list, limit, cursor, func(tx *sqldb.Tx) store.DetailsFilter {
		return store.DetailsFilter{Statuses: []turno.Status{turno.StatusConfirmed}, From: tx.Now.Add(-unansweredReach), OverBy: tx.Now}
	})
}

func (s *Service) queue(ctx context.Context, c policy.Caller, doctorID uuid.UUID, list keyset.List, limit int, cursor string, filter func(*sqldb.Tx) store.DetailsFilter) (items []VisitView, next string, err error) {
	if err := policy.Check(c, policy.ReadAgenda, ownCalendar(c, doctorID)); err != nil {
		return nil, "", err
	}
	after, err := list.Parse(cursor)
	if err != nil {
		return nil, "", err
	}
	limit = keyset.Size(limit)
	order := store.ByTime
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		f := filter(tx)
		f.Doctors, f.Limit = []uuid.UUID{doctorID}, limit+1
		f.AfterTime, f.AfterID = after.Time, after.ID
		order = f.Order
		details, err := store.ListVisitDetails(tx, f, c.UserID)
		if err != nil {
			return err
		}
		items, err = s.views(c, details, tx.Now)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	items, next = keyset.Page(list, items, limit, func(v VisitView) keyset.Place {
		if order == store.ByRequested {
			return keyset.Place{Time: v.CreatedAt, ID: v.ID}
		}
		return placeByTime(v)
	})
	return items, next, nil
}
