package process

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// regularLimit is how large a file may be, in bytes.
const regularLimit = 1 << 20

var (
	errNotRegular = errors.New("not a regular file")
	errTooLong    = fmt.Errorf("more than %d bytes", regularLimit)
)

// readRegular reads a regular file, as [os.ReadFile] does. It waits for nobody to
// write to a FIFO, and fails for what has no end.
func readRegular(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errNotRegular}
	}
	data, err := io.ReadAll(io.LimitReader(file, regularLimit+1))
	if err != nil {
		return nil, err
	}
	if len(data) > regularLimit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errTooLong}
	}
	return data, nil
}
