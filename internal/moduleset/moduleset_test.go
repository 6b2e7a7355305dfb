package moduleset_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/repotest"
	"github.com/gomerge/rules_go_merge/internal/moduleset"
)

// load unpacks a txtar archive and reads it.
func load(t *testing.T, archive string) (*moduleset.Workspace, []error) {
	t.Helper()
	return moduleset.Load(repotest.New(t, txtar.Parse([]byte(archive))))
}

const workspace = `
-- MODULE.bazel --
module(name = "shop", repo_name = "my_shop")
bazel_dep(name = "rules_go_merge", version = "0.1.0", repo_name = "merge")
other = use_extension("@gazelle//:extensions.bzl", "go_deps")
other.from_file(go_mod = "//:go.mod")
sets = use_extension("@merge//merge:extensions.bzl", "merge_deps", dev_dependency = True)
sets.from_file(
    name = "stock",
    go_mod = "//stock:go.mod",
)
sets.gazelle_override(
    path = "example.com/old",
    directives = ["gazelle:go_naming_convention go_default_library"],
)
include("//sets:more.MODULE.bazel")
-- sets/more.MODULE.bazel --
m = use_extension("@merge//merge:extensions.bzl", "merge_deps")
m.from_file(name = "root", go_mod = "@my_shop//:go.mod")
-- go.mod --
module example.com/shop

go 1.24
-- stock/go.mod --
module example.com/shop/stock

go 1.24

require (
	example.com v1.0.0
	example.com/old v1.0.0
	example.com/shop/shared v0.0.0
	github.com/BurntSushi/toml v1.0.0
	github.com/burntsushi/toml v1.0.0 // indirect
	github.com/cloudwego/kitex v0.16.2
	gopkg.in/yaml.v3 v3.0.1
	k8s.io/api/v2 v2.0.0
)

replace (
	example.com/shop/shared => ../shared
	gopkg.in/yaml.v3 => gopkg.in/yaml.v3 v3.0.0
)
`

func TestSets(t *testing.T) {
	w, errs := load(t, workspace)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if w.Module != "shop" || !reflect.DeepEqual(w.Names(), []string{"root", "stock"}) {
		t.Errorf("module %q, sets %q", w.Module, w.Names())
	}
	stock := w.Set("stock")
	if stock.File != "stock/go.mod" || stock.Main[0] != (moduleset.Main{Dir: "stock", Path: "example.com/shop/stock"}) || stock.Position != "MODULE.bazel:6" {
		t.Errorf("set stock: %+v", stock)
	}
	if at := w.At("stock"); len(at) != 1 || at[0] != stock {
		t.Errorf("at stock: %v", at)
	}
	if at := w.At(""); len(at) != 1 || at[0] != w.Set("root") {
		t.Errorf("at the root: %v", at)
	}
	if at := w.At("shared"); at != nil {
		t.Errorf("at shared: %v", at)
	}
}

func TestLabels(t *testing.T) {
	w, errs := load(t, workspace)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	tests := map[string]string{
		"github.com/cloudwego/kitex":              "@stock_com_github_cloudwego_kitex//:kitex",
		"github.com/cloudwego/kitex/client":       "@stock_com_github_cloudwego_kitex//client",
		"github.com/cloudwego/kitex/x/v2":         "@stock_com_github_cloudwego_kitex//x/v2:x",
		"github.com/cloudwego/kitexx":             "",
		"gopkg.in/yaml.v3":                        "@stock_in_gopkg_yaml_v3//:yaml_v3",
		"k8s.io/api/v2":                           "@stock_io_k8s_api_v2//:api",
		"k8s.io/api/v2/core":                      "@stock_io_k8s_api_v2//core",
		"example.com":                             "@stock_com_example//:example.com",
		"example.com/any":                         "@stock_com_example//any",
		"example.com/old/sub":                     "@stock_com_example_old//sub:go_default_library",
		"example.com/shop/shared/log":             "@stock_com_example_shop_shared//log",
		"example.com/shop/stock/internal/missing": "",
		"github.com/burntsushi/toml":              "@stock_com_github_burntsushi_toml//:toml",
		"github.com/BurntSushi/toml":              "@stock_com_github_burntsushi_toml_f418a163//:toml",
		"fmt":                                     "",
	}
	for importPath, want := range tests {
		m, ok := w.Set("stock").Find(importPath)
		got := ""
		if ok {
			got = m.Label(importPath).String()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", importPath, got, want)
		}
	}
	if m, _ := w.Set("stock").Find("example.com/shop/shared"); m.Dir != "shared" {
		t.Errorf("folder of the replaced module: %q", m.Dir)
	}
	if m, _ := w.Set("stock").Find("gopkg.in/yaml.v3"); m.Dir != "" {
		t.Errorf("folder of a module replaced by a module: %q", m.Dir)
	}
}

