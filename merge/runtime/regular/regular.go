// Package regular reads files under whose names there may be anything.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ErrKind is why what is not a file, such as a FIFO or a device, is not read.
var ErrKind = errors.New("not a regular file")

// SizeError is why a file above a limit, in bytes, is not read.
type SizeError int64

func (e SizeError) Error() string { return fmt.Sprintf("larger than %d bytes", int64(e)) }

// ReadFile reads a file of up to limit bytes as [os.ReadFile] does. It waits for
// nobody to write to a FIFO, and fails for what has no end. Its errors are of type
// [*fs.PathError].
func ReadFile(name string, limit int64) ([]byte, error) {
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
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: SizeError(limit)}
	}
	return data, nil
}
