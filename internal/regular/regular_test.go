package regular_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gomerge/rules_go_merge/internal/regular"
	runtimeregular "github.com/gomerge/rules_go_merge/merge/runtime/regular"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	name := func(base string) string { return filepath.Join(dir, base) }
	large, err := os.Create(name("large"))
	if err != nil {
		t.Fatal(err)
	}
	defer large.Close()
	err = errors.Join(
		os.WriteFile(name("file"), []byte("text"), 0o600),
		os.WriteFile(name("empty"), nil, 0o600),
		os.Symlink("file", name("link")),
		os.Symlink("/dev/zero", name("endless")),
		syscall.Mkfifo(name("fifo"), 0o600),
		large.Truncate(regular.Limit+1),
	)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		text string
		err  error
	}{
		"file":    {"text", nil},
		"empty":   {"", nil},
		"link":    {"text", nil},
		"missing": {"", os.ErrNotExist},
		"":        {"", syscall.EISDIR},
		"fifo":    {"", regular.ErrKind},
		"endless": {"", regular.ErrKind},
		"large":   {"", runtimeregular.SizeError(regular.Limit)},
	}
	for base, want := range tests {
		data, err := regular.ReadFile(name(base))
		if string(data) != want.text || !errors.Is(err, want.err) {
			t.Errorf("%s: %q, %v; want %q, %v", base, data, err, want.text, want.err)
		}
	}
}