func TestRead(t *testing.T) {
	root := t.TempDir()
	err := os.WriteFile(filepath.Join(root, "go.mod"), []byte(`module example.com/shop

require example.com/a v1.0.0

require (
	example.com/b v1.0.0 // indirect
	example.com/tools v1.0.0 // indirect
)

tool example.com/tools/cmd/x
`), 0o666)
	if err != nil {
		t.Fatal(err)
	}
	set, err := moduleset.Read(root, "shop", "go.mod")
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]bool)
	for _, m := range set.Modules {
		got[m.Repository] = m.Direct
	}
	if want := map[string]bool{"shop_com_example_a": true, "shop_com_example_b": false, "shop_com_example_tools": true}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestGoWork(t *testing.T) {
	w, errs := load(t, `
-- MODULE.bazel --
m = use_extension("@rules_go_merge//merge:extensions.bzl", "merge_deps")
m.from_file(name = "shop", go_work = "//:go.work")
-- go.work --
go 1.24

use (
	.
	./item
	./rpc
)

replace example.com/fork => ./fork
-- go.mod --
module example.com/shop
-- item/go.mod --
module example.com/item

require (
	example.com/a v1.9.0
	example.com/b v1.0.0 // indirect
	example.com/fork v1.0.0
	example.com/local v1.0.0
	example.com/rpc v0.0.0
)

replace (
	example.com/fork => ../other
	example.com/local => ../local
)
-- rpc/go.mod --
module example.com/rpc

require (
	example.com/a v1.10.0 // indirect
	example.com/b v1.0.0-rc.1 // indirect
)
`)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	set := w.Set("shop")
	for dir, modulePath := range map[string]string{"": "example.com/shop", "item": "example.com/item", "rpc": "example.com/rpc"} {
		if main, ok := set.MainAt(dir); !ok || main.Path != modulePath || !reflect.DeepEqual(w.At(dir), []*moduleset.Set{set}) {
			t.Errorf("the set is for %+v in folder %q", main, dir)
		}
	}
	if at := w.At("fork"); at != nil {
		t.Errorf("at fork: %v", at)
	}
	// The highest versions; directives of go.work win; used modules are left out.
	want := []moduleset.Module{
		{Path: "example.com/a", Version: "v1.10.0", Direct: true, Repository: "shop_com_example_a"},
		{Path: "example.com/b", Version: "v1.0.0", Repository: "shop_com_example_b"},
		{Path: "example.com/fork", Version: "v1.0.0", Direct: true, Repository: "shop_com_example_fork", Dir: "fork"},
		{Path: "example.com/local", Version: "v1.0.0", Direct: true, Repository: "shop_com_example_local", Dir: "local"},
	}
	if !reflect.DeepEqual(set.Modules, want) {
		t.Errorf("got %+v", set.Modules)
	}
}

func TestErrors(t *testing.T) {
	w, errs := load(t, `
-- MODULE.bazel --
m = use_extension("@rules_go_merge//merge:extensions.bzl", "merge_deps")
m.from_file(name = "gone", go_mod = "//gone:go.mod")
m.from_file(name = "far", go_mod = "@other//:go.mod")
m.from_file(name = "bad", go_mod = "//bad:go.mod")
m.from_file(name = "good", go_mod = "//good:go.mod")
m.from_file(name = "work", go_work = "//:go.work")
-- go.work --
use ./away
-- bad/go.mod --
module example.com/bad

requires x
-- good/go.mod --
module example.com/good
`)
	want := []string{
		"MODULE.bazel:3: from_file needs a name and the label of a go.mod or go.work file in this workspace",
		`MODULE.bazel:2: dependency set "gone": no such file: gone/go.mod`,
		"bad/go.mod:3: unknown directive: requires",
		`MODULE.bazel:6: dependency set "work": no such file: away/go.mod`,
	}
	if len(errs) != len(want) {
		t.Fatalf("got %q", errs)
	}
	for i, err := range errs {
		if !strings.Contains(err.Error(), want[i]) {
			t.Errorf("got %q, want %q", err, want[i])
		}
	}
	if !reflect.DeepEqual(w.Names(), []string{"good"}) {
		t.Errorf("sets %q", w.Names())
	}
}

func TestNoModuleFile(t *testing.T) {
	if w, errs := load(t, ""); len(errs) > 0 || len(w.Sets) > 0 {
		t.Errorf("got %v, %v", w, errs)
	}
}
