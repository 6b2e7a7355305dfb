package closure

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

// Platform is one that the standard library is type-checked for.
type Platform struct{ GOOS, GOARCH string }

func (p Platform) String() string { return p.GOOS + "/" + p.GOARCH }

// Types has the standard library's packages for a platform, without cgo, as far
// as other packages see them.
type Types struct {
	sdk      *SDK
	context  build.Context
	fset     *token.FileSet
	packages map[string]*types.Package
	// lenient leaves out what the type checker does not know of the SDK's Go.
	lenient bool
}

// ErrNotBuilt is the error for a package that has no files for a platform.
var ErrNotBuilt = errors.New("no package for this platform")

// Types returns the packages of an SDK. A program that was built with an older
// Go than the SDK's sees them without what its type checker does not know.
func (s *SDK) Types(p Platform) *Types {
	t := &Types{sdk: s, context: build.Default, fset: token.NewFileSet(), packages: map[string]*types.Package{"unsafe": types.Unsafe}}
	c := &t.context
	c.GOOS, c.GOARCH, c.CgoEnabled = p.GOOS, p.GOARCH, false
	c.BuildTags, c.ToolTags = nil, nil
	c.ReleaseTags = platform.ReleaseTags(s.Version)
	v, known := ParseVersion(s.Version)
	own, ok := ParseVersion(strings.TrimPrefix(runtime.Version(), "go"))
	t.lenient = !known || !ok || own.Less(v)
	return t
}

// Import returns the package of a path. Types is the importer of its packages.
func (t *Types) Import(path string) (*types.Package, error) {
	path = resolve(path)
	if pkg, ok := t.packages[path]; ok {
		if pkg == nil {
			return nil, fmt.Errorf("%s: %w", path, ErrNotBuilt)
		}
		return pkg, nil
	}
	t.packages[path] = nil
	var files []*ast.File
	for _, name := range t.sdk.files[path] {
		ok, err := t.context.MatchFile(filepath.Dir(name), filepath.Base(name))
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		f, err := parser.ParseFile(t.fset, name, nil, parser.SkipObjectResolution)
		if err != nil && !(t.lenient && f != nil) {
			return nil, err
		}
		if !slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"C"` }) {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrNotBuilt)
	}
	var problems []error
	config := types.Config{
		Importer:         t,
		IgnoreFuncBodies: true,
		Sizes:            types.SizesFor("gc", t.context.GOARCH),
		Error:            func(err error) { problems = append(problems, err) },
	}
	// Its error is the first of the problems.
	pkg, _ := config.Check(path, t.fset, files, nil)
	if len(problems) > 0 && !t.lenient {
		return nil, errors.Join(problems[:min(len(problems), 3)]...)
	}
	t.packages[path] = pkg
	return pkg, nil
}
