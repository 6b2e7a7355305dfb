package bazeltest

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Folders of the source tree whose go.mod names a rules_go.
const (
	// OldestRulesGo has the oldest that the rules work with.
	OldestRulesGo = "dev/bazel/oldest"
	// TooOldRulesGo has the last that they do not work with.
	TooOldRulesGo = "tests/smoke/testdata/rules_go"
)

// RulesGo returns a folder with the rules_go that the go.mod file in a folder of
// the source tree names. Go checks it against go.sum.
func RulesGo(t *testing.T, folder string) string {
	t.Helper()
	const module = "github.com/bazelbuild/rules_go"
	source := SourceTree(t)
	run := func(args ...string) string {
		cmd := exec.Command("env", append([]string{"PATH=" + Path(), "go"}, args...)...)
		cmd.Dir = filepath.Join(source, folder)
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, &stderr)
		}
		return strings.TrimSpace(string(out))
	}
	run("mod", "download", module)
	from := run("list", "-m", "-f", "{{.Dir}}", module)

	to := Folder(t, "rules_go/"+folder)
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	// Module zips carry no run bits.
	err := filepath.WalkDir(to, func(name string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".sh" {
			return err
		}
		return os.Chmod(name, 0o755)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}
