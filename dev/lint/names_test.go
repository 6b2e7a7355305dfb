package lint_test

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"

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
	files := starlarkFiles{}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := files.add(name, data); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		for _, problem := range files.undefined(name) {
			t.Error(problem)
		}
	}
}

func TestUndefined(t *testing.T) {
	files := starlarkFiles{}
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
		"a/two.bzl":      "def two(x):\n    y = len(x)\n    return y\n\ndef three():\n    return y\n",
		"b/BUILD":        "load(\"//a:one.bzl\", \"nothing\", \"one\")\n\none(name = \"b\")\nsome_rule(name = \"c\")\n",
		"c/BUILD":        "load(\"//a:two.bzl\", \"two\")\n",
		"d/MODULE.bazel": "module(name = \"d\")\n",
		"d/e/f.bzl":      "load(\"//a:one.bzl\", \"one\")\nload(\"@rules_go_merge//a:two.bzl\", \"two\")\n\nF = two(one)\n",
	} {
		if err := files.add(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string][]string{
		"a/one.bzl": {
			"a/one.bzl:1:34: gone is not defined in a/two.bzl",
			"a/one.bzl:2:6: there is no b/three.bzl",
			"a/one.bzl:11:50: undefined: missing",
			"a/one.bzl:12:20: undefined: lost",
		},
		"a/two.bzl": {"a/two.bzl:6:12: undefined: y"},
		"b/BUILD":   {"b/BUILD:1:22: nothing is not defined in a/one.bzl"},
		"c/BUILD":   nil,
		"d/e/f.bzl": {"d/e/f.bzl:1:6: there is no d/a/one.bzl"},
	} {
		if got := files.undefined(name); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// starlarkFiles are files of one repository by their paths.
type starlarkFiles map[string]starlarkFile

type starlarkFile struct {
	*syntax.File
	// unresolved are the errors of names that nothing in a .bzl file defines.
	unresolved resolve.ErrorList
}

func (files starlarkFiles) add(name string, text []byte) error {
	file, err := new(syntax.FileOptions).Parse(name, text, 0)
	if err != nil {
		return err
	}
	f := starlarkFile{File: file}
	if path.Ext(name) == ".bzl" { // others name rules and their own targets
		isBuiltin := func(name string) bool { return slices.Contains(builtins, name) }
		errors.As(resolve.File(file, isBuiltin, isBuiltin), &f.unresolved)
	}
	files[name] = f
	return nil
}

// undefined returns what a file loads that is not there, and, of a .bzl file, the
// names that it uses and that nothing in it defines.
func (files starlarkFiles) undefined(name string) []string {
	var problems []string
	for _, statement := range files[name].Stmts {
		load, ok := statement.(*syntax.LoadStmt)
		if !ok {
			continue
		}
		loaded, ok := files.labelled(load.ModuleName(), path.Dir(name))
		if !ok {
			continue
		}
		file, ok := files[loaded]
		if !ok {
			problems = append(problems, fmt.Sprintf("%s: there is no %s", load.Module.TokenPos, loaded))
			continue
		}
		for _, from := range load.From {
			if !file.exports(from.Name) {
				problems = append(problems, fmt.Sprintf("%s: %s is not defined in %s", from.NamePos, from.Name, loaded))
			}
		}
	}
	for _, err := range files[name].unresolved {
		problems = append(problems, err.Error())
	}
	return problems
}

// exports reports whether a .bzl file has a name at its top.
func (f starlarkFile) exports(name string) bool {
	module, _ := f.Module.(*resolve.Module)
	return module != nil && slices.ContainsFunc(module.Globals, func(b *resolve.Binding) bool { return b.First.Name == name })
}

// labelled returns the file of a label in a folder, if it is one of this repository.
func (files starlarkFiles) labelled(label, folder string) (string, bool) {
	if base, ok := strings.CutPrefix(label, ":"); ok {
		return path.Join(folder, base), true
	}
	// The folder of the module, of which the repository has several.
	module := folder
	if strings.HasPrefix(label, "@rules_go_merge//") {
		module = "."
	}
	for module != "." && files[path.Join(module, "MODULE.bazel")].File == nil {
		module = path.Dir(module)
	}
	rest, ok := strings.CutPrefix(strings.TrimPrefix(label, "@rules_go_merge"), "//")
	return path.Join(module, strings.ReplaceAll(rest, ":", "/")), ok
}
