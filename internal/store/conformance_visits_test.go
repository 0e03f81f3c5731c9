package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestVisits(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		v := c.visit(at(10, 0))
		v.VisitTypeID, v.LocationID, v.BookedBy, v.SealedReason = &c.checkup.ID, &c.location.ID, &c.admin.ID, []byte{0, 1, 2}
		v = c.addVisit(t, v)
		same(t, "every field", store.VisitFacts{Visit: v, DoctorZone: "Europe/Madrid"}, c.readVisit(t, v.ID))

		stale := int64(-1)
		c.batch(t, func(b *sqldb.Batch) { store.InsertVisitIn(b, &stale, c.visit(at(11, 0)), 2) })
		same(t, "added under rules that have changed", 0, stale)
		unverified := c.visit(at(11, 0))
		unverified.DoctorID = c.other.ID
		c.batch(t, func(b *sqldb.Batch) { store.InsertVisitIn(b, &stale, unverified, 1) })
		same(t, "added with a doctor who is not verified", 0, stale)

		moved := cancelled(v, turno.CancelledByPractice)
		moved.ScheduledAt, moved.EndsAt, moved.CancelledBy = at(12, 0), at(12, 30), &c.admin.ID
		moved.SealedCancellationReason, moved.Sequence, moved.UpdatedAt = []byte{3}, 1, at(9, 30)
		update := func(v store.Visit) (updated int64) {
			c.batch(t, func(b *sqldb.Batch) { store.UpdateVisitIn(b, &updated, v) })
			return updated
		}
		same(t, "changed", 1, update(moved))
		same(t, "changed by a rival that read it before", 0, update(moved))
		same(t, "every field changed", moved, c.readVisit(t, v.ID).Visit)

		_, err := tryRead(t, db, func(tx *sqldb.Tx) (store.VisitFacts, error) { return store.VisitByID(tx, turno.NewID(), uuid.Nil) })
		wantNotFound(t, "no visit", err)
		_, err = attempt(t, db, func(tx *sqldb.Tx) (store.VisitFacts, error) { return store.VisitForUpdate(tx, turno.NewID(), uuid.Nil) })
		wantNotFound(t, "no visit to change", err)
	})
}

func TestAVisitIsReadWithWhatTheUseCasesAsk(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		v := c.addVisit(t, inStatus(c.visit(at(8, 0)), turno.StatusCompleted))
		facts := func(caller uuid.UUID) store.VisitFacts {
			return mustWrite(t, db, func(tx *sqldb.Tx) (store.VisitFacts, error) { return store.VisitForUpdate(tx, v.ID, caller) })
		}
		until := at(10, 0)
		c.doctor.AutoConfirm = true
		c.write(t, func(tx *sqldb.Tx) error {
			if err := store.UpdateDoctor(tx, c.doctor); err != nil {
				return err
			}
			return store.PutProxy(tx, turno.Proxy{PatientID: c.patient.ID, ProxyUserID: c.child.ID, Relation: "son", EndsAt: &until, CreatedAt: at(9, 0)})
		})
		want := store.VisitFacts{Visit: v, DoctorZone: "Europe/Madrid", AutoConfirm: true}
		same(t, "for a stranger", want, facts(c.admin.ID))
		want.ActsFor = true
		same(t, "for a proxy", want, facts(c.child.ID))
		clock.Set(until)
		want.ActsFor = false
		same(t, "for one who is no more", want, facts(c.child.ID))
		c.batch(t, func(b *sqldb.Batch) { store.InsertFeedbackIn(b, new(int64), c.feedbackOn(v)) })
		want.Rated = true
		same(t, "when rated", want, facts(c.admin.ID))
	})
}

func ids(visits []store.Visit) (all []uuid.UUID) {
	for _, v := range visits {
		all = append(all, v.ID)
	}
	return all
}

func TestVisitsAreListedByTimeForThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		c.write(t, func(tx *sqldb.Tx) error { return store.SetVerification(tx, c.other.ID, &tx.Now, &c.admin.ID, "") })
		last := c.addVisit(t, inStatus(c.visit(at(12, 0)), turno.StatusConfirmed))
		childs := c.visit(at(11, 0))
		childs.PatientID = c.child.ID
		elsewhere := c.visit(at(11, 0))
		elsewhere.DoctorID = c.other.ID
		childs, elsewhere = c.addVisit(t, childs), c.addVisit(t, elsewhere) // of equal times, the older id leads
		first := c.addVisit(t, c.visit(at(10, 0)))
		until := at(10, 0)
		c.write(t, func(tx *sqldb.Tx) error {
			return store.PutProxy(tx, turno.Proxy{PatientID: c.child.ID, ProxyUserID: c.admin.ID, Relation: "aunt", EndsAt: &until, CreatedAt: at(9, 0)})
		})
		all := store.Visibility{All: true}
		of := func(visits ...store.Visit) []uuid.UUID { return ids(visits) }
		for name, row := range map[string]struct {
			filter store.VisitFilter
			want   []uuid.UUID
		}{
			"everything":                {store.VisitFilter{Visible: all}, of(first, childs, elsewhere, last)},
			"a page":                    {store.VisitFilter{Visible: all, Limit: 2}, of(first, childs)},
			"the next page":             {store.VisitFilter{Visible: all, Limit: 1, AfterTime: at(11, 0), AfterID: childs.ID}, of(elsewhere)},
			"the page after the last":   {store.VisitFilter{Visible: all, AfterTime: at(12, 0), AfterID: last.ID}, nil},
			"a status":                  {store.VisitFilter{Visible: all, Status: turno.StatusConfirmed}, of(last)},
			"a doctor":                  {store.VisitFilter{Visible: all, DoctorID: &c.other.ID}, of(elsewhere)},
			"a patient":                 {store.VisitFilter{Visible: all, PatientID: &c.child.ID}, of(childs)},
			"from an instant":           {store.VisitFilter{Visible: all, From: at(12, 0)}, of(last)},
			"up to an instant":          {store.VisitFilter{Visible: all, To: at(11, 0)}, of(first)},
			"what a patient may see":    {store.VisitFilter{Visible: store.Visibility{UserID: c.patient.ID}}, of(first, elsewhere, last)},
			"what a doctor may see":     {store.VisitFilter{Visible: store.Visibility{UserID: c.other.ID}}, of(elsewhere)},
			"what a proxy may see":      {store.VisitFilter{Visible: store.Visibility{UserID: c.admin.ID}}, of(childs)},
			"what nobody may see":       {store.VisitFilter{}, nil},
			"a doctor, seen by another": {store.VisitFilter{Visible: store.Visibility{UserID: c.other.ID}, DoctorID: &c.doctor.ID}, nil},
		} {
			if row.filter.Limit == 0 {
				row.filter.Limit = 100
			}
			same(t, name, row.want, ids(read(t, db, func(tx *sqldb.Tx) ([]store.Visit, error) { return store.Visits(tx, row.filter) })))
		}
		clock.Set(until)
		same(t, "one who is a proxy no more", nil, read(t, db, func(tx *sqldb.Tx) ([]store.Visit, error) {
			return store.Visits(tx, store.VisitFilter{Visible: store.Visibility{UserID: c.admin.ID}, Limit: 100})
		}))
		same(t, "with every field", []store.Visit{last}, read(t, db, func(tx *sqldb.Tx) ([]store.Visit, error) {
			return store.Visits(tx, store.VisitFilter{Visible: all, From: at(12, 0), Limit: 100})
		}))
	})
}

