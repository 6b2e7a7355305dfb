package main

import (
	"path"
	"slices"
	"strings"
)

// released are the folders that users need. e2e/smoke is what the Bazel Central
// Registry tests a release with.
var released = []string{"e2e/smoke", "gazelle_ext", "internal", "merge", "tools/dot", "tools/mergectl", "tools/mergegen"}

// releasedFiles are the files that users need of the top folder.
var releasedFiles = []string{".bazelignore", "BUILD.bazel", "CHANGELOG.md", "LICENSE", "MODULE.bazel", "README.md", "REPO.bazel", "WORKSPACE", "go.mod", "go.sum"}

// testFolders are those below the released ones that hold nothing but tests.
var testFolders = []string{
	"gazelle_ext/gazelletest",
	"internal/adapter",
	"internal/bzl",
	"merge/std/sdktest",
	"merge/tests",
	"tools/mergectl/e2e",
	"tools/mergectl/repotest",
	"tools/mergegen/convert/difftest",
}

// isReleased reports whether a file of the work tree belongs into the archive.
func isReleased(file string) bool {
	if !below(file, released) {
		return slices.Contains(releasedFiles, file)
	}
	if below(file, []string{"e2e/smoke"}) {
		return true
	}
	return !below(file, testFolders) &&
		!strings.HasSuffix(path.Base(file), "_test.go") &&
		!slices.Contains(strings.Split(file, "/"), "testdata")
}

func below(file string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return strings.HasPrefix(file, folder+"/")
	})
}
