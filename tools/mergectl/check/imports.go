package check

import (
	"fmt"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/gomerge/rules_go_merge/gazelle_ext/scan"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// otherModule is the rule that [checkOtherModule] is for.
const otherModule = "module-in-repository"

// imports checks that every import in modules leads to the standard library, to
// a package of the repository or to a module that the go.mod file lists. Tests
// are left out.
func imports(w *workspace.Workspace, modules []*workspace.Module) []Finding {
	var findings []Finding
	for _, dir := range w.Packages {
		if m, p := w.ModuleOf(dir), w.Tree.Package(dir); p != nil && slices.Contains(modules, m) {
			findings = append(findings, importsOf(w, m, p, p.Imports)...)
		}
	}
	return findings
}

// testImports checks the imports that only tests have.
func testImports(w *workspace.Workspace) []Finding {
	var findings []Finding
	for _, dir := range w.Packages {
		m, tests := w.ModuleOf(dir), w.Tree.Tests(dir)
		if m == nil || tests == nil {
			continue
		}
		if tests.Err != nil {
			findings = append(findings, fromError("unreadable", tests.Err, ""))
		}
		imports := slices.DeleteFunc(tests.Imports, func(importPath string) bool {
			p := w.Tree.Package(dir)
			return p != nil && slices.Contains(p.Imports, importPath)
		})
		findings = append(findings, importsOf(w, m, tests, imports)...)
	}
	return findings
}

// importsOf checks imports of a package of module m.
func importsOf(w *workspace.Workspace, m *workspace.Module, p *scan.Package, imports []string) []Finding {
	var findings []Finding
	for _, importPath := range imports {
		if finding, ok := checkImport(w, m, p, importPath); !ok {
			finding.Position = importPosition(w, p, importPath)
			findings = append(findings, finding)
		}
	}
	return findings
}

func checkImport(w *workspace.Workspace, m *workspace.Module, p *scan.Package, importPath string) (Finding, bool) {
	tidy := "run go mod tidy in " + w.Place(m.Dir)
	require := requirement(m.File, importPath)
	if dir, ok := w.Tree.Resolve(p.Dir, importPath); ok && (require == nil || w.Tree.Package(dir) != nil) {
		if w.Tree.Package(dir) == nil {
			return Finding{
				Severity: Error, Rule: "unresolved-import",
				Message: fmt.Sprintf("package %s is not there: folder %s has no Go files", importPath, w.Place(dir)),
				Fix:     "generate the code, or remove the import",
			}, false
		}
		return checkOtherModule(w, m, dir, importPath)
	}
	if other := w.ModuleWith(importPath); other != nil && other != m && w.Tree.Package(other.Folder(importPath)) != nil {
		return checkOtherModule(w, m, other.Folder(importPath), importPath)
	}
	if require == nil {
		if host, _, _ := strings.Cut(importPath, "/"); !strings.Contains(host, ".") {
			return Finding{}, true // the standard library, or C
		}
		return Finding{
			Severity: Error, Rule: "unresolved-import", Other: &Position{File: m.GoMod()},
			Message: fmt.Sprintf("no module that %s lists provides package %s", w.Place(m.GoMod()), importPath), Fix: tidy,
		}, false
	}
	if require.Indirect {
		return Finding{
			Severity: Error, Rule: "indirect-import", Other: &Position{m.GoMod(), require.Syntax.Start.Line},
			Message: fmt.Sprintf("package %s is of module %s, which %s:%d marks as indirect, so that its repository is not imported", importPath, require.Mod.Path, w.Place(m.GoMod()), require.Syntax.Start.Line),
			Fix:     tidy,
		}, false
	}
	return Finding{}, true
}

// checkOtherModule checks an import that leads to folder dir, which may be of
// another module. Without a replace directive it leads to the folder's own
// targets, and these have the dependencies of the other module.
func checkOtherModule(w *workspace.Workspace, m *workspace.Module, dir, importPath string) (Finding, bool) {
	other := w.ModuleOf(dir)
	if other == nil || other == m || len(other.File.Require) == 0 || replacedBy(m, other) {
		return Finding{}, true
	}
	return Finding{
		Severity: Error, Rule: otherModule, Other: &Position{File: other.GoMod()},
		Message: fmt.Sprintf("package %s is in module %s in folder %s, which %s does not replace by the folder: %s would be linked with the dependencies of both go.mod files",
			importPath, other.Path(), w.Place(other.Dir), w.Place(m.GoMod()), importPath),
		Fix: fmt.Sprintf("run go mod edit -replace=%s=%s, and go mod tidy, in %s", other.Path(), relative(m.Dir, other.Dir), w.Place(m.Dir)),
	}, false
}

// replacedBy reports whether m takes module other from its folder.
func replacedBy(m, other *workspace.Module) bool {
	for _, replace := range m.File.Replace {
		if replace.Old.Path == other.Path() && replace.New.Version == "" {
			return true
		}
	}
	return false
}

// relative spells the way from a folder to another as replace directives do.
func relative(from, to string) string {
	rel, err := filepath.Rel("/"+from, "/"+to)
	if err != nil {
		return to // which both being absolute rules out
	}
	if rel = filepath.ToSlash(rel); !strings.HasPrefix(rel, "..") {
		rel = "./" + rel
	}
	return rel
}

// requirement returns the directive for the module that provides a package.
func requirement(file *modfile.File, importPath string) *modfile.Require {
	var found *modfile.Require
	for _, require := range file.Require {
		rest, ok := strings.CutPrefix(importPath, require.Mod.Path)
		if ok && (rest == "" || rest[0] == '/') && (found == nil || len(require.Mod.Path) > len(found.Mod.Path)) {
			found = require
		}
	}
	return found
}

// importPosition finds the first file of a package that imports importPath.
func importPosition(w *workspace.Workspace, p *scan.Package, importPath string) Position {
	fset := token.NewFileSet()
	for _, name := range p.Files {
		file, err := parser.ParseFile(fset, name, nil, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, spec := range file.Imports {
			if unquoted, err := strconv.Unquote(spec.Path.Value); err == nil && unquoted == importPath {
				at := fset.Position(spec.Path.Pos())
				if rel, err := filepath.Rel(w.Root, at.Filename); err == nil {
					at.Filename = filepath.ToSlash(rel)
				}
				return Position{at.Filename, at.Line}
			}
		}
	}
	return Position{File: p.Dir}
}
