package affected_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/repotest"
	"github.com/gomerge/rules_go_merge/tools/mergectl/affected"
	"github.com/gomerge/rules_go_merge/tools/mergectl/history"
)

// graph is what bazel query prints of the workspace: shop embeds stock and item,
// cart embeds item.
func graph(t *testing.T, more ...string) *affected.Graph {
	t.Helper()
	var out strings.Builder
	rule := func(class, name string, inputs ...string) {
		text, err := json.Marshal(map[string]any{"type": "RULE", "rule": map[string]any{"name": name, "ruleClass": class, "ruleInput": inputs}})
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(text, '\n'))
	}
	rule("go_merged_binary", "//:shop", "//stock:stock_service", "//item:item_service")
	rule("go_merged_binary", "//:cart", "//item:item_service")
	rule("go_merge_service", "//stock:stock_service", "//stock:stock")
	rule("go_binary", "//stock:stock", "//stock:lib")
	rule("go_library", "//stock:lib", "//stock:main.go", "//stock:seeds", "//lib:lib", "@@rules_go_merge++merge_deps+stock_com_x//:x")
	rule("go_library", "@@rules_go_merge++merge_deps+stock_com_x//:x")
	rule("go_merge_service", "//item:item_service", "//item:item")
	rule("go_binary", "//item:item", "//item:main.go", "//item:gen.go")
	rule("genrule", "//item:gen", "//item:gen.txt")
	rule("go_library", "//lib:lib", "//lib:a.go", "//lib:link.go")
	rule("toolchain", "//tools:toolchain", "//tools:tool")
	rule("go_binary", "//tools:tool", "//tools:tool.go")
	out.WriteString(`{"type":"GENERATED_FILE","generatedFile":{"name":"//item:gen.go","generatingRule":"//item:gen"}}` + "\n")
	for _, file := range []string{"//stock:main.go", "//stock:seeds", "//item:main.go", "//item:gen.txt", "//lib:a.go", "//lib:link.go", "//tools:tool.go"} {
		out.WriteString(`{"type":"SOURCE_FILE","sourceFile":{"name":"` + file + `"}}` + "\n")
	}
	out.WriteString(`{"type":"SOURCE_FILE","sourceFile":{"name":"//lib:BUILD.bazel","subinclude":["//lib:macro.bzl"]}}` + "\n")
	for _, line := range more {
		out.WriteString(line + "\n")
	}
	g, err := affected.ReadGraph(strings.NewReader(out.String()))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const (
	rulesLoad = "load(\"@io_bazel_rules_go//go:def.bzl\", \"go_binary\", \"go_library\")\nload(\"@rules_go_merge//merge:defs.bzl\", \"go_merge_service\")\n\n"
	stock     = rulesLoad + "go_library(\n    name = \"lib\",\n    srcs = glob([\"*.go\"]),\n)\n\ngo_binary(\n    name = \"stock\",\n    embed = [\":lib\"],\n)\n\ngo_merge_service(\n    name = \"stock_service\",\n    binary = \":stock\",\n    version = \"v1\",\n)\n"
)

