package modulefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
)

func load(t *testing.T, text string) *modulefile.File {
	t.Helper()
	root := t.TempDir()
	if text != "" {
		if err := os.WriteFile(filepath.Join(root, modulefile.Name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f, err := modulefile.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const bzl, extension = "//merge:extensions.bzl", "merge_deps"

// extend does what mergectl init does for a set.
func extend(f *modulefile.File) string {
	for _, module := range []string{"gazelle", "rules_go"} {
		if _, ok := f.Apparent(module); !ok {
			f.AddDep(module, "1.0")
		}
	}
	proxy, ok := f.Own(f.Proxies(bzl, extension))
	if !ok {
		proxy = f.AddExtension("merge_deps", "@rules_go_merge"+bzl, extension, "")
	}
	f.AddTag(proxy, "from_file", "name", "item", "go_mod", "//item:go.mod")
	f.AddImports(proxy, []string{"item_a", "item_b"})
	return string(f.Format())
}

func TestExtend(t *testing.T) {
	tests := map[string]struct{ before, after string }{
		"no file": {"", `bazel_dep(name = "gazelle", version = "1.0")
bazel_dep(name = "rules_go", version = "1.0")

merge_deps = use_extension("@rules_go_merge//merge:extensions.bzl", "merge_deps")
merge_deps.from_file(
    name = "item",
    go_mod = "//item:go.mod",
)
use_repo(
    merge_deps,
    "item_a",
    "item_b",
)
`},
		"all there": {`# Ours.
module(name = "shop")

bazel_dep(name = "rules_go", version = "0.9", repo_name = "io_bazel_rules_go")

sets = use_extension("@merge//merge:extensions.bzl", "merge_deps")  # versions
sets.from_file(
    name = "stock",
    go_mod = "//stock:go.mod",
)

# Imported by hand.
use_repo(sets, "api_a", "stock_a", other = "stock_b")

other = use_extension("//:x.bzl", "other")
`, `# Ours.
module(name = "shop")

bazel_dep(name = "rules_go", version = "0.9", repo_name = "io_bazel_rules_go")
bazel_dep(name = "gazelle", version = "1.0")

sets = use_extension("@merge//merge:extensions.bzl", "merge_deps")  # versions
sets.from_file(
    name = "stock",
    go_mod = "//stock:go.mod",
)
sets.from_file(
    name = "item",
    go_mod = "//item:go.mod",
)

# Imported by hand.
use_repo(
    sets,
    "api_a",
    "item_a",
    "item_b",
    "stock_a",
    other = "stock_b",
)

other = use_extension("//:x.bzl", "other")
`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := extend(load(t, test.before)); got != test.after {
				t.Errorf("got\n%s\nwant\n%s", got, test.after)
			}
		})
	}
}

func TestNoChange(t *testing.T) {
	const text = "x   =  use_extension(\"//merge:extensions.bzl\",'merge_deps')\n"
	f := load(t, text)
	f.AddImports(f.Proxies(bzl, extension)[0], nil)
	if got := string(f.Format()); got != text || f.Changed() {
		t.Errorf("got %q, changed %v", got, f.Changed())
	}
}

func TestImports(t *testing.T) {
	f := load(t, `x = use_extension("//merge:extensions.bzl", "merge_deps")
use_repo(x, "a")
use_repo(
    x,
    b = "c",
)
use_repo(y, "d")
`)
	var got []string
	for _, i := range f.Proxies(bzl, extension)[0].Imports() {
		got = append(got, i.Repository+" "+i.File+":"+string(rune('0'+i.Line)))
	}
	if want := "a MODULE.bazel:2, c MODULE.bazel:5"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %s", got, want)
	}
}