func TestOpenVisits(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		confirmed := c.addVisit(t, inStatus(c.visit(at(10, 30)), turno.StatusConfirmed))
		pending := c.addVisit(t, c.visit(at(10, 0)))
		past := c.addVisit(t, c.visit(at(8, 0)))
		long := c.visit(at(1, 0))
		long.EndsAt = long.ScheduledAt.Add(store.LongestVisit)
		long = c.addVisit(t, inStatus(long, turno.StatusConfirmed)) // ends at 9:00
		c.addVisit(t, cancelled(c.visit(at(10, 0)), turno.CancelledByPatient))
		c.addVisit(t, inStatus(c.visit(at(10, 0)), turno.StatusCompleted))

		inTheWay := func(from, to time.Time) []uuid.UUID {
			return ids(mustWrite(t, db, func(tx *sqldb.Tx) ([]store.Visit, error) { return store.OpenVisitsBetween(tx, c.doctor.ID, from, to) }))
		}
		same(t, "in the way of the day", []uuid.UUID{long.ID, past.ID, pending.ID, confirmed.ID}, inTheWay(at(1, 0), at(24, 0)))
		same(t, "what ends at the beginning is not", []uuid.UUID{confirmed.ID}, inTheWay(at(10, 30), at(24, 0)))
		same(t, "what begins at the end is not", []uuid.UUID{pending.ID}, inTheWay(at(10, 29), at(10, 30)))
		same(t, "the longest is found to its end", []uuid.UUID{long.ID}, inTheWay(at(8, 59), at(9, 0)))
		ofPatient := func(at time.Time) []uuid.UUID {
			return ids(read(t, db, func(tx *sqldb.Tx) ([]store.Visit, error) { return store.OpenVisitsOf(tx, c.patient.ID, at) }))
		}
		same(t, "of the patient", []uuid.UUID{pending.ID, confirmed.ID}, ofPatient(at(9, 0)))
		same(t, "to the end of the longest", []uuid.UUID{long.ID, pending.ID, confirmed.ID}, ofPatient(at(9, 0).Add(-time.Microsecond)))
		same(t, "of the patient, until they are over", []uuid.UUID{confirmed.ID}, ofPatient(at(10, 30)))
		expired := func(limit int) []uuid.UUID {
			return read(t, db, func(tx *sqldb.Tx) ([]uuid.UUID, error) { return store.PendingPast(tx, limit) })
		}
		same(t, "requests that passed", []uuid.UUID{past.ID}, expired(10))
		clock.Set(at(10, 30))
		same(t, "from their end on, the oldest first", []uuid.UUID{past.ID, pending.ID}, expired(10))
		same(t, "at most so many", []uuid.UUID{past.ID}, expired(1))

		until := at(10, 45)
		c.write(t, func(tx *sqldb.Tx) error {
			return store.PutProxy(tx, turno.Proxy{PatientID: c.patient.ID, ProxyUserID: c.admin.ID, Relation: "aunt", EndsAt: &until, CreatedAt: at(9, 0)})
		})
		countTo := 10
		facts := func(patient, caller uuid.UUID, now time.Time) *store.BookingFacts {
			var f store.BookingFacts
			var found bool
			c.batch(t, func(b *sqldb.Batch) { store.BookingFactsIn(b, &f, &found, patient, caller, countTo, now) })
			if !found {
				return nil
			}
			return &f
		}
		same(t, "a booking by a proxy", &store.BookingFacts{PatientActive: true, ActsFor: true, Unproven: true, OpenVisits: 2}, facts(c.patient.ID, c.admin.ID, at(9, 0)))
		same(t, "by one no more", &store.BookingFacts{PatientActive: true, Unproven: true, OpenVisits: 1}, facts(c.patient.ID, c.admin.ID, until))
		countTo = 1
		same(t, "counted no further than asked", &store.BookingFacts{PatientActive: true, ActsFor: true, Unproven: true, OpenVisits: 1}, facts(c.patient.ID, c.admin.ID, at(9, 0)))
		same(t, "for no patient", nil, facts(c.admin.ID, c.admin.ID, at(9, 0)))
		c.exec(t, "UPDATE users SET deactivated_at = $2 WHERE id = $1", c.child.ID, at(9, 0))
		c.exec(t, "UPDATE users SET email_verified_at = $2 WHERE id = $1", c.admin.ID, at(9, 0))
		same(t, "for one who is not active, by somebody with a verified address", &store.BookingFacts{}, facts(c.child.ID, c.admin.ID, at(9, 0)))
		seen := func(doctor uuid.UUID) (seen bool) {
			c.batch(t, func(b *sqldb.Batch) { store.HasBeenSeenIn(b, &seen, c.patient.ID, doctor) })
			return seen
		}
		same(t, "by the doctor of a completed visit", true, seen(c.doctor.ID))
		same(t, "by another doctor", false, seen(c.other.ID))
	})
}

