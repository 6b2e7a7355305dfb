//go:build go_merge_added

// Package os is a service's view of package os: its own environment, arguments
// and way to exit. The rest is generated as aliases of package os, except for
// functions that read the environment, which are compiled again.
//
//mergegen:keep ExpandEnv TempDir UserCacheDir UserConfigDir UserHomeDir tempDir
package os

import (
	"os"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

var self = process.Of("@SERVICE@")

// Args are the service's own arguments.
var Args = self.Args()

// The standard files are variables that a service may set.
var (
	Stdin  = os.Stdin
	Stdout = os.Stdout
	Stderr = os.Stderr
)

func init() { self.UseStdio(&Stdin, &Stdout) }

func Exit(code int) { self.Exit(code) }

func Getenv(key string) string {
	value, _ := self.Getenv(key)
	return value
}

func LookupEnv(key string) (string, bool) { return self.Getenv(key) }

func Setenv(key, value string) error {
	return os.NewSyscallError("setenv", self.Setenv(key, value))
}

func Unsetenv(key string) error {
	self.Unsetenv(key)
	return nil
}

func Clearenv() { self.Clearenv() }

func Environ() []string { return self.Environ() }

func Getwd() (dir string, err error) {
	if self.HasFolder() {
		return self.Getwd(), nil
	}
	return os.Getwd()
}

func Chdir(dir string) error {
	if self.HasFolder() {
		if err := self.Chdir(dir); err != nil {
			return &os.PathError{Op: "chdir", Path: dir, Err: err}
		}
		return nil
	}
	if !self.Owns(&process.Dir) {
		return &os.PathError{Op: "chdir", Path: dir, Err: os.ErrPermission}
	}
	return os.Chdir(dir)
}
