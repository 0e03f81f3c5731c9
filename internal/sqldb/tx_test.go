package sqldb

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
)

type mood string

type row struct {
	ID      uuid.UUID
	Other   *uuid.UUID
	At      time.Time
	Later   *time.Time
	Day     turno.Date
	Holiday *turno.Date
	Opens   turno.Clock
	Closes  *turno.Clock
	Mood    mood
	Wish    *mood
	Happy   bool
	Known   *bool
	Count   int
	Limit   *int
	Rating  float64
	Secret  []byte
	Note    string
	Nick    *string
}

const typesTable = `(
	id uuid, other uuid, at timestamptz, later timestamptz, day date, holiday date, opens time, closes time,
	mood mood, wish mood, happy boolean, known boolean, count integer, cap integer, rating numeric(3,2), secret bytea, note text, nick text)`

const typesTableSQLite = `(
	id blob, other blob, at integer, later integer, day text, holiday text, opens text, closes text,
	mood text, wish text, happy integer, known integer, count integer, cap integer, rating real, secret blob, note text, nick text) STRICT`

func makeTypes(t *testing.T, db *DB) {
	t.Helper()
	if db.Engine() == SQLite {
		mustExec(t, db, "CREATE TABLE types "+typesTableSQLite)
		return
	}
	mustExec(t, db, "CREATE TYPE mood AS ENUM ('calm', 'merry')", "CREATE TABLE types "+typesTable)
}

func scanTypes(s Scanner) (r row, err error) {
	err = s.Scan(&r.ID, &r.Other, &r.At, &r.Later, &r.Day, &r.Holiday, &r.Opens, &r.Closes, &r.Mood, &r.Wish,
		&r.Happy, &r.Known, &r.Count, &r.Limit, &r.Rating, &r.Secret, &r.Note, &r.Nick)
	return r, err
}

func TestValuesComeBackAsTheyWent(t *testing.T) {
	t.Parallel()
	id, other := turno.NewID(), turno.NewID()
	zone := time.FixedZone("", 3*3600)
	at := time.Date(2026, 3, 29, 2, 30, 1, 123_456_789, zone)
	later := time.Date(1931, 1, 1, 0, 0, 0, 1000, time.UTC)
	day, wish, yes, limit, nick := turno.Date{Year: 1931, Month: 2, Day: 28}, mood("merry"), true, 7, "Ó'Néill"
	closes := turno.EndOfDay
	tests := map[string]struct{ in, want row }{
		"everything is there": {
			row{id, &other, at, &later, day, &day, 0, &closes, "calm", &wish, true, &yes, -3, &limit, 4.25, []byte{0, 1}, "it's $1", &nick},
			row{id, &other, turno.Instant(at), &later, day, &day, 0, &closes, "calm", &wish, true, &yes, -3, &limit, 4.25, []byte{0, 1}, "it's $1", &nick},
		},
		"what may be missing is missing": {
			row{ID: id, At: at, Day: day, Opens: 570, Mood: "merry"},
			row{ID: id, At: turno.Instant(at), Day: day, Opens: 570, Mood: "merry"},
		},
	}
	eachEngine(t, func(t *testing.T, db *DB) {
		makeTypes(t, db)
		for name, test := range tests {
			mustExec(t, db, "DELETE FROM types")
			var got, inBatch row
			err := db.Write(t.Context(), func(tx *Tx) (err error) {
				r := test.in
				_, err = tx.Exec(`INSERT INTO types VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)`,
					r.ID, r.Other, r.At, r.Later, r.Day, r.Holiday, r.Opens, r.Closes, r.Mood, r.Wish,
					r.Happy, r.Known, r.Count, r.Limit, r.Rating, r.Secret, r.Note, r.Nick)
				if err != nil {
					return err
				}
				const query = `SELECT id, other, at, later, day, holiday, opens, closes, mood, wish, happy, known, count, cap,
					CAST(rating AS double precision), secret, note, nick FROM types WHERE mood = $2 AND id = $1`
				if got, err = One(tx, scanTypes, query, id, test.in.Mood); err != nil {
					return err
				}
				b := tx.Batch()
				BatchOne(b, &inBatch, nil, scanTypes, query, id, test.in.Mood)
				return b.Run()
			})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", name, diff)
			}
			if diff := cmp.Diff(got, inBatch); diff != "" {
				t.Errorf("%s, in a batch: (-want +got)\n%s", name, diff)
			}
			if got.At.Location() != time.UTC {
				t.Errorf("%s: the time is in %v", name, got.At.Location())
			}
		}
	})
}

