package store_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestADayIsCounted(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		for _, v := range []store.Visit{
			c.visit(at(11, 0)),
			c.visit(at(8, 0)), // passed without an answer
			inStatus(c.visit(at(8, 30)), turno.StatusConfirmed),
			inStatus(c.visit(at(9, 0)), turno.StatusConfirmed),
			inStatus(c.visit(at(7, 0)), turno.StatusCompleted),
			cancelled(c.visit(at(7, 30)), turno.CancelledNoShow),
			cancelled(c.visit(at(12, 0)), turno.CancelledByPatient),
			c.visit(at(24+10, 0)),
			inStatus(c.visit(at(-24, 0)), turno.StatusConfirmed),
			inStatus(c.visit(at(-48, 0)), turno.StatusConfirmed), // too long ago
		} {
			c.addVisit(t, v)
		}
		count := func(doctor uuid.UUID) store.DayCounts {
			return read(t, db, func(tx *sqldb.Tx) (store.DayCounts, error) {
				return store.CountDay(tx, doctor, at(0, 0), at(24, 0), at(-24, 0))
			})
		}
		same(t, "the doctor's", store.DayCounts{Day: 6, Left: 2, Waiting: 2, Unanswered: 2}, count(c.doctor.ID))
		same(t, "another's", store.DayCounts{}, count(c.other.ID))

		visited := func(specialization int, from, to int) []uuid.UUID {
			return read(t, db, func(tx *sqldb.Tx) ([]uuid.UUID, error) {
				return store.DoctorsVisitedBetween(tx, specialization, at(from, 0), at(to, 0))
			})
		}
		same(t, "who has visits", []uuid.UUID{c.doctor.ID}, visited(0, 0, 24))
		same(t, "of the field", []uuid.UUID{c.doctor.ID}, visited(c.cardiology, 0, 24))
		same(t, "of another", nil, visited(c.dermatology, 0, 24))
		same(t, "when nobody comes", nil, visited(0, 12, 24))
	})
}

func TestTimeOffOfARange(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		off := c.addTimeOff(t, at(10, 0), at(12, 0))
		for name, row := range map[string]struct {
			from, to int
			want     bool
		}{"around it": {9, 13, true}, "its end": {11, 13, true}, "before it": {9, 10, false}, "after it": {12, 13, false}} {
			found := read(t, db, func(tx *sqldb.Tx) ([]turno.TimeOff, error) {
				return store.TimeOffBetween(tx, c.doctor.ID, at(row.from, 0), at(row.to, 0))
			})
			same(t, name, row.want, len(found) == 1 && found[0].ID == *off.TimeOffID)
		}
	})
}

func TestDoctorsAreCounted(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		c.register(t, nil, "yara", "zeta")
		for name, row := range map[string]struct {
			filter store.DoctorFilter
			want   int
		}{
			"everybody who is verified": {store.DoctorFilter{}, 3},
			"a name":                    {store.DoctorFilter{Text: "yara"}, 1},
			"nobody":                    {store.DoctorFilter{MinRating: 5}, 0},
		} {
			same(t, name, row.want, read(t, db, func(tx *sqldb.Tx) (int, error) { return store.CountDoctors(tx, row.filter) }))
		}
		counts := read(t, db, store.SpecializationCounts)
		same(t, "by field", []store.SpecializationCount{
			{Specialization: turno.Specialization{ID: c.cardiology, Name: "Cardiology"}, Doctors: 1},
			{Specialization: turno.Specialization{ID: c.dermatology, Name: "Dermatology"}, Doctors: 2},
		}, counts)
	})
}

func TestWhenAndWhoseVisitsAre(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		running := c.addVisit(t, c.visit(at(8, 45)))
		later := c.addVisit(t, inStatus(c.visit(at(12, 0)), turno.StatusConfirmed))
		over := c.addVisit(t, c.visit(at(8, 30)))
		done := c.addVisit(t, inStatus(c.visit(at(8, 40)), turno.StatusCompleted))
		same(t, "open ones that end after nine", []store.VisitTime{
			{ID: running.ID, Interval: running.Interval()}, {ID: later.ID, Interval: later.Interval()},
		}, read(t, db, func(tx *sqldb.Tx) ([]store.VisitTime, error) { return store.OpenVisitTimes(tx, c.doctor.ID, at(9, 0)) }))

		of := func(doctor uuid.UUID) map[uuid.UUID]uuid.UUID {
			return read(t, db, func(tx *sqldb.Tx) (map[uuid.UUID]uuid.UUID, error) {
				return store.PatientsOfVisits(tx, doctor, []uuid.UUID{over.ID, done.ID, turno.NewID()})
			})
		}
		same(t, "whose they are", map[uuid.UUID]uuid.UUID{over.ID: c.patient.ID, done.ID: c.patient.ID}, of(c.doctor.ID))
		same(t, "another doctor's", map[uuid.UUID]uuid.UUID{}, of(c.other.ID))
	})
}
