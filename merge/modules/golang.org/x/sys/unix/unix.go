//go:build go_merge_added && unix

// Package unix is golang.org/x/sys/unix of a service. Functions that package
// syscall has too do what the service's own syscall does: they end the service
// and not the process, ask who owns what a process has once, and ask for
// permission.
package unix

import (
	"syscall"
	"unsafe"
)

func Exit(code int) { syscall.Exit(code) }

func Chdir(path string) error { return syscall.Chdir(path) }

func Fchdir(fd int) error { return syscall.Fchdir(fd) }

func Umask(mask int) (oldmask int) { return syscall.Umask(mask) }

func Open(path string, mode int, perm uint32) (fd int, err error) {
	return syscall.Open(path, mode, perm)
}

func Mkdir(path string, mode uint32) error { return syscall.Mkdir(path, mode) }

func Rmdir(path string) error { return syscall.Rmdir(path) }

func Unlink(path string) error { return syscall.Unlink(path) }

func Rename(from, to string) error { return syscall.Rename(from, to) }

func Link(path, link string) error { return syscall.Link(path, link) }

func Symlink(path, link string) error { return syscall.Symlink(path, link) }

func Truncate(path string, length int64) error { return syscall.Truncate(path, length) }

func Chmod(path string, mode uint32) error { return syscall.Chmod(path, mode) }

func Chown(path string, uid, gid int) error { return syscall.Chown(path, uid, gid) }

// Wait4 is given the same C structs by either package.
func Wait4(pid int, wstatus *WaitStatus, options int, rusage *Rusage) (wpid int, err error) {
	return syscall.Wait4(pid, (*syscall.WaitStatus)(wstatus), options, (*syscall.Rusage)(unsafe.Pointer(rusage)))
}
