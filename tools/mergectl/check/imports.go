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

	"github.com/gomerge/rules_go_merge/internal/scan"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// otherModule is the rule that [checkOtherModule] is for.
const otherModule = "module-in-repository"

// imports checks that every import in modules leads to the standard library, to
// a package of the repository or to a module that the go.mod file lists. Tests
// are left out.
func (r *repository) imports(modules []*workspace.Module) []Finding {
	var findings []Finding
	for _, dir := range r.Packages {
		if m, p := r.ModuleOf(dir), r.Tree.Package(dir); p != nil && slices.Contains(modules, m) {
			findings = append(findings, r.importsOf(m, p, p.Imports)...)
		}
	}
	return findings
}

// testImports checks the imports that only tests have.
func (r *repository) testImports() []Finding {
	var findings []Finding
	for _, dir := range r.Packages {
		m, tests := r.ModuleOf(dir), r.Tree.Tests(dir)
		if m == nil || tests == nil {
			continue
		}
		if tests.Err != nil {
			findings = append(findings, fromError("unreadable", tests.Err, ""))
		}
		imports := slices.DeleteFunc(tests.Imports, func(importPath string) bool {
			p := r.Tree.Package(dir)
			return p != nil && slices.Contains(p.Imports, importPath)
		})
		findings = append(findings, r.importsOf(m, tests, imports)...)
	}
	return findings
}

// importsOf checks imports of a package of module m.
func (r *repository) importsOf(m *workspace.Module, p *scan.Package, imports []string) []Finding {
	var findings []Finding
	for _, importPath := range imports {
		if finding, ok := r.checkImport(m, p, importPath); !ok {
			finding.Position = importPosition(r.Workspace, p, importPath)
			findings = append(findings, finding)
		}
	}
	return findings
}

func (r *repository) checkImport(m *workspace.Module, p *scan.Package, importPath string) (Finding, bool) {
	tidy := "run go mod tidy in " + r.Place(m.Dir)
	require := requirement(r.files(m), importPath)
	if dir, ok := r.Tree.Resolve(p.Dir, importPath); ok && (require == nil || r.Tree.Package(dir) != nil) {
		if r.Tree.Package(dir) == nil && r.Tree.FromProtos(p, importPath) {
			return Finding{}, true
		}
		if r.Tree.Package(dir) == nil {
			return Finding{
				Severity: Error, Rule: "unresolved-import",
				Message: fmt.Sprintf("package %s is not there: folder %s has no Go files", importPath, r.Place(dir)),
				Fix:     "generate the code, or remove the import",
			}, false
		}
		return r.checkOtherModule(m, dir, importPath)
	}
	if other := r.ModuleWith(importPath); other != nil && other != m && r.Tree.Package(other.Folder(importPath)) != nil {
		return r.checkOtherModule(m, other.Folder(importPath), importPath)
	}
	if require == nil && r.Tree.FromProtos(p, importPath) {
		return Finding{}, true
	}
	if require == nil {
		if host, _, _ := strings.Cut(importPath, "/"); !strings.Contains(host, ".") {
			return Finding{}, true // the standard library, or C
		}
		return Finding{
			Severity: Error, Rule: "unresolved-import", Other: &Position{File: m.GoMod()},
			Message: fmt.Sprintf("no module that %s lists provides package %s", r.Place(m.GoMod()), importPath), Fix: tidy,
		}, false
	}
	if require.Indirect {
		return Finding{
			Severity: Error, Rule: "indirect-import", Other: &Position{m.GoMod(), require.Syntax.Start.Line},
			Message: fmt.Sprintf("package %s belongs to module %s, which %s:%d marks as indirect, so that its repository is not imported", importPath, require.Mod.Path, r.Place(m.GoMod()), require.Syntax.Start.Line),
			Fix:     tidy,
		}, false
	}
	return Finding{}, true
}

// checkOtherModule checks an import that leads to folder dir, which may be of
// another module. Without a replace directive it leads to the folder's own
// targets, and these have the dependencies of the other module.
func (r *repository) checkOtherModule(m *workspace.Module, dir, importPath string) (Finding, bool) {
	other := r.ModuleOf(dir)
	if !mixes(m, other) || r.together(m, other) {
		return Finding{}, true
	}
	finding := Finding{
		Severity: Error, Rule: otherModule, Other: &Position{File: other.GoMod()},
		Message: fmt.Sprintf("package %s is in module %s in folder %s, which %s does not replace by the folder: %s would be linked with the dependencies of both go.mod files",
			importPath, other.Path(), r.Place(other.Dir), r.Place(m.GoMod()), importPath),
		Fix: fmt.Sprintf("run go mod edit -replace=%s=%s, and go mod tidy, in %s", other.Path(), relative(m.Dir, other.Dir), r.Place(m.Dir)),
	}
	switch {
	case slices.Contains(r.Used, m) && slices.Contains(r.Used, other):
		finding.Fix += fmt.Sprintf("; or, to have one set for all modules of go.work, remove their merge_deps.from_file tags from %s and run mergectl init", modulefile.Name)
	case len(r.sets.At(m.Dir)) == 0 && len(r.sets.At(other.Dir)) == 0:
		create := "go work init"
		if r.Work != nil {
			create = "go work use"
		}
		finding.Fix += fmt.Sprintf("; or, to have one set for both, run %s %s %s in the root", create, relative("", m.Dir), relative("", other.Dir))
	case slices.Contains(r.joined, other) && len(r.sets.At(m.Dir)) == 0:
		finding.Fix += fmt.Sprintf("; or, to have the set of %s for both, run go work use %s in the root", workspace.GoWork, relative("", m.Dir))
	}
	return finding, false
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

// requirement returns the directive for the module that provides a package: the
// first file's, but one that is not indirect if there is one.
func requirement(files []*modfile.File, importPath string) *modfile.Require {
	var found *modfile.Require
	for _, file := range files {
		for _, require := range file.Require {
			rest, ok := strings.CutPrefix(importPath, require.Mod.Path)
			switch {
			case !ok || rest != "" && rest[0] != '/':
			case found == nil || len(require.Mod.Path) > len(found.Mod.Path), require.Mod.Path == found.Mod.Path && found.Indirect && !require.Indirect:
				found = require
			}
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
