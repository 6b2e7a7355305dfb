// Package closure tests the list of the standard library's packages that
// services have of their own against the standard library.
package closure

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const list = "../../private/std_packages.bzl"

// listed is an element of STD_PACKAGES.
type listed struct {
	path    string
	view    bool
	imports []string
}

var (
	entry    = regexp.MustCompile(`(?m)^    _(view|copy)\(((?s:.*?))\),$`)
	constant = regexp.MustCompile(`(?m)^(_[A-Z]+) = ("[^"]*")$`)
	quoted   = regexp.MustCompile(`"([^"]*)"`)
	imports  = regexp.MustCompile(`^[^\[]*\[([^\]]*)\]`)
)

func readList(t *testing.T) []listed {
	data, err := os.ReadFile(list)
	if err != nil {
		t.Skip("needs the source tree: run it with go test")
	}
	text := string(data)
	for _, c := range constant.FindAllStringSubmatch(text, -1) {
		text = strings.ReplaceAll(text, `vendor/" + `+c[1], `vendor/`+strings.Trim(c[2], `"`)+`"`)
	}
	var all []listed
	for _, m := range entry.FindAllStringSubmatch(text, -1) {
		call := m[2]
		if i := strings.Index(call, "rename"); i >= 0 {
			call = call[:i]
		}
		if i := strings.Index(call, "vendored"); i >= 0 {
			call = call[:i]
		}
		l := listed{path: quoted.FindStringSubmatch(call)[1], view: m[1] == "view"}
		if in := imports.FindStringSubmatch(call); in != nil {
			for _, q := range quoted.FindAllStringSubmatch(in[1], -1) {
				l.imports = append(l.imports, q[1])
			}
		}
		all = append(all, l)
	}
	if len(all) == 0 {
		t.Fatalf("%s: found no packages", list)
	}
	return all
}

// TestImports checks that each copy lists what it imports on any platform, and
// that dependencies come first.
func TestImports(t *testing.T) {
	all := readList(t)
	root := goroot(t)
	own := map[string]bool{}
	for _, l := range all {
		own[l.path] = true
	}
	earlier := map[string]bool{}
	for _, l := range all {
		if !l.view {
			got := map[string]bool{}
			for path := range importsOf(t, filepath.Join(root, "src", l.path)) {
				if strings.HasPrefix(path, "golang.org/x/") {
					path = "vendor/" + path
				}
				if own[path] {
					got[path] = true
				}
			}
			if want := slices.Sorted(maps.Keys(got)); !slices.Equal(l.imports, want) {
				t.Errorf("%s lists %q, imports %q", l.path, l.imports, want)
			}
		}
		for _, path := range l.imports {
			if !earlier[path] {
				t.Errorf("%s is listed before %s, which it imports", l.path, path)
			}
		}
		earlier[l.path] = true
	}
}

// importsOf returns what a package's files import, whatever platform they are for.
func importsOf(t *testing.T, dir string) map[string]bool {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no Go files: %v", dir, err)
	}
	all := map[string]bool{}
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ignored := slices.ContainsFunc(strings.Split(text(t, path), "\n"), func(line string) bool {
			return constraint.IsGoBuild(line) && strings.Contains(line, "ignore")
		})
		if ignored || strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, spec := range f.Imports {
			all[strings.Trim(spec.Path.Value, `"`)] = true
		}
	}
	return all
}

func text(t *testing.T, path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestClosed checks that no other package shows its users types that a copy or a
// view has of its own: they would have the original of it and another, which
// do not fit.
func TestClosed(t *testing.T) {
	all := map[string]listed{}
	reached := map[string]bool{} // internal packages that copies import
	root := goroot(t)
	for _, l := range readList(t) {
		all[l.path] = l
		if !l.view {
			maps.Copy(reached, importsOf(t, filepath.Join(root, "src", l.path)))
		}
	}
	written := writtenTypes(t)
	exports := map[string]string{}
	for _, line := range strings.Fields(goCommand(t, "list", "-export", "-f", "{{.ImportPath}}={{.Export}}", "std")) {
		path, file, _ := strings.Cut(line, "=")
		exports[path] = file
	}
	std := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	checked := 0
	for _, path := range slices.Sorted(maps.Keys(exports)) {
		internal := strings.Contains("/"+path+"/", "/internal/") || strings.HasPrefix(path, "vendor/")
		own, isOwn := all[path]
		if isOwn && !own.view || internal && !reached[path] || exports[path] == "" {
			continue
		}
		isForeign := func(o *types.TypeName) bool {
			of, ok := all[o.Pkg().Path()]
			return ok && of.path != path && !slices.Contains(own.imports, of.path) &&
				(!of.view || written[of.path+"."+o.Name()])
		}
		pkg, err := std.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		checked++
		if place, shown := shows(pkg, isForeign); shown != "" {
			t.Errorf("%s of %s shows %s, which services have of their own: add %s to %s", place, path, shown, path, list)
		}
	}
	if checked < 100 {
		t.Errorf("only %d packages were checked", checked)
	}
}

// writtenTypes returns the exported types that views declare themselves, by
// package path and name.
func writtenTypes(t *testing.T) map[string]bool {
	all := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go.txt") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Assign == 0 && spec.Name.IsExported() {
				all[filepath.ToSlash(filepath.Dir(path))[len("../"):]+"."+spec.Name.Name] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// shows finds a foreign type in what a package exports.
func shows(pkg *types.Package, isForeign func(*types.TypeName) bool) (place, shown string) {
	seen := map[types.Type]bool{}
	var walk func(place string, ts ...types.Type) bool
	find := func(at string, t types.Type) bool {
		switch t := t.(type) {
		case *types.Named:
			o := t.Obj()
			if o.Pkg() != nil && isForeign(o) {
				place, shown = at, fmt.Sprint(t)
				return true
			}
			for arg := range t.TypeArgs().Types() {
				if walk(at, arg) {
					return true
				}
			}
			if o.Pkg() != pkg {
				return false
			}
			at = o.Name()
			for m := range t.Methods() {
				if m.Exported() && walk(at+"."+m.Name(), m.Type()) {
					return true
				}
			}
			return walk(at, t.Underlying())
		case *types.Map:
			return walk(at, t.Key(), t.Elem())
		case interface{ Elem() types.Type }:
			return walk(at, t.Elem())
		case *types.Struct:
			for f := range t.Fields() {
				if (f.Exported() || f.Embedded()) && walk(at+"."+f.Name(), f.Type()) {
					return true
				}
			}
		case *types.Interface:
			for m := range t.Methods() {
				if walk(at+"."+m.Name(), m.Type()) {
					return true
				}
			}
		case *types.Signature:
			return walk(at, t.Params(), t.Results())
		case *types.Tuple:
			for v := range t.Variables() {
				if walk(at, v.Type()) {
					return true
				}
			}
		}
		return false
	}
	walk = func(at string, ts ...types.Type) bool {
		for _, t := range ts {
			t = types.Unalias(t)
			if !seen[t] {
				seen[t] = true
				if find(at, t) {
					return true
				}
			}
		}
		return false
	}
	for _, name := range pkg.Scope().Names() {
		if o := pkg.Scope().Lookup(name); o.Exported() && walk(name, o.Type()) {
			break
		}
	}
	return place, shown
}

func goroot(t *testing.T) string { return strings.TrimSpace(goCommand(t, "env", "GOROOT")) }

func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command, which a Bazel sandbox does not have in its PATH")
	}
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}
