// Package filelock lets one process at a time work on a file.
package filelock

import "errors"

var (
	// ErrHeld is returned if another process has the lock.
	ErrHeld = errors.New("another process has locked it")
	// ErrUnsupported is returned where the system has no locks of files.
	ErrUnsupported = errors.New("the system has no locks of files")
)
