package deps

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// goDeps is a workspace whose go_deps has modules of the rules' tools at other
// versions than these are built from.
const goDeps = `
-- BUILD.bazel --
-- go.mod --
module example.com/shop

go 1.22

require (
	github.com/spf13/cobra v1.8.0
	github.com/yuin/goldmark v1.4.13
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/pflag v1.0.5 // indirect
)
-- go.sum --
github.com/inconshreveable/mousetrap v1.1.0 h1:wN+x4NVGpMsO7ErUn/mUI3vEoE6Jt13X2s0bqwp9tc8=
github.com/spf13/cobra v1.8.0 h1:7aJaZx1B85qltLMc546zn58BxxfZdR/W22ej9CFoEf0=
github.com/spf13/pflag v1.0.5 h1:iy+VFUOCP1a+8yFto/drg2CJ5u0yRoWa74kVDo1ESO0=
github.com/yuin/goldmark v1.4.13 h1:fVcFKWvrslecOb/tg+Cc05dkeYx540o0FuFt3nUVDoE=
`

const goDepsModule = `
module(name = "shop")

bazel_dep(name = "gazelle", version = "0.47.0")
bazel_dep(name = "rules_go", version = "0.63.0")

go_sdk = use_extension("@rules_go//go:extensions.bzl", "go_sdk")
go_sdk.host()

go_deps = use_extension("@gazelle//:extensions.bzl", "go_deps")
go_deps.from_file(go_mod = "//:go.mod")
use_repo(
    go_deps,
    "com_github_inconshreveable_mousetrap",
    "com_github_spf13_cobra",
    "com_github_spf13_pflag",
    "com_github_yuin_goldmark",
)
`

// TestGoDeps adds the rules to a workspace with the oldest rules_go and Gazelle:
// no module of go_deps comes, goes or has another version than before, and the
// tools compile with those that they take from there.
func TestGoDeps(t *testing.T) {
	w := bazeltest.New(t, "go_deps", txtar.Parse([]byte(goDeps)))
	// An override of a module that is not there is an error.
	rules := w.Flags
	w.Flags = []string{"--override_module=rules_go=" + bazeltest.RulesGo(t, bazeltest.OldestRulesGo)}
	w.Write("MODULE.bazel", goDepsModule)
	without := goModules(t, w)
	for path, version := range map[string]string{
		"github.com/spf13/cobra":           "v1.8.0",
		"github.com/spf13/pflag":           "v1.0.5",
		"github.com/yuin/goldmark":         "v1.4.13",
		"github.com/bazelbuild/buildtools": "v0.0.0-20250930140053-2eb4fccefb52",
	} {
		if without[path] != version {
			t.Errorf("%s has version %q without the rules, want %s", path, without[path], version)
		}
	}
	w.Write("MODULE.bazel", goDepsModule+`bazel_dep(name = "rules_go_merge", version = "0.0.0")`+"\n")
	w.Flags = append(w.Flags, rules...)
	with := goModules(t, w)
	for _, path := range slices.Sorted(maps.Keys(with)) {
		if with[path] != without[path] {
			t.Errorf("%s: version %q with the rules, %q without", path, with[path], without[path])
		}
	}
	if len(with) != len(without) {
		t.Errorf("%d modules with the rules, %d without", len(with), len(without))
	}
	w.MustBazel("build", "@rules_go_merge//gazelle_ext", "@rules_go_merge//tools/mergectl", "@rules_go_merge//tools/mergegen")
}

var (
	// A repository in the report of an extension.
	extensionRepo = regexp.MustCompile(`(?m)^  - (\w+)`)
	goRepository  = regexp.MustCompile(`(?s)go_repository\(\n  name = "[^"]*",.*?\n\)\n`)
	importPath    = regexp.MustCompile(`\n  importpath = "([^"]*)",`)
	version       = regexp.MustCompile(`\n  version = "([^"]*)",`)
)

// goModules returns the versions of go_deps by module.
func goModules(t *testing.T, w *bazeltest.Workspace) map[string]string {
	t.Helper()
	const known = "com_github_spf13_cobra"
	var mapping map[string]string
	if err := json.Unmarshal([]byte(w.MustBazel("mod", "dump_repo_mapping", "")), &mapping); err != nil {
		t.Fatal(err)
	}
	prefix := strings.TrimSuffix(mapping[known], known)
	command := []string{"mod", "show_repo"}
	report := w.MustBazel("mod", "show_extension", "@gazelle//:extensions.bzl%go_deps")
	for _, match := range extensionRepo.FindAllStringSubmatch(report, -1) {
		command = append(command, "@@"+prefix+match[1])
	}
	modules := map[string]string{}
	for _, rule := range goRepository.FindAllString(w.MustBazel(command...), -1) {
		path, version := importPath.FindStringSubmatch(rule), version.FindStringSubmatch(rule)
		if path == nil || version == nil {
			t.Fatalf("a repository of no version: %s", rule)
		}
		modules[path[1]] = version[1]
	}
	return modules
}
