package bazeltest

import (
	"os"
	"path/filepath"
	"testing"
)

// Runfile returns the path of a file that a test has as data, given as
// $(rlocationpath) writes it. Outside of Bazel, where there is none, it skips
// the test.
func Runfile(t *testing.T, path string) string {
	t.Helper()
	dir := os.Getenv("TEST_SRCDIR")
	if dir == "" {
		t.Skip("needs files that Bazel builds: run it with bazelw test")
	}
	return filepath.Join(dir, path)
}
