package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/schedule"
	"github.com/turno-health/turno/internal/seal"
	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// tiny has everything that a larger one has, and more than one block.
func tiny() plan {
	return plan{doctors: 26, visitsEach: 24, block: 14, sparse: 0.6, tenureDays: [2]int{45, 80}}
}

func newBox(t *testing.T) *seal.Box {
	t.Helper()
	box, err := seal.NewBox(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func fillTiny(t *testing.T, db *sqldb.DB, now time.Time) *seal.Box {
	t.Helper()
	box := newBox(t)
	if _, err := fill(t.Context(), db, tiny(), now, box, nil); err != nil {
		t.Fatal(err)
	}
	return box
}

func read(t *testing.T, db *sqldb.DB, f func(*sqldb.Tx) error) {
	t.Helper()
	if err := db.Read(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *sqldb.DB, sql string, args ...any) (n int64) {
	t.Helper()
	read(t, db, func(tx *sqldb.Tx) error { return tx.QueryRow(sql, args...).Scan(&n) })
	return n
}

// moments are days and hours at which a demo may be started.
func moments() map[string]time.Time {
	return map[string]time.Time{
		"Monday morning":            storetest.Monday(),
		"Sunday night":              time.Date(2027, time.February, 28, 23, 50, 0, 0, time.UTC),
		"the day of a clock change": time.Date(2026, time.March, 29, 1, 30, 0, 0, time.UTC),
		"Christmas":                 time.Date(2026, time.December, 25, 12, 0, 0, 0, time.UTC),
		"the middle of August":      time.Date(2026, time.August, 13, 16, 0, 0, 0, time.UTC),
	}
}

// TestTheClinic looks at one clinic from all sides, since making it is what
// takes the time.
func TestTheClinic(t *testing.T) {
	t.Parallel()
	for name, now := range moments() {
		for _, engine := range storetest.Engines() {
			if engine == sqldb.Postgres && now != storetest.Monday() {
				continue // the people are the same on both
			}
			t.Run(name+" on "+string(engine), func(t *testing.T) {
				t.Parallel()
				db := storetest.New(t, engine, storetest.NewClock(now))
				box := fillTiny(t, db, now)
				checkSound(t, db, now)
				checkToday(t, db, now)
				checkHours(t, db, now)
				checkReasons(t, db, box)
				checkRollups(t, db)
				checkIndexes(t, db, engine, now)
				checkFilledOnce(t, db, now.AddDate(0, 0, 3))
			})
		}
	}
}

func checkSound(t *testing.T, db *sqldb.DB, now time.Time) {
	t.Helper()
	for sentence, q := range impossible(now) {
		if n := count(t, db, q.sql, q.args...); n != 0 {
			t.Errorf("%s: %d times", sentence, n)
		}
	}
	for sentence, sql := range expected() {
		if n := count(t, db, sql); n == 0 {
			t.Errorf("no %s", sentence)
		}
	}
}

// checkToday sees that the account "doctor" has a day to look at.
func checkToday(t *testing.T, db *sqldb.DB, now time.Time) {
	t.Helper()
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	today := turno.DateOf(now, madrid)
	n := count(t, db, `
		SELECT count(*) FROM appointments a JOIN users u ON u.id = a.doctor_id
		 WHERE u.username = 'doctor' AND a.status <> 'cancelled'
		   AND a.scheduled_at >= $1 AND a.scheduled_at < $2`,
		today.At(0, madrid), today.AddDays(1).At(0, madrid))
	if n < 4 {
		t.Errorf("the doctor has %d visits today", n)
	}
}

// checkHours sees that every visit lies in its doctor's hours.
func checkHours(t *testing.T, db *sqldb.DB, now time.Time) {
	t.Helper()
	ids := doctorIDs(t, db)
	read(t, db, func(tx *sqldb.Tx) error {
		calendars, err := store.Calendars(tx, ids, now.AddDate(-3, 0, 0), now.AddDate(1, 0, 0))
		if err != nil {
			return err
		}
		for _, id := range ids {
			visits, err := store.Visits(tx, store.VisitFilter{Visible: store.Visibility{All: true}, DoctorID: &id, Limit: 10_000})
			if err != nil {
				return err
			}
			intervals := make([]turno.Interval, len(visits))
			for i, v := range visits {
				intervals[i] = v.Interval()
			}
			if outside := schedule.Outside(rulesOf(t, calendars[id]), intervals); len(outside) > 0 {
				t.Errorf("%s: visits outside the hours, the first %v", calendars[id].FullName, intervals[outside[0]])
			}
		}
		return nil
	})
}

func doctorIDs(t *testing.T, db *sqldb.DB) (ids []uuid.UUID) {
	t.Helper()
	read(t, db, func(tx *sqldb.Tx) (err error) {
		ids, err = sqldb.All(tx, func(row sqldb.Scanner) (id uuid.UUID, err error) {
			err = row.Scan(&id)
			return id, err
		}, `SELECT user_id FROM doctors`)
		return err
	})
	return ids
}

func rulesOf(t *testing.T, c *store.Calendar) schedule.Rules {
	t.Helper()
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	return schedule.Rules{Zone: zone, Weekly: c.Weekly, Extra: c.Extra, SlotMinutes: c.SlotMinutes}
}

// checkRollups sees that the statistics are what counting the visits gives.
func checkRollups(t *testing.T, db *sqldb.DB) {
	t.Helper()
	made := rollupRows(t, db)
	if err := db.Write(t.Context(), store.RebuildRollups); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rollupRows(t, db), made); diff != "" {
		t.Errorf("made instead of counted (-counted +made):\n%s", diff)
	}
}

func rollupRows(t *testing.T, db *sqldb.DB) (rows []string) {
	t.Helper()
	read(t, db, func(tx *sqldb.Tx) (err error) {
		rows = nil
		all, err := tx.Query(`SELECT dimension, bucket, pending, confirmed, completed, cancelled, no_shows, late_cancellations, lead_minutes FROM visit_rollups`)
		if err != nil {
			return err
		}
		defer all.Close()
		for all.Next() {
			var dimension string
			var bucket time.Time
			var c store.VisitCounts
			if err := all.Scan(&dimension, &bucket, &c.Pending, &c.Confirmed, &c.Completed, &c.Cancelled, &c.NoShows, &c.LateCancellations, &c.LeadMinutes); err != nil {
				return err
			}
			rows = append(rows, fmt.Sprint(dimension, bucket, c))
		}
		return all.Err()
	})
	slices.Sort(rows)
	return rows
}

func TestTwoRunsMakeTheSameClinic(t *testing.T) {
	t.Parallel()
	var first, second []string
	for _, into := range []*[]string{&first, &second} {
		g, err := newGenerator(tiny(), storetest.Monday(), newBox(t))
		if err != nil {
			t.Fatal(err)
		}
		g.password = "the hash has a random salt"
		for block := 0; block < g.plan.doctors; block += g.plan.block {
			patients, doctors := g.makeBlock(block, min(g.plan.block, g.plan.doctors-block))
			for _, p := range patients {
				g.addPatient(p)
			}
			for _, d := range doctors {
				g.addDoctor(d)
			}
		}
		for _, table := range g.rows.all() {
			for _, row := range table.rows {
				if table == g.rows.appointments {
					row[9], row[14] = nil, nil // sealed with a random nonce
				}
				*into = append(*into, table.name+" "+describe(row))
			}
		}
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
}

// describe writes out what pointers point to.
func describe(row []any) string {
	var s strings.Builder
	for _, value := range row {
		switch v := value.(type) {
		case *uuid.UUID:
			if v != nil {
				value = v.String()
			}
		case *time.Time:
			if v != nil {
				value = v.String()
			}
		case *int, *string, *turno.Gender, *turno.StaffLevel, *turno.CancellationKind:
			value = fmt.Sprintf("%T", v)
		}
		fmt.Fprint(&s, value, "|")
	}
	return s.String()
}

// checkReasons sees that the reasons of visits open with the clinic's key.
func checkReasons(t *testing.T, db *sqldb.DB, box *seal.Box) {
	t.Helper()
	read(t, db, func(tx *sqldb.Tx) error {
		visits, err := store.Visits(tx, store.VisitFilter{Visible: store.Visibility{All: true}, Limit: 100})
		if err != nil {
			return err
		}
		opened := 0
		for _, v := range visits {
			if v.SealedReason == nil {
				continue
			}
			if _, err := box.Open(v.SealedReason, v.ID[:]); err != nil {
				return err
			}
			opened++
		}
		if opened == 0 {
			t.Error("no visit has a reason")
		}
		return nil
	})
}

// checkFilledOnce sees that a clinic that is there stays as it is.
func checkFilledOnce(t *testing.T, db *sqldb.DB, now time.Time) {
	t.Helper()
	before := count(t, db, `SELECT count(*) FROM appointments`)
	fillTiny(t, db, now)
	if after := count(t, db, `SELECT count(*) FROM appointments`); after != before {
		t.Errorf("%d visits became %d", before, after)
	}
	read(t, db, func(tx *sqldb.Tx) error {
		made, err := Made(tx)
		if !made {
			t.Error("not marked as a demo")
		}
		return err
	})
}

func TestFillRefuses(t *testing.T) {
	t.Parallel()
	now := storetest.Monday()
	for _, test := range []struct {
		name, sql string
		args      []any
		want      error
	}{
		{"a database with people", `
			INSERT INTO users (id, username, username_folded, email, email_folded, password, role, full_name, search_name, created_at, updated_at)
			VALUES ($1, 'ana', 'ana', 'ana@example.org', 'ana@example.org', '', 'patient', 'Ana', 'ana', $2, $2)`,
			[]any{turno.NewID(), now}, ErrNotDemo},
		{"one that an interrupted run left", `INSERT INTO settings (name, value) VALUES ('demo', 'unfinished')`, nil, ErrInterrupted},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
				if err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					_, err := tx.Exec(test.sql, test.args...)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				if _, err := fill(t.Context(), db, tiny(), now, newBox(t), nil); !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				err := db.Read(t.Context(), func(tx *sqldb.Tx) error {
					made, err := Made(tx)
					if made {
						t.Error("it counts as a demo")
					}
					return err
				})
				if interrupted := errors.Is(test.want, ErrInterrupted); errors.Is(err, ErrInterrupted) != interrupted {
					t.Errorf("Made: got %v, interrupted: %v", err, interrupted)
				}
			})
		})
	}
}

