package locale

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

// speakers are the packages that say something to people in their language, and
// useCases those whose English sentences are translated when they are shown.
var (
	speakers = []string{"../web", "../calendar", "../notify", "../locale"}
	useCases = []string{"../account", "../booking", "../insight", "../policy", "../jobs", "../live", "../system", "../httpx", "../notify", "../openings", "../schedule", "../keyset", "../web", "../.."}
)

func TestEverySentenceOfThePagesIsTranslated(t *testing.T) {
	t.Parallel()
	all := catalogue()
	for key, where := range said(t) {
		if _, known := all[key]; !known {
			t.Errorf("%s: %q has no Spanish translation", where, key)
		}
	}
}

func TestEverySentenceOfAUseCaseIsTranslated(t *testing.T) {
	t.Parallel()
	all := catalogue()
	for sentence, where := range sentences(t) {
		if _, known := all[sentence]; !known {
			t.Errorf("%s: %q has no Spanish translation", where, sentence)
		}
	}
}

func TestNothingInTheCatalogueIsUnused(t *testing.T) {
	t.Parallel()
	used := said(t)
	for sentence := range sentences(t) {
		used[sentence] = ""
	}
	for key := range catalogue() {
		if _, ok := used[key]; !ok {
			t.Errorf("%q is translated and nobody says it", key)
		}
	}
}

func TestASentenceIsInOneTableOnly(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, table := range tables() {
		for key := range table {
			if seen[key] {
				t.Errorf("%q is translated twice", key)
			}
			seen[key] = true
		}
	}
}

var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z%]`)

func TestATranslationTakesWhatTheSentenceGives(t *testing.T) {
	t.Parallel()
	for english, spanish := range catalogue() {
		if strings.Count(english, "|") != strings.Count(spanish, "|") {
			t.Errorf("%q has not the forms of %q", spanish, english)
			continue
		}
		ours, theirs := strings.Split(english, "|"), strings.Split(spanish, "|")
		for i := range ours {
			if want, got := verb.FindAllString(ours[i], -1), verb.FindAllString(theirs[i], -1); !slices.Equal(want, got) {
				t.Errorf("%q takes %v, and %q %v", theirs[i], got, ours[i], want)
			}
		}
		if strings.TrimSpace(spanish) == "" {
			t.Errorf("%q is translated as nothing", english)
		}
	}
}

// A word on a page that is not in the catalogue is one that half of the readers
// can't read. The page of the design system is for developers.
func TestNoWordStandsInATemplate(t *testing.T) {
	t.Parallel()
	files(t, []string{"../web", "../notify"}, func(path string) {
		if !strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "design_templ.go") {
			return
		}
		var markup strings.Builder
		literals(t, path, func(call *ast.CallExpr, at string) {
			// What a template says as it stands, templ writes with its number.
			if name := called(call); name == "WriteString" && len(call.Args) == 3 {
				text, _ := literal(call.Args[2])
				markup.WriteString(text)
			}
		})
		tokens := html.NewTokenizer(strings.NewReader(markup.String()))
		for {
			kind := tokens.Next()
			if kind == html.ErrorToken {
				break
			}
			token := tokens.Token()
			if kind == html.TextToken && hasLetters(token.Data) {
				t.Errorf("%s says %q, which is not in the catalogue", path, strings.TrimSpace(token.Data))
			}
			for _, a := range token.Attr {
				if slices.Contains([]string{"aria-label", "alt", "title", "placeholder", "aria-description"}, a.Key) && hasLetters(a.Val) {
					t.Errorf("%s says %q in %s, which is not in the catalogue", path, a.Val, a.Key)
				}
			}
		}
	})
}

func hasLetters(text string) bool {
	return len(strings.FieldsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) })) > 0
}

// said is every key that is said with T, N or Say, and where.
func said(t *testing.T) map[string]string {
	t.Helper()
	keys := map[string]string{}
	files(t, speakers, func(path string) {
		literals(t, path, func(call *ast.CallExpr, at string) {
			first := map[string]int{"T": 0, "N": 0, "Say": 1}
			index, says := first[called(call)]
			if !says || len(call.Args) <= index {
				return
			}
			if key, ok := literal(call.Args[index]); ok {
				keys[key] = at
			} else if !strings.Contains(path, "/page/") && !strings.Contains(path, "/locale/") {
				t.Errorf("%s: the key of a sentence is written out where it is said", at)
			}
		})
	})
	return keys
}

// sentences is every literal of the use cases that reads as one.
func sentences(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	files(t, useCases, func(path string) {
		elsewhere := filepath.Dir(path) != "../.." && strings.HasPrefix(path, "../../")
		if elsewhere || strings.HasSuffix(path, "metrics.go") || strings.HasPrefix(filepath.Base(path), "design") {
			return
		}
		inspect(t, path, func(node ast.Node, at string) bool {
			if expression, ok := node.(ast.Expr); ok {
				if text, ok := literal(expression); ok {
					if isSentence(text) {
						found[text] = at
					}
					return false
				}
			}
			return true
		})
	})
	return found
}

func isSentence(text string) bool {
	first := []rune(text + " ")[0]
	return unicode.IsUpper(first) && strings.Contains(text, " ") && strings.HasSuffix(text, ".") && !strings.ContainsAny(text, "\n\t")
}

func files(t *testing.T, folders []string, each func(path string)) {
	t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && path != folder && (folder == "../.." || strings.HasSuffix(path, "test")):
				return filepath.SkipDir
			case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
				each(path)
			}
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

func literals(t *testing.T, path string, each func(call *ast.CallExpr, at string)) {
	t.Helper()
	inspect(t, path, func(node ast.Node, at string) bool {
		if call, ok := node.(*ast.CallExpr); ok {
			each(call, at)
		}
		return true
	})
}

func inspect(t *testing.T, path string, each func(node ast.Node, at string) bool) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if node == nil {
			return false
		}
		if _, isImport := node.(*ast.ImportSpec); isImport {
			return false
		}
		return each(node, set.Position(node.Pos()).String())
	})
}

func called(call *ast.CallExpr) string {
	if selector, ok := call.Fun.(*ast.SelectorExpr); ok {
		return selector.Sel.Name
	}
	return ""
}

// literal is the text of a string that is written out, in one piece or several.
func literal(expression ast.Expr) (string, bool) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, ok := literal(e.X)
		right, too := literal(e.Y)
		return left + right, e.Op == token.ADD && ok && too
	}
	return "", false
}
