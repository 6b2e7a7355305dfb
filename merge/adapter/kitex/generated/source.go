package generated

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
	"strconv"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

// source is a file that the build constraints let through.
type source struct {
	name string
	data []byte
}

// reader parses files under one set of build constraints.
type reader struct {
	build build.Context
	fset  *token.FileSet
	// validatesSets is Description.ValidatesSets.
	validatesSets []string
	// defaulted is Description.Defaults.
	defaulted []string
}

// sources reads the files of pkg that are built. Tests are left out.
func (r *reader) sources(pkg describe.Package) ([]source, error) {
	var list []source
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
			list = append(list, source{name, data})
		}
	}
	return list, nil
}

// parse reads one file. Errors name the file and line.
func (r *reader) parse(src source, mode parser.Mode) (*ast.File, error) {
	return parser.ParseFile(r.fset, src.name, src.data, mode)
}

func (r *reader) position(pos token.Pos) string {
	return line(r.fset.Position(pos))
}

// line writes a position as "file:line".
func line(p token.Position) string {
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

// compiledImports is imports with the paths that the packages are compiled under.
func compiledImports(p describe.Package, file *ast.File, names map[string]string) (named map[string]string, dot []string) {
	if len(p.ImportMap) == 0 {
		return imports(file, names)
	}
	bySource := maps.Clone(names)
	if bySource == nil {
		bySource = make(map[string]string, len(p.ImportMap))
	}
	for source, compiled := range p.ImportMap {
		bySource[source] = names[compiled]
	}
	named, dot = imports(file, bySource)
	for name, source := range named {
		named[name] = cmp.Or(p.ImportMap[source], source)
	}
	for i, source := range dot {
		dot[i] = cmp.Or(p.ImportMap[source], source)
	}
	return named, dot
}

// imports maps the names that file gives to its imports to their paths. The
// name of an import without one is taken from names, or guessed from its path.
// Dot imports are returned apart.
func imports(file *ast.File, names map[string]string) (named map[string]string, dot []string) {
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
