// Package buildinfo tests that debug.ReadBuildInfo tells a merged service what it
// tells the service alone.
package buildinfo

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestBuildInfoIsTheServices(t *testing.T) {
	dir := os.Getenv("TEST_SRCDIR")
	if dir == "" {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	run := func(variable string) []string {
		out, err := exec.Command(filepath.Join(dir, os.Getenv(variable))).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", variable, err, out)
		}
		return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	}
	older, newer := run("OLDER"), run("NEWER")
	if !strings.Contains(older[0], "uuid@v1.5.0") || !strings.Contains(newer[0], "uuid@v1.6.0") {
		t.Fatalf("alone they print %q and %q, which are not two versions", older, newer)
	}
	want := slices.Sorted(slices.Values(append(older, newer...)))
	if got := slices.Sorted(slices.Values(run("MERGED"))); !slices.Equal(got, want) {
		t.Errorf("merged:\n%s\nalone:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
