package rooms_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"
	"golang.org/x/mod/modfile"

	"github.com/gomerge/rules_go_merge/dev/lint"
	"github.com/gomerge/rules_go_merge/dev/rooms"
)

const module = "github.com/gomerge/rules_go_merge/"

// TestImports compares the table with what the packages import.
func TestImports(t *testing.T) {
	root, files := sources(t, func(file string) bool { return path.Ext(file) == ".go" })
	found := map[string][]string{} // by folder of the importing room
	for _, file := range files {
		room := rooms.Of(file)
		if room == nil {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			importPath, _ := strconv.Unquote(spec.Path.Value)
			imported, ok := strings.CutPrefix(importPath, module)
			if !ok {
				continue
			}
			to := rooms.Of(imported + "/")
			switch {
			case to == nil:
				t.Errorf("%s imports %s, which is in no room", file, importPath)
			case to == room:
			case room.Shipped && rooms.IsTest(file):
				// Users do not get it, so it may use what develops the project.
				if to.Folder == "tests" {
					t.Errorf("%s imports %s: what tests share is in dev", file, importPath)
				}
			case !slices.Contains(room.Imports, to.Folder):
				t.Errorf("%s imports %s: %s does not import %s", file, importPath, room.Folder, to.Folder)
			default:
				found[room.Folder] = append(found[room.Folder], to.Folder)
			}
		}
	}
	for i, room := range rooms.All {
		for _, to := range room.Imports {
			if !slices.Contains(found[room.Folder], to) {
				t.Errorf("no package of %s imports %s", room.Folder, to)
			}
			target := slices.IndexFunc(rooms.All, func(r rooms.Room) bool { return r.Folder == to })
			if target >= i {
				t.Errorf("%s comes before %s, which it imports", room.Folder, to)
			}
			if room.Shipped && !rooms.All[target].Shipped {
				t.Errorf("%s is shipped, and %s, which it imports, is not", room.Folder, to)
			}
		}
	}
}

// TestModules looks at what is linked into programs of users. Their own packages
// may have another version of any Go module, and a Gazelle binary has one copy of
// each package, so what this takes comes from go_deps.
func TestModules(t *testing.T) {
	gazelle := []string{"github.com/bazelbuild/bazel-gazelle"}
	root, files := sources(t, func(file string) bool { return path.Ext(file) == ".go" && !rooms.IsTest(file) })
	goMod := filepath.Join("merge", "private", "deps", "go.mod")
	data, err := os.ReadFile(filepath.Join(root, goMod))
	if err != nil {
		t.Fatal(err)
	}
	deps, err := modfile.Parse(goMod, data, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, require := range deps.Require {
		gazelle = append(gazelle, require.Mod.Path)
	}
	for folder, modules := range map[string][]string{
		"gazelle_ext":            gazelle,
		"internal":               gazelle,
		"merge/adapter/describe": nil,
		"merge/runtime":          nil,
	} {
		checked := 0
		for _, file := range files {
			if !strings.HasPrefix(file, folder+"/") {
				continue
			}
			checked++
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range parsed.Imports {
				importPath, _ := strconv.Unquote(spec.Path.Value)
				domain, _, _ := strings.Cut(importPath, "/")
				if strings.Contains(domain, ".") && !strings.HasPrefix(importPath, module) &&
					!slices.ContainsFunc(modules, func(m string) bool { return strings.HasPrefix(importPath+"/", m+"/") }) {
					t.Errorf("%s imports %s, which is of no module of %s", file, importPath, goMod)
				}
			}
		}
		if checked == 0 {
			t.Errorf("%s has no files", folder)
		}
	}
}

// TestLabels looks for targets of rooms that are not shipped in those that are.
func TestLabels(t *testing.T) {
	label := regexp.MustCompile(`^(?:@rules_go_merge)?//([\w/.-]+)(?::[\w.-]+)?$`)
	root, files := sources(t, func(file string) bool {
		return path.Base(file) == "BUILD.bazel" || path.Ext(file) == ".bzl"
	})
	for _, file := range files {
		if room := rooms.Of(file); room == nil || !room.Shipped {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := build.Parse(file, data)
		if err != nil {
			t.Fatal(err)
		}
		build.Walk(parsed, func(expr build.Expr, stack []build.Expr) {
			text, ok := expr.(*build.StringExpr)
			if !ok || onlyForTests(stack) {
				return
			}
			m := label.FindStringSubmatch(text.Value)
			if m == nil {
				return
			}
			if to := rooms.Of(m[1] + "/"); to != nil && !to.Shipped {
				start, _ := text.Span()
				t.Errorf("%s:%d: %s is not shipped", file, start.Line, text.Value)
			}
		})
	}
}

// onlyForTests reports whether an expression within others belongs to a test's
// target, which a release leaves out, or says who may use a target.
func onlyForTests(stack []build.Expr) bool {
	for _, outer := range stack {
		switch outer := outer.(type) {
		case *build.CallExpr:
			if rule, ok := outer.X.(*build.Ident); ok && strings.HasSuffix(rule.Name, "_test") {
				return true
			}
		case *build.AssignExpr:
			if name, ok := outer.LHS.(*build.Ident); ok && strings.HasSuffix(name.Name, "visibility") {
				return true
			}
		}
	}
	return false
}

// TestPicture compares the table with the picture in the documentation.
func TestPicture(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	arrow := regexp.MustCompile(`(?m)^ *([\w/]+) --> ([\w/]+)$`)
	var drawn []string
	for _, m := range arrow.FindAllStringSubmatch(string(page), -1) {
		drawn = append(drawn, fmt.Sprintf("%s --> %s", m[1], m[2]))
	}
	var want []string
	for _, room := range rooms.All {
		for _, to := range room.Imports {
			want = append(want, fmt.Sprintf("%s --> %s", room.Folder, to))
		}
	}
	slices.Sort(drawn)
	slices.Sort(want)
	if !slices.Equal(drawn, want) {
		t.Errorf("docs/architecture.md draws\n%s\nwant\n%s", strings.Join(drawn, "\n"), strings.Join(want, "\n"))
	}
}

// sources returns the work tree's top folder, and the files in it that want
// accepts.
func sources(t *testing.T, want func(file string) bool) (root string, files []string) {
	t.Helper()
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err = lint.Files(root, want)
	if err != nil {
		t.Fatal(err)
	}
	return root, files
}
