package bazel_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

func TestPrune(t *testing.T) {
	home, workspace := t.TempDir(), t.TempDir()
	bases := map[string]struct {
		workspace string
		kept      bool
	}{
		"output/here":       {workspace, true},
		"output/gone":       {filepath.Join(workspace, "gone"), false},
		"output-tests/here": {workspace, true},
		"output-tests/gone": {filepath.Join(workspace, "gone"), false},
		"output/cache":      {"", true}, // no output base
	}
	for name, base := range bases {
		dir := filepath.Join(home, "rules_go_merge", name)
		if err := os.MkdirAll(filepath.Join(dir, "external", "fetched"), 0o755); err != nil {
			t.Fatal(err)
		}
		if base.workspace != "" {
			if err := os.WriteFile(filepath.Join(dir, "DO_NOT_BUILD_HERE"), []byte(base.workspace), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		// What Bazel fetched may not be written to.
		if err := os.Chmod(filepath.Join(dir, "external"), 0o555); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(bazeltest.Runfile(t, os.Getenv("TEST_WORKSPACE")+"/dev/bazel/prune.sh"))
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+home)
	printed, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	if n := strings.Count(string(printed), "\n"); n != 2 {
		t.Errorf("printed %d lines, want one for each that is gone:\n%s", n, printed)
	}
	for name, base := range bases {
		_, err := os.Stat(filepath.Join(home, "rules_go_merge", name))
		if kept := err == nil; kept != base.kept {
			t.Errorf("%s: kept %t, want %t", name, kept, base.kept)
		}
	}
}
