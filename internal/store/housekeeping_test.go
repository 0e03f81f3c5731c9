package store_test

import (
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

func TestTheTrailGoesInWholeMonthsAndOnlySo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
		justOver := time.Date(2020, time.December, 31, 23, 59, 59, 999999000, time.UTC)
		justKept := time.Date(2021, time.January, 1, 0, 0, 0, 0, time.UTC)
		writes(t, db, func(tx *sqldb.Tx) error {
			if tx.Engine() == sqldb.Postgres { // one month in a partition, the other in the default one
				_, err := tx.Exec("SELECT make_audit_partition($1)", turno.Date{Year: 2020, Month: 11, Day: 1})
				return err
			}
			return nil
		})
		for name, at := range map[string]time.Time{
			"november": time.Date(2020, time.November, 15, 0, 0, 0, 0, time.UTC), "just over": justOver,
			"just kept": justKept, "now": storetest.Monday(),
		} {
			writes(t, db, func(tx *sqldb.Tx) error {
				return store.Audit(tx, turno.AuditEntry{Action: turno.AuditUpdate, Entity: "user", EntityID: name, CreatedAt: at})
			})
		}

		untilDone(t, db, store.DropAuditMonthBefore(0))
		if diff := gocmp.Diff([]string{"now", "just kept", "just over", "november"}, trail(t, db)); diff != "" {
			t.Errorf("kept for ever (-want +got):\n%s", diff)
		}
		untilDone(t, db, store.DropAuditMonthBefore(6))
		if diff := gocmp.Diff([]string{"now", "just kept"}, trail(t, db)); diff != "" {
			t.Errorf("kept for six years (-want +got):\n%s", diff)
		}
		for _, sql := range []string{"DELETE FROM audit_logs", "UPDATE audit_logs SET entity = 'x'"} {
			if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { _, err := tx.Exec(sql); return err }); err == nil {
				t.Errorf("%s was allowed afterwards", sql)
			}
		}
	})
}

func TestMonthsOfTheTrailAreMadeAhead(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		clock.Set(time.Date(2031, time.May, 20, 0, 0, 0, 0, time.UTC))
		for range 2 { // making them again does nothing
			writes(t, db, store.MakeAuditPartitions)
		}
		for _, months := range []int{0, 3} {
			writes(t, db, func(tx *sqldb.Tx) error {
				return store.Audit(tx, turno.AuditEntry{Action: turno.AuditUpdate, Entity: "user", EntityID: "1",
					CreatedAt: clock.Now().AddDate(0, months, 0)})
			})
		}
		if got := outsideMonths(t, db); got != 0 {
			t.Errorf("%d entries in no month", got)
		}
		writes(t, db, func(tx *sqldb.Tx) error {
			return store.Audit(tx, turno.AuditEntry{Action: turno.AuditUpdate, Entity: "user", EntityID: "1",
				CreatedAt: clock.Now().AddDate(0, 4, 0)})
		})
		want := int64(0)
		if db.Engine() == sqldb.Postgres {
			want = 1
		}
		if got := outsideMonths(t, db); got != want {
			t.Errorf("%d entries in no month, want %d", got, want)
		}
	})
}

