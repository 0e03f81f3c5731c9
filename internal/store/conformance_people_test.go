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

func TestPatients(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		byID := func(tx *sqldb.Tx) (turno.Patient, error) { return store.PatientByID(tx, c.patient.ID) }
		c.patient.CreatedAt, c.patient.UpdatedAt = at(9, 0), at(9, 0)
		same(t, "a profile with nothing optional", c.patient, read(t, db, byID))
		c.patient.DateOfBirth = turno.Date{Year: 1900, Month: time.February, Day: 28}
		c.patient.Gender, c.patient.ContactNumber = turno.GenderOther, "+34600100200"
		c.write(t, func(tx *sqldb.Tx) error { return store.UpdatePatient(tx, c.patient) })
		same(t, "every field changed", c.patient, read(t, db, byID))
		c.patient.Gender, c.patient.ContactNumber = "", ""
		c.write(t, func(tx *sqldb.Tx) error { return store.UpdatePatient(tx, c.patient) })
		same(t, "told no more", c.patient, read(t, db, byID))
		_, err := tryRead(t, db, func(tx *sqldb.Tx) (turno.Patient, error) { return store.PatientByID(tx, c.doctor.ID) })
		wantNotFound(t, "a doctor as a patient", err)

		knows := func(doctor turno.Doctor) bool {
			return read(t, db, func(tx *sqldb.Tx) (bool, error) { return store.KnowsPatient(tx, doctor.ID, c.patient.ID) })
		}
		same(t, "nobody knows a new patient", false, knows(c.doctor))
		c.addVisit(t, cancelled(c.visit(at(10, 0)), turno.CancelledByPatient))
		same(t, "a visit called off gives nothing", false, knows(c.doctor))
		c.addVisit(t, inStatus(c.visit(at(9, 0)), turno.StatusCompleted))
		same(t, "the doctor of a visit does", true, knows(c.doctor))
		same(t, "another doctor does not", false, knows(c.other))
		clock.Set(at(9, 0).AddDate(2, 0, 0))
		same(t, "for two years", true, knows(c.doctor))
		clock.Advance(time.Microsecond)
		same(t, "and no longer", false, knows(c.doctor))
	})
}

func TestProxies(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		until := at(10, 0)
		mother := turno.Proxy{PatientID: c.child.ID, ProxyUserID: c.patient.ID, Relation: "mother", CreatedAt: at(9, 0)}
		carer := turno.Proxy{PatientID: c.child.ID, ProxyUserID: c.admin.ID, Relation: "carer", EndsAt: &until, CreatedAt: at(8, 0)}
		put := func(p turno.Proxy) { c.write(t, func(tx *sqldb.Tx) error { return store.PutProxy(tx, p) }) }
		acts := func(user uuid.UUID) bool {
			return read(t, db, func(tx *sqldb.Tx) (bool, error) { return store.ActsFor(tx, user, c.child.ID) })
		}
		others := func(than uuid.UUID) bool {
			return read(t, db, func(tx *sqldb.Tx) (bool, error) { return store.OthersActFor(tx, c.child.ID, than) })
		}
		list := func() []store.NamedProxy {
			return read(t, db, func(tx *sqldb.Tx) ([]store.NamedProxy, error) { return store.ProxiesOf(tx, c.child.ID) })
		}
		dependants := func(user uuid.UUID) (names []string) {
			for _, p := range read(t, db, func(tx *sqldb.Tx) ([]turno.Patient, error) { return store.DependantsOf(tx, user) }) {
				names = append(names, p.FullName)
			}
			return names
		}
		end := func(user uuid.UUID) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.EndProxy(tx, c.child.ID, user, tx.Now) })
		}
		same(t, "nobody acts for a patient at first", nil, list())
		put(mother)
		put(carer)
		named := []store.NamedProxy{
			{Proxy: carer, Username: "owner", FullName: "Olga Owner", PatientName: "Dani Gómez"},
			{Proxy: mother, Username: "carla", FullName: "Carla Gómez", PatientName: "Dani Gómez"},
		}
		same(t, "every field, the first one first", named, list())
		same(t, "whom the mother acts for", []string{"Dani Gómez"}, dependants(c.patient.ID))
		same(t, "whom the child acts for", nil, dependants(c.child.ID))
		same(t, "the carer acts", true, acts(c.admin.ID))
		same(t, "and the mother beside the carer", true, others(c.admin.ID))
		clock.Set(until)
		same(t, "until the end, exclusively", false, acts(c.admin.ID))
		same(t, "the list forgets the carer", named[1:], list())
		same(t, "so does the other list", nil, dependants(c.admin.ID))
		same(t, "and nobody acts beside the mother", false, others(c.patient.ID))
		carer.EndsAt, carer.Relation = nil, "aunt"
		put(carer)
		same(t, "one who did before does again", true, acts(c.admin.ID))
		same(t, "in another relation", "aunt", list()[0].Relation)

		same(t, "one ends", true, end(c.admin.ID))
		same(t, "once", false, end(c.admin.ID))
		same(t, "the other does not", true, acts(c.patient.ID))
		put(carer)
		c.write(t, func(tx *sqldb.Tx) error { return store.EndProxiesOfUser(tx, c.admin.ID, tx.Now) })
		same(t, "all that a user acts for", false, acts(c.admin.ID))
		same(t, "and not what others do", true, acts(c.patient.ID))
		c.write(t, func(tx *sqldb.Tx) error { return store.EndProxiesOfUser(tx, c.child.ID, tx.Now) })
		same(t, "all who act for a user", nil, list())
	})
}

