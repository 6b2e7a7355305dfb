package lint_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

// builtins are the names of Starlark and Bazel that .bzl files use.
var builtins = strings.Fields(`
	False None True all any bool dict dir enumerate fail getattr hasattr hash int len list max min print range
	repr reversed sorted str tuple type zip
	Label aspect attr config config_common configuration_field coverage_common depset exec_transition json module_extension
	native platform_common proto_common_do_not_use provider repository_rule rule select struct tag_class testing transition visibility
	DefaultInfo InstrumentedFilesInfo OutputGroupInfo ProtoInfo RunEnvironmentInfo
`)

// TestNames looks for names in Starlark files that nothing defines. Bazel says so,
// too, after minutes.
func TestNames(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	names, err := lint.Files(root, lint.IsStarlark)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*build.File{}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if files[name], err = build.Parse(name, data); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		for _, problem := range undefined(files, name) {
			t.Error(problem)
		}
	}
}

func TestUndefined(t *testing.T) {
	files := map[string]*build.File{}
	for name, text := range map[string]string{
		"a/one.bzl": `load(":two.bzl", "two", three = "gone")
load("//b:three.bzl", "any")
load("@other//:four.bzl", "four")

ONE = [two(x) + y for x, y in four]

def one(ctx, size = ONE, *args, **kwargs):
    f = lambda z: z + size
    a, (b, c) = args
    for key in kwargs:
        ctx.actions.run(key = f(key), a = a, b = missing, c = three)
    return b + c + lost.path
`,
		"a/two.bzl":      "def two(x):\n    return len(x)\n",
		"b/BUILD":        "load(\"//a:one.bzl\", \"nothing\", \"one\")\n\none(name = \"b\")\nsome_rule(name = \"c\")\n",
		"c/BUILD":        "load(\"//a:two.bzl\", \"two\")\n",
		"d/MODULE.bazel": "module(name = \"d\")\n",
		"d/e/f.bzl":      "load(\"//a:one.bzl\", \"one\")\nload(\"@rules_go_merge//a:two.bzl\", \"two\")\n\nF = two(one)\n",
	} {
		file, err := build.Parse(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = file
	}
	for name, want := range map[string][]string{
		"a/one.bzl": {
			"a/one.bzl:1: gone is not defined in a/two.bzl",
			"a/one.bzl:2: there is no b/three.bzl",
			"a/one.bzl:11: missing is not defined",
			"a/one.bzl:12: lost is not defined",
		},
		"a/two.bzl": nil,
		"b/BUILD":   {"b/BUILD:1: nothing is not defined in a/one.bzl"},
		"c/BUILD":   nil,
		"d/e/f.bzl": {"d/e/f.bzl:1: there is no d/a/one.bzl"},
	} {
		if got := undefined(files, name); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// undefined returns what a file loads that is not there, and, of a .bzl file, the
// names that it uses and that nothing in it defines.
func undefined(files map[string]*build.File, name string) []string {
	var problems []string
	report := func(at build.Position, format string, args ...any) {
		problems = append(problems, fmt.Sprintf("%s:%d: %s", name, at.Line, fmt.Sprintf(format, args...)))
	}
	file := files[name]
	for _, statement := range file.Stmt {
		load, ok := statement.(*build.LoadStmt)
		if !ok {
			continue
		}
		loaded, ok := fileOf(files, load.Module.Value, path.Dir(name))
		if !ok {
			continue
		}
		if files[loaded] == nil {
			report(load.Module.Start, "there is no %s", loaded)
			continue
		}
		exported := defined(files[loaded])
		for _, from := range load.From {
			if !exported[from.Name] {
				report(from.NamePos, "%s is not defined in %s", from.Name, loaded)
			}
		}
	}
	if path.Ext(name) != ".bzl" {
		return problems // what else it names are rules and its own targets
	}
	known := defined(file)
	build.Walk(file, func(expr build.Expr, stack []build.Expr) {
		ident, ok := expr.(*build.Ident)
		if ok && !known[ident.Name] && !slices.Contains(builtins, ident.Name) && !isKeyword(ident, stack) {
			report(ident.NamePos, "%s is not defined", ident.Name)
		}
	})
	return problems
}

// fileOf returns the file of a label in a folder, if it is one of this repository.
func fileOf(files map[string]*build.File, label, folder string) (string, bool) {
	if base, ok := strings.CutPrefix(label, ":"); ok {
		return path.Join(folder, base), true
	}
	// The folder of the module, of which the repository has several.
	module := folder
	if strings.HasPrefix(label, "@rules_go_merge//") {
		module = "."
	}
	for module != "." && files[path.Join(module, "MODULE.bazel")] == nil {
		module = path.Dir(module)
	}
	rest, ok := strings.CutPrefix(strings.TrimPrefix(label, "@rules_go_merge"), "//")
	return path.Join(module, strings.ReplaceAll(rest, ":", "/")), ok
}

// isKeyword reports whether an identifier within other expressions is the name of
// an argument, or one that a load statement has.
func isKeyword(ident *build.Ident, stack []build.Expr) bool {
	n := len(stack)
	if n == 0 {
		return false
	}
	if _, ok := stack[n-1].(*build.LoadStmt); ok {
		return true
	}
	assign, ok := stack[n-1].(*build.AssignExpr)
	if !ok || assign.LHS != ident || n < 2 {
		return false
	}
	_, ok = stack[n-2].(*build.CallExpr)
	return ok
}

// defined returns the names that a file defines anywhere, in a function or outside.
func defined(file *build.File) map[string]bool {
	names := map[string]bool{}
	var bind func(expr build.Expr)
	bind = func(expr build.Expr) {
		switch expr := expr.(type) {
		case *build.Ident:
			names[expr.Name] = true
		case *build.TupleExpr:
			for _, e := range expr.List {
				bind(e)
			}
		case *build.ListExpr:
			for _, e := range expr.List {
				bind(e)
			}
		case *build.ParenExpr:
			bind(expr.X)
		case *build.UnaryExpr:
			if expr.X != nil {
				bind(expr.X)
			}
		case *build.AssignExpr:
			bind(expr.LHS) // a parameter with its default
		}
	}
	build.Walk(file, func(expr build.Expr, stack []build.Expr) {
		switch expr := expr.(type) {
		case *build.LoadStmt:
			for _, to := range expr.To {
				names[to.Name] = true
			}
		case *build.DefStmt:
			names[expr.Name] = true
			for _, param := range expr.Params {
				bind(param)
			}
		case *build.LambdaExpr:
			for _, param := range expr.Params {
				bind(param)
			}
		case *build.ForStmt:
			bind(expr.Vars)
		case *build.ForClause:
			bind(expr.Vars)
		case *build.AssignExpr:
			if n := len(stack); n > 0 {
				if _, argument := stack[n-1].(*build.CallExpr); argument {
					return
				}
			}
			bind(expr.LHS)
		}
	})
	return names
}
