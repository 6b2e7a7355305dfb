package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

// pinned are the versions that CI runs, the oldest first.
type pinned struct {
	bazel, goSDKs []string
	// rulesGo and gazelle are those that bazelw sets up.
	rulesGo, gazelle []string
	// kitex and grpc are those of services that tests merge, and adapted those of
	// grpc-go that the adapter's unit tests run with.
	kitex, grpc, adapted []string
}

// read returns what the files below root pin.
func read(root string) (*pinned, error) {
	bazel, err := os.ReadFile(filepath.Join(root, ".bazelversion"))
	if err != nil {
		return nil, err
	}
	p := &pinned{bazel: []string{strings.TrimSpace(string(bazel))}}
	if p.goSDKs, err = goSDKs(root); err != nil {
		return nil, err
	}
	for _, of := range []struct {
		versions *[]string
		module   string
		folders  []string
	}{
		{&p.rulesGo, "github.com/bazelbuild/rules_go", []string{"dev/bazel"}},
		{&p.gazelle, "github.com/bazelbuild/bazel-gazelle", []string{"dev/bazel"}},
		// //tests/conformance/versions runs with all of tests/conformance/service.
		{&p.kitex, "github.com/cloudwego/kitex", []string{"tests/conformance", "examples"}},
		{&p.grpc, "google.golang.org/grpc", []string{"tests/grpc"}},
	} {
		files, err := lint.Files(root, func(file string) bool {
			return path.Ext(file) == ".mod" && slices.ContainsFunc(of.folders, func(f string) bool { return strings.HasPrefix(file, f+"/") })
		})
		if err != nil {
			return nil, err
		}
		if *of.versions, err = required(root, of.module, files); err != nil {
			return nil, err
		}
	}
	files, err := fs.Glob(os.DirFS(root), "merge/adapter/grpc/testdata/service/*.mod")
	if err != nil {
		return nil, err
	}
	p.adapted, err = required(root, "google.golang.org/grpc", files)
	return p, err
}

// table returns the rows of the table: what, and in which versions.
func (p *pinned) table() [][2]string {
	return [][2]string{
		{"Bazel", minors(p.bazel) + " (tested), with modules or [WORKSPACE](docs/workspace.md); 8 and 9 are not tested: CI runs " + minors(p.bazel) + " with their [incompatible flags](e2e/smoke/.bazelrc)"},
		{"rules_go", minors(p.rulesGo) + " (tested)"},
		{"Gazelle", minors(p.gazelle) + " (tested); from the registry, rules_go 0.65 selects 0.51"},
		{"[Go](docs/go-versions.md)", strings.Join(p.goSDKs, ", ") + ": all tests with the newest, [a part of them](docs/go-versions.md#how-ci-covers-them) with the others"},
		{"Platforms", "linux/amd64 (tested), linux/arm64 and darwin/arm64 (built and inspected, without cgo); not Windows"},
		{"[grpc-go](docs/grpc.md)", strings.Join(p.grpc, ", ") + " (tested in merged binaries), " + strings.Join(p.adapted, ", ") + " (by [unit tests](docs/grpc.md#versions) of the adapter)"},
		{"[Kitex](docs/kitex.md)", strings.Join(p.kitex, ", ") + " (tested)"},
	}
}

// pages returns what other pages say of the versions, by their paths.
func (p *pinned) pages() map[string][]string {
	goMinors := minors(p.goSDKs)
	last := strings.LastIndex(goMinors, ", ")
	return map[string][]string{
		"docs/bazel.md": {
			"| Bazel | " + minors(p.bazel) + " |",
			"| rules_go | " + minor(p.rulesGo[len(p.rulesGo)-1]) + " |",
			"| | " + minor(p.rulesGo[0]) + ", the oldest |",
		},
		"docs/go-versions.md": {"The rules work with Go " + goMinors[:last] + " and " + goMinors[last+len(", "):] + "."},
		"docs/grpc.md": {
			"| v" + strings.Join(p.adapted, ", v") + " | [unit tests]",
			"| v" + strings.Join(p.grpc, " with v") + ", in both directions |",
		},
		"docs/kitex.md": {"Kitex v" + p.kitex[0] + " to v" + p.kitex[len(p.kitex)-1] + ","},
	}
}

// required returns the versions, without "v", in which .mod files require a module,
// the oldest first.
func required(root, module string, files []string) ([]string, error) {
	found := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return nil, err
		}
		mod, err := modfile.ParseLax(file, data, nil)
		if err != nil {
			return nil, err
		}
		for _, r := range mod.Require {
			if r.Mod.Path == module {
				found[strings.TrimPrefix(r.Mod.Version, "v")] = true
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%q do not require %s", files, module)
	}
	return sorted(found), nil
}

// sumLine matches a line of go.sum for a Go SDK.
var sumLine = regexp.MustCompile(`(?m)^golang\.org/toolchain v0\.0\.1-go([0-9.a-z]+)\.[a-z0-9]+-[a-z0-9]+ `)

// goSDKs returns the versions of the SDKs that tests run with, the oldest first.
func goSDKs(root string) ([]string, error) {
	const sums = "dev/gosdk/go.sum"
	data, err := os.ReadFile(filepath.Join(root, sums))
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, m := range sumLine.FindAllStringSubmatch(string(data), -1) {
		found[m[1]] = true
	}
	// Tests run with the versions in this list.
	const list = "dev/gosdk/sdks.bzl"
	if data, err = os.ReadFile(filepath.Join(root, list)); err != nil {
		return nil, err
	}
	versions := sorted(found)
	var labels []string
	for _, v := range versions {
		labels = append(labels, "@go_"+strings.ReplaceAll(minor(v), ".", "_")+"//:VERSION")
	}
	if got := sdkLabel.FindAllString(string(data), -1); len(got) == 0 || !slices.Equal(got, labels) {
		return nil, fmt.Errorf("%s has %q, and %s the SDKs of %q", list, got, sums, labels)
	}
	return versions, nil
}

// sdkLabel matches an SDK in a list of them.
var sdkLabel = regexp.MustCompile(`@go_[0-9_]+//:VERSION`)

func sorted(versions map[string]bool) []string {
	return slices.SortedFunc(maps.Keys(versions), func(a, b string) int { return semver.Compare("v"+a, "v"+b) })
}

// minor returns the first two numbers of a version.
func minor(version string) string { return strings.TrimPrefix(semver.MajorMinor("v"+version), "v") }

// minors returns the first two numbers of each version.
func minors(versions []string) string {
	var all []string
	for _, v := range versions {
		all = append(all, minor(v))
	}
	return strings.Join(slices.Compact(all), ", ")
}
