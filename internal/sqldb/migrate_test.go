package sqldb

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func folder(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, sql := range files {
		m[name] = &fstest.MapFile{Data: []byte(sql)}
	}
	return m
}

const sqliteScript = `
CREATE TABLE notes (n integer PRIMARY KEY) STRICT;
CREATE TRIGGER keep BEFORE DELETE ON notes BEGIN
    SELECT RAISE(ABORT, 'kept; always');
END;
INSERT INTO notes VALUES (1);`

const postgresScript = `
CREATE TABLE notes (n integer PRIMARY KEY);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept; always'; END $$;
CREATE TRIGGER keep BEFORE DELETE ON notes FOR EACH ROW EXECUTE FUNCTION refuse();
INSERT INTO notes VALUES (1);`

func TestMigrationsAreAppliedOnceWhoeverStarts(t *testing.T) {
	t.Parallel()
	for engine, script := range map[Engine]string{SQLite: sqliteScript, Postgres: postgresScript} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := filepath.Join(t.TempDir(), "test.db")
			if engine == Postgres {
				dsn = freshSchema(t)
			}
			files := folder(map[string]string{"0001_init.sql": script, "0002_more.sql": "INSERT INTO notes VALUES (2)"})
			var inside, most atomic.Int32
			var nodes sync.WaitGroup
			for range 4 {
				nodes.Go(func() {
					db, err := Open(t.Context(), dsn, Options{Now: time.Now})
					if err != nil {
						t.Error(err)
						return
					}
					after := func(ctx context.Context) (err error) {
						most.Store(max(most.Load(), inside.Add(1)))
						for range 100 { // long enough for the others to come in
							err = errors.Join(err, db.Ping(ctx))
						}
						inside.Add(-1)
						return err
					}
					if err := db.Migrate(t.Context(), files, after); err != nil {
						t.Error(err)
					}
					if err := db.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			nodes.Wait()
			if most.Load() != 1 {
				t.Errorf("%d at once under the lock", most.Load())
			}
			db := openTest(t, dsn, Options{})
			current, newest, err := db.MigrationState(t.Context(), files)
			if diff := cmp.Diff([]int{2, 2}, []int{current, newest}); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
}

func TestAMigrationIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		files := folder(map[string]string{
			"0001_good.sql": "CREATE TABLE a (n integer)",
			"0002_bad.sql":  "CREATE TABLE b (n integer); CREATE TABLE a (n integer)",
		})
		if err := db.Migrate(t.Context(), files); err == nil {
			t.Error("the bad migration was accepted")
		}
		current, newest, err := db.MigrationState(t.Context(), files)
		if current != 1 || newest != 2 || err != nil {
			t.Errorf("at %d of %d, %v", current, newest, err)
		}
		mustExec(t, db, "CREATE TABLE b (n integer)") // it left nothing
	})
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db *DB) {
		newer := folder(map[string]string{"0001_a.sql": "CREATE TABLE a (n integer)", "0002_b.sql": "CREATE TABLE b (n integer)"})
		older := folder(map[string]string{"0001_a.sql": "CREATE TABLE a (n integer)"})
		if current, _, err := db.MigrationState(t.Context(), newer); current != 0 || err != nil {
			t.Errorf("an empty database is at %d, %v", current, err)
		}
		if err := db.Migrate(t.Context(), newer); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context(), older); !errors.Is(err, ErrNewerDatabase) {
			t.Errorf("got %v", err)
		}
	})
}
