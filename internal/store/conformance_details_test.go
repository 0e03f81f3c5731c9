package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestAVisitIsReadWithEverythingThatPeopleRead(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		c.patient.ContactNumber = "+34600111222"
		c.write(t, func(tx *sqldb.Tx) error { return store.UpdatePatient(tx, c.patient) })
		v := c.visit(at(10, 0))
		v.VisitTypeID, v.LocationID, v.SealedReason = &c.checkup.ID, &c.location.ID, []byte{1}
		v = c.addVisit(t, v)
		want := store.VisitDetails{
			VisitFacts: store.VisitFacts{Visit: v, DoctorZone: "Europe/Madrid"},
			DoctorName: "Ana Pérez", Specialization: "Cardiology", DoctorBookable: true,
			PatientName: "Carla Gómez", PatientBirth: c.patient.DateOfBirth, PatientNumber: c.patient.ContactNumber, PatientEmail: c.patient.Email,
			Location: &c.location, VisitType: &c.checkup,
		}
		same(t, "opened", want, read(t, db, func(tx *sqldb.Tx) (store.VisitDetails, error) {
			return store.VisitDetailsByID(tx, v.ID, c.admin.ID)
		}))
		same(t, "listed", []store.VisitDetails{want}, c.details(t, store.DetailsFilter{}))
		_, err := tryRead(t, db, func(tx *sqldb.Tx) (store.VisitDetails, error) {
			return store.VisitDetailsByID(tx, turno.NewID(), uuid.Nil)
		})
		wantNotFound(t, "no visit", err)

		c.write(t, func(tx *sqldb.Tx) error {
			if err := store.SetVerification(tx, c.doctor.ID, nil, nil, ""); err != nil {
				return err
			}
			return store.PutProxy(tx, turno.Proxy{PatientID: c.patient.ID, ProxyUserID: c.admin.ID, Relation: "aunt", CreatedAt: at(9, 0)})
		})
		got := c.details(t, store.DetailsFilter{})[0]
		same(t, "of a doctor who can't be booked, read by a proxy", []bool{false, true}, []bool{got.DoctorBookable, got.ActsFor})
	})
}

// details lists visits as the admin reads them.
func (c *clinic) details(t *testing.T, f store.DetailsFilter) []store.VisitDetails {
	t.Helper()
	return read(t, c.db, func(tx *sqldb.Tx) ([]store.VisitDetails, error) { return store.ListVisitDetails(tx, f, c.admin.ID) })
}

func TestDetailsAreListedByWhatPagesAskFor(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		c.write(t, func(tx *sqldb.Tx) error { return store.SetVerification(tx, c.other.ID, &tx.Now, &c.admin.ID, "") })
		names := map[uuid.UUID]string{}
		add := func(name string, v store.Visit) store.Visit {
			names[v.ID] = name
			return c.addVisit(t, v)
		}
		requested := c.visit(at(10, 0))
		requested.CreatedAt = at(9, 0).Add(-time.Hour)
		add("requested", requested)
		confirmed := add("confirmed", inStatus(c.visit(at(11, 0)), turno.StatusConfirmed))
		add("completed", inStatus(c.visit(at(8, 0)), turno.StatusCompleted))
		add("missed", cancelled(c.visit(at(8, 30)), turno.CancelledNoShow))
		add("called off", cancelled(c.visit(at(12, 0)), turno.CancelledByPatient))
		childs := c.visit(at(7, 0))
		childs.PatientID, childs.DoctorID = c.child.ID, c.other.ID
		add("the child's", inStatus(childs, turno.StatusConfirmed))

		type filter = store.DetailsFilter
		of := func(all ...string) []string { return all }
		for name, row := range map[string]struct {
			filter filter
			want   []string
		}{
			"all, by time":            {filter{}, of("the child's", "completed", "missed", "requested", "confirmed", "called off")},
			"the latest first":        {filter{Order: store.ByTimeDown, Limit: 2}, of("called off", "confirmed")},
			"before that":             {filter{Order: store.ByTimeDown, AfterTime: at(11, 0), AfterID: confirmed.ID, Limit: 1}, of("requested")},
			"the oldest request":      {filter{Order: store.ByRequested, Limit: 1}, of("requested")},
			"the requests after it":   {filter{Order: store.ByRequested, AfterTime: requested.CreatedAt, AfterID: requested.ID, Limit: 1}, of("confirmed")},
			"after one in time":       {filter{AfterTime: at(11, 0), AfterID: confirmed.ID}, of("called off")},
			"by id":                   {filter{IDs: []uuid.UUID{confirmed.ID, turno.NewID()}}, of("confirmed")},
			"of no doctor":            {filter{Doctors: []uuid.UUID{}}, nil},
			"of a doctor":             {filter{Doctors: []uuid.UUID{c.other.ID}}, of("the child's")},
			"of a patient":            {filter{Patients: []uuid.UUID{c.child.ID}}, of("the child's")},
			"in a state":              {filter{Statuses: []turno.Status{turno.StatusPending, turno.StatusCompleted}}, of("completed", "requested")},
			"that held their time":    {filter{HeldTime: true}, of("the child's", "completed", "missed", "requested", "confirmed")},
			"called off":              {filter{CalledOff: true}, of("called off")},
			"in a range":              {filter{From: at(8, 30), To: at(11, 0)}, of("missed", "requested")},
			"not over":                {filter{Since: at(10, 29)}, of("requested", "confirmed", "called off")},
			"over":                    {filter{OverBy: at(8, 30)}, of("the child's", "completed")},
			"not ahead":               {filter{NotAhead: at(10, 30)}, of("the child's", "completed", "missed", "requested", "called off")},
			"not over, to the second": {filter{Since: at(11, 30)}, of("called off")},
		} {
			var got []string
			for _, v := range c.details(t, row.filter) {
				got = append(got, names[v.ID])
			}
			same(t, name, row.want, got)
		}
	})
}
