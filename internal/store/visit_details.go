package store

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
)

// VisitDetails is a visit with everything that a person wants to read about it.
type VisitDetails struct {
	VisitFacts
	DoctorName     string
	Specialization string
	DoctorBookable bool // verified and active
	PatientName    string
	PatientBirth   turno.Date
	PatientNumber  string // empty when not told
	PatientEmail   string
	Location       *turno.Location
	VisitType      *turno.VisitType
}

func scanVisitDetails(row sqldb.Scanner) (v VisitDetails, err error) {
	err = row.Scan(append(v.dest(), &v.DoctorZone, &v.AutoConfirm, &v.ActsFor, &v.Rated,
		&v.DoctorName, &v.Specialization, &v.DoctorBookable,
		&v.PatientName, &v.PatientBirth, &v.PatientNumber, &v.PatientEmail)...)
	return v, err
}

// selectVisitDetails is followed by conditions. caller and now are the
// placeholders of who asks and when.
func selectVisitDetails(caller, now string) string {
	return `
		SELECT ` + visitColumns + `,
		       d.time_zone,
		       d.auto_confirm,
		       EXISTS (SELECT 1
		                 FROM patient_proxies x
		                WHERE x.patient_id = a.patient_id
		                  AND x.proxy_user_id = ` + caller + `
		                  AND (x.ends_at IS NULL OR x.ends_at > ` + now + `)),
		       EXISTS (SELECT 1 FROM feedback f WHERE f.appointment_id = a.id),
		       du.full_name,
		       s.name,
		       (d.verified_at IS NOT NULL AND du.deactivated_at IS NULL AND du.erased_at IS NULL),
		       pu.full_name,
		       p.date_of_birth,
		       COALESCE(p.contact_number, ''),
		       pu.email
		  FROM appointments a
		  JOIN doctors d ON d.user_id = a.doctor_id
		  JOIN users du ON du.id = a.doctor_id
		  JOIN specializations s ON s.id = d.specialization_id
		  JOIN patients p ON p.user_id = a.patient_id
		  JOIN users pu ON pu.id = a.patient_id
		 `
}

// VisitDetailsByID reads a visit: a turno.KindNotFound error when there is none.
func VisitDetailsByID(tx *sqldb.Tx, id, callerID uuid.UUID) (VisitDetails, error) {
	v, err := sqldb.One(tx, scanVisitDetails, selectVisitDetails("$2", "$3")+`
		 WHERE a.id = $1`, id, callerID, tx.Now)
	if errors.Is(err, sqldb.ErrNoRows) {
		return v, turno.NotFound("appointment")
	}
	if err != nil {
		return v, fmt.Errorf("read a visit: %w", err)
	}
	one := []VisitDetails{v}
	err = addPlaces(tx, one)
	return one[0], err
}

// DetailsFilter chooses visits; zero fields choose all.
type DetailsFilter struct {
	IDs       []uuid.UUID // if not nil
	Doctors   []uuid.UUID // if not nil
	Patients  []uuid.UUID // if not nil
	Statuses  []turno.Status
	HeldTime  bool      // not those called off: open, completed or missed
	CalledOff bool      // only those: cancelled, and not missed
	From, To  time.Time // of scheduled_at, [From, To)
	Since     time.Time // not over by then: ends_at > Since
	OverBy    time.Time // over by then: ends_at <= OverBy
	NotAhead  time.Time // open visits that are not over by then are left out
	OffSince  time.Time // those called off by then are left out

	Order     DetailsOrder
	AfterTime time.Time // keyset: the last visit seen
	AfterID   uuid.UUID
	Limit     int // 0: all; only where the other fields bound them
}

// DetailsOrder is how visits are sorted; ties are broken by id.
type DetailsOrder int

// The orders.
const (
	ByTime      DetailsOrder = iota
	ByTimeDown               // latest first
	ByRequested              // the oldest booking first
)

func (f DetailsFilter) where(w *sqldb.Where) {
	in := func(column string, ids []uuid.UUID) {
		switch {
		case ids == nil:
		case len(ids) == 1: // so that an index gives its visits in order
			w.Add(column+" = $?", ids[0])
		default:
			w.Add(column+" = ANY($?)", sqldb.In(ids))
		}
	}
	in("a.id", f.IDs)
	in("a.doctor_id", f.Doctors)
	in("a.patient_id", f.Patients)
	if len(f.Statuses) > 0 {
		w.Add("a.status = ANY($?)", sqldb.In(f.Statuses))
	}
	const calledOff = "(a.status = 'cancelled' AND a.cancellation_kind <> 'no_show')"
	if f.HeldTime {
		w.Add("NOT " + calledOff)
	}
	if f.CalledOff {
		w.Add(calledOff)
	}
	instant := func(condition string, at time.Time) {
		if !at.IsZero() {
			w.Add(condition, at)
		}
	}
	instant("a.scheduled_at >= $?", f.From)
	instant("a.scheduled_at < $?", f.To)
	if !f.Since.IsZero() {
		w.Add("a.scheduled_at > $?", f.Since.Add(-LongestVisit))
		w.Add("a.ends_at > $?", f.Since)
	}
	instant("a.scheduled_at < $?", f.OverBy)
	instant("a.ends_at <= $?", f.OverBy)
	instant("(a.ends_at <= $? OR a.status IN ('completed', 'cancelled'))", f.NotAhead)
	instant("(NOT "+calledOff+" OR a.cancelled_at > $?)", f.OffSince)
	f.after(w)
}

