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

// VisitFilter chooses visits; zero fields choose all.
type VisitFilter struct {
	Status    turno.Status
	DoctorID  *uuid.UUID
	PatientID *uuid.UUID
	From, To  time.Time // of scheduled_at, [From, To)
	Newest    bool      // the latest first
	Limit     int       // 20 unless told, 100 at most
	Cursor    string
}

// The two orders are two lists: a cursor of the one is none of the other.
const (
	visitList     keyset.List = "appointments"
	visitListDown keyset.List = "appointments, latest first"
)

// Appointments lists visits in the order of their time: to staff all, to others
// their own, as patient, doctor or proxy. A list is not noted in the trail;
// opening one visit is.
func (s *Service) Appointments(ctx context.Context, c policy.Caller, f VisitFilter) (items []turno.Appointment, next string, err error) {
	if err := policy.Check(c, policy.ListAppointments, 0); err != nil {
		return nil, "", err
	}
	list := visitList
	if f.Newest {
		list = visitListDown
	}
	after, err := list.Parse(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	limit := keyset.Size(f.Limit)
	var visits []store.Visit
	err = s.db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		visits, err = store.Visits(tx, store.VisitFilter{
			Visible:  store.Visibility{All: c.IsStaff(), UserID: c.UserID},
			Status:   f.Status,
			DoctorID: f.DoctorID, PatientID: f.PatientID,
			From: f.From, To: f.To, Newest: f.Newest,
			AfterTime: after.Time, AfterID: after.ID,
			Limit: limit + 1,
		})
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if items, err = s.openAll(visits); err != nil {
		return nil, "", err
	}
	items, next = keyset.Page(list, items, limit, func(a turno.Appointment) keyset.Place { return keyset.Place{Time: a.ScheduledAt, ID: a.ID} })
	return items, next, nil
}

// Appointment reads one visit. When it is somebody else's, the trail notes it.
func (s *Service) Appointment(ctx context.Context, c policy.Caller, id uuid.UUID) (turno.Appointment, error) {
	return s.AppointmentUnlessKnown(ctx, c, id, func(turno.Appointment) bool { return false })
}

// AppointmentUnlessKnown is Appointment for a caller who may hold the visit
// already, just as it is: when known says so, nothing is handed out, and the
// trail notes nothing.
func (s *Service) AppointmentUnlessKnown(ctx context.Context, c policy.Caller, id uuid.UUID, known func(turno.Appointment) bool) (turno.Appointment, error) {
	var visit turno.Appointment
	err := s.openVisit(ctx, c, id, func(tx *sqldb.Tx) (store.VisitFacts, error) {
		v, err := store.VisitByID(tx, id, c.UserID)
		if err != nil {
			return v, err
		}
		visit, err = s.open(v.Visit)
		return v, err
	}, func() bool { return known(visit) })
	if err != nil {
		return turno.Appointment{}, err
	}
	return visit, nil
}

// openStatuses are those of visits that are still to come about.
func openStatuses() []turno.Status {
	return []turno.Status{turno.StatusPending, turno.StatusConfirmed}
}
