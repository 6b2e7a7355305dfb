package main

import (
	"path"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/rooms"
)

// registryTest is what the Bazel Central Registry tests a release with.
const registryTest = "e2e/smoke/"

// topFiles are the files that users need of the top folder.
var topFiles = []string{".bazelignore", "BUILD.bazel", "CHANGELOG.md", "LICENSE", "MODULE.bazel", "README.md", "REPO.bazel", "WORKSPACE", "go.mod", "go.sum"}

// isReleased reports whether a file of the work tree belongs in the archive.
func isReleased(file string) bool {
	if path.Dir(file) == "." {
		return slices.Contains(topFiles, file)
	}
	room := rooms.Of(file)
	return strings.HasPrefix(file, registryTest) || room != nil && room.Shipped && !rooms.IsTest(file)
}