func workspace() map[string]string {
	return map[string]string{
		"MODULE.bazel": `merge_deps = use_extension("@rules_go_merge//merge:extensions.bzl", "merge_deps")
merge_deps.from_file(name = "stock", go_mod = "//stock:go.mod")
go_deps = use_extension("@gazelle//:extensions.bzl", "go_deps")
go_deps.from_file(go_mod = "//:go.mod")
bazel_dep(name = "vendored", version = "1.0")
local_path_override(module_name = "vendored", path = "third_party/vendored")
archive_override(module_name = "x", patches = ["//patches:x.patch"])
rules = use_extension("//ext:ext.bzl", "rules")
`,
		".bazelrc":                     "common --x\ntry-import %workspace%/dev/more.rc\n",
		"BUILD.bazel":                  "# top\n",
		"go.mod":                       "module example.com/shop\n\ngo 1.25\n",
		"stock/BUILD.bazel":            stock,
		"stock/main.go":                "package main\n",
		"stock/go.mod":                 "module example.com/shop/stock\n\ngo 1.25\n\nrequire example.com/copied v0.0.0\n\nreplace example.com/copied => ../copied\n",
		"stock/go.sum":                 "x\n",
		"stock/seeds/deep/data.json":   "{}\n",
		"copied/go.mod":                "module example.com/copied\n\ngo 1.25\n",
		"copied/x.go":                  "package copied\n",
		"item/BUILD.bazel":             "macro(name = \"item\")\n",
		"item/main.go":                 "package main\n",
		"item/gen.txt":                 "1\n",
		"item/README.md":               "1\n",
		"lib/BUILD.bazel":              "x()\n",
		"lib/a.go":                     "package lib\n",
		"lib/macro.bzl":                "x\n",
		"real/link.go":                 "package lib\n",
		"tools/BUILD.bazel":            "x()\n",
		"tools/tool.go":                "package main\n",
		"ext/ext.bzl":                  "x\n",
		"patches/x.patch":              "x\n",
		"third_party/vendored/a/x.txt": "x\n",
		"dev/more.rc":                  "build --@rules_go//go/config:pgoprofile=//profiles:all.pgo --remote_cache=https://example.com/x\n",
		"profiles/all.pgo":             "x\n",
		".github/CODEOWNERS":           "* @everyone\n/stock/ @stock-team ops@example.com\n/BUILD.bazel @shop-team\n",
	}
}

func TestFind(t *testing.T) {
	g := repotest.NewGit(t)
	g.Write(workspace())
	if err := os.Symlink("../real/link.go", filepath.Join(g.Dir, "lib/link.go")); err != nil {
		t.Fatal(err)
	}
	base := g.Commit("", nil)
	repo, err := history.Open(g.Dir)
	if err != nil {
		t.Fatal(err)
	}
	const shop, cart = "//:shop code", "//:cart code"
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"nothing", map[string]string{"item/README.md": "2\n", "docs/x.md": "2\n"}, nil},
		{"a source", map[string]string{"stock/main.go": "package main // 2\n"}, []string{shop}},
		{"a source of both", map[string]string{"item/main.go": "package main // 2\n"}, []string{cart, shop}},
		{"what a source is generated from", map[string]string{"item/gen.txt": "2\n"}, []string{cart, shop}},
		{"a file in a folder that is a source", map[string]string{"stock/seeds/deep/data.json": "2\n"}, []string{shop}},
		{"a library", map[string]string{"lib/a.go": "package lib // 2\n"}, []string{shop}},
		{"what a symbolic link leads to", map[string]string{"real/link.go": "package lib // 2\n"}, []string{shop}},
		{"a file that is gone", map[string]string{"item/README.md": ""}, []string{cart, shop}},
		{"a file that may be gone from a glob", map[string]string{"lib/a.go": ""}, []string{shop}},
		{"a tool", map[string]string{"tools/tool.go": "package main // 2\n"}, []string{cart, shop}},
		{"a version", map[string]string{"stock/BUILD.bazel": strings.Replace(stock, "v1", "v2", 1)}, []string{"//:shop relink"}},
		{"environment and more", map[string]string{"stock/BUILD.bazel": strings.Replace(stock, "    version", "    args = [\"-x\"],\n    env = {\"A\": \"b\"},\n    version", 1)}, []string{"//:shop relink"}},
		{"another namespace", map[string]string{"stock/BUILD.bazel": strings.Replace(stock, "    version", "    namespace = \"x\",\n    version", 1)}, []string{shop}},
		{"tags and comments", map[string]string{"stock/BUILD.bazel": strings.Replace(stock, "    version", "    # why\n    tags = [\"x\"],\n    version", 1)}, nil},
		{"the rule of a library", map[string]string{"stock/BUILD.bazel": strings.Replace(stock, "glob([\"*.go\"])", "[\"main.go\"]", 1)}, []string{shop}},
		{"a rule that nothing needs", map[string]string{"stock/BUILD.bazel": stock + "\ngo_library(\n    name = \"other\",\n)\n"}, nil},
		{"a rule of which the name begins with its name", map[string]string{"stock/BUILD.bazel": stock + "\ngo_library(\n    name = \"st\",\n)\n"}, []string{shop}},
		{"a rule that is gone", map[string]string{"stock/BUILD.bazel": stock[:strings.Index(stock, "go_merge_service(")]}, []string{shop}},
		{"what a macro is given", map[string]string{"item/BUILD.bazel": "macro(name = \"other\")\n"}, []string{cart, shop}},
		{"another function of a name", map[string]string{"stock/BUILD.bazel": strings.Replace(stock, "@rules_go_merge//merge:defs.bzl", "//merge:defs.bzl", 1)}, []string{shop}},
		{"a BUILD file in a folder", map[string]string{"stock/seeds/BUILD.bazel": "# none\n"}, []string{shop}},
		{"a .bzl file of a package", map[string]string{"lib/macro.bzl": "y\n"}, []string{shop}},
		{"a .bzl file of nobody knows what", map[string]string{"other/x.bzl": "y\n"}, []string{cart, shop}},
		{"a module extension", map[string]string{"ext/ext.bzl": "y\n"}, []string{cart, shop}},
		{"module versions of a set", map[string]string{"stock/go.mod": workspace()["stock/go.mod"] + "// more\n"}, []string{shop}},
		{"sums of a set", map[string]string{"stock/go.sum": "y\n"}, []string{shop}},
		{"module versions of all", map[string]string{"go.mod": "module example.com/shop\n\ngo 1.26\n"}, []string{cart, shop}},
		{"sums of all", map[string]string{"go.sum": "y\n"}, []string{cart, shop}},
		{"module versions of nobody", map[string]string{"elsewhere/go.mod": "module x\n"}, nil},
		{"MODULE.bazel", map[string]string{"MODULE.bazel": workspace()["MODULE.bazel"] + "# more\n"}, []string{cart, shop}},
		{"a patch", map[string]string{"patches/x.patch": "y\n"}, []string{cart, shop}},
		{"another module", map[string]string{"third_party/vendored/a/x.txt": "y\n"}, []string{cart, shop}},
		{"settings", map[string]string{".bazelrc": "common --y\n"}, []string{cart, shop}},
		{"what a setting names", map[string]string{"profiles/all.pgo": "y\n"}, []string{cart, shop}},
		{"imported settings", map[string]string{"dev/more.rc": "y\n"}, []string{cart, shop}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g.Run("checkout", "-q", "--detach", base)
			head := g.Commit("", tt.files)
			found, err := affected.Find(affected.Input{Graph: graph(t), Root: g.Dir, Repository: repo, Base: base, Head: head})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, b := range found {
				got = append(got, b.Label+" "+b.Effect.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q: %v", got, tt.want, found)
			}
		})
	}
}

