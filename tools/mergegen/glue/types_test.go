package glue

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sourceTypes finds types in Go files under testdata/src, at their compiled
// paths. As with a compiler's import map, a package of a namespace imports
// packages of the same namespace, if they are there.
type sourceTypes struct {
	t        *testing.T
	fset     *token.FileSet
	packages map[string]*types.Package
}

func newSourceTypes(t *testing.T) *sourceTypes {
	return &sourceTypes{t, token.NewFileSet(), make(map[string]*types.Package)}
}

func (s *sourceTypes) Struct(path, name string) (*types.Named, error) {
	pkg, err := s.load(path)
	if err != nil {
		return nil, err
	}
	obj := pkg.Scope().Lookup(name)
	if obj == nil {
		return nil, fmt.Errorf("no type %s in %s", name, path)
	}
	return obj.Type().(*types.Named), nil
}

func (s *sourceTypes) Complete(path string) error {
	_, err := s.load(path)
	return err
}

func (s *sourceTypes) load(path string) (*types.Package, error) {
	if pkg := s.packages[path]; pkg != nil {
		return pkg, nil
	}
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	names, err := filepath.Glob(filepath.Join("testdata", "src", path, "*.go"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no package %s (%v)", path, err)
	}
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(s.fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	pkg, err := s.check(path, files)
	s.packages[path] = pkg
	return pkg, err
}

func (s *sourceTypes) check(path string, files []*ast.File) (*types.Package, error) {
	namespace := ""
	if parts := strings.SplitN(path, "/", 3); parts[0] == "ns" && len(parts) == 3 {
		namespace = parts[0] + "/" + parts[1] + "/"
	}
	c := types.Config{Importer: importFunc(func(imported string) (*types.Package, error) {
		if _, err := os.Stat(filepath.Join("testdata", "src", namespace+imported)); err == nil {
			imported = namespace + imported
		}
		return s.load(imported)
	})}
	return c.Check(path, s.fset, files, nil)
}

type importFunc func(path string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }

// compile checks that source is a Go package that the compiler would accept.
func (s *sourceTypes) compile(source []byte) {
	s.t.Helper()
	file, err := parser.ParseFile(s.fset, "glue.go", source, parser.SkipObjectResolution)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.check("glue", []*ast.File{file}); err != nil {
		s.t.Errorf("the glue does not compile: %v", err)
	}
}
