package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestDoctorsToVerify(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		queue := func(after uuid.UUID) []store.DoctorToVerify {
			return read(t, db, func(tx *sqldb.Tx) ([]store.DoctorToVerify, error) { return store.DoctorsToVerify(tx, after, 10) })
		}
		count := func() int64 { return read(t, db, store.CountDoctorsToVerify) }
		before := len(queue(uuid.Nil))
		c.write(t, func(tx *sqldb.Tx) error { return store.SetVerification(tx, c.doctor.ID, nil, nil, "") })
		found := queue(uuid.Nil)
		if len(found) != before+1 || count() != int64(before+1) {
			t.Fatalf("%d in the queue, counted %d, want %d", len(found), count(), before+1)
		}
		doctor := read(t, db, func(tx *sqldb.Tx) (turno.Doctor, error) { return store.DoctorByID(tx, c.doctor.ID) })
		first := found[0] // whose account is the oldest
		if first.ID != doctor.ID || first.FullName != doctor.FullName || first.LicenseNumber != doctor.LicenseNumber ||
			first.YearsOfExperience != doctor.YearsOfExperience || first.SpecializationID != doctor.SpecializationID ||
			first.Specialization == "" || !first.RegisteredAt.Equal(doctor.CreatedAt) || first.Email != doctor.Email {
			t.Errorf("got %+v of %+v", first, doctor)
		}
		if rest := queue(found[len(found)-1].ID); len(rest) != 0 {
			t.Errorf("after the last: %v", rest)
		}
		c.write(t, func(tx *sqldb.Tx) error {
			user, err := store.UserByID(tx, c.doctor.ID)
			if err != nil {
				return err
			}
			user.DeactivatedAt = &tx.Now
			return store.UpdateUser(tx, user)
		})
		if len(queue(uuid.Nil)) != before || count() != int64(before) {
			t.Error("a doctor who has left waits to be verified")
		}
	})
}

func TestSpecializationUses(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		var unused int
		c.write(t, func(tx *sqldb.Tx) (err error) {
			unused, err = store.InsertSpecialization(tx, "Aardvark medicine")
			return err
		})
		uses := func() map[int]store.SpecializationUse {
			byID := map[int]store.SpecializationUse{}
			for _, u := range read(t, db, store.SpecializationUses) {
				byID[u.ID] = u
			}
			return byID
		}
		doctor := read(t, db, func(tx *sqldb.Tx) (turno.Doctor, error) { return store.DoctorByID(tx, c.doctor.ID) })
		before := uses()
		if u := before[unused]; u.Name != "Aardvark medicine" || u.Doctors != 0 || u.Bookable != 0 {
			t.Errorf("a field without doctors: %+v", u)
		}
		c.write(t, func(tx *sqldb.Tx) error { return store.SetVerification(tx, c.doctor.ID, nil, nil, "") })
		after := uses()[doctor.SpecializationID]
		want := before[doctor.SpecializationID]
		want.Bookable--
		same(t, "after a verification was taken back", want, after)
		if after.Doctors == 0 {
			t.Error("the doctor is not counted")
		}
	})
}

func TestUsersNamed(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		named := read(t, db, func(tx *sqldb.Tx) (map[uuid.UUID]store.NamedUser, error) {
			return store.UsersNamed(tx, []uuid.UUID{c.patient.ID, turno.NewID(), c.patient.ID})
		})
		same(t, "names", map[uuid.UUID]store.NamedUser{
			c.patient.ID: {ID: c.patient.ID, FullName: c.patient.FullName, Role: turno.RolePatient},
		}, named)
	})
}