func TestNullNeedsAPointer(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		makeTypes(t, db)
		mustExec(t, db, "INSERT INTO types (note) VALUES ('x')")
		var (
			id    uuid.UUID
			at    time.Time
			day   turno.Date
			clock turno.Clock
			m     mood
			yes   bool
			n     int
		)
		for column, dest := range map[string]any{
			"id": &id, "at": &at, "day": &day, "opens": &clock, "mood": &m, "happy": &yes, "count": &n,
		} {
			err := db.Read(t.Context(), func(tx *Tx) error {
				return tx.QueryRow("SELECT " + column + " FROM types").Scan(dest)
			})
			if err == nil {
				t.Errorf("%s: NULL went into a %T", column, dest)
			}
		}
	})
}

func TestArgumentsGoByTheirNumbers(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		var got string
		err := db.Read(t.Context(), func(tx *Tx) error {
			return tx.QueryRow(`SELECT CAST($2 AS text) || '$1' || CAST($1 AS text) || CAST($2 AS text) -- $3`, "a", "b").Scan(&got)
		})
		if err != nil || got != "b$1ab" {
			t.Errorf("got %q, %v", got, err)
		}
		err = db.Read(t.Context(), func(tx *Tx) error {
			_, err := tx.Exec("SELECT CAST($1 AS text)", "a", "b")
			return err
		})
		if err == nil {
			t.Error("an argument too many was accepted")
		}
	})
}

