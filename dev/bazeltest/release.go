package bazeltest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// releaseEnv has the path, as $(rlocationpath) writes it, of //dev/release.
const releaseEnv = "RELEASE"

// Release returns a folder with the content of the release archive. It is the
// same for a name in each run. The test has //dev/release as data, and its
// path in RELEASE.
func Release(t *testing.T, name string) string {
	t.Helper()
	source := SourceTree(t)
	dir := Folder(t, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "rules_go_merge.tar.gz")
	release := exec.Command(Runfile(t, os.Getenv(releaseEnv)), archive)
	release.Env = append(os.Environ(), "BUILD_WORKSPACE_DIRECTORY="+source)
	tar := exec.Command("tar", "-xzf", archive, "-C", dir)
	for _, cmd := range []*exec.Cmd{release, tar} {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
	}
	return dir
}