func TestAnErasureTakesTheRelations(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		put := func(patient, proxy uuid.UUID) {
			p := turno.Proxy{PatientID: patient, ProxyUserID: proxy, Relation: "kin", CreatedAt: at(9, 0)}
			c.write(t, func(tx *sqldb.Tx) error { return store.PutProxy(tx, p) })
		}
		relations := func(patient uuid.UUID) (all []string) {
			for _, p := range read(t, db, func(tx *sqldb.Tx) ([]store.NamedProxy, error) { return store.ProxiesOf(tx, patient) }) {
				all = append(all, p.Username+" "+p.Relation)
			}
			return all
		}
		put(c.patient.ID, c.admin.ID)
		put(c.child.ID, c.patient.ID)
		put(c.child.ID, c.admin.ID)
		c.write(t, func(tx *sqldb.Tx) error { return store.EraseTexts(tx, c.patient.ID) })
		same(t, "of the erased patient", []string{"owner "}, relations(c.patient.ID))
		same(t, "of the erased proxy, and not of another", []string{"carla ", "owner kin"}, relations(c.child.ID))
	})
}

func TestADoctorsPastIsExported(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		later, sooner := c.addTimeOff(t, at(10, 0), at(11, 0)), c.addTimeOff(t, at(6, 0), at(7, 0))
		var hours []turno.ExtraHours
		for _, start := range []int{5, 12} {
			x := turno.ExtraHours{ID: turno.NewID(), DoctorID: c.doctor.ID, Interval: between(at(start, 0), at(start+1, 0))}
			hours = append(hours, x)
			mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.InsertExtraHours(tx, x) })
		}
		off := func(p turno.BusyPeriod) turno.TimeOff {
			return turno.TimeOff{ID: *p.TimeOffID, DoctorID: c.doctor.ID, Interval: p.Interval, Reason: "Sea", CreatedAt: at(9, 0)}
		}
		for _, row := range []struct {
			doctor uuid.UUID
			off    []turno.TimeOff
			hours  []turno.ExtraHours
		}{
			{c.doctor.ID, []turno.TimeOff{off(sooner), off(later)}, hours},
			{c.other.ID, nil, nil},
		} {
			same(t, "all time off, the first one first", row.off, read(t, db, func(tx *sqldb.Tx) ([]turno.TimeOff, error) {
				return store.ExportTimeOff(tx, row.doctor)
			}))
			same(t, "all extra hours, the first one first", row.hours, read(t, db, func(tx *sqldb.Tx) ([]turno.ExtraHours, error) {
				return store.ExportExtraHours(tx, row.doctor)
			}))
		}
	})
}