func TestListsAndConditions(t *testing.T) {
	t.Parallel()
	ids := []uuid.UUID{turno.NewID(), turno.NewID(), turno.NewID()}
	tests := map[string]struct {
		add  func(w *Where)
		want []int
	}{
		"no condition":           {func(*Where) {}, []int{1, 2, 3}},
		"some ids":               {func(w *Where) { w.Add("id = ANY($?)", In(ids[1:])) }, []int{2, 3}},
		"not these ids":          {func(w *Where) { w.Add("id <> ALL($?)", In(ids[:1])) }, []int{2, 3}},
		"no ids":                 {func(w *Where) { w.Add("id = ANY($?)", In(ids[:0])) }, nil},
		"all but none":           {func(w *Where) { w.Add("id <> ALL($?)", In(ids[:0])) }, []int{1, 2, 3}},
		"enums":                  {func(w *Where) { w.Add("mood = ANY($?)", In([]mood{"calm"})) }, []int{1, 3}},
		"enum and number and id": {func(w *Where) { w.Add("mood = $?", mood("calm")); w.Add("count > $? AND id = ANY($?)", 1, In(ids)) }, []int{3}},
		"texts with quotes":      {func(w *Where) { w.Add("note = ANY($?)", In([]string{`a"b\c`, "x,}"})) }, []int{2}},
		"numbers, three of them": {func(w *Where) { w.Add("count = ANY($?)", In([]int{3, 1, 9})) }, []int{1, 3}},
	}
	eachEngine(t, func(t *testing.T, db *DB) {
		makeTypes(t, db)
		err := db.Write(t.Context(), func(tx *Tx) error {
			b := tx.Batch()
			const q = "INSERT INTO types (id, count, mood, note) VALUES ($1, $2, $3, $4)"
			b.Exec(nil, q, ids[0], 1, mood("calm"), "")
			b.Exec(nil, q, ids[1], 2, mood("merry"), `a"b\c`)
			b.Exec(nil, q, ids[2], 3, mood("calm"), "")
			return b.Run()
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, test := range tests {
			var w Where
			test.add(&w)
			var got []int
			err := db.Read(t.Context(), func(tx *Tx) (err error) {
				limit := w.Arg(10)
				got, err = All(tx, scanInt, "SELECT count FROM types "+w.SQL()+" ORDER BY count LIMIT "+limit, w.Args()...)
				return err
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", name, diff)
			}
		}
	})
}

func TestABatchReturnsEveryResult(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		mustExec(t, db, createNumbers)
		var inserted, none int64
		var all []int
		var one, missing int
		var found, foundMissing bool
		err := db.Write(t.Context(), func(tx *Tx) error {
			b := tx.Batch()
			b.Lock(turno.NewID())
			b.ShareLock(turno.NewID())
			b.Exec(&inserted, "INSERT INTO numbers (n) VALUES (1), (2), (3)")
			b.Exec(&none, "INSERT INTO numbers (n) VALUES ($1) ON CONFLICT DO NOTHING", 3)
			BatchAll(b, &all, scanInt, "SELECT n FROM numbers WHERE n > $1 ORDER BY n", 1)
			BatchOne(b, &one, &found, scanInt, "INSERT INTO numbers (n) VALUES (9) RETURNING n")
			BatchOne(b, &missing, &foundMissing, scanInt, "SELECT n FROM numbers WHERE n = $1", 77)
			return b.Run()
		})
		if err != nil {
			t.Fatal(err)
		}
		got := []any{inserted, none, all, one, found, foundMissing}
		want := []any{int64(3), int64(0), []int{2, 3}, 9, true, false}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]int{1, 2, 3, 9}, numbers(t, db)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnErrorLosesTheTransaction(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		mustExec(t, db, createNumbers, "INSERT INTO numbers VALUES (1)")
		err := db.Write(t.Context(), func(tx *Tx) error {
			if err := insert(tx, 2); err != nil {
				return err
			}
			b := tx.Batch()
			b.Exec(nil, "INSERT INTO numbers VALUES (3)")
			b.Exec(nil, "INSERT INTO numbers VALUES (1)")
			err := b.Run()
			if failed, ok := errors.AsType[*BatchError](err); !ok || failed.Statement != 1 {
				t.Errorf("the failed statement is not named: %v", err)
			}
			if err := insert(tx, 4); err == nil {
				t.Error("a statement ran after an error")
			}
			return nil // passes over it
		})
		if !IsUniqueViolation(err) {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff([]int{1}, numbers(t, db)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestZeroRows(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		mustExec(t, db, createNumbers)
		err := db.Read(t.Context(), func(tx *Tx) error {
			all, err := All(tx, scanInt, "SELECT n FROM numbers")
			if err != nil || all != nil {
				t.Errorf("All: %v, %v", all, err)
			}
			if _, err := One(tx, scanInt, "SELECT n FROM numbers"); !errors.Is(err, ErrNoRows) {
				t.Errorf("One: %v", err)
			}
			var n int
			if err := tx.QueryRow("SELECT n FROM numbers").Scan(&n); !errors.Is(err, ErrNoRows) {
				t.Errorf("QueryRow: %v", err)
			}
			return nil // none of these is a failed statement
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestViolationsAreToldByTheirCode(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		sql string
		is  func(error) bool
	}{
		"the same key twice":         {"INSERT INTO child VALUES (1, 1, 1)", IsUniqueViolation},
		"the same value twice":       {"INSERT INTO child VALUES (2, 1, 1)", IsUniqueViolation},
		"a parent that is not there": {"INSERT INTO child VALUES (2, 9, 2)", IsForeignKeyViolation},
		"a parent that is needed":    {"DELETE FROM parent", IsForeignKeyViolation},
		"a value that is refused":    {"INSERT INTO child VALUES (2, 1, 50)", IsCheckViolation},
	}
	eachEngine(t, func(t *testing.T, db *DB) {
		mustExec(t, db, "CREATE TABLE parent (id integer PRIMARY KEY)", `CREATE TABLE child (
			id integer PRIMARY KEY, parent_id integer REFERENCES parent ON DELETE RESTRICT, n integer UNIQUE CHECK (n < 10))`,
			"INSERT INTO parent VALUES (1)", "INSERT INTO child VALUES (1, 1, 1)")
		for name, test := range tests {
			err := db.Write(t.Context(), func(tx *Tx) error {
				_, err := tx.Exec(test.sql)
				return err
			})
			if !test.is(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestAReadCannotWriteAndSeesOneMoment(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		mustExec(t, db, createNumbers, "INSERT INTO numbers VALUES (1)")
		if err := db.Read(t.Context(), func(tx *Tx) error { return insert(tx, 5) }); err == nil {
			t.Error("a Read wrote")
		}
		err := db.Read(t.Context(), func(tx *Tx) error {
			before, err := All(tx, scanInt, "SELECT n FROM numbers")
			if err != nil {
				return err
			}
			written := make(chan error)
			go func() {
				written <- db.Write(context.WithoutCancel(t.Context()), func(tx *Tx) error { return insert(tx, 2) })
			}()
			if err := <-written; err != nil { // a write does not wait for a read
				return err
			}
			after, err := All(tx, scanInt, "SELECT n FROM numbers")
			if diff := cmp.Diff(before, after); diff != "" {
				t.Error(diff)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestATransactionInsideAnotherPanics(t *testing.T) {
	t.Parallel()
	nothing := func(*Tx) error { return nil }
	eachEngine(t, func(t *testing.T, db *DB) {
		mustExec(t, db, createNumbers)
		outer := t.Context()
		tests := map[string]func(*Tx) error{
			"Write with the outer context":           func(*Tx) error { return db.Write(outer, nothing) },
			"Write with the transaction's context":   func(tx *Tx) error { return db.Write(tx.Context(), nothing) },
			"Read with the outer context":            func(*Tx) error { return db.Read(outer, nothing) },
			"Write, in another goroutine, with that": func(tx *Tx) error { return panicsElsewhere(tx.Context(), db) },
		}
		for name, fn := range tests {
			if !panics(func() { _ = db.Write(outer, fn) }) {
				t.Errorf("%s did not panic", name)
			}
		}
		if err := db.Write(outer, func(tx *Tx) error { return insert(tx, 1) }); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func panicsElsewhere(ctx context.Context, db *DB) error {
	result := make(chan bool)
	go func() { result <- panics(func() { _ = db.Write(ctx, func(*Tx) error { return nil }) }) }()
	if <-result {
		panic("as it should")
	}
	return nil
}

func panics(fn func()) (did bool) {
	defer func() { did = recover() != nil }()
	fn()
	return false
}
