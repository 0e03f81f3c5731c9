package store_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// Whatever happens to visits, and however far the job has come: nobody ever sees
// another number than counting the visits would give.
func TestRolledUpCountsAreAlwaysThePlainCount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
		people := newPeople(t, db)
		rapid.Check(t, func(t *rapid.T) {
			l := &ledger{T: t, db: db, people: people}
			l.write(func(tx *sqldb.Tx) error { return clearVisits(tx) })
			t.Repeat(map[string]func(*rapid.T){
				"":          l.check,
				"book":      l.book,
				"move on":   l.moveOn,
				"move":      l.move,
				"roll up":   l.rollUp,
				"rebuild":   l.rebuild,
				"do naught": func(*rapid.T) {},
			})
		})
	})
}

func TestCountsHoldWhileVisitsAreBookedAndRolledUpAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
		people := newPeople(t, db)
		const bookers, visits = 4, 50
		group, ctx := errgroup.WithContext(t.Context())
		for booker := range bookers {
			group.Go(func() error {
				for i := range visits {
					v := people.visit(storetest.Monday().Add(time.Duration(i*bookers+booker)*time.Minute), storetest.Monday())
					if err := db.Write(ctx, func(tx *sqldb.Tx) error { return insertVisit(tx, v) }); err != nil {
						return err
					}
				}
				return nil
			})
		}
		for range 3 {
			group.Go(func() error {
				for range visits {
					if err := db.Write(ctx, func(tx *sqldb.Tx) error { _, err := store.RollUp(tx, 7); return err }); err != nil {
						return err
					}
					if err := db.Read(ctx, func(tx *sqldb.Tx) error { return compareTotals(t, tx) }); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
	})
}

func compareTotals(t *testing.T, tx *sqldb.Tx) error {
	var plain int64
	if err := tx.QueryRow("SELECT count(*) FROM appointments").Scan(&plain); err != nil {
		return err
	}
	counts, err := store.CountVisits(tx, store.ByVisit, []time.Time{storetest.Monday(), storetest.Monday().AddDate(0, 0, 2)})
	if err == nil && counts[0].Total() != plain {
		t.Errorf("%d visits, counted as %d", plain, counts[0].Total())
	}
	return err
}

// ledger is the visits as a test knows them, beside the database.
type ledger struct {
	*rapid.T
	db     *sqldb.DB
	people people
	visits []turno.Appointment
}

// instant is one of few enough that visits meet in a quarter of an hour.
func (l *ledger) instant(t *rapid.T, name string) time.Time {
	return storetest.Monday().Add(time.Duration(rapid.IntRange(0, 240).Draw(t, name)) * time.Minute * 7)
}

func (l *ledger) book(t *rapid.T) {
	v := l.people.visit(l.instant(t, "start"), l.instant(t, "booked"))
	l.write(func(tx *sqldb.Tx) error { return insertVisit(tx, v) })
	l.visits = append(l.visits, v)
}

func (l *ledger) moveOn(t *rapid.T) {
	v := l.draw(t)
	before := v.Status
	switch v.Status {
	case turno.StatusPending:
		v.Status = rapid.SampledFrom([]turno.Status{turno.StatusConfirmed, turno.StatusCancelled}).Draw(t, "status")
	case turno.StatusConfirmed:
		v.Status = rapid.SampledFrom([]turno.Status{turno.StatusCompleted, turno.StatusCancelled}).Draw(t, "status")
	default:
		t.Skip("this visit is over")
	}
	if v.Status == turno.StatusCancelled {
		kinds := []turno.CancellationKind{turno.CancelledByPatient, turno.CancelledByPractice, turno.CancelledNoShow}
		if before == turno.StatusPending {
			kinds = kinds[:2] // nobody misses what was not agreed
		}
		v.CancellationKind = rapid.SampledFrom(kinds).Draw(t, "kind")
		notice := rapid.SampledFrom([]time.Duration{25 * time.Hour, 24*time.Hour + time.Microsecond, 24 * time.Hour, 24*time.Hour - time.Microsecond, time.Hour})
		at := v.ScheduledAt.Add(-notice.Draw(t, "notice"))
		v.CancelledAt = &at
	}
	l.write(func(tx *sqldb.Tx) error { return updateVisit(tx, *v, v.ScheduledAt) })
}

func (l *ledger) move(t *rapid.T) {
	v := l.draw(t)
	if !v.Status.Open() {
		t.Skip("this visit is over")
	}
	before := v.ScheduledAt
	v.ScheduledAt = l.instant(t, "start")
	v.EndsAt = v.ScheduledAt.Add(30 * time.Minute)
	l.write(func(tx *sqldb.Tx) error { return updateVisit(tx, *v, before) })
}

func (l *ledger) rollUp(t *rapid.T) {
	changes := rapid.IntRange(1, 5).Draw(t, "changes")
	l.write(func(tx *sqldb.Tx) error {
		_, err := store.RollUp(tx, changes)
		return err
	})
}

func (l *ledger) rebuild(*rapid.T) { l.write(store.RebuildRollups) }

func (l *ledger) draw(t *rapid.T) *turno.Appointment {
	if len(l.visits) == 0 {
		t.Skip("there is no visit")
	}
	return &l.visits[rapid.IntRange(0, len(l.visits)-1).Draw(t, "visit")]
}

func (l *ledger) check(t *rapid.T) {
	begins := []time.Time{storetest.Monday().Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "from")) * 15 * time.Minute)}
	for _, quarters := range rapid.SliceOfN(rapid.IntRange(0, 40), 1, 5).Draw(t, "lengths") {
		begins = append(begins, begins[len(begins)-1].Add(time.Duration(quarters)*15*time.Minute))
	}
	for _, d := range []store.Dimension{store.ByVisit, store.ByBooking} {
		want := make([]store.VisitCounts, len(begins)-1)
		for _, v := range l.visits {
			at := v.ScheduledAt
			if d == store.ByBooking {
				at = v.CreatedAt
			}
			for i := range want {
				if !at.Before(begins[i]) && at.Before(begins[i+1]) {
					want[i].Add(countsOf(v))
				}
			}
		}
		var got []store.VisitCounts
		err := l.db.Read(t.Context(), func(tx *sqldb.Tx) (err error) {
			got, err = store.CountVisits(tx, d, begins)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("counts by %s between %s (-plain +rolled up):\n%s", d, begins, diff)
		}
	}
}

