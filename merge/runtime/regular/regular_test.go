package regular_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/regular"
)

// TestReadFile reads what may be under a name.
func TestReadFile(t *testing.T) {
	const limit = 100
	path := filepath.Join(t.TempDir(), "file")
	write := func(n int) func() error {
		return func() error { return os.WriteFile(path, bytes.Repeat([]byte(" "), n), 0o600) }
	}
	for _, test := range []struct {
		name string
		make func() error
		size int
		want error
	}{
		{"nothing", func() error { return nil }, 0, fs.ErrNotExist},
		{"an empty file", write(0), 0, nil},
		{"a long file", write(limit), limit, nil},
		{"too long a file", write(limit + 1), 0, regular.SizeError(limit)},
		{"a link to nothing", func() error { return os.Symlink("nothing", path) }, 0, fs.ErrNotExist},
		{"a FIFO", func() error { return syscall.Mkfifo(path, 0o600) }, 0, regular.ErrKind},
		{"what has no end", func() error { return os.Symlink("/dev/zero", path) }, 0, regular.ErrKind},
		{"a folder", func() error { return os.Mkdir(path, 0o700) }, 0, syscall.EISDIR},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.make(); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(path)
			data, err := regular.ReadFile(path, limit)
			if len(data) != test.size || !errors.Is(err, test.want) {
				t.Errorf("%d bytes, error %v; want %d, %v", len(data), err, test.size, test.want)
			}
			if path := new(fs.PathError); err != nil && !errors.As(err, &path) {
				t.Errorf("error %v names no file", err)
			}
		})
	}
}
