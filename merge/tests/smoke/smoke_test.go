// Package smoke uses the rule set as users do: from the release archive, in
// another workspace.
package smoke

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/tests/bazeltest"
)

func TestSmoke(t *testing.T) {
	rules := unpack(t)
	for _, tt := range []struct{ name, config string }{
		{"modules", "--config=next"},
		{"WORKSPACE", "--config=workspace"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := bazeltest.Open(t, filepath.Join(rules, "e2e", "smoke"), rules)
			out := w.MustBazel("test", tt.config, "//...")
			if n := strings.Count(out, "PASSED"); n != 2 {
				t.Errorf("%d tests passed, want smoke_test and serve_test:\n%s", n, out)
			}
		})
	}
}

// unpack returns a folder with the content of the release archive.
func unpack(t *testing.T) string {
	t.Helper()
	source := bazeltest.SourceTree(t) // skips what cannot run
	dir := bazeltest.Folder(t, "release")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "rules_go_merge.tar.gz")
	release := exec.Command(bazeltest.Runfile(t, os.Getenv("RELEASE")), archive)
	release.Env = append(os.Environ(), "BUILD_WORKSPACE_DIRECTORY="+source)
	tar := exec.Command("tar", "-xzf", archive, "-C", dir)
	for _, cmd := range []*exec.Cmd{release, tar} {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
	}
	return dir
}
