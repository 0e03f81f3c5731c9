package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/turno-health/turno"
)

// Pages make a sentence of each entry of the trail, by its kind. Entries whose kind
// the source does not spell out are refused by the store, in the tests of the use
// cases.
func TestTheTrailHoldsKnownKindsOnly(t *testing.T) {
	t.Parallel()
	found := 0
	err := filepath.WalkDir(moduleRoot, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && notOurs(file, entry.Name()):
			return filepath.SkipDir
		case entry.IsDir(), !strings.HasSuffix(file, ".go"), strings.HasSuffix(file, "_test.go"):
			return nil
		}
		files := token.NewFileSet()
		syntax, err := parser.ParseFile(files, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(syntax, func(node ast.Node) bool {
			kind, complete := kindOf(node)
			if complete {
				found++
				if !slices.ContainsFunc(turno.AuditKinds(), func(k turno.AuditKind) bool {
					return constantOf(k.Action) == string(kind.Action) && k.Entity == kind.Entity
				}) {
					t.Errorf("%s: add {%s, %q} to turno.AuditKinds, and sentences for it to the pages", place(files, node), kind.Action, kind.Entity)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 15 {
		t.Errorf("only %d entries were found in the source: this test looks in the wrong place", found)
	}
}

// kindOf reads turno.AuditEntry{Action: turno.AuditUpdate, Entity: "user"}. The
// action is the constant's name.
func kindOf(node ast.Node) (kind turno.AuditKind, complete bool) {
	literal, ok := node.(*ast.CompositeLit)
	if !ok {
		return kind, false
	}
	if name, ok := literal.Type.(*ast.SelectorExpr); !ok || name.Sel.Name != "AuditEntry" {
		return kind, false
	}
	for _, element := range literal.Elts {
		field, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		name, ok := field.Key.(*ast.Ident)
		if !ok {
			continue
		}
		switch value := field.Value.(type) {
		case *ast.SelectorExpr:
			if name.Name == "Action" && strings.HasPrefix(value.Sel.Name, "Audit") {
				kind.Action = turno.AuditAction(value.Sel.Name)
			}
		case *ast.BasicLit:
			if name.Name == "Entity" {
				kind.Entity, _ = strconv.Unquote(value.Value)
			}
		}
	}
	return kind, kind.Action != "" && kind.Entity != ""
}

// constantOf is the name of an action's constant: AuditLoginFailed for
// LOGIN_FAILED.
func constantOf(a turno.AuditAction) string {
	name := "Audit"
	for word := range strings.SplitSeq(string(a), "_") {
		name += word[:1] + strings.ToLower(word[1:])
	}
	return name
}
