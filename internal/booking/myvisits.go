package booking

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/turno-health/turno/internal/keyset"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
)

// MyVisits chooses among the visits of a person and of those whom they look
// after.
type MyVisits struct {
	Past      bool      // those that are over or called off, latest first; else those ahead, soonest first
	PatientID uuid.UUID // only of this one; uuid.Nil: of all
	Limit     int       // 20 unless told, 100 at most
	Cursor    string
}

// MyVisits lists visits that the caller has, or that somebody has whom they look
// after. A visit is ahead while it is requested or confirmed and not over.
func (s *Service) MyVisits(ctx context.Context, c policy.Caller, q MyVisits) (items []VisitView, next string, err error) {
	if err := policy.Check(c, policy.ListAppointments, 0); err != nil {
		return nil, "", err
	}
	after, err := q.list().Parse(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	limit := keyset.Size(q.Limit)
	err = s.db.Read(ctx, func(tx *sqldb.Tx) error {
		patients, err := patientsOf(tx, c, q.PatientID)
		if err != nil {
			return err
		}
		f := store.DetailsFilter{Patients: patients, AfterTime: after.Time, AfterID: after.ID, Limit: limit + 1}
		if q.Past {
			f.Order, f.NotAhead = store.ByTimeDown, tx.Now
		} else {
			f.Since, f.Statuses = tx.Now, openStatuses()
		}
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
	items, next = keyset.Page(q.list(), items, limit, placeByTime)
	return items, next, nil
}

// list is one of two, which run in opposite directions.
func (q MyVisits) list() keyset.List {
	if q.Past {
		return "my past visits"
	}
	return "my visits ahead"
}

// patientsOf is whose visits are the caller's to list: their own, and those of
// whom they look after; or of the one named, if it is among them.
func patientsOf(tx *sqldb.Tx, c policy.Caller, only uuid.UUID) ([]uuid.UUID, error) {
	dependants, err := store.DependantsOf(tx, c.UserID)
	if err != nil {
		return nil, err
	}
	ids := []uuid.UUID{c.UserID}
	for _, patient := range dependants {
		ids = append(ids, patient.ID)
	}
	if only == uuid.Nil {
		return ids, nil
	}
	if slices.Contains(ids, only) {
		return []uuid.UUID{only}, nil
	}
	return []uuid.UUID{}, nil
}

func placeByTime(v VisitView) keyset.Place { return keyset.Place{Time: v.ScheduledAt, ID: v.ID} }
