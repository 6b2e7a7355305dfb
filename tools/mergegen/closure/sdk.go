package closure

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// SDK is the standard library of a Go release, as sources.
type SDK struct {
	// Version is spelled as rules_go does: "1.27.4", without "go" in front.
	Version string

	files   map[string][]string // package path to its Go files, without tests
	imports map[string]map[string]bool
}

// Open reads which packages the SDK in a folder has, a GOROOT.
func Open(goroot string) (*SDK, error) {
	data, err := os.ReadFile(filepath.Join(goroot, "VERSION"))
	if err != nil {
		return nil, fmt.Errorf("%s is not a Go SDK: %w", goroot, err)
	}
	version, _, _ := strings.Cut(string(data), "\n")
	src := filepath.Join(goroot, "src")
	var files []string
	err = filepath.WalkDir(src, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name == filepath.Join(src, "cmd"):
			return fs.SkipDir
		case !d.IsDir():
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return New(src, strings.TrimPrefix(version, "go"), files), nil
}

// New returns the SDK of a version with these files below its src folder. Files
// other than Go sources are left out, and so are tests.
func New(src, version string, files []string) *SDK {
	s := &SDK{Version: version, files: map[string][]string{}, imports: map[string]map[string]bool{}}
	for _, name := range files {
		rel, err := filepath.Rel(src, name)
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if dir := path.Dir(filepath.ToSlash(rel)); isPackage(dir) {
			s.files[dir] = append(s.files[dir], name)
		}
	}
	return s
}

// isPackage reports whether a folder has a package that can be imported.
func isPackage(dir string) bool {
	for element := range strings.SplitSeq(dir, "/") {
		if element == "testdata" || strings.HasPrefix(element, "_") {
			return false
		}
	}
	// Package builtin is documentation.
	return dir != "." && dir != "builtin" && dir != "cmd" && !strings.HasPrefix(dir, "cmd/")
}

// Has reports whether the SDK has a package.
func (s *SDK) Has(path string) bool { return len(s.files[path]) > 0 }

// Packages returns the paths of all packages, sorted.
func (s *SDK) Packages() []string { return slices.Sorted(maps.Keys(s.files)) }

// Imports returns what a package's files import, whatever platform they are for.
// Packages in the vendor folder have their path there.
func (s *SDK) Imports(path string) (map[string]bool, error) {
	if all, ok := s.imports[path]; ok {
		return all, nil
	}
	all := map[string]bool{}
	for _, name := range s.files[path] {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return nil, err
		}
		if isProgram(f) {
			continue
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			all[resolve(imported)] = true
		}
	}
	s.imports[path] = all
	return all, nil
}

// isProgram reports whether a file belongs to no package: `go run` runs it.
func isProgram(f *ast.File) bool {
	for _, group := range f.Comments {
		for _, c := range group.List {
			if c.Pos() < f.Package && constraint.IsGoBuild(c.Text) && strings.Contains(c.Text, "ignore") {
				return true
			}
		}
	}
	return false
}

// vendor is where the standard library keeps packages of other modules.
const vendor = "vendor/"

// resolve returns the path of the package that an import of the standard
// library means.
func resolve(imported string) string {
	if strings.HasPrefix(imported, "golang.org/x/") {
		return vendor + imported
	}
	return imported
}

// IsInternal reports whether only the standard library can import a package.
func IsInternal(path string) bool {
	return strings.Contains("/"+path+"/", "/internal/") || strings.HasPrefix(path, vendor)
}

// Reached returns the internal packages that packages import, directly or by
// way of other internal ones, and for each one that does so. Those that skip
// tells of are not followed.
func (s *SDK) Reached(packages []string, skip func(path string) bool) (map[string]string, error) {
	by := map[string]string{}
	for queue := slices.Clone(packages); len(queue) > 0; {
		path := queue[0]
		queue = queue[1:]
		imports, err := s.Imports(path)
		if err != nil {
			return nil, err
		}
		for _, i := range slices.Sorted(maps.Keys(imports)) {
			if IsInternal(i) && !skip(i) && by[i] == "" {
				by[i] = path
				queue = append(queue, i)
			}
		}
	}
	return by, nil
}
