package process

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestReadRegular reads what may be under a name.
func TestReadRegular(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	write := func(n int) func() error {
		return func() error { return os.WriteFile(path, bytes.Repeat([]byte(" "), n), 0o600) }
	}
	for _, test := range []struct {
		name string
		make func() error
		want error
	}{
		{"nothing", func() error { return nil }, fs.ErrNotExist},
		{"an empty file", write(0), nil},
		{"a long file", write(regularLimit), nil},
		{"too long a file", write(regularLimit + 1), errTooLong},
		{"a FIFO", func() error { return syscall.Mkfifo(path, 0o600) }, errNotRegular},
		{"what has no end", func() error { return os.Symlink("/dev/zero", path) }, errNotRegular},
		{"a folder", func() error { return os.Mkdir(path, 0o700) }, errNotRegular},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.make(); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(path)
			if _, err := readRegular(path); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}
