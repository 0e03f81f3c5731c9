package archtest

import "strings"

// Words for imports that are not Turno's own. Turno's own are written by their
// folder, the root package as "turno"; another module by its path. A name
// stands for everything below it too.
const (
	standardLibrary = "the standard library"
	otherModules    = "other modules"
	testSupport     = "packages for tests" // those named ...test, as httptest is
	everything      = "every package"
)

// rule limits what packages import outside of their tests.
type rule struct {
	because string   // what a reader of the failure should learn
	of      []string // the packages it is about
	except  []string
	only    []string // if any: nothing else may be imported
	never   []string
}

func rules() []rule {
	const uuid = "github.com/google/uuid"
	return []rule{
		{
			because: "the vocabulary depends on nothing",
			of:      []string{"turno"},
			only:    []string{standardLibrary, uuid},
		},
		{
			because: "pure packages know the vocabulary and no I/O",
			of:      []string{"internal/schedule", "internal/ical", "internal/policy", "internal/keyset"},
			except:  []string{testSupport},
			only:    []string{standardLibrary, uuid, "turno"},
		},
		{
			because: "counting needs to know neither who nor what",
			of:      []string{"internal/limit"},
			only:    []string{standardLibrary, otherModules, "turno"},
		},
		{
			because: "a number does not know what it stands for",
			of:      []string{"internal/metric"},
			except:  []string{testSupport},
			only:    []string{standardLibrary, "github.com/VictoriaMetrics/metrics"},
		},
		{
			because: "the two engines know the vocabulary's types, not what is stored",
			of:      []string{"internal/sqldb"},
			only:    []string{standardLibrary, otherModules, "turno"},
		},
		{
			because: "SQL knows rows, not use cases",
			of:      []string{"internal/store"},
			except:  []string{testSupport},
			only:    []string{standardLibrary, otherModules, "turno", "internal/sqldb"},
		},
		{
			because: "a stored calendar becomes rules in the same way whoever asks",
			of:      []string{"internal/openings"},
			only:    []string{standardLibrary, uuid, "turno", "internal/schedule", "internal/store"},
		},
		{
			because: "what is known of open times comes from calendars, and serves whoever asks",
			of:      []string{"internal/freetime"},
			only:    []string{standardLibrary, uuid, "turno", "internal/openings", "internal/schedule", "internal/sqldb", "internal/store"},
		},
		{
			because: "open pages are told to look again, and a use case says what there is to see",
			of:      []string{"internal/live"},
			never:   []string{"internal/booking", "internal/account", "internal/insight", "internal/api", "internal/web", "internal/fhir", "internal/httpx"},
		},
		{
			because: "a use case does not know who called it",
			of:      []string{"internal/booking", "internal/account", "internal/insight", "internal/system", "internal/notify"},
			never:   []string{"internal/api", "internal/web", "internal/fhir", "internal/httpx", "internal/app"},
		},
		{
			because: "an entry point calls use cases, never SQL",
			of:      []string{"internal/web", "internal/api", "internal/fhir", "internal/httpx"},
			except:  []string{testSupport},
			never:   []string{"internal/store", "internal/sqldb"},
		},
		{
			because: "an entry of a calendar says, in words, what a use case gave",
			of:      []string{"internal/calendar"},
			only:    []string{standardLibrary, "turno", "internal/booking", "internal/ical", "internal/locale"},
		},
		{
			because: "what is sent tells of what is so; it decides nothing, and a mail is no page",
			of:      []string{"internal/notify"},
			only:    []string{standardLibrary, uuid, "github.com/a-h/templ", "github.com/wneessen/go-mail", "golang.org/x/net/idna", "turno", "internal/account", "internal/booking", "internal/calendar", "internal/ical", "internal/keyset", "internal/locale", "internal/openings", "internal/policy", "internal/seal", "internal/sqldb", "internal/store"},
		},
		{
			because: "only what is sent knows how mail leaves",
			of:      []string{everything},
			except:  []string{"internal/notify"},
			never:   []string{"github.com/wneessen/go-mail", "net/smtp"},
		},
		{
			because: "words and their forms know no page",
			of:      []string{"internal/locale"},
			only:    []string{standardLibrary, "golang.org/x/text", "turno"},
		},
		{
			because: "components know what they show, not where it comes from",
			of:      []string{"internal/web/ui"},
			only:    []string{standardLibrary, "github.com/a-h/templ", "turno", "internal/locale", "internal/web/assets"},
		},
		{
			because: "files know no page",
			of:      []string{"internal/web/assets"},
			only:    []string{standardLibrary, "github.com/klauspost/compress"},
		},
		{
			because: "a page is made of what all pages have, never the other way round, and no room enters another",
			of:      []string{"internal/web/page", "internal/web/find", "internal/web/visits", "internal/web/signin", "internal/web/me", "internal/web/practice", "internal/web/desk"},
			never:   []string{"internal/web/find", "internal/web/visits", "internal/web/signin", "internal/web/me", "internal/web/practice", "internal/web/desk"},
		},
		{
			because: "the composition root is the top",
			of:      []string{everything},
			except:  []string{"cmd", "internal/app"},
			never:   []string{"internal/app"},
		},
		{
			because: "the shipped program carries no load generator",
			of:      []string{everything},
			except:  []string{"cmd/bench", "internal/bench"},
			never:   []string{"internal/bench", "github.com/HdrHistogram/hdrhistogram-go"},
		},
		{
			because: "a server is measured from outside, by what its clients see",
			of:      []string{"internal/bench"},
			only:    []string{standardLibrary, otherModules, "turno", "internal/demo", "internal/seal", "internal/sqldb", "internal/store"},
		},
		{
			because: "database drivers stay behind sqldb (app hands them to River, storetest makes databases, bench measures them alone)",
			of:      []string{everything},
			except:  []string{"internal/sqldb", "internal/app", "internal/store/storetest", "internal/bench"},
			never:   []string{"github.com/jackc/pgx", "modernc.org/sqlite"},
		},
		{
			because: "production code does not carry its tests",
			of:      []string{everything},
			except:  []string{testSupport},
			never:   []string{"testing", testSupport},
		},
	}
}

// violations are the imports that the rule forbids the package.
func (r rule) violations(p sourcePackage) []string {
	if !anyCovers(r.of, p.name) || anyCovers(r.except, p.name) {
		return nil
	}
	var found []string
	for _, imported := range p.imports {
		allowed := len(r.only) == 0 || anyCovers(r.only, imported) || covers(p.name, imported)
		if !allowed || anyCovers(r.never, imported) {
			found = append(found, imported)
		}
	}
	return found
}

func anyCovers(names []string, name string) bool {
	for _, n := range names {
		if covers(n, name) {
			return true
		}
	}
	return false
}

// covers reports whether name is what pattern says, or lies below it.
func covers(pattern, name string) bool {
	first, _, _ := strings.Cut(name, "/")
	ours := first == "turno" || first == "internal" || first == "cmd"
	fromElsewhere := strings.Contains(first, ".")
	switch pattern {
	case everything:
		return true
	case testSupport:
		return strings.HasSuffix(name, "test")
	case otherModules:
		return fromElsewhere
	case standardLibrary:
		return !ours && !fromElsewhere
	}
	return name == pattern || strings.HasPrefix(name, pattern+"/")
}
