package workspace_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

const repository = `
-- .gitignore --
server
old/
-- shop/go.mod --
module example.com/shop

go 1.25
-- shop/server/main.go --
package main
-- shop/cmd/server/main.go --
package main
-- shop/old/old.go --
package old
-- shop/older/older.go --
package older
-- shop/empty/server/README.md --
-- shop/sub/.gitignore --
gen
-- shop/sub/gen/gen.go --
package gen
-- shop/sub/server/server.go --
package server
`

// TestGit leaves out what git ignores in a repository: not what is tracked, and
// in a submodule what this ignores.
func TestGit(t *testing.T) {
	root := unpack(t)
	runGit(t, root, "init", "--quiet")
	runGit(t, root, "add", "--force", "shop/server/main.go")
	runGit(t, filepath.Join(root, "shop/sub"), "init", "--quiet")
	w := load(t, root)
	want := []workspace.Ignored{
		{Dir: "cmd/server", Pattern: "../.gitignore:1"},
		{Dir: "old", Pattern: "../.gitignore:2"},
		{Dir: "sub/gen", Pattern: "sub/.gitignore:1"},
	}
	if !reflect.DeepEqual(w.Ignored, want) {
		t.Errorf("ignored are %+v", w.Ignored)
	}
	if want := []string{"older", "server", "sub/server"}; !reflect.DeepEqual(w.Packages, want) {
		t.Errorf("packages are in %q", w.Packages)
	}
	if len(w.Remarks) > 0 {
		t.Errorf("remarks: %q", w.Remarks)
	}
}

// TestIgnoredRoot takes a folder that the user names although git ignores it.
func TestIgnoredRoot(t *testing.T) {
	root := unpack(t)
	if err := os.WriteFile(filepath.Join(root, ".gitignore"), []byte("shop\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	runGit(t, root, "init", "--quiet")
	w := load(t, root)
	if want := []string{"cmd/server", "old", "older", "server", "sub/server"}; !reflect.DeepEqual(w.Packages, want) {
		t.Errorf("packages are in %q", w.Packages)
	}
}

// TestUnreadableGit goes by the .gitignore files below the root, and says so.
func TestUnreadableGit(t *testing.T) {
	root := unpack(t)
	runGit(t, root, "init", "--quiet")
	if err := os.WriteFile(filepath.Join(root, ".git", "config"), []byte("[core\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	w := load(t, root)
	if want := []string{"cmd/server", "old", "older", "server", "sub/server"}; !reflect.DeepEqual(w.Packages, want) {
		t.Errorf("packages are in %q", w.Packages)
	}
	if len(w.Remarks) != 1 || !strings.Contains(w.Remarks[0], "bad config line 1") {
		t.Errorf("remarks: %q", w.Remarks)
	}
}

// TestNoGit takes everything where git is not installed, and says so.
func TestNoGit(t *testing.T) {
	root := unpack(t)
	if err := os.Rename(filepath.Join(root, ".gitignore"), filepath.Join(root, "shop", ".gitignore")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	w := load(t, root)
	if len(w.Packages) != 6 || len(w.Ignored) > 0 {
		t.Errorf("packages are in %q", w.Packages)
	}
	if len(w.Remarks) != 1 || !strings.Contains(w.Remarks[0], "git is not there") {
		t.Errorf("remarks: %q", w.Remarks)
	}
}

func unpack(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	for _, file := range txtar.Parse([]byte(repository)).Files {
		name := filepath.Join(root, filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, file.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func load(t *testing.T, root string) *workspace.Workspace {
	t.Helper()
	w, err := workspace.Load(filepath.Join(root, "shop"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func runGit(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", args, err, out)
	}
}
