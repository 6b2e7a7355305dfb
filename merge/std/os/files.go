//go:build go_merge_added

// Files and programs that the service's permissions allow.
//
// What only looks at a file, such as Stat, is allowed, and so is what a file
// that is open does.
//
//mergegen:keep CopyFS DirFS dirFS joinPath
package os

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

func Open(name string) (*os.File, error) {
	if err := self.MayRead("open", name); err != nil {
		return nil, err
	}
	return os.Open(name)
}

func OpenFile(name string, flag int, perm os.FileMode) (*os.File, error) {
	access := flag & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR)
	if access != os.O_WRONLY {
		if err := self.MayRead("open", name); err != nil {
			return nil, err
		}
	}
	if access != os.O_RDONLY || flag&(os.O_CREATE|os.O_TRUNC|os.O_APPEND) != 0 {
		if err := self.MayWrite("open", name); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(name, flag, perm)
}

// Create needs no permission to read: what can be read is what was written.
func Create(name string) (*os.File, error) {
	if err := self.MayWrite("open", name); err != nil {
		return nil, err
	}
	return os.Create(name)
}

func OpenInRoot(dir, name string) (*os.File, error) {
	if err := self.MayRead("open", filepath.Join(dir, name)); err != nil {
		return nil, err
	}
	return os.OpenInRoot(dir, name)
}

// OpenRoot needs both permissions for the folder, since a root asks for none.
func OpenRoot(name string) (*os.Root, error) {
	if err := errors.Join(self.MayRead("openroot", name), self.MayWrite("openroot", name)); err != nil {
		return nil, err
	}
	return os.OpenRoot(name)
}

func ReadFile(name string) ([]byte, error) {
	if err := self.MayRead("open", name); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

func ReadDir(name string) ([]os.DirEntry, error) {
	if err := self.MayRead("open", name); err != nil {
		return nil, err
	}
	return os.ReadDir(name)
}

func WriteFile(name string, data []byte, perm os.FileMode) error {
	if err := self.MayWrite("open", name); err != nil {
		return err
	}
	return os.WriteFile(name, data, perm)
}

func CreateTemp(dir, pattern string) (*os.File, error) {
	if dir == "" {
		dir = TempDir()
	}
	if err := self.MayWrite("createtemp", temporary(dir, pattern)); err != nil {
		return nil, err
	}
	return os.CreateTemp(dir, pattern)
}

func MkdirTemp(dir, pattern string) (string, error) {
	if dir == "" {
		dir = TempDir()
	}
	if err := self.MayWrite("mkdirtemp", temporary(dir, pattern)); err != nil {
		return "", err
	}
	return os.MkdirTemp(dir, pattern)
}

// temporary returns a path with a star in place of what is random.
func temporary(dir, pattern string) string {
	if !strings.Contains(pattern, "*") {
		pattern += "*"
	}
	return filepath.Join(dir, pattern)
}

func Mkdir(name string, perm os.FileMode) error {
	if err := self.MayWrite("mkdir", name); err != nil {
		return err
	}
	return os.Mkdir(name, perm)
}

func MkdirAll(path string, perm os.FileMode) error {
	if err := self.MayWrite("mkdir", path); err != nil {
		return err
	}
	return os.MkdirAll(path, perm)
}

func Remove(name string) error {
	if err := self.MayWrite("remove", name); err != nil {
		return err
	}
	return os.Remove(name)
}

func RemoveAll(path string) error {
	if err := self.MayWrite("unlinkat", path); err != nil {
		return err
	}
	return os.RemoveAll(path)
}

func Truncate(name string, size int64) error {
	if err := self.MayWrite("truncate", name); err != nil {
		return err
	}
	return os.Truncate(name, size)
}

func Chmod(name string, mode os.FileMode) error {
	if err := self.MayWrite("chmod", name); err != nil {
		return err
	}
	return os.Chmod(name, mode)
}

func Chown(name string, uid, gid int) error {
	if err := self.MayWrite("chown", name); err != nil {
		return err
	}
	return os.Chown(name, uid, gid)
}

func Lchown(name string, uid, gid int) error {
	if err := self.MayWrite("lchown", name); err != nil {
		return err
	}
	return os.Lchown(name, uid, gid)
}

func Chtimes(name string, atime time.Time, mtime time.Time) error {
	if err := self.MayWrite("chtimes", name); err != nil {
		return err
	}
	return os.Chtimes(name, atime, mtime)
}

func Rename(oldpath, newpath string) error {
	if err := mayLink("rename", oldpath, newpath, self.MayWrite("rename", oldpath)); err != nil {
		return err
	}
	return os.Rename(oldpath, newpath)
}

func Link(oldname, newname string) error {
	if err := mayLink("link", oldname, newname, self.MayRead("link", oldname)); err != nil {
		return err
	}
	return os.Link(oldname, newname)
}

func Symlink(oldname, newname string) error {
	if err := mayLink("symlink", oldname, newname, nil); err != nil {
		return err
	}
	return os.Symlink(oldname, newname)
}

// mayLink returns the error of a function with two names: old for the first,
// or that the service may not write the second.
func mayLink(op, oldname, newname string, old error) error {
	for _, err := range []error{old, self.MayWrite(op, newname)} {
		if denied := (*process.Denied)(nil); errors.As(err, &denied) {
			return &os.LinkError{Op: op, Old: oldname, New: newname, Err: denied}
		}
	}
	return nil
}

// StartProcess gives the new process the service's environment where package
// os would give it that of the process. The program that runs is started as this
// service.
func StartProcess(name string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	if err := self.MayExec("fork/exec", name); err != nil {
		return nil, err
	}
	own := os.ProcAttr{}
	if attr != nil {
		own = *attr
	}
	if own.Env == nil {
		own.Env = self.Environ()
	}
	own.Env = self.ChildEnviron(name, own.Env)
	return os.StartProcess(name, argv, &own)
}

// IsPermission knows the errors of permissions, too.
func IsPermission(err error) bool {
	switch e := err.(type) {
	case *os.PathError:
		err = e.Err
	case *os.LinkError:
		err = e.Err
	case *os.SyscallError:
		err = e.Err
	}
	if _, ok := err.(*process.Denied); ok {
		return true
	}
	return os.IsPermission(err)
}
