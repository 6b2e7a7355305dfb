package scan

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

// Package is a Go package of the repository, without its tests, or the tests.
type Package struct {
	// Dir is the package's folder.
	Dir string
	// ImportPath is empty if no go.mod file tells it.
	ImportPath string
	// Name is the name in the package clauses.
	Name string
	// Files are the paths of its Go files in the file system.
	Files []string
	// Imports is sorted.
	Imports []string
	// Generated is set if the package is generated and defines RPC services.
	Generated bool
	// Err is why a file could not be read, with its name and line.
	Err error

	framework      framework // whose code it is, if it is generated
	local          []localImport
	importsRead    bool
	read           any // what its framework read of it, nil if that was not asked
	references     []reference
	referencesRead bool
}

// platform is what merged binaries run on. The rules decide again, with the
// platform and the tags of each build.
var platform = describe.Config{GOOS: "linux", GOARCH: "amd64", Cgo: true}

// Package returns the package in folder dir, or nil if there are no Go files.
func (t *Tree) Package(dir string) *Package {
	if p, ok := t.packages[dir]; ok {
		return p
	}
	p := t.readPackage(dir, false)
	t.packages[dir] = p
	return p
}

// Tests returns the tests in folder dir, those of the package and those outside
// of it together, or nil if there are none.
func (t *Tree) Tests(dir string) *Package {
	return t.readPackage(dir, true)
}

func (t *Tree) readPackage(dir string, tests bool) *Package {
	folder := filepath.Join(t.root, filepath.FromSlash(dir))
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	p := &Package{Dir: dir, ImportPath: t.ImportPath(dir)}
	imports := make(map[string]bool)
	definitions := make(map[string]bool)
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		file := filepath.Join(folder, name)
		data, err := regular.ReadFile(file)
		if err != nil || !matches(file, data) {
			continue
		}
		// Positions are relative to the root.
		parsed, err := parser.ParseFile(token.NewFileSet(), path.Join(dir, name), data, parser.ImportsOnly|parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			p.Err = err
			continue
		}
		p.Name = parsed.Name.Name
		p.Files = append(p.Files, file)
		for _, spec := range parsed.Imports {
			if importPath, err := strconv.Unquote(spec.Path.Value); err == nil {
				imports[importPath] = true
			}
		}
		for _, f := range frameworks {
			if bytes.Contains(data, []byte(f.definition())) && ast.IsGenerated(parsed) {
				definitions[f.definition()] = true
			}
		}
	}
	if len(p.Files) == 0 && p.Err == nil {
		return nil
	}
	p.Imports = slices.Sorted(maps.Keys(imports))
	p.framework = frameworkOf(imports, definitions)
	p.Generated = p.framework != nil
	return p
}

// matches reports whether the build constraints let a file through.
func matches(file string, data []byte) bool {
	dir, name := filepath.Split(file)
	if !strings.Contains(name, "_") && !bytes.Contains(data, []byte("//go:build")) {
		return true // as most are, and it is known without a look at the syntax
	}
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = platform.GOOS, platform.GOARCH, platform.Cgo
	ctx.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	ok, err := ctx.MatchFile(dir, name)
	return ok && err == nil
}

// references returns where p makes servers and clients, by framework and position.
func (t *Tree) references(p *Package) []reference {
	if p.referencesRead || p.Generated {
		return p.references
	}
	p.referencesRead = true
	for _, f := range frameworks {
		p.references = append(p.references, f.references(t, p)...)
	}
	return p.references
}

// syntaxError returns the first syntax error below the imports of a package that
// may make servers and clients, since it imports a framework or generated code.
func (t *Tree) syntaxError(p *Package) error {
	if p.Generated || !t.importsFramework(p) {
		return nil
	}
	for _, file := range p.Files {
		data, err := regular.ReadFile(file)
		if err != nil {
			return err
		}
		// Positions are relative to the root.
		name := path.Join(p.Dir, filepath.Base(file))
		if _, err := parser.ParseFile(token.NewFileSet(), name, data, parser.SkipObjectResolution); err != nil {
			return err
		}
	}
	return nil
}

// importsFramework reports whether p imports packages of an RPC framework, or code
// that was generated for one.
func (t *Tree) importsFramework(p *Package) bool {
	for _, f := range frameworks {
		for _, prefix := range f.about().Packages {
			if slices.ContainsFunc(p.Imports, func(imported string) bool { _, ok := below(prefix, imported); return ok }) {
				return true
			}
		}
	}
	return slices.ContainsFunc(t.imported(p), func(imported localImport) bool { return imported.Generated })
}
