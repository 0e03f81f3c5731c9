package archtest

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for _, p := range sourcePackages(t) {
		for _, r := range rules() {
			for _, imported := range r.violations(p) {
				t.Errorf("%s imports %s, but %s", p.name, imported, r.because)
			}
		}
	}
}

func TestTimeAndContextComeFromTheCaller(t *testing.T) {
	t.Parallel()
	exempt := []string{"internal/app", "cmd", "internal/bench", testSupport} // bench measures real time
	for _, p := range sourcePackages(t) {
		if anyCovers(exempt, p.name) {
			continue
		}
		for _, where := range p.conjured {
			t.Errorf("%s: only internal/app, internal/bench and cmd may do that; take it as an argument", where)
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	for _, p := range sourcePackages(t) {
		if !p.documented {
			t.Errorf("%s has no comment \"Package %s ...\" in doc.go", p.name, p.identifier)
		}
	}
}

func TestPackagesAreNamedAfterWhatTheyHold(t *testing.T) {
	t.Parallel()
	vague := []string{"util", "utils", "common", "misc", "helper", "helpers", "manager", "base", "shared"}
	for _, p := range sourcePackages(t) {
		if slices.Contains(vague, p.identifier) || slices.Contains(vague, path.Base(p.name)) {
			t.Errorf("%s is a name that holds anything; name the package after the thing it holds", p.name)
		}
	}
}

// A rule that never fires protects nothing.
func TestRulesFire(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		pkg      string
		imports  []string
		expected []string
	}{
		{"the vocabulary may not know a router", "turno", []string{"time", "github.com/google/uuid", "github.com/danielgtaylor/huma/v2"}, []string{"github.com/danielgtaylor/huma/v2"}},
		{"the vocabulary may not know a package of ours", "turno", []string{"internal/policy"}, []string{"internal/policy"}},
		{"the slot algebra may not read a database", "internal/schedule", []string{"turno", "time", "internal/store"}, []string{"internal/store"}},
		{"the access table may not know people", "internal/policy", []string{"turno", "internal/account"}, []string{"internal/account"}},
		{"the engines may use their drivers", "internal/sqldb", []string{"turno", "github.com/jackc/pgx/v5", "modernc.org/sqlite"}, nil},
		{"the engines may not know the tables", "internal/sqldb", []string{"internal/store"}, []string{"internal/store"}},
		{"SQL may not use a driver", "internal/store", []string{"internal/sqldb", "github.com/jackc/pgx/v5/pgconn"}, []string{"github.com/jackc/pgx/v5/pgconn"}},
		{"SQL may not know a use case", "internal/store", []string{"internal/booking"}, []string{"internal/booking"}},
		{"a use case may not know the API", "internal/booking", []string{"internal/store", "internal/api"}, []string{"internal/api"}},
		{"a page may not write SQL", "internal/web", []string{"internal/booking", "internal/store", "internal/sqldb"}, []string{"internal/store", "internal/sqldb"}},
		{"a folder below a page neither", "internal/web/calendar", []string{"internal/store"}, []string{"internal/store"}},
		{"a name that only begins alike is another package", "internal/web", []string{"internal/storefront"}, nil},
		{"nobody but cmd starts the program", "internal/notify", []string{"internal/app"}, []string{"internal/app"}},
		{"cmd does", "cmd/turno", []string{"internal/app"}, nil},
		{"app hands a driver to River", "internal/app", []string{"github.com/jackc/pgx/v5/pgxpool"}, nil},
		{"the program carries no load generator", "internal/app", []string{"internal/bench"}, []string{"internal/bench"}},
		{"what is measured is not looked into", "internal/bench", []string{"internal/demo", "internal/booking"}, []string{"internal/booking"}},
		{"production code does not import testing", "internal/account", []string{"testing", "net/http/httptest", "internal/store/storetest"}, []string{"testing", "net/http/httptest", "internal/store/storetest"}},
		{"a package for tests does", "internal/schedule/zonetest", []string{"testing", "turno"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var found []string
			for _, r := range rules() {
				found = append(found, r.violations(sourcePackage{name: tt.pkg, imports: tt.imports})...)
			}
			slices.Sort(found)
			slices.Sort(tt.expected)
			if diff := cmp.Diff(tt.expected, slices.Compact(found)); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

// What inlining a component costs is told in docs/decisions/0022.
func TestComponentsAreNotInlined(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"internal/*/*.templ", "internal/web/*/*.templ"} {
		found, err := filepath.Glob(filepath.Join(moduleRoot, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no templates in %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, component := range inlined.FindAllSubmatch(source, -1) {
			t.Errorf("%s: write //go:noinline above templ %s", file, component[1])
		}
	}
}

// inlined finds a component without the line above it.
var inlined = regexp.MustCompile(`(?m)^(?:[^/\n].*|//[^g\n].*|)\ntempl (\w+)`)