func TestPurgesRemoveWhatHasHadItsTimeAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		table string
		keep  time.Duration
		purge func(*sqldb.Tx) (bool, error)
		add   func(tx *sqldb.Tx, p people, n int, at time.Time) error
	}{
		{"stored answers go after 24 hours", "idempotent_answers", 24 * time.Hour, store.PurgeIdempotentAnswers,
			func(tx *sqldb.Tx, p people, n int, at time.Time) error {
				_, err := tx.Exec(`INSERT INTO idempotent_answers (user_id, route, key, body_hash, created_at) VALUES ($1, 'r', $2, $3, $4)`,
					p.patient, string(rune('a'+n)), []byte{1}, at)
				return err
			}},
		{"events go after 30 days", "outbox", 30 * 24 * time.Hour, purgeEvents,
			func(tx *sqldb.Tx, _ people, n int, at time.Time) error {
				return store.Enqueue(tx, store.Event{ID: turno.NewID(), Key: string(rune('a' + n)), Name: "e", Payload: "{}", RunAt: at})
			}},
		{"noted readings go after two days", "record_reads", 48 * time.Hour, store.PurgeRecordReads,
			func(tx *sqldb.Tx, p people, _ int, at time.Time) error {
				_, err := tx.Exec(`INSERT INTO record_reads (reader_id, subject_id, hour) VALUES ($1, $2, $3)`, p.doctor, p.patient, at)
				return err
			}},
		{"sessions go when they expire", "sessions", 0, store.PurgeSessions,
			func(tx *sqldb.Tx, p people, n int, at time.Time) error {
				_, err := tx.Exec(`
					INSERT INTO sessions (id, user_id, token_hash, created_at, authenticated_at, last_seen_at, expires_at)
					VALUES ($1, $2, $3, $4, $4, $4, $4)`, turno.NewID(), p.patient, []byte{byte(n)}, at)
				return err
			}},
		{"failed sign-ins go after a day", "sign_in_failures", 24 * time.Hour, store.PurgeSignInFailures,
			func(tx *sqldb.Tx, _ people, n int, at time.Time) error {
				_, err := tx.Exec(`INSERT INTO sign_in_failures (subject_hash, failures, last_failure_at) VALUES ($1, 1, $2)`, []byte{byte(n)}, at)
				return err
			}},
		{"browsers are forgotten after a year", "devices", 365 * 24 * time.Hour, store.PurgeDevices,
			func(tx *sqldb.Tx, p people, n int, at time.Time) error {
				_, err := tx.Exec(`INSERT INTO devices (token_hash, user_id, created_at, last_used_at) VALUES ($1, $2, $3, $3)`, []byte{byte(n)}, p.patient, at)
				return err
			}},
		{"tickets go when they expire", "sign_in_tickets", 0, store.PurgeTickets,
			func(tx *sqldb.Tx, p people, n int, at time.Time) error {
				return store.InsertTicket(tx, store.Ticket{ID: turno.NewID(), UserID: p.patient, TokenHash: []byte{byte(n)}, CreatedAt: at, ExpiresAt: at})
			}},
		{"invitations go when they expire", "proxy_invitations", 0, store.PurgeInvitations,
			func(tx *sqldb.Tx, p people, n int, at time.Time) error {
				_, err := tx.Exec(`
					INSERT INTO proxy_invitations (id, patient_id, named, named_folded, relation, created_at, expires_at)
					VALUES ($1, $2, $3, $4, 'aunt', $5, $5)`, turno.NewID(), p.patient, fmt.Sprint("somebody", n), fmt.Sprint("somebody", n), at)
				return err
			}},
		{"challenges go when they expire", "passkey_challenges", 0, store.PurgePasskeyChallenges,
			func(tx *sqldb.Tx, _ people, n int, at time.Time) error {
				return store.InsertPasskeyChallenge(tx, store.PasskeyChallenge{TokenHash: []byte{byte(n)}, Challenge: "{}", ExpiresAt: at})
			}},
		{"wishes for a password go when they expire", "password_resets", 0, store.PurgeResets,
			func(tx *sqldb.Tx, p people, _ int, at time.Time) error {
				_, err := tx.Exec(`INSERT INTO password_resets (id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $3)`, turno.NewID(), p.patient, at)
				return err
			}},
		{"notices go after half a year", "notices", 180 * 24 * time.Hour, store.PurgeNotices,
			func(tx *sqldb.Tx, p people, _ int, at time.Time) error {
				return store.InsertNotice(tx, store.Notice{ID: turno.NewID(), UserID: p.patient, Kind: "passkey_added", CreatedAt: at})
			}},
		{"changes of calendars go after half an hour", "calendar_changes", 30 * time.Minute, store.PurgeCalendarChanges,
			func(tx *sqldb.Tx, p people, n int, at time.Time) error {
				if n == 0 { // what adding the people noted
					if _, err := tx.Exec(`DELETE FROM calendar_changes`); err != nil {
						return err
					}
				}
				_, err := tx.Exec(`INSERT INTO calendar_changes (doctor_id, changed_at) VALUES ($1, $2)`, p.doctor, at)
				return err
			}},
		{"holds go a day after they ended", "holds", 24 * time.Hour, store.PurgeHolds,
			func(tx *sqldb.Tx, p people, _ int, at time.Time) error {
				_, err := tx.Exec(`
					INSERT INTO holds (id, doctor_id, starts_at, ends_at, holder_id, anonymous, created_at, expires_at, ended_at)
					VALUES ($1, $2, $3, $4, $5, $6, $3, $3, $7)`,
					turno.NewID(), p.doctor, at, at.Add(time.Hour), p.patient, false, at)
				return err
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
				p := newPeople(t, db)
				limit := storetest.Monday().Add(-tt.keep)
				for n, at := range []time.Time{limit.Add(-time.Hour), limit.Add(-time.Microsecond), limit, limit.Add(time.Hour)} {
					writes(t, db, func(tx *sqldb.Tx) error { return tt.add(tx, p, n, at) })
				}
				untilDone(t, db, tt.purge)
				var left int
				if err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
					return tx.QueryRow("SELECT count(*) FROM " + tt.table).Scan(&left)
				}); err != nil {
					t.Fatal(err)
				}
				if left != 2 {
					t.Errorf("%d rows left of two old and two young ones", left)
				}
			})
		})
	}
}