func TestFeedbackKeepsTheRatingExact(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		list := func(beforeTime time.Time, beforeID uuid.UUID, limit int) []turno.Feedback {
			return read(t, db, func(tx *sqldb.Tx) ([]turno.Feedback, error) {
				return store.FeedbackOf(tx, c.doctor.ID, beforeTime, beforeID, limit)
			})
		}
		same(t, "none at first", nil, list(time.Time{}, uuid.Nil, 10))
		var given []turno.Feedback
		for i, step := range []struct {
			rating int
			want   float64
		}{{5, 5}, {4, 4.5}, {4, 4.33}, {4, 4.25}, {4, 4.2}, {4, 4.17}, {4, 4.14}, {4, 4.13}, {1, 3.78}} {
			f := c.feedbackOn(c.addVisit(t, inStatus(c.visit(at(1, i)), turno.StatusCompleted)))
			f.Rating = step.rating
			f.CreatedAt = at(9, i/2) // two at each instant
			if i == 0 {
				f.Comments = ""
			}
			var inserted int64
			c.batch(t, func(b *sqldb.Batch) { store.InsertFeedbackIn(b, &inserted, f) })
			same(t, "inserted", 1, inserted)
			doctor := c.readDoctor(t, c.doctor.ID)
			same(t, "mean", step.want, doctor.Rating)
			same(t, "count", i+1, doctor.RatingCount)
			given = append([]turno.Feedback{f}, given...)
		}
		same(t, "how many of each", store.RatingCounts{1, 0, 0, 7, 1}, read(t, db, func(tx *sqldb.Tx) (store.RatingCounts, error) {
			return store.RatingsOf(tx, c.doctor.ID)
		}))
		same(t, "every field, the newest first", given, list(time.Time{}, uuid.Nil, 10))
		same(t, "a page", given[:2], list(time.Time{}, uuid.Nil, 2))
		same(t, "the next page, of equal times", given[2:4], list(given[1].CreatedAt, given[1].ID, 2))

		again := given[0]
		again.ID = turno.NewID()
		var inserted int64
		_ = db.Write(t.Context(), func(tx *sqldb.Tx) error {
			b := tx.Batch()
			store.InsertFeedbackIn(b, &inserted, again)
			if err := b.Run(); err != nil {
				return err
			}
			return context.Canceled // as a caller does when nothing was inserted
		})
		same(t, "a visit rated twice", 0, inserted)
		same(t, "another doctor's rating", 0.0, c.readDoctor(t, c.other.ID).Rating)
		for _, flaw := range read(t, db, store.Flaws) {
			if flaw.Name == "a doctor's rating does not add up" {
				same(t, flaw.Name, 0, flaw.Rows)
			}
		}
	})
}

