package change_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergectl/change"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// content returns the files in a folder, as "name=text", and their modes.
func content(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		if entry.IsDir() {
			list = append(list, entry.Name()+"/")
			continue
		}
		data, err1 := os.ReadFile(filepath.Join(dir, entry.Name()))
		info, err2 := entry.Info()
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		list = append(list, entry.Name()+"="+string(data)+" "+info.Mode().String())
	}
	return strings.Join(list, ", ")
}

func TestApply(t *testing.T) {
	tests := map[string]struct {
		// files are the changes of a, which holds "1", b, which is not there, and
		// c, which is a folder.
		files     []change.File
		want, err string
	}{
		"all": {
			[]change.File{{Name: "a", Old: []byte("1"), New: []byte("2")}, {Name: "b", New: []byte("3")}},
			"a=2 -rw-------, b=3 -rw-r--r--, c/", "",
		},
		"another's change": {
			[]change.File{{Name: "b", New: []byte("3")}, {Name: "a", Old: []byte("0"), New: []byte("2")}},
			"a=1 -rw-------, c/", "a: somebody else has changed the file just now",
		},
		"another's new file": {
			[]change.File{{Name: "b", New: []byte("3")}, {Name: "a", New: []byte("2")}},
			"a=1 -rw-------, c/", "a: somebody else has changed the file just now",
		},
		"no folder": {
			[]change.File{{Name: "a", Old: []byte("1"), New: []byte("2")}, {Name: "d/e", New: []byte("3")}},
			"a=1 -rw-------, c/", "d/e: ",
		},
		"file removed": {
			[]change.File{{Name: "b", Old: []byte("3"), New: []byte("4")}},
			"a=1 -rw-------, c/", "open ",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "a"), "1")
			if err := os.Mkdir(filepath.Join(dir, "c"), 0o700); err != nil {
				t.Fatal(err)
			}
			for i := range test.files {
				test.files[i].Name = filepath.Join(dir, test.files[i].Name)
			}
			err := change.Apply(dir, test.files)
			if err == nil != (test.err == "") || err != nil && !strings.Contains(strings.ReplaceAll(err.Error(), dir+"/", ""), test.err) {
				t.Errorf("error %v, want %q", err, test.err)
			}
			if got := content(t, dir); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestApplyPutsBack makes the second rename fail, after the first was done.
func TestApplyPutsBack(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	write(t, a, "1")
	n := 0
	change.SetRename(t, func(from, to string) error {
		if n++; n == 2 {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: os.ErrPermission}
		}
		return os.Rename(from, to)
	})
	err := change.Apply(dir, []change.File{{Name: a, Old: []byte("1"), New: []byte("2")}, {Name: b, New: []byte("3")}})
	if err == nil || !strings.Contains(err.Error(), b) {
		t.Errorf("error %v does not name %s", err, b)
	}
	if got, want := content(t, dir), "a=1 -rw-------"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestApplyStaysInside has a link that leads out of the repository, and one to a
// device.
func TestApplyStaysInside(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "file")
	write(t, outside, "1")
	for _, target := range []string{outside, os.DevNull} {
		link := filepath.Join(dir, "link")
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		err := change.Apply(dir, []change.File{{Name: filepath.Join(dir, "new"), New: []byte("3")}, {Name: link, Old: []byte("1"), New: []byte("2")}})
		if err == nil || !strings.Contains(err.Error(), "leads out of the repository, to "+target) {
			t.Errorf("error %v does not name %s", err, target)
		}
		if err := os.Remove(link); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Join(dir, "folder")
	if err := os.Symlink(filepath.Dir(outside), folder); err != nil {
		t.Fatal(err)
	}
	if err := change.Apply(dir, []change.File{{Name: filepath.Join(folder, "new"), New: []byte("3")}}); err == nil {
		t.Error("no error for a new file in a folder outside")
	}
	if err := errors.Join(os.Remove(folder), os.Symlink("nowhere", folder)); err != nil {
		t.Fatal(err)
	}
	if err := change.Apply(dir, []change.File{{Name: folder, New: []byte("3")}}); err == nil {
		t.Error("no error for a link that leads to nothing")
	}
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(outside); string(data) != "1" {
		t.Errorf("the file outside holds %q, %v", data, err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Errorf("%s is %v, %v", os.DevNull, info.Mode(), err)
	}
	if got := content(t, dir); got != "" {
		t.Errorf("the folder has %s", got)
	}
}

func TestApplyFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	write(t, file, "1")
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	if err := change.Apply(dir, []change.File{{Name: link, Old: []byte("1"), New: []byte("2")}}); err != nil {
		t.Fatal(err)
	}
	data, err1 := os.ReadFile(file)
	to, err2 := os.Readlink(link)
	if string(data) != "2" || to != "file" {
		t.Errorf("the file holds %q (%v), the link leads to %q (%v)", data, err1, to, err2)
	}
}

func TestDiff(t *testing.T) {
	changed := change.File{Old: []byte("a\nb\nc\n"), New: []byte("a\nB\nc\n")}
	if got, want := changed.Diff("x/BUILD"), "--- a/x/BUILD\n+++ b/x/BUILD\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	created := change.File{New: []byte("a\n")}
	if got, want := created.Diff("BUILD"), "--- /dev/null\n+++ b/BUILD\n@@ -0,0 +1 @@\n+a\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
