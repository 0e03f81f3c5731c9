package store_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// changesReader reads the changes of calendars as a server does.
type changesReader struct {
	c    *clinic
	view store.ChangesView
}

func (c *clinic) followChanges(t *testing.T) *changesReader {
	t.Helper()
	return &changesReader{c, read(t, c.db, store.CurrentChanges)}
}

// next names the doctors of changes that were not seen the last time, each with the
// stretch of time that changed, if the change is of one.
func (r *changesReader) next(t *testing.T) (names []string) {
	t.Helper()
	before := r.view
	read(t, r.c.db, func(tx *sqldb.Tx) (none struct{}, err error) {
		var changes []store.CalendarChange
		if changes, r.view, err = store.CalendarChanges(tx, before); err != nil {
			return none, err
		}
		names = nil
		for _, change := range changes {
			if !r.view.Sees(change.Position) {
				t.Errorf("a change at %d was read, but is said not to be seen", change.Position)
			}
			if before.Sees(change.Position) {
				t.Errorf("the change at %d was seen before", change.Position)
			}
			name := map[uuid.UUID]string{r.c.doctor.ID: "ana", r.c.other.ID: "ben"}[change.DoctorID]
			if change.Within != nil {
				name += change.Within.StartsAt.Format(" 15:04") + change.Within.EndsAt.Format("-15:04")
			}
			names = append(names, name)
		}
		return none, nil
	})
	slices.SortFunc(names, cmp.Compare[string])
	return slices.Compact(names)
}

func TestWhatChangesOpenTimesIsNoted(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		changes := c.followChanges(t)
		visit := c.visit(at(10, 0))
		hold := turno.Hold{ID: turno.NewID(), DoctorID: c.other.ID, Interval: between(at(11, 0), at(12, 0)),
			HolderID: c.patient.ID, ExpiresAt: at(9, 5)}
		off := turno.TimeOff{ID: turno.NewID(), DoctorID: c.doctor.ID, Interval: between(at(13, 0), at(14, 0)), CreatedAt: at(9, 0)}
		update := func(change func(v *store.Visit)) func(t *testing.T) {
			return func(t *testing.T) {
				visit.Sequence++
				change(&visit)
				var rows int64
				c.batch(t, func(b *sqldb.Batch) { store.UpdateVisitIn(b, &rows, visit) })
				same(t, "updated", 1, rows)
			}
		}
		for _, step := range []struct {
			name string
			do   func(t *testing.T)
			want []string
		}{
			{"nothing", func(*testing.T) {}, nil},
			{"a visit", func(t *testing.T) { c.addVisit(t, visit) }, []string{"ana 10:00-10:30"}},
			{"a confirmation changes no time", update(func(v *store.Visit) { v.Status = turno.StatusConfirmed }), nil},
			{"a move", update(func(v *store.Visit) { v.ScheduledAt, v.EndsAt = at(15, 0), at(15, 30) }), []string{"ana 10:00-15:30"}},
			{"a move to before", update(func(v *store.Visit) { v.ScheduledAt, v.EndsAt = at(12, 0), at(12, 20) }), []string{"ana 12:00-15:30"}},
			{"a cancellation", update(func(v *store.Visit) { *v = cancelled(*v, turno.CancelledByPatient) }), []string{"ana 12:00-12:20"}},
			{"a hold", func(t *testing.T) {
				var rows int64
				c.batch(t, func(b *sqldb.Batch) { store.InsertHoldIn(b, &rows, hold, "", at(9, 0)) })
			}, []string{"ben 11:00-12:00"}},
			{"a hold that lives longer", func(t *testing.T) {
				c.batch(t, func(b *sqldb.Batch) { store.RenewHoldIn(b, nil, hold) })
			}, []string{"ben 11:00-12:00"}},
			{"a hold that ends", func(t *testing.T) {
				c.batch(t, func(b *sqldb.Batch) { store.EndHoldIn(b, hold.ID, false, at(9, 0)) })
			}, []string{"ben 11:00-12:00"}},
			{"time off", func(t *testing.T) {
				c.exec(t, `INSERT INTO time_off (id, doctor_id, starts_at, ends_at, created_at) VALUES ($1, $2, $3, $4, $5)`,
					off.ID, off.DoctorID, off.StartsAt, off.EndsAt, off.CreatedAt)
			}, []string{"ana 13:00-14:00"}},
			{"time off that ends sooner", func(t *testing.T) {
				c.exec(t, `UPDATE time_off SET ends_at = $2 WHERE id = $1`, off.ID, at(13, 30))
			}, []string{"ana 13:00-14:00"}},
			{"time off that is taken back", func(t *testing.T) { c.exec(t, `DELETE FROM time_off WHERE id = $1`, off.ID) }, []string{"ana 13:00-13:30"}},
			{"hours", func(t *testing.T) {
				c.write(t, func(tx *sqldb.Tx) error {
					return store.ReplaceAvailability(tx, c.other.ID, []turno.Availability{
						{ID: turno.NewID(), DayOfWeek: turno.Monday, StartTime: 9 * 60, EndTime: 10 * 60}})
				})
			}, []string{"ben"}},
			{"no hours", func(t *testing.T) {
				c.write(t, func(tx *sqldb.Tx) error { return store.ReplaceAvailability(tx, c.other.ID, nil) })
			}, []string{"ben"}},
			{"extra hours, and their end", func(t *testing.T) {
				c.exec(t, `INSERT INTO extra_hours (id, doctor_id, starts_at, ends_at) VALUES ($1, $2, $3, $4)`, turno.NewID(), c.other.ID, at(20, 0), at(21, 0))
				same(t, "noted", []string{"ben"}, changes.next(t))
				c.exec(t, `DELETE FROM extra_hours`)
			}, []string{"ben"}},
			{"a kind of visit", func(t *testing.T) { c.exec(t, `UPDATE visit_types SET minutes = 15`) }, []string{"ana"}},
			{"settings, a rating, a verification", func(t *testing.T) { c.exec(t, `UPDATE doctors SET bio = 'x'`) }, []string{"ana", "ben"}},
			{"a name", func(t *testing.T) { c.exec(t, `UPDATE users SET search_name = 'x' WHERE id = $1`, c.other.ID) }, []string{"ben"}},
			{"an account that is closed", func(t *testing.T) {
				c.exec(t, `UPDATE users SET deactivated_at = $2 WHERE id = $1`, c.doctor.ID, at(9, 0))
			}, []string{"ana"}},
			{"a patient's account", func(t *testing.T) {
				c.exec(t, `UPDATE users SET deactivated_at = $2 WHERE id = $1`, c.patient.ID, at(9, 0))
			}, nil},
		} {
			step.do(t)
			same(t, step.name, step.want, changes.next(t))
		}
	})
}

