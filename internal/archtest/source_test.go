package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module     = "github.com/turno-health/turno"
	moduleRoot = "../.."
)

// sourcePackage is one folder's code outside of its tests.
type sourcePackage struct {
	name       string   // its folder, or "turno"
	identifier string   // of the package clause
	imports    []string // in the words of a rule
	documented bool
	conjured   []string // places that take a time or a context out of nothing
}

// sourcePackages reads all of Turno's packages, without building them.
func sourcePackages(t *testing.T) []sourcePackage {
	t.Helper()
	found := map[string]*sourcePackage{}
	files := token.NewFileSet()
	err := filepath.WalkDir(moduleRoot, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && notOurs(file, entry.Name()):
			return filepath.SkipDir
		case entry.IsDir(), !strings.HasSuffix(file, ".go"), strings.HasSuffix(file, "_test.go"):
			return nil
		}
		syntax, err := parser.ParseFile(files, file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name := packageName(filepath.Dir(file))
		if found[name] == nil {
			found[name] = &sourcePackage{name: name, identifier: syntax.Name.Name}
		}
		found[name].add(files, syntax)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	packages := make([]sourcePackage, 0, len(found))
	for _, p := range found {
		slices.Sort(p.imports)
		p.imports = slices.Compact(p.imports)
		packages = append(packages, *p)
	}
	slices.SortFunc(packages, func(a, b sourcePackage) int { return strings.Compare(a.name, b.name) })
	return packages
}

// notOurs names the folders that the go command would not read as this module.
func notOurs(folder, base string) bool {
	hidden := strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")
	return folder != moduleRoot && (hidden || base == "testdata" || base == "node_modules" || base == "tools")
}

func packageName(folder string) string {
	relative, err := filepath.Rel(moduleRoot, folder)
	if err != nil || relative == "." {
		return "turno"
	}
	return filepath.ToSlash(relative)
}

func (p *sourcePackage) add(files *token.FileSet, file *ast.File) {
	p.documented = p.documented || strings.HasPrefix(file.Doc.Text(), "Package "+p.identifier+" ") ||
		p.identifier == "main" && file.Doc != nil
	local := map[string]string{} // the name in this file -> the import path
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has accepted it
		}
		p.imports = append(p.imports, inWordsOfARule(imported))
		local[path.Base(imported)] = imported
		if spec.Name != nil {
			local[spec.Name.Name] = imported
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		qualifier, ok := selector.X.(*ast.Ident)
		if ok && outOfNothing(local[qualifier.Name]+"."+selector.Sel.Name) {
			p.conjured = append(p.conjured, place(files, selector)+" "+qualifier.Name+"."+selector.Sel.Name)
		}
		return true
	})
}

func outOfNothing(name string) bool {
	return name == "time.Now" || name == "context.Background" || name == "context.TODO"
}

func place(files *token.FileSet, node ast.Node) string {
	at := files.Position(node.Pos())
	relative, err := filepath.Rel(moduleRoot, at.Filename)
	if err != nil {
		relative = at.Filename
	}
	return filepath.ToSlash(relative) + ":" + strconv.Itoa(at.Line)
}

func inWordsOfARule(imported string) string {
	if imported == module {
		return "turno"
	}
	return strings.TrimPrefix(imported, module+"/")
}