func TestExportAndErasure(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		later := c.visit(at(8, 0))
		later.SealedReason, later.VisitTypeID = []byte("sealed"), &c.checkup.ID
		later = c.addVisit(t, inStatus(later, turno.StatusCompleted))
		sooner := cancelled(c.visit(at(7, 0)), turno.CancelledByPatient)
		sooner.SealedCancellationReason = []byte("sealed too")
		sooner = c.addVisit(t, sooner)
		others := c.visit(at(6, 0))
		others.PatientID, others.SealedReason = c.child.ID, []byte("kept")
		others = c.addVisit(t, others)
		rating := c.feedbackOn(later)
		key := store.IdempotencyKey{UserID: c.patient.ID, Route: "POST /appointments", Key: "k", BodyHash: []byte("h")}
		c.batch(t, func(b *sqldb.Batch) {
			store.InsertFeedbackIn(b, new(int64), rating)
			store.ClaimAnswerIn(b, new(int64), key, at(9, 0))
		})
		c.addTimeOff(t, at(14, 0), at(15, 0))
		exported := func(patient uuid.UUID) []store.NamedVisit {
			return read(t, db, func(tx *sqldb.Tx) ([]store.NamedVisit, error) { return store.ExportVisits(tx, patient) })
		}
		feedback := func(patient uuid.UUID) []turno.Feedback {
			return read(t, db, func(tx *sqldb.Tx) ([]turno.Feedback, error) { return store.ExportFeedback(tx, patient) })
		}
		same(t, "every visit, the first one first", []store.NamedVisit{
			{Visit: sooner, DoctorName: "Ana Pérez"}, {Visit: later, DoctorName: "Ana Pérez", TypeName: "Check-up"},
		}, exported(c.patient.ID))
		same(t, "every feedback", []turno.Feedback{rating}, feedback(c.patient.ID))
		same(t, "of one who gave none", nil, feedback(c.child.ID))

		clock.Set(at(10, 0))
		c.write(t, func(tx *sqldb.Tx) error { return store.EraseTexts(tx, c.patient.ID) })
		later.SealedReason, sooner.SealedCancellationReason, rating.Comments = nil, nil, ""
		later.UpdatedAt, sooner.UpdatedAt = at(10, 0), at(10, 0)
		same(t, "visits without words", []store.NamedVisit{
			{Visit: sooner, DoctorName: "Ana Pérez"}, {Visit: later, DoctorName: "Ana Pérez", TypeName: "Check-up"},
		}, exported(c.patient.ID))
		same(t, "feedback without words", []turno.Feedback{rating}, feedback(c.patient.ID))
		same(t, "another's words", []store.NamedVisit{{Visit: others, DoctorName: "Ana Pérez"}}, exported(c.child.ID))
		_, err := tryRead(t, db, func(tx *sqldb.Tx) ([]byte, error) { return store.StoredAnswer(tx, key) })
		if err == nil {
			t.Error("the answers kept for the person are still there")
		}

		why := func() string {
			off := read(t, db, func(tx *sqldb.Tx) ([]turno.TimeOff, error) { return store.TimeOffFrom(tx, c.doctor.ID) })
			return off[0].Reason
		}
		same(t, "why a doctor is away", "Sea", why())
		c.write(t, func(tx *sqldb.Tx) error {
			if err := store.EraseTexts(tx, c.doctor.ID); err != nil {
				return err
			}
			return store.AnonymiseDoctor(tx, c.doctor.ID)
		})
		same(t, "why an erased doctor is away", "", why())
		doctor := c.readDoctor(t, c.doctor.ID)
		want := c.doctor
		want.LicenseNumber, want.VerifiedAt, want.VerifiedBy, want.VerificationNote = "erased-"+c.doctor.ID.String(), nil, nil, ""
		want.Rating, want.RatingCount = 5, 1
		same(t, "a doctor without a name on the licence", want, doctor)

		same(t, "nobody was erased", nil, read(t, db, store.ErasedUsers))
		c.exec(t, "UPDATE users SET erased_at = $2 WHERE id = $1", c.patient.ID, at(9, 0))
		same(t, "who was erased", []uuid.UUID{c.patient.ID}, read(t, db, store.ErasedUsers))
	})
}

