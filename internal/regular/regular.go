// Package regular reads files of repositories, in which there may be anything
// under any name.
package regular

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Limit is how large a file may be, in bytes.
const Limit = 256 << 20

var (
	// ErrKind is why what is not a file, such as a FIFO or a device, is not read.
	ErrKind = errors.New("not a regular file")
	// ErrSize is why a file above the limit is not read.
	ErrSize = errors.New("larger than 256 MiB")
	// ErrMark is why a file of Bazel's with a byte order mark is not read.
	ErrMark = errors.New("begins with a byte order mark, which Bazel does not take; save the file without one")
)

// ReadFile reads a file as [os.ReadFile] does. It waits for nobody to write to a
// FIFO, and fails for what has no end.
func ReadFile(name string) ([]byte, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return nil, &fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrKind}
	}
	data, err := io.ReadAll(io.LimitReader(file, Limit+1))
	if err == nil && len(data) > Limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrSize}
	}
	return data, err
}

// ReadBazelFile reads a file in Bazel's language. Whoever parsed one with a byte
// order mark would take its first call for another.
func ReadBazelFile(name string) ([]byte, error) {
	data, err := ReadFile(name)
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrMark}
	}
	return data, err
}