// The transaction that began first commits last, when the reader has seen what
// began after it. On SQLite a writer is alone, so that cannot be, and nothing runs.
func TestAChangeThatIsCommittedLateIsNotMissed(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		if db.Engine() == sqldb.SQLite {
			return
		}
		c := openClinic(t, db, clock)
		changes := c.followChanges(t)
		begun, finish, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			done <- db.Write(t.Context(), func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`UPDATE doctors SET bio = 'late' WHERE user_id = $1`, c.doctor.ID)
				close(begun)
				<-finish
				return err
			})
		}()
		<-begun
		c.exec(t, `UPDATE doctors SET bio = 'early' WHERE user_id = $1`, c.other.ID)
		same(t, "what is committed", []string{"ben"}, changes.next(t))
		same(t, "nothing new", nil, changes.next(t))
		close(finish)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		same(t, "what was committed late", []string{"ana"}, changes.next(t))
		same(t, "nothing more", nil, changes.next(t))
	})
}

func TestPositionsOfChangesOnlyGrow(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		c.exec(t, `UPDATE doctors SET bio = 'x'`)
		changes := c.followChanges(t)
		clock.Set(time.Now().AddDate(10, 0, 0)) // notes carry the time of the database
		untilDone(t, db, store.PurgeCalendarChanges)
		c.exec(t, `UPDATE doctors SET bio = 'y' WHERE user_id = $1`, c.other.ID)
		same(t, "after the old ones were removed", []string{"ben"}, changes.next(t))
	})
}