func (f DetailsFilter) after(w *sqldb.Where) {
	if f.AfterID == uuid.Nil {
		return
	}
	w.Add([...]string{
		ByTime:      "(a.scheduled_at, a.id) > ($?, $?)",
		ByTimeDown:  "(a.scheduled_at, a.id) < ($?, $?)",
		ByRequested: "(a.created_at, a.id) > ($?, $?)",
	}[f.Order], f.AfterTime, f.AfterID)
}

// ListVisitDetails lists visits, in four queries for up to a thousand. First which,
// from an index alone where one has all that is asked, then the rest: PostgreSQL takes
// longer to plan the rest than to read it, and by their ids it does so once.
func ListVisitDetails(tx *sqldb.Tx, f DetailsFilter, callerID uuid.UUID) ([]VisitDetails, error) {
	ids, err := visitIDs(tx, f)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	place := make(map[uuid.UUID]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	visits := make([]VisitDetails, len(ids))
	for some := range slices.Chunk(ids, detailsAtOnce) {
		found, err := sqldb.All(tx, scanVisitDetails, selectVisitDetails("$2", "$3")+`
		 WHERE a.id = ANY($1)`, sqldb.In(some), callerID, tx.Now)
		if err != nil {
			return nil, fmt.Errorf("list visits with their details: %w", err)
		}
		for _, v := range found {
			visits[place[v.ID]] = v
		}
	}
	return visits, addPlaces(tx, visits)
}

// detailsAtOnce is for how many visits the details are read in one query: SQLite
// takes some ten thousand arguments.
const detailsAtOnce = 1024

// visitIDs are the visits that a filter chooses, in its order.
func visitIDs(tx *sqldb.Tx, f DetailsFilter) ([]uuid.UUID, error) {
	var w sqldb.Where
	f.where(&w)
	order := [...]string{
		ByTime:      "scheduled_at, id",
		ByTimeDown:  "scheduled_at DESC, id DESC",
		ByRequested: "created_at, id",
	}[f.Order]
	limit := ""
	if f.Limit > 0 {
		limit = " " + sqldb.Limit(f.Limit)
	}
	sql := `
		SELECT a.id
		  FROM appointments a
		 ` + w.SQL()
	if f.Limit > 0 && len(f.Patients) > 1 {
		// Else PostgreSQL may go through everybody's visits in their order until it
		// has found enough of these people.
		sql = `
		  WITH theirs AS MATERIALIZED (
		SELECT a.id, a.scheduled_at, a.created_at
		  FROM appointments a
		 ` + w.SQL() + `)
		SELECT id
		  FROM theirs`
	}
	ids, err := sqldb.All(tx, scanID, sql+`
		 ORDER BY `+order+limit, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list visits: %w", err)
	}
	return ids, nil
}

// addPlaces reads where and how the visits take place.
func addPlaces(tx *sqldb.Tx, visits []VisitDetails) error {
	if len(visits) == 0 {
		return nil
	}
	ids := make([]*uuid.UUID, len(visits))
	for i := range visits {
		ids[i] = visits[i].LocationID
	}
	locations, err := LocationsByID(tx, ids)
	if err != nil {
		return err
	}
	types, err := visitTypesOf(tx, visits)
	if err != nil {
		return err
	}
	for i := range visits {
		if id := visits[i].LocationID; id != nil {
			visits[i].Location = locations[*id]
		}
		if id := visits[i].VisitTypeID; id != nil {
			visits[i].VisitType = types[*id]
		}
	}
	return nil
}

func visitTypesOf(tx *sqldb.Tx, visits []VisitDetails) (map[uuid.UUID]*turno.VisitType, error) {
	types := map[uuid.UUID]*turno.VisitType{}
	var ids []uuid.UUID
	for _, v := range visits {
		if v.VisitTypeID == nil {
			continue
		}
		if _, known := types[*v.VisitTypeID]; !known {
			types[*v.VisitTypeID] = nil
			ids = append(ids, *v.VisitTypeID)
		}
	}
	if len(ids) == 0 {
		return types, nil
	}
	found, err := sqldb.All(tx, scanVisitType, selectVisitType+`
		 WHERE id = ANY($1)`, sqldb.In(ids))
	if err != nil {
		return nil, fmt.Errorf("read visit types: %w", err)
	}
	for _, t := range found {
		types[t.ID] = &t
	}
	return types, nil
}
