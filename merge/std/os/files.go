//go:build go_merge_added

// Files and programs that the service's permissions allow, by paths that begin in
// the service's working directory.
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

// at calls a function of package os with the path that a name stands for.
func at[T any](name string, call func(path string) (T, error)) (T, error) {
	path := self.Path(name)
	result, err := call(path)
	return result, process.AsNamed(err, name, path)
}

// do is at for functions without a result.
func do(name string, call func(path string) error) error {
	path := self.Path(name)
	return process.AsNamed(call(path), name, path)
}

func Open(name string) (*os.File, error) {
	if err := self.MayRead("open", name); err != nil {
		return nil, err
	}
	return at(name, os.Open)
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
	return at(name, func(path string) (*os.File, error) { return os.OpenFile(path, flag, perm) })
}

// Create needs no permission to read: what can be read is what was written.
func Create(name string) (*os.File, error) {
	if err := self.MayWrite("open", name); err != nil {
		return nil, err
	}
	return at(name, os.Create)
}

func OpenInRoot(dir, name string) (*os.File, error) {
	if err := self.MayRead("open", filepath.Join(dir, name)); err != nil {
		return nil, err
	}
	return at(dir, func(path string) (*os.File, error) { return os.OpenInRoot(path, name) })
}

// OpenRoot needs both permissions for the folder, since a root asks for none.
func OpenRoot(name string) (*os.Root, error) {
	if err := errors.Join(self.MayRead("openroot", name), self.MayWrite("openroot", name)); err != nil {
		return nil, err
	}
	return at(name, os.OpenRoot)
}

func ReadFile(name string) ([]byte, error) {
	if err := self.MayRead("open", name); err != nil {
		return nil, err
	}
	return at(name, os.ReadFile)
}

func ReadDir(name string) ([]os.DirEntry, error) {
	if err := self.MayRead("open", name); err != nil {
		return nil, err
	}
	return at(name, os.ReadDir)
}

func WriteFile(name string, data []byte, perm os.FileMode) error {
	if err := self.MayWrite("open", name); err != nil {
		return err
	}
	return do(name, func(path string) error { return os.WriteFile(path, data, perm) })
}

func CreateTemp(dir, pattern string) (*os.File, error) {
	if dir == "" {
		dir = TempDir()
	}
	if err := self.MayWrite("createtemp", temporary(dir, pattern)); err != nil {
		return nil, err
	}
	return at(dir, func(path string) (*os.File, error) { return os.CreateTemp(path, pattern) })
}

func MkdirTemp(dir, pattern string) (string, error) {
	if dir == "" {
		dir = TempDir()
	}
	if err := self.MayWrite("mkdirtemp", temporary(dir, pattern)); err != nil {
		return "", err
	}
	return at(dir, func(path string) (string, error) {
		made, err := os.MkdirTemp(path, pattern)
		return process.Named(made, dir, path), err
	})
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
	return do(name, func(path string) error { return os.Mkdir(path, perm) })
}

func MkdirAll(path string, perm os.FileMode) error {
	if err := self.MayWrite("mkdir", path); err != nil {
		return err
	}
	return do(path, func(path string) error { return os.MkdirAll(path, perm) })
}

func Remove(name string) error {
	if err := self.MayWrite("remove", name); err != nil {
		return err
	}
	return do(name, os.Remove)
}

func RemoveAll(path string) error {
	if err := self.MayWrite("unlinkat", path); err != nil {
		return err
	}
	return do(path, os.RemoveAll)
}

func Truncate(name string, size int64) error {
	if err := self.MayWrite("truncate", name); err != nil {
		return err
	}
	return do(name, func(path string) error { return os.Truncate(path, size) })
}

func Chmod(name string, mode os.FileMode) error {
	if err := self.MayWrite("chmod", name); err != nil {
		return err
	}
	return do(name, func(path string) error { return os.Chmod(path, mode) })
}

func Chown(name string, uid, gid int) error {
	if err := self.MayWrite("chown", name); err != nil {
		return err
	}
	return do(name, func(path string) error { return os.Chown(path, uid, gid) })
}

func Lchown(name string, uid, gid int) error {
	if err := self.MayWrite("lchown", name); err != nil {
		return err
	}
	return do(name, func(path string) error { return os.Lchown(path, uid, gid) })
}

func Chtimes(name string, atime time.Time, mtime time.Time) error {
	if err := self.MayWrite("chtimes", name); err != nil {
		return err
	}
	return do(name, func(path string) error { return os.Chtimes(path, atime, mtime) })
}

func Stat(name string) (os.FileInfo, error) { return at(name, os.Stat) }

func Lstat(name string) (os.FileInfo, error) { return at(name, os.Lstat) }

func Readlink(name string) (string, error) { return at(name, os.Readlink) }

func Rename(oldpath, newpath string) error {
	if err := mayLink("rename", oldpath, newpath, self.MayWrite("rename", oldpath)); err != nil {
		return err
	}
	return linked(os.Rename(self.Path(oldpath), self.Path(newpath)), oldpath, newpath)
}

func Link(oldname, newname string) error {
	if err := mayLink("link", oldname, newname, self.MayRead("link", oldname)); err != nil {
		return err
	}
	return linked(os.Link(self.Path(oldname), self.Path(newname)), oldname, newname)
}

// Symlink has the old name as it is: a relative one begins where the link is.
func Symlink(oldname, newname string) error {
	if err := mayLink("symlink", oldname, newname, nil); err != nil {
		return err
	}
	return linked(os.Symlink(oldname, self.Path(newname)), oldname, newname)
}

// linked returns the error of a function with two names, with these.
func linked(err error, oldname, newname string) error {
	if e, ok := err.(*os.LinkError); ok {
		e.Old, e.New = oldname, newname
	}
	return err
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
	own := os.ProcAttr{}
	if attr != nil {
		own = *attr
	}
	program := self.Program(name, own.Dir)
	if err := self.MayExec("fork/exec", program); err != nil {
		return nil, err
	}
	if own.Env == nil {
		own.Env = self.Environ()
	}
	own.Env = self.ChildEnviron(program, own.Env)
	own.Dir, own.Sys = self.ChildFolder(own.Dir, own.Sys)
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
