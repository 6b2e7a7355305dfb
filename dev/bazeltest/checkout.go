package bazeltest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Checkout copies the source tree of this module to a separate folder, as
// another checkout of it. What this checkout has built, the copy finds in a
// cache that both have.
func Checkout(t *testing.T, name string) *Workspace {
	t.Helper()
	w := Open(t, Folder(t, name), "")
	CopySource(t, w.Dir)
	return w
}

// CopySource copies the source tree of this module to a folder.
func CopySource(t *testing.T, dir string) {
	t.Helper()
	tree := SourceTree(t)
	err := filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(tree, path)
		switch {
		case err != nil:
			return err
		case rel == ".git" && d.IsDir():
			return fs.SkipDir
		case rel == ".git" || d.Type()&fs.ModeSymlink != 0 && strings.HasPrefix(rel, "bazel-"):
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(dir, rel), 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, rel), data, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Replace replaces a text in a file of the workspace, which has to have it.
func (w *Workspace) Replace(name, old, new string) {
	w.t.Helper()
	text := w.Read(name)
	if !strings.Contains(text, old) {
		w.t.Fatalf("%s has no %q", name, old)
	}
	w.Write(name, strings.Replace(text, old, new, 1))
}
