package main

import (
	"fmt"
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

// table returns the rows of the table: what, and in which versions.
func table(root string) ([][2]string, error) {
	bazel, err := os.ReadFile(filepath.Join(root, ".bazelversion"))
	if err != nil {
		return nil, err
	}
	// Those that bazelw sets up.
	rulesGo, err := required(root, "github.com/bazelbuild/rules_go", "dev/bazel")
	if err != nil {
		return nil, err
	}
	gazelle, err := required(root, "github.com/bazelbuild/bazel-gazelle", "dev/bazel")
	if err != nil {
		return nil, err
	}
	goVersions, err := goSDKs(root)
	if err != nil {
		return nil, err
	}
	// Those of the services that tests merge: //tests/conformance/versions runs with all
	// of tests/conformance/service.
	kitex, err := required(root, "github.com/cloudwego/kitex", "tests/conformance", "examples")
	if err != nil {
		return nil, err
	}
	grpc, err := required(root, "google.golang.org/grpc", "tests/grpc")
	if err != nil {
		return nil, err
	}
	return [][2]string{
		{"Bazel", minor(strings.TrimSpace(string(bazel))) + " (tested), with modules or [WORKSPACE](docs/workspace.md); 8 and 9 are not tested: CI runs 7.7 with their [incompatible flags](e2e/smoke/.bazelrc)"},
		{"rules_go", minors(rulesGo) + " (tested)"},
		{"Gazelle", minors(gazelle) + " (tested); from the registry, rules_go 0.65 selects 0.51"},
		{"[Go](docs/go-versions.md)", strings.Join(goVersions, ", ") + ": all tests with the newest, [a part of them](docs/go-versions.md#how-ci-covers-them) with the others"},
		{"Platforms", "linux/amd64 (tested), linux/arm64 and darwin/arm64 (built and inspected, without cgo); not Windows"},
		{"[grpc-go](docs/grpc.md)", strings.Join(grpc, ", ") + " (tested), and [versions between](docs/grpc.md#versions) by the adapter's unit tests"},
		{"[Kitex](docs/kitex.md)", strings.Join(kitex, ", ") + " (tested)"},
	}, nil
}

// required returns the versions, without "v", in which go.mod files below
// folders require a module, the oldest first.
func required(root, module string, folders ...string) ([]string, error) {
	files, err := lint.Files(root, func(file string) bool {
		return path.Ext(file) == ".mod" && slices.ContainsFunc(folders, func(f string) bool { return strings.HasPrefix(file, f+"/") })
	})
	if err != nil {
		return nil, err
	}
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
		return nil, fmt.Errorf("no go.mod below %s requires %s", strings.Join(folders, ", "), module)
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
