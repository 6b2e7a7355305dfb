package browse

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	name, done, err := write("http://127.0.0.1:80/a/?token=b&c=d")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(text), `content="0; url=http://127.0.0.1:80/a/?token=b&amp;c=d"`) {
		t.Errorf("%v in\n%s", err, text)
	}
	for path, want := range map[string]os.FileMode{name: 0o600, filepath.Dir(name): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
	done()
	if _, err := os.Stat(filepath.Dir(name)); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
}

func TestDesktop(t *testing.T) {
	for _, tt := range []struct {
		goos, set string
		want      bool
	}{{"linux", "", false}, {"linux", "DISPLAY", true}, {"linux", "WAYLAND_DISPLAY", true}, {"darwin", "", true}} {
		got := desktop(tt.goos, func(name string) string {
			if name == tt.set {
				return ":0"
			}
			return ""
		})
		if got != tt.want {
			t.Errorf("%s with %q: got %v", tt.goos, tt.set, got)
		}
	}
}