// checkIndexes sees that the database has the indexes of one that was migrated and
// has the same months of the trail.
func checkIndexes(t *testing.T, db *sqldb.DB, engine sqldb.Engine, now time.Time) {
	t.Helper()
	migrated := storetest.New(t, engine, storetest.NewClock(now))
	if err := migrated.Write(t.Context(), func(tx *sqldb.Tx) error {
		return makePartitions(tx, now.Add(-trailSpan), now)
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(storetest.Indexes(t, migrated), storetest.Indexes(t, db)); diff != "" {
		t.Errorf("the indexes are not those of a migration (-migrated +filled):\n%s", diff)
	}
}

func TestAnInterruptedDemoKeepsItsIndexes(t *testing.T) {
	t.Parallel()
	now := storetest.Monday()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			db := storetest.New(t, engine, storetest.NewClock(now))
			ctx, interrupt := context.WithCancel(t.Context())
			_, err := fill(ctx, db, tiny(), now, newBox(t), func(done, _ int, _ string) {
				if done > 0 {
					interrupt()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			checkIndexes(t, db, engine, now)
			if _, err := fill(t.Context(), db, tiny(), now, newBox(t), nil); !errors.Is(err, ErrInterrupted) {
				t.Errorf("then got %v, want %v", err, ErrInterrupted)
			}
		})
	}
}
