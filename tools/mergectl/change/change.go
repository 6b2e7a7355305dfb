// Package change shows and makes changes to several files, all or none.
package change

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/wholefile"
)

// File is the change of one file.
type File struct {
	// Name is the file's name in the file system.
	Name string
	// Old is what the file held when it was read, nil if it was not there.
	Old []byte
	// New is what it is to hold.
	New []byte
}

// Diff returns the change as a unified diff under a name.
func (f File) Diff(name string) string {
	from, to := "a/"+name, "b/"+name
	if f.Old == nil {
		from = "/dev/null"
	}
	// Writing to memory does not fail.
	text, _ := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
		A: lines(f.Old), B: lines(f.New), FromFile: from, ToFile: to, Context: 3,
	})
	return text
}

func lines(data []byte) []string {
	var list []string
	for line := range bytes.Lines(data) {
		list = append(list, string(line))
	}
	return list
}

// rename is replaced by tests.
var rename = os.Rename

// Apply makes all changes in the given order or, if it returns an error, none. They
// outlast a crash of the machine. The error names the file. A file that is not any more as it was read is an error.
// Where a name is a symbolic link, the file that it leads to is changed, which has
// to be below root.
func Apply(root string, files []File) (err error) {
	files = slices.Clone(files)
	root, err = filepath.EvalSymlinks(root)
	if err != nil {
		return err
	}
	for i, f := range files {
		target, err := filepath.EvalSymlinks(f.Name)
		if errors.Is(err, fs.ErrNotExist) {
			if _, err := os.Lstat(f.Name); err == nil {
				return fmt.Errorf("%s: this link leads to nothing", f.Name)
			}
			var dir string
			dir, err = filepath.EvalSymlinks(filepath.Dir(f.Name))
			target = filepath.Join(dir, filepath.Base(f.Name))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if rel, err := filepath.Rel(root, target); err != nil || !filepath.IsLocal(rel) {
			return fmt.Errorf("%s: this link leads out of the repository, to %s, which is not changed", f.Name, target)
		}
		files[i].Name = target
	}
	var temporary, done []string
	defer func() {
		for _, name := range temporary {
			os.Remove(name)
		}
		if err == nil {
			return
		}
		for i, name := range done {
			err = errors.Join(err, restore(name, files[i].Old))
		}
	}()
	for _, f := range files {
		if err := f.check(); err != nil {
			return err
		}
		name, err := whole(f.Name, f.New).Beside()
		if err != nil {
			return err
		}
		temporary = append(temporary, name)
	}
	for i, f := range files {
		if err := rename(temporary[i], f.Name); err != nil {
			return err
		}
		done = append(done, f.Name)
	}
	for _, dir := range foldersOf(files) {
		if err := SyncFolder(dir); err != nil {
			return err
		}
	}
	return nil
}

// foldersOf returns the folders that files are in, each once.
func foldersOf(files []File) []string {
	var dirs []string
	for _, f := range files {
		dirs = append(dirs, filepath.Dir(f.Name))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// SyncFolder has what names in a folder lead to outlast a crash of the machine, where
// the system can do that.
func SyncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

func (f File) check() error {
	data, err := regular.ReadFile(f.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.Old == nil:
		return nil
	case err != nil:
		return err
	case f.Old == nil || !bytes.Equal(data, f.Old):
		return fmt.Errorf("%s: somebody else has changed the file just now; run the command again", f.Name)
	}
	return nil
}

// whole is how a file is replaced: one that is there keeps its mode.
func whole(name string, data []byte) wholefile.File {
	return wholefile.File{Name: name, Data: data, Mode: 0o644, Keep: true, Sync: true}
}

// restore puts back what was in a file.
func restore(name string, old []byte) error {
	if old == nil {
		return os.Remove(name)
	}
	return whole(name, old).Write()
}