// countsOf is one visit as counts: the definition, in Go.
func countsOf(v turno.Appointment) (c store.VisitCounts) {
	switch v.Status {
	case turno.StatusPending:
		c.Pending = 1
	case turno.StatusConfirmed:
		c.Confirmed = 1
	case turno.StatusCompleted:
		c.Completed = 1
	case turno.StatusCancelled:
		c.Cancelled = 1
	}
	if v.CancellationKind == turno.CancelledNoShow {
		c.NoShows = 1
	}
	if v.CancellationKind == turno.CancelledByPatient && v.ScheduledAt.Sub(*v.CancelledAt) < 24*time.Hour {
		c.LateCancellations = 1
	}
	c.LeadMinutes = max(0, int64(v.ScheduledAt.Sub(v.CreatedAt)/time.Minute))
	return c
}

func (l *ledger) write(fn func(*sqldb.Tx) error) {
	l.Helper()
	if err := l.db.Write(l.Context(), fn); err != nil {
		l.Fatal(err)
	}
}

// people is who visits whom.
type people struct{ doctor, patient uuid.UUID }

func newPeople(t *testing.T, db *sqldb.DB) people {
	t.Helper()
	p := people{doctor: turno.NewID(), patient: turno.NewID()}
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		field, err := store.InsertSpecialization(tx, "Cardiology")
		if err != nil {
			return err
		}
		doctor := turno.User{ID: p.doctor, Username: "doctor", Email: "doctor@example.org", Role: turno.RoleDoctor, FullName: "Doctor", TimeZone: "UTC"}
		patient := turno.User{ID: p.patient, Username: "patient", Email: "patient@example.org", Role: turno.RolePatient, FullName: "Patient", TimeZone: "UTC"}
		return cmp.Or(
			store.InsertUser(tx, doctor),
			store.InsertUser(tx, patient),
			store.InsertDoctor(tx, turno.Doctor{User: doctor, SpecializationID: field, LicenseNumber: "L-1", TimeZone: "UTC"}),
			store.InsertPatient(tx, turno.Patient{User: patient, DateOfBirth: turno.Date{Year: 1990, Month: 1, Day: 2}}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// visit is a request for half an hour.
func (p people) visit(start, booked time.Time) turno.Appointment {
	return turno.Appointment{ID: turno.NewID(), DoctorID: p.doctor, PatientID: p.patient, Status: turno.StatusPending,
		ScheduledAt: start, EndsAt: start.Add(30 * time.Minute), CreatedAt: booked}
}

func insertVisit(tx *sqldb.Tx, v turno.Appointment) error {
	b := tx.Batch()
	b.Exec(nil, `
		INSERT INTO appointments
		       (id, patient_id, doctor_id, scheduled_at, ends_at, status, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
		v.ID, v.PatientID, v.DoctorID, v.ScheduledAt, v.EndsAt, v.Status, v.CreatedAt)
	store.VisitChangedIn(b, turno.NewID(), v.ScheduledAt, v.CreatedAt)
	return b.Run()
}

func updateVisit(tx *sqldb.Tx, v turno.Appointment, before time.Time) error {
	var kind *turno.CancellationKind
	if v.CancellationKind != "" {
		kind = &v.CancellationKind
	}
	b := tx.Batch()
	b.Exec(nil, `
		UPDATE appointments
		   SET scheduled_at = $2,
		       ends_at = $3,
		       status = $4,
		       cancellation_kind = $5,
		       cancelled_at = $6
		 WHERE id = $1`, v.ID, v.ScheduledAt, v.EndsAt, v.Status, kind, v.CancelledAt)
	for _, at := range slices.Compact([]time.Time{before, v.ScheduledAt}) {
		store.VisitChangedIn(b, turno.NewID(), at, v.CreatedAt)
	}
	return b.Run()
}

func clearVisits(tx *sqldb.Tx) error {
	for _, table := range []string{"appointments", "visit_changes", "visit_rollups"} {
		if _, err := tx.Exec("DELETE FROM " + table); err != nil {
			return err
		}
	}
	return nil
}
