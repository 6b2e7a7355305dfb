package process

import (
	"bytes"
	"syscall"
	"unsafe"
)

// atFDCWD is AT_FDCWD of the C library.
const atFDCWD = -2

// pathOf returns the path of an open file.
func pathOf(fd int) (string, error) {
	var path [1024]byte // MAXPATHLEN
	if _, _, err := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETPATH, uintptr(unsafe.Pointer(&path))); err != 0 {
		return "", err
	}
	name, _, _ := bytes.Cut(path[:], []byte{0})
	return string(name), nil
}
