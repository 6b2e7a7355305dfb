//go:build go_merge_added && unix

// Package syscall is a service's view of package syscall: its own environment
// and way to exit. The rest is generated as aliases of package syscall.
package syscall

import (
	"syscall"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

var self = process.Of("@SERVICE@")

// ForkLock is package syscall's: one lock guards all forks of the process.
var ForkLock = &syscall.ForkLock

func Exit(code int) { self.Exit(code) }

func Getenv(key string) (value string, found bool) { return self.Getenv(key) }

func Setenv(key, value string) error { return self.Setenv(key, value) }

func Unsetenv(key string) error {
	self.Unsetenv(key)
	return nil
}

func Clearenv() { self.Clearenv() }

func Environ() []string { return self.Environ() }

func Chdir(path string) error {
	if self.HasFolder() {
		return self.Chdir(path)
	}
	if !self.Owns(&process.Dir) {
		return syscall.EPERM
	}
	return syscall.Chdir(path)
}

func Fchdir(fd int) error {
	if self.HasFolder() {
		return self.Fchdir(fd)
	}
	if !self.Owns(&process.Dir) {
		return syscall.EPERM
	}
	return syscall.Fchdir(fd)
}

// Wait4 logs that it may take the exit codes of other services' children: of
// any, or of those of the process's group, which all begin in.
func Wait4(pid int, wstatus *syscall.WaitStatus, options int, rusage *syscall.Rusage) (wpid int, err error) {
	if pid == -1 || pid == 0 {
		self.WaitsForAny()
	}
	return syscall.Wait4(pid, wstatus, options, rusage)
}

func Umask(mask int) (oldmask int) { return self.Set(&process.Umask, mask, syscall.Umask) }
