// Package typecheck reports whether a package compiles against the packages that
// it imports, without compiling it.
package typecheck

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Config says how the package is compiled.
type Config struct {
	// Path is the path that it is compiled under.
	Path string
	// Context selects files by their names and build constraints.
	Context build.Context
	// Imports are the packages that it may import, in addition to the standard
	// library's.
	Imports []Import
	// Std is the folder pkg of a GOROOT, with the compiled standard library.
	Std string
}

// Import is a compiled package.
type Import struct {
	// Names are the paths by which it is imported.
	Names []string
	// Path is the path that it is compiled under.
	Path string
	// File holds its export data.
	File string
}

// ParseImport reads an Import from the form NAME:NAME...=PATH=FILE.
func ParseImport(s string) (Import, error) {
	parts := strings.SplitN(s, "=", 3)
	if len(parts) != 3 {
		return Import{}, fmt.Errorf("import %q is not of the form NAME:NAME...=PATH=FILE", s)
	}
	return Import{Names: strings.Split(parts[0], ":"), Path: parts[1], File: parts[2]}, nil
}

// File is a source with its text.
type File struct {
	Name string
	Text []byte
}

// Check returns what the compiler would find wrong with the package, each with
// its file and line, in their order. Files that are not Go or that build
// constraints leave out do not count. The error is for what keeps it from
// telling.
func (c Config) Check(files []File) ([]string, error) {
	fset := token.NewFileSet()
	imports, err := c.newImporter()
	if err != nil {
		return nil, err
	}
	problems := &problems{fset: fset}
	var parsed []*ast.File
	for _, f := range files {
		if built, err := c.built(f); err != nil || !built {
			if err != nil {
				problems.add(err)
			}
			continue
		}
		file, err := parser.ParseFile(fset, f.Name, f.Text, parser.SkipObjectResolution)
		if err != nil {
			problems.add(err)
			continue
		}
		if !c.Context.CgoEnabled && slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"C"` }) {
			continue
		}
		parsed = append(parsed, file)
	}
	if len(problems.list) > 0 {
		return problems.list, nil
	}
	check := types.Config{
		Importer:    imports,
		FakeImportC: true,
		Sizes:       types.SizesFor("gc", c.Context.GOARCH),
		Error:       problems.add,
	}
	_, err = check.Check(c.Path, fset, parsed, nil)
	if err != nil && len(problems.list) == 0 {
		return nil, err
	}
	return problems.list, imports.failed
}

// built reports whether a file is a part of the package.
func (c Config) built(f File) (bool, error) {
	if filepath.Ext(f.Name) != ".go" || strings.HasSuffix(f.Name, "_test.go") {
		return false, nil
	}
	ctx := c.Context
	ctx.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Text)), nil }
	dir, base := filepath.Split(f.Name)
	return ctx.MatchFile(dir, base)
}

// problems collects errors in the words of the compiler.
type problems struct {
	fset *token.FileSet
	list []string
}

func (p *problems) add(err error) {
	var inTypes types.Error
	var inSyntax scanner.ErrorList
	switch {
	case errors.As(err, &inTypes):
		p.addAt(p.fset.Position(inTypes.Pos), inTypes.Msg)
	case errors.As(err, &inSyntax):
		p.addAt(inSyntax[0].Pos, inSyntax[0].Msg)
	default:
		p.list = append(p.list, err.Error())
	}
}

func (p *problems) addAt(pos token.Position, message string) {
	message = strings.NewReplacer("\n", "; ", "\t", "").Replace(message)
	p.list = append(p.list, fmt.Sprintf("%s:%d: %s", filepath.Base(pos.Filename), pos.Line, message))
}

// exports reads compiled packages.
type exports struct {
	paths    map[string]string // by the name in an import
	compiled types.Importer
	// failed is the first package that is there and could not be read.
	failed error
}

func (c Config) newImporter() (*exports, error) {
	std, err := c.std()
	if err != nil {
		return nil, err
	}
	x := &exports{paths: make(map[string]string)}
	files := make(map[string]string)
	for _, i := range c.Imports {
		for _, name := range i.Names {
			x.paths[name] = i.Path
		}
		files[i.Path] = i.File
	}
	x.compiled = importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if file, ok := files[path]; ok {
			return os.Open(file)
		}
		return os.Open(filepath.Join(std, filepath.FromSlash(path)+".a"))
	})
	return x, nil
}

// std returns the folder of the standard library's packages, whose name tells
// the platform and the mode, such as "linux_amd64_race".
func (c Config) std() (string, error) {
	entries, err := os.ReadDir(c.Std)
	if err != nil {
		return "", err
	}
	platform := c.Context.GOOS + "_" + c.Context.GOARCH
	for _, entry := range entries {
		if name := entry.Name(); name == platform || strings.HasPrefix(name, platform+"_") {
			return filepath.Join(c.Std, name), nil
		}
	}
	return "", fmt.Errorf("%s has no compiled standard library for %s", c.Std, platform)
}

// Import implements [types.Importer].
func (x *exports) Import(name string) (pkg *types.Package, err error) {
	if name == "unsafe" {
		return types.Unsafe, nil
	}
	path, ok := x.paths[name]
	if !ok {
		path = name
	}
	defer func() {
		if r := recover(); r != nil { // as it does for the export data of a later Go
			x.failed = fmt.Errorf("package %s: mergegen is built with %s, which cannot read it: %v", path, runtime.Version(), r)
			pkg, err = nil, x.failed
		}
	}()
	pkg, err = x.compiled.Import(path)
	switch {
	case errors.Is(err, os.ErrNotExist) && !ok:
		return nil, errors.New("there is no such package")
	case err != nil && x.failed == nil:
		x.failed = fmt.Errorf("package %s: %w", path, err)
	}
	return pkg, err
}
