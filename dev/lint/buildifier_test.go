package lint_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

func TestBuildifier(t *testing.T) {
	// Bazel says where it built buildifier; go test has the tool of go.mod.
	buildifier := []string{"go", "tool", "buildifier"}
	if bin := os.Getenv("BUILDIFIER"); bin != "" {
		abs, err := filepath.Abs(filepath.Join("..", "..", bin))
		if err != nil {
			t.Fatal(err)
		}
		buildifier = []string{abs}
	}
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := lint.Files(root, lint.IsStarlark)
	if err != nil {
		t.Fatal(err)
	}
	args := append(buildifier[1:], "-mode=check", "-lint=warn")
	cmd := exec.Command(buildifier[0], append(args, files...)...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("buildifier: %v; to format a file, run go tool buildifier FILE\n%s", err, out)
	}
}