// Each row breaks one promise in the way that a bug would; the check finds it,
// and nothing else.
func TestFlawsAreFound(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		broken := func() map[string]int64 {
			found := map[string]int64{}
			for _, flaw := range read(t, db, store.Flaws) {
				if flaw.Rows != 0 {
					found[flaw.Name] = flaw.Rows
				}
			}
			return found
		}
		v := c.addVisit(t, inStatus(c.visit(at(10, 0)), turno.StatusConfirmed))
		same(t, "a visit without periods", map[string]int64{
			"an open visit lacks the doctor's busy period": 1, "an open visit lacks the patient's busy period": 1}, broken())
		for _, owner := range []uuid.UUID{c.doctor.ID, c.patient.ID} {
			claimed := mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) {
				return store.Claim(tx, turno.BusyPeriod{OwnerID: owner, Interval: v.Interval(), Kind: turno.BusyAppointment, AppointmentID: &v.ID})
			})
			same(t, "claimed", true, claimed)
		}
		off := c.addTimeOff(t, at(14, 0), at(15, 0))
		same(t, "a sound database", map[string]int64{}, broken())

		overlapping := c.addVisit(t, c.visit(at(10, 29)))
		same(t, "visits that overlap", map[string]int64{
			"two open visits of one doctor overlap": 1, "two open visits of one patient overlap": 1,
			"an open visit lacks the doctor's busy period": 1, "an open visit lacks the patient's busy period": 1}, broken())
		c.exec(t, "DELETE FROM appointments WHERE id = $1", overlapping.ID)
		c.batch(t, func(b *sqldb.Batch) { store.FreeIn(b, off) })
		same(t, "time off without a period", map[string]int64{"time off lacks its busy period": 1}, broken())
		c.exec(t, "DELETE FROM time_off")

		update := func(change store.Visit) {
			c.batch(t, func(b *sqldb.Batch) { store.UpdateVisitIn(b, nil, change) })
		}
		elsewhere := v
		elsewhere.ScheduledAt, elsewhere.EndsAt, elsewhere.Sequence = at(16, 0), at(16, 30), 1
		update(elsewhere)
		same(t, "a visit moved without its periods", map[string]int64{
			"an open visit lacks the doctor's busy period": 1, "an open visit lacks the patient's busy period": 1,
			"a busy period belongs to neither person of its visit, or to another time": 2}, broken())
		back := v
		back.Sequence = 2
		update(back)
		calledOff := cancelled(v, turno.CancelledByPractice)
		calledOff.Sequence = 3
		update(calledOff)
		same(t, "a visit called off that keeps its time", map[string]int64{"a cancelled visit still keeps somebody busy": 2}, broken())
		c.batch(t, func(b *sqldb.Batch) { store.FreeVisitIn(b, v.Appointment) })
		same(t, "freed", map[string]int64{}, broken())
		c.exec(t, "UPDATE doctors SET rating = 5, rating_sum = 5, rating_count = 1 WHERE user_id = $1", c.doctor.ID)
		same(t, "a rating without feedback", map[string]int64{"a doctor's rating does not add up": 1}, broken())
	})
}

func TestThatSomebodyComesIsNotedOnce(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		visit := c.visit(at(11, 0))
		visit.Status = turno.StatusConfirmed
		visit = c.addVisit(t, visit)
		waiting := c.addVisit(t, c.visit(at(12, 0)))
		comes := func(v store.Visit, when time.Time) bool {
			return mustWrite(t, db, func(tx *sqldb.Tx) (bool, error) { return store.SetComing(tx, v.ID, when) })
		}
		same(t, "to a visit that is not confirmed", false, comes(waiting, waiting.ScheduledAt))
		same(t, "to a time that it no longer has", false, comes(visit, at(10, 0)))
		same(t, "to the visit", true, comes(visit, visit.ScheduledAt))
		same(t, "again", false, comes(visit, visit.ScheduledAt))
	})
}
