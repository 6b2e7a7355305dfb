package inputs

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// run returns the lines that a program prints on standard output.
func run(t *testing.T, w *bazeltest.Workspace, program string) []string {
	t.Helper()
	out, err := exec.Command(filepath.Join(w.Dir, "bazel-bin", program)).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