// What the counts are is tested through package insight, which is where they get
// their meaning. Here: each engine answers them by an index, without the history.
func TestTodaysCountsReadNoHistory(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		openClinic(t, db, clock)
		for name, count := range map[string]func(*sqldb.Tx) (int64, error){
			"requests": store.CountWaitingRequests,
			"visits":   store.CountUnansweredVisits,
			"patients": func(tx *sqldb.Tx) (int64, error) { return store.CountNewPatients(tx, clock.Now().AddDate(0, 0, -7)) },
		} {
			if n := read(t, db, count); n < 0 {
				t.Errorf("%d %s", n, name)
			}
		}
		for sql, index := range map[string]string{
			`SELECT COUNT(*) FROM appointments WHERE status = 'pending' AND ends_at > $1`:                                                          "appointments_pending",
			`SELECT SUM(confirmed) FROM visit_rollups WHERE dimension = 'scheduled_at' AND confirmed > 0 AND bucket < $1`:                          "visit_rollups_open",
			`SELECT COUNT(*) FROM users WHERE role = 'patient' AND created_at >= $1`:                                                               "users_new_patients",
			`SELECT COUNT(*) FROM appointments WHERE scheduled_at >= $1 AND scheduled_at < $1 AND ends_at <= $1 AND status = 'confirmed'`:          "appointments_by_",
			`SELECT user_id FROM doctors WHERE verified_at IS NULL AND user_id > '00000000-0000-0000-0000-000000000000' ORDER BY user_id LIMIT 21`: "doctors_to_verify",
		} {
			if plan := explain(t, db, sql, clock); !strings.Contains(plan, index) {
				t.Errorf("%s\nreads without %s:\n%s", sql, index, plan)
			}
		}
	})
}

// explain is the engine's plan, PostgreSQL's as if the tables were large.
func explain(t *testing.T, db *sqldb.DB, sql string, clock *storetest.Clock) string {
	t.Helper()
	literal := "'" + clock.Now().Format("2006-01-02T15:04:05Z") + "'"
	explained := func(tx *sqldb.Tx) ([]string, error) {
		if tx.Engine() == sqldb.Postgres {
			if _, err := tx.Exec("SET LOCAL enable_seqscan = off"); err != nil {
				return nil, err
			}
			return sqldb.All(tx, func(row sqldb.Scanner) (line string, err error) {
				err = row.Scan(&line)
				return line, err
			}, "EXPLAIN "+strings.ReplaceAll(sql, "$1", literal))
		}
		return sqldb.All(tx, func(row sqldb.Scanner) (line string, err error) {
			var id, parent, unused int
			err = row.Scan(&id, &parent, &unused, &line)
			return line, err
		}, "EXPLAIN QUERY PLAN "+strings.ReplaceAll(sql, "$1", "1"))
	}
	return strings.Join(read(t, db, explained), "\n")
}

func TestTheNewestEntryOfTheTrail(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		var last uuid.UUID
		for range 3 {
			e := turno.AuditEntry{ID: turno.NewID(), Action: turno.AuditUpdate, Entity: "doctor", EntityID: c.doctor.ID.String()}
			last = e.ID
			c.write(t, func(tx *sqldb.Tx) error { return store.Audit(tx, e) })
			if got := read(t, db, store.NewestEntry); got != last {
				t.Errorf("got %s, want %s", got, last)
			}
		}
	})
}

func TestAnEntryOfAnUnknownKindIsRefused(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
		defer func() {
			if recover() == nil {
				t.Error("the trail took an entry that no page has a sentence for")
			}
		}()
		_ = db.Write(t.Context(), func(tx *sqldb.Tx) error {
			return store.Audit(tx, turno.AuditEntry{Action: turno.AuditDelete, Entity: "appointment", EntityID: "1"})
		})
	})
}

func TestTheSizeOfTheDatabaseAndOfTheOutbox(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		if size := read(t, db, store.DatabaseBytes); size < 100_000 {
			t.Errorf("the database takes %d bytes", size)
		}
		type waiting struct {
			n      int64
			oldest time.Time
		}
		count := func() waiting {
			return read(t, db, func(tx *sqldb.Tx) (w waiting, err error) {
				n, oldest, err := store.CountWaitingEvents(tx)
				if oldest != nil {
					w.oldest = *oldest
				}
				w.n = n
				return w, err
			})
		}
		before := count().n
		due := clock.Now().Add(-time.Hour)
		c.write(t, func(tx *sqldb.Tx) error {
			for key, at := range map[string]time.Time{"due": due, "later": clock.Now().Add(time.Minute)} {
				if err := store.Enqueue(tx, store.Event{ID: turno.NewID(), Key: key, Name: "greeting", Payload: "{}", RunAt: at}); err != nil {
					return err
				}
			}
			return nil
		})
		if got := count(); got.n != before+1 || !got.oldest.Equal(due) {
			t.Errorf("%d events wait since %v, want %d since %v", got.n, got.oldest, before+1, due)
		}
	})
}