// A transaction's changes have one position on PostgreSQL, so that a step can remove
// more than it takes; it goes on then.
func TestAPurgeGoesOnAfterChangesOfOneTransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
		p := newPeople(t, db)
		long := storetest.Monday().Add(-time.Hour)
		for i, many := range []int{999, 2, 500, 1} {
			writes(t, db, func(tx *sqldb.Tx) error {
				if i == 0 { // what adding the people noted
					if _, err := tx.Exec(`DELETE FROM calendar_changes`); err != nil {
						return err
					}
				}
				for range many {
					if _, err := tx.Exec(`INSERT INTO calendar_changes (doctor_id, changed_at) VALUES ($1, $2)`, p.doctor, long); err != nil {
						return err
					}
				}
				return nil
			})
		}
		untilDone(t, db, store.PurgeCalendarChanges)
		var left int
		if err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
			return tx.QueryRow("SELECT count(*) FROM calendar_changes WHERE changed_at = $1", long).Scan(&left)
		}); err != nil {
			t.Fatal(err)
		}
		if left != 1 {
			t.Errorf("%d old changes are left, want the last one", left)
		}
	})
}

func untilDone(t *testing.T, db *sqldb.DB, step func(*sqldb.Tx) (bool, error)) {
	t.Helper()
	for more := true; more; {
		writes(t, db, func(tx *sqldb.Tx) (err error) {
			more, err = step(tx)
			return err
		})
	}
}

func trail(t *testing.T, db *sqldb.DB) (ids []string) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
		entries, err := store.AuditEntries(tx, store.AuditFilter{Limit: 100})
		for _, e := range entries {
			ids = append(ids, e.EntityID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func outsideMonths(t *testing.T, db *sqldb.DB) (rows int64) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *sqldb.Tx) (err error) {
		rows, err = store.AuditRowsOutsideMonths(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func writes(t *testing.T, db *sqldb.DB, fn func(*sqldb.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestEntriesOutsideTheMonthsMoveIntoTheirs(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		clock.Set(time.Date(2033, time.May, 20, 0, 0, 0, 0, time.UTC))
		writes(t, db, func(tx *sqldb.Tx) error { // nobody had made the month
			return store.Audit(tx, turno.AuditEntry{Action: turno.AuditUpdate, Entity: "user", EntityID: "early"})
		})
		writes(t, db, store.MakeAuditPartitions)
		if got := outsideMonths(t, db); got != 0 {
			t.Errorf("%d entries in no month", got)
		}
		if diff := gocmp.Diff([]string{"early"}, trail(t, db)); diff != "" {
			t.Errorf("the trail (-want +got):\n%s", diff)
		}
		if err := db.Write(t.Context(), func(tx *sqldb.Tx) error { _, err := tx.Exec("DELETE FROM audit_logs"); return err }); err == nil {
			t.Error("the trail can be deleted afterwards")
		}
	})
}

func purgeEvents(tx *sqldb.Tx) (bool, error) {
	ids, err := store.OldEvents(tx)
	if err != nil {
		return false, err
	}
	return false, store.PurgeEvents(tx, ids)
}
