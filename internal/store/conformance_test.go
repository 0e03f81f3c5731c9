package store_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/turno-health/turno/internal/sqldb"
	"github.com/turno-health/turno/internal/store"
	"github.com/turno-health/turno/internal/store/storetest"
)

// Every function that this package offers is called by a test of this package.
// Those tests open databases through storetest.Each, so they run on both engines.
func TestEveryStoreFunctionIsTestedOnBothEngines(t *testing.T) {
	t.Parallel()
	offered, called := map[string]bool{}, map[string]bool{}
	for name, file := range parseFolder(t) {
		switch {
		case file.Name.Name == "store" && !strings.HasSuffix(name, "_test.go"):
			for _, declaration := range file.Decls {
				if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
					offered[f.Name.Name] = true
				}
			}
		case file.Name.Name == "store_test":
			for _, s := range selectors(file) {
				called[strings.TrimPrefix(s, "store.")] = true
				if s == "storetest.New" && name != "conformance_test.go" {
					t.Errorf("%s opens a database on one engine: use storetest.Each", name)
				}
			}
		}
	}
	if len(offered) < 100 {
		t.Errorf("found only %d functions: is this the right folder?", len(offered))
	}
	for name := range offered {
		if !called[name] {
			t.Errorf("no test calls store.%s", name)
		}
	}
}

// selectors are the names in a file that have a package before them, "store.Fold".
func selectors(file *ast.File) (names []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if pkg, ok := selector.X.(*ast.Ident); ok {
				names = append(names, pkg.Name+"."+selector.Sel.Name)
			}
		}
		return true
	})
	return names
}

// parseFolder reads the files of this package and its tests, by name.
func parseFolder(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if files[name], err = parser.ParseFile(token.NewFileSet(), name, text, 0); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestBothEnginesHaveTheSameMigrations(t *testing.T) {
	t.Parallel()
	names := map[sqldb.Engine][]string{}
	for _, engine := range storetest.Engines() {
		files, err := fs.Glob(store.Migrations(engine), "*")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if number, _, _ := strings.Cut(file, "_"); len(number) != 4 || !strings.HasSuffix(file, ".sql") {
				t.Errorf("%s: %s is not named NNNN_name.sql", engine, file)
			}
		}
		names[engine] = files
	}
	if len(names[sqldb.SQLite]) == 0 {
		t.Error("there are no migrations")
	}
	same(t, "migrations", names[sqldb.SQLite], names[sqldb.Postgres])
}

// A column has the same name, the same length and takes NULL on both or neither.
func TestBothEnginesHaveTheSameColumns(t *testing.T) {
	t.Parallel()
	columns := map[sqldb.Engine][]string{}
	for engine, query := range map[sqldb.Engine]string{
		sqldb.SQLite: `
			SELECT t.name, c.name, c."notnull" OR c.pk > 0, t.sql
			  FROM sqlite_schema t
			  JOIN pragma_table_info(t.name) c
			 WHERE t.type = 'table'
			   AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
			   AND t.name <> 'schema_migrations'`,
		sqldb.Postgres: `
			SELECT CAST(table_name AS text), CAST(column_name AS text), is_nullable = 'NO',
			       COALESCE('length(' || column_name || ') <= ' || character_maximum_length, '')
			  FROM information_schema.columns
			 WHERE table_schema = current_schema()
			   AND table_name NOT LIKE 'audit!_logs!_%' ESCAPE '!'
			   AND table_name <> 'schema_migrations'`,
	} {
		db := storetest.New(t, engine, storetest.NewClock(storetest.Monday()))
		columns[engine] = read(t, db, func(tx *sqldb.Tx) ([]string, error) { return sqldb.All(tx, scanColumn, query) })
	}
	if len(columns[sqldb.SQLite]) < 100 {
		t.Errorf("found only these columns: %v", columns[sqldb.SQLite])
	}
	same(t, "columns", columns[sqldb.SQLite], columns[sqldb.Postgres], cmpopts.SortSlices(strings.Compare))
}

// scanColumn reads a column as a line. The text of its rules, which may be those
// of the whole table, says how long it can be.
func scanColumn(row sqldb.Scanner) (string, error) {
	var table, column, rules string
	var required bool
	err := row.Scan(&table, &column, &required, &rules)
	length := regexp.MustCompile(`length\(` + column + `\) <= \d+`).FindString(rules)
	return fmt.Sprintf("%s.%s required=%t %s", table, column, required, length), err
}

func TestMigratingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *sqldb.DB, clock *storetest.Clock) {
		c := openClinic(t, db, clock)
		var after int
		if err := store.Migrate(t.Context(), db, func(context.Context) error { after++; return nil }); err != nil {
			t.Fatal(err)
		}
		if after != 1 {
			t.Errorf("what comes after the migrations ran %d times", after)
		}
		same(t, "doctor", c.doctor, c.readDoctor(t, c.doctor.ID))
	})
}

// same fails unless got is want.
func same[T any](t *testing.T, what string, want, got T, opts ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAFileOfSomebodyElseIsForeign(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *sqldb.DB) {
		// Of a file the tables tell; whether they are ours, its version tells first.
		// A PostgreSQL database may be shared.
		same(t, "a database with tables", db.Engine() == sqldb.SQLite, read(t, db, store.IsForeign))
	})
}
