//go:build unix && !linux && !darwin

package process

import "syscall"

const atFDCWD = -1 // no service has a folder here

// pathOf returns the path of an open file.
func pathOf(int) (string, error) { return "", syscall.ENOTDIR }