// TestFindBelow changes what paths lead through, none of whose files are in the
// difference of the commits.
func TestFindBelow(t *testing.T) {
	g := repotest.NewGit(t)
	g.Write(workspace())
	link := filepath.Join(g.Dir, "stock/linked")
	if err := os.Symlink("../real", link); err != nil {
		t.Fatal(err)
	}
	base := g.Commit("", nil)
	repo, err := history.Open(g.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(){
		"a link to another folder": func() {
			if err := errors.Join(os.Remove(link), os.Symlink("../copied", link)); err != nil {
				t.Fatal(err)
			}
		},
		"a new link": func() {
			if err := os.Symlink("../real", filepath.Join(g.Dir, "item/linked")); err != nil {
				t.Fatal(err)
			}
		},
		"a submodule": func() { g.Run("update-index", "--add", "--cacheinfo", "160000,"+base+",third_party/sub") },
	} {
		t.Run(name, func(t *testing.T) {
			g.Run("checkout", "-q", "--force", "--detach", base)
			change()
			g.Run("add", "stock", "item")
			g.Run("commit", "-q", "-m", name)
			found, err := affected.Find(affected.Input{Graph: graph(t), Root: g.Dir, Repository: repo, Base: base, Head: g.Run("rev-parse", "HEAD")})
			if err != nil || len(found) != 2 || found[0].Effect != affected.Code {
				t.Errorf("got %v, %v, want the code of all", found, err)
			}
		})
	}
}

// TestReplacedFolder has a module that a dependency set copies from the workspace.
func TestReplacedFolder(t *testing.T) {
	g := repotest.NewGit(t)
	base := g.Commit("", workspace())
	head := g.Commit("", map[string]string{"copied/x.go": "package copied // 2\n"})
	repo, err := history.Open(g.Dir)
	if err != nil {
		t.Fatal(err)
	}
	more := `{"type":"RULE","rule":{"name":"@@rules_go_merge++merge_deps+stock_com_example_copied//:copied","ruleClass":"go_library"}}`
	for name, want := range map[string]int{"//item:item": 2, "//stock:lib": 1} {
		more := []string{more, `{"type":"RULE","rule":{"name":"` + name + `","ruleClass":"go_library","ruleInput":["@@rules_go_merge++merge_deps+stock_com_example_copied//:copied"]}}`}
		found, err := affected.Find(affected.Input{Graph: graph(t, more...), Root: g.Dir, Repository: repo, Base: base, Head: head})
		if err != nil || len(found) != want {
			t.Errorf("%s: got %v, %v, want %d", name, found, err, want)
		}
	}
}

func TestOwners(t *testing.T) {
	g := repotest.NewGit(t)
	base := g.Commit("", workspace())
	head := g.Commit("", map[string]string{"stock/main.go": "package main // 2\n"})
	repo, err := history.Open(g.Dir)
	if err != nil {
		t.Fatal(err)
	}
	found, err := affected.Find(affected.Input{Graph: graph(t), Root: g.Dir, Repository: repo, Base: base, Head: head})
	if err != nil || len(found) != 1 {
		t.Fatalf("got %v, %v", found, err)
	}
	b := found[0]
	if !slices.Equal(b.Owners, []string{"@shop-team"}) || len(b.Services) != 1 || !slices.Equal(b.Services[0].Owners, []string{"@stock-team", "ops@example.com"}) || b.Because != "stock/main.go" {
		t.Errorf("got %+v", b)
	}
}

// TestOwnersFiles has files as GitHub and GitLab take them.
func TestOwnersFiles(t *testing.T) {
	g := repotest.NewGit(t)
	base := g.Commit("", workspace())
	head := g.Commit("", map[string]string{"stock/main.go": "package main // 2\n"})
	repo, err := history.Open(g.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"* @all\n/stock/ @stock # why\n":                "@stock",
		"* @all\n/stock/\n":                             "",
		"\ufeff/stock/ @a.b ops@example.technology\r\n": "@a.b ops@example.technology",
		"* @all\n\n[Stock team]\n/stock/ @group/sub/team\n\n^[Docs][2] @docs # all\n*.md\n": "@all @group/sub/team",
		"[Stock] @one @@maintainer\n/stock/\n/item/ @two\n[All] @one\n*\n":                  "@one @@maintainer",
	} {
		g.Write(map[string]string{".github/CODEOWNERS": text})
		found, err := affected.Find(affected.Input{Graph: graph(t), Root: g.Dir, Repository: repo, Base: base, Head: head})
		if err != nil || len(found) != 1 || strings.Join(found[0].Services[0].Owners, " ") != want {
			t.Errorf("%q: got %v, %v, want the owners %s", text, found, err, want)
		}
	}
	g.Write(map[string]string{".github/CODEOWNERS": "* @all\n[Docs]\n/stock/ nobody\n"})
	if _, err := affected.Find(affected.Input{Graph: graph(t), Root: g.Dir, Repository: repo, Base: base, Head: head}); err == nil || !strings.Contains(err.Error(), ".github/CODEOWNERS: line 3: ") {
		t.Errorf("got %v", err)
	}
}

func TestReadGraphErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "no go_merged_binary",
		"{":                         "target 1 is not what bazel query",
		`{"type":"SOMETHING"}`:      `type "SOMETHING"`,
		`{"type":"RULE"}{"type":1}`: "target 2 is not",
	} {
		if _, err := affected.ReadGraph(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error is %v, want one with %q", text, err, want)
		}
	}
}

// FuzzReadGraph looks for output that stops the reader, or leads it in circles.
func FuzzReadGraph(f *testing.F) {
	f.Add([]byte(`{"type":"RULE","rule":{"name":"//:shop","ruleClass":"go_merged_binary","ruleInput":["//:shop"]}}`))
	f.Add([]byte(`{"type":"SOURCE_FILE","sourceFile":{"name":"@//:BUILD","subinclude":["@@//:x.bzl"]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		affected.ReadGraph(bytes.NewReader(data))
	})
}
