// Package regular reads files of repositories, in which there may be anything
// under any name.
package regular

import (
	"bytes"
	"errors"
	"io/fs"

	"github.com/gomerge/rules_go_merge/merge/runtime/regular"
)

// Limit is how large a file may be, in bytes.
const Limit = 256 << 20

var (
	// ErrKind is why what is not a file, such as a FIFO or a device, is not read.
	ErrKind = regular.ErrKind
	// ErrMark is why a file of Bazel's with a byte order mark is not read.
	ErrMark = errors.New("begins with a byte order mark, which Bazel does not take; save the file without one")
)

// ReadFile reads a file as [os.ReadFile] does. It waits for nobody to write to a
// FIFO, and fails for what has no end.
func ReadFile(name string) ([]byte, error) { return regular.ReadFile(name, Limit) }

// ReadBazelFile reads a file in Bazel's language. Whoever parsed one with a byte
// order mark would take its first call for another.
func ReadBazelFile(name string) ([]byte, error) {
	data, err := ReadFile(name)
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrMark}
	}
	return data, err
}
