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
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// at calls a function of package os with the path that a name stands for, if the
// service may access it.
func at[T any](access process.Access, op, name string, call func(path string) (T, error)) (T, error) {
	path, err := self.Use(access, op, name)
	if err != nil {
		var none T
		return none, err
	}
	result, err := call(path)
	return result, process.AsNamed(err, name, path)
}

// do is at for functions without a result.
func do(access process.Access, op, name string, call func(path string) error) error {
	_, err := at(access, op, name, func(path string) (struct{}, error) { return struct{}{}, call(path) })
	return err
}

// in is at for the path of a folder, if the service may access a file in it.
func in[T any](access process.Access, op, dir, file string, call func(dir string) (T, error)) (T, error) {
	name := filepath.Join(dir, file)
	path, filePath := self.Paths(dir, name)
	if _, err := self.Use(access, op, filePath); err != nil {
		var none T
		return none, process.AsNamed(err, name, filePath)
	}
	result, err := call(path)
	return result, process.AsNamed(err, dir, path)
}

// both calls a function of package os with the paths that two names stand for, if
// the service may access them.
func both(op string, access process.Access, name string, otherAccess process.Access, otherName string, call func(path, otherPath string) error) error {
	path, otherPath, err := self.UseBoth(op, access, name, otherAccess, otherName)
	if err != nil {
		return err
	}
	err = call(path, otherPath)
	if e, ok := err.(*os.LinkError); ok {
		e.Old, e.New = name, otherName
	}
	return err
}

func Open(name string) (*os.File, error) { return at(process.Read, "open", name, os.Open) }

func OpenFile(name string, flag int, perm os.FileMode) (*os.File, error) {
	var access process.Access
	mode := flag & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR)
	if mode != os.O_WRONLY {
		access |= process.Read
	}
	if mode != os.O_RDONLY || flag&(os.O_CREATE|os.O_TRUNC|os.O_APPEND) != 0 {
		access |= process.Write
	}
	return at(access, "open", name, func(path string) (*os.File, error) { return os.OpenFile(path, flag, perm) })
}

// Create needs no permission to read: what can be read is what was written.
func Create(name string) (*os.File, error) { return at(process.Write, "open", name, os.Create) }

func OpenInRoot(dir, name string) (*os.File, error) {
	return in(process.Read, "open", dir, name, func(dir string) (*os.File, error) { return os.OpenInRoot(dir, name) })
}

// OpenRoot needs both permissions for the folder, since a root asks for none.
func OpenRoot(name string) (*os.Root, error) {
	return at(process.Read|process.Write, "openroot", name, os.OpenRoot)
}

func ReadFile(name string) ([]byte, error) { return at(process.Read, "open", name, os.ReadFile) }

func ReadDir(name string) ([]os.DirEntry, error) { return at(process.Read, "open", name, os.ReadDir) }

func WriteFile(name string, data []byte, perm os.FileMode) error {
	return do(process.Write, "open", name, func(path string) error { return os.WriteFile(path, data, perm) })
}

func CreateTemp(dir, pattern string) (*os.File, error) {
	if dir == "" {
		dir = TempDir()
	}
	return in(process.Write, "createtemp", dir, temporary(pattern), func(dir string) (*os.File, error) { return os.CreateTemp(dir, pattern) })
}

func MkdirTemp(dir, pattern string) (string, error) {
	if dir == "" {
		dir = TempDir()
	}
	return in(process.Write, "mkdirtemp", dir, temporary(pattern), func(path string) (string, error) {
		made, err := os.MkdirTemp(path, pattern)
		return process.Named(made, dir, path), err
	})
}

// temporary returns a name with a star in place of what is random.
func temporary(pattern string) string {
	if !strings.Contains(pattern, "*") {
		pattern += "*"
	}
	return pattern
}

func Mkdir(name string, perm os.FileMode) error {
	return do(process.Write, "mkdir", name, func(path string) error { return os.Mkdir(path, perm) })
}

func MkdirAll(path string, perm os.FileMode) error {
	return do(process.Write, "mkdir", path, func(path string) error { return os.MkdirAll(path, perm) })
}

func Remove(name string) error { return do(process.Write, "remove", name, os.Remove) }

func RemoveAll(path string) error { return do(process.Write, "unlinkat", path, os.RemoveAll) }

func Truncate(name string, size int64) error {
	return do(process.Write, "truncate", name, func(path string) error { return os.Truncate(path, size) })
}

func Chmod(name string, mode os.FileMode) error {
	return do(process.Write, "chmod", name, func(path string) error { return os.Chmod(path, mode) })
}

func Chown(name string, uid, gid int) error {
	return do(process.Write, "chown", name, func(path string) error { return os.Chown(path, uid, gid) })
}

func Lchown(name string, uid, gid int) error {
	return do(process.Write, "lchown", name, func(path string) error { return os.Lchown(path, uid, gid) })
}

func Chtimes(name string, atime time.Time, mtime time.Time) error {
	return do(process.Write, "chtimes", name, func(path string) error { return os.Chtimes(path, atime, mtime) })
}

func Stat(name string) (os.FileInfo, error) { return at(process.Look, "stat", name, os.Stat) }

func Lstat(name string) (os.FileInfo, error) { return at(process.Look, "lstat", name, os.Lstat) }

func Readlink(name string) (string, error) { return at(process.Look, "readlink", name, os.Readlink) }

func Rename(oldpath, newpath string) error {
	return both("rename", process.Write, oldpath, process.Write, newpath, os.Rename)
}

func Link(oldname, newname string) error {
	return both("link", process.Read, oldname, process.Write, newname, os.Link)
}

// Symlink has the old name as it is: a relative one begins where the link is.
func Symlink(oldname, newname string) error {
	return both("symlink", process.Look, oldname, process.Write, newname, func(_, path string) error { return os.Symlink(oldname, path) })
}

// StartProcess gives the new process the service's environment where package
// os would give it that of the process. The program that runs is started as this
// service.
func StartProcess(name string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	own := os.ProcAttr{}
	if attr != nil {
		own = *attr
	}
	dir := own.Dir
	program, childDir, sys, err := self.UseProgram(name, dir, own.Sys)
	if err != nil {
		return nil, err
	}
	if own.Env == nil {
		own.Env = self.Environ()
	}
	own.Env = self.ChildEnviron(program, argv, own.Env)
	own.Dir, own.Sys = childDir, sys
	p, err := os.StartProcess(name, argv, &own)
	// Package os looks for the folder first.
	if e, ok := err.(*os.PathError); ok && e.Op == "chdir" && dir != "" {
		e.Path = dir
	}
	return p, err
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
