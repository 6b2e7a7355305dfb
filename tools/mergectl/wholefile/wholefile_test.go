package wholefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWrite replaces what is there, and leaves nothing else in the folder.
func TestWrite(t *testing.T) {
	for _, tt := range []struct {
		name       string
		there      fs.FileMode // 0 for no file
		file       File
		wantedMode fs.FileMode
	}{
		{"new", 0, File{Mode: 0o640}, 0o640},
		{"new and kept", 0, File{Mode: 0o640, Keep: true, Sync: true}, 0o640},
		{"replaced", 0o600, File{Mode: 0o644}, 0o644},
		{"replaced and kept", 0o600, File{Mode: 0o644, Keep: true}, 0o600},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			tt.file.Name, tt.file.Data = filepath.Join(dir, "file"), []byte("new")
			if tt.there != 0 {
				if err := os.WriteFile(tt.file.Name, []byte("what was there"), tt.there); err != nil {
					t.Fatal(err)
				}
			}
			if err := tt.file.Write(); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(tt.file.Name)
			if err != nil || string(data) != "new" {
				t.Errorf("it holds %q, %v", data, err)
			}
			if info, err := os.Stat(tt.file.Name); err != nil || info.Mode() != tt.wantedMode {
				t.Errorf("its mode is %v, %v, want %v", info.Mode(), err, tt.wantedMode)
			}
			if names := namesIn(t, dir); len(names) != 1 {
				t.Errorf("the folder has %q", names)
			}
		})
	}
}

// TestErrors leaves what there is.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	none := File{Name: filepath.Join(dir, "none", "file"), Mode: 0o600}
	if err := none.Write(); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), none.Name+": ") {
		t.Errorf("without the folder: %v", err)
	}
	folder := File{Name: filepath.Join(dir, "folder"), Mode: 0o600}
	if err := os.Mkdir(folder.Name, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := folder.Write(); err == nil || !strings.Contains(err.Error(), folder.Name) {
		t.Errorf("a folder is replaced: %v", err)
	}
	if names := namesIn(t, dir); len(names) != 1 || names[0] != "folder" {
		t.Errorf("the folder has %q", names)
	}
}

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
