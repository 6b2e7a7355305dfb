// Package source reads the Go files of the packages that a describer looks at.
package source

import (
	"bytes"
	"cmp"
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

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

// File is a file that the build constraints let through.
type File struct {
	Name string
	Data []byte
}

// Contain reports whether a text is in one of the files.
func Contain(files []File, text string) bool {
	return slices.ContainsFunc(files, func(f File) bool { return bytes.Contains(f.Data, []byte(text)) })
}

// Reader parses files under one set of build constraints.
type Reader struct {
	// FileSet has the positions of what was parsed.
	FileSet *token.FileSet

	build build.Context
}

// NewReader returns a reader for the build constraints of c.
func NewReader(c describe.Config) *Reader {
	ctx := build.Default
	ctx.GOOS = cmp.Or(c.GOOS, ctx.GOOS)
	ctx.GOARCH = cmp.Or(c.GOARCH, ctx.GOARCH)
	ctx.BuildTags = c.Tags
	ctx.CgoEnabled = c.Cgo
	return &Reader{build: ctx, FileSet: token.NewFileSet()}
}

// Files reads the files of pkg that are built. Tests are left out.
func (r *Reader) Files(pkg describe.Package) ([]File, error) {
	var list []File
	for _, name := range pkg.Files {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		ctx := r.build
		ctx.OpenFile = func(string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(data)), nil
		}
		dir, base := filepath.Split(name)
		match, err := ctx.MatchFile(dir, base)
		if err != nil {
			return nil, err
		}
		if match {
			list = append(list, File{name, data})
		}
	}
	return list, nil
}

// Parse reads one file. Errors name the file and line.
func (r *Reader) Parse(f File, mode parser.Mode) (*ast.File, error) {
	return parser.ParseFile(r.FileSet, f.Name, f.Data, mode)
}

// Position returns a position as "file:line".
func (r *Reader) Position(pos token.Pos) string {
	return Line(r.FileSet.Position(pos))
}

// Line writes a position as "file:line".
func Line(p token.Position) string {
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

// CompiledImports is Imports with the paths that the packages are compiled under.
func CompiledImports(p describe.Package, file *ast.File, names map[string]string) (named map[string]string, dot []string) {
	if len(p.ImportMap) == 0 {
		return Imports(file, names)
	}
	bySource := maps.Clone(names)
	if bySource == nil {
		bySource = make(map[string]string, len(p.ImportMap))
	}
	for source, compiled := range p.ImportMap {
		bySource[source] = names[compiled]
	}
	named, dot = Imports(file, bySource)
	for name, source := range named {
		named[name] = cmp.Or(p.ImportMap[source], source)
	}
	for i, source := range dot {
		dot[i] = cmp.Or(p.ImportMap[source], source)
	}
	return named, dot
}

// Imports maps the names that file gives to its imports to their paths. The
// name of an import without one is taken from names, or guessed from its path.
// Dot imports are returned apart.
func Imports(file *ast.File, names map[string]string) (named map[string]string, dot []string) {
	named = make(map[string]string)
	for _, spec := range file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has checked it
		}
		name := names[p]
		if name == "" {
			name = path.Base(p)
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		switch name {
		case "_":
		case ".":
			dot = append(dot, p)
		default:
			named[name] = p
		}
	}
	return named, dot
}
