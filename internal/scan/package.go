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
	"github.com/gomerge/rules_go_merge/merge/adapter/kitex/generated"
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
	// Generated is set if the package is a generated service package.
	Generated bool
	// Err is why a file could not be read, with its name and line.
	Err error

	local          []localImport
	importsRead    bool
	references     []generated.Reference
	referencesRead bool
}

// platform is what merged binaries run on. The rules decide again, with the
// platform and the tags of each build.
var platform = describe.Config{GOOS: "linux", GOARCH: "amd64", Cgo: true}

// Kitex's packages in which servers and clients are made without generated code.
var constructors = map[string]string{
	kitex + "/client":               "client",
	kitex + "/client/genericclient": "genericclient",
	kitex + "/server":               "server",
	kitex + "/server/genericserver": "genericserver",
}

const kitex = "github.com/cloudwego/kitex"

// markers are the packages that every generated service package imports.
var markers = []string{kitex + "/client", kitex + "/server", kitex + "/pkg/serviceinfo"}

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
	lists := false
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
		lists = lists || bytes.Contains(data, []byte("NewMethodInfo")) && ast.IsGenerated(parsed)
	}
	if len(p.Files) == 0 && p.Err == nil {
		return nil
	}
	p.Imports = slices.Sorted(maps.Keys(imports))
	p.Generated = lists && !slices.ContainsFunc(markers, func(m string) bool { return !imports[m] })
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

// references returns where p makes servers and clients.
func (t *Tree) references(p *Package) []generated.Reference {
	if p.referencesRead || p.Generated {
		return p.references
	}
	p.referencesRead = true
	names := make(map[string]string)
	for _, importPath := range p.Imports {
		if name := constructors[importPath]; name != "" {
			names[importPath] = name
		} else if strings.Contains(importPath, "/kitex_gen/") {
			// It may be in another repository.
			names[importPath] = path.Base(importPath)
		}
	}
	for _, imported := range t.imported(p) {
		if imported.Generated {
			names[imported.path] = imported.Name
		}
	}
	if len(names) > 0 {
		// What does not parse is for the compiler to complain about.
		p.references, _ = generated.References(platform, describe.Package{ImportPath: p.ImportPath, Files: p.Files}, names)
	}
	return p.references
}
