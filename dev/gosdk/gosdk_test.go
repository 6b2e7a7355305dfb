package gosdk

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// folder returns a folder that looks like the GOROOT of a version.
func folder(t *testing.T, version string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "src", "fmt"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"VERSION": version + "\n", "src/fmt/print.go": "package fmt\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestFind names SDKs by folder and by file, as Bazel does.
func TestFind(t *testing.T) {
	one, two := folder(t, "go1.25.1"), folder(t, "go1.26.2")
	runfiles := t.TempDir()
	if err := os.Symlink(filepath.Join(two, "VERSION"), filepath.Join(runfiles, "VERSION")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("RUNFILES_DIR", runfiles)
	t.Setenv(Env, one+string(filepath.ListSeparator)+"VERSION")
	roots, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{one, two}; !slices.Equal(roots, want) {
		t.Fatalf("got %q, want %q", roots, want)
	}
	sdks, err := Open(roots)
	if err != nil {
		t.Fatal(err)
	}
	if len(sdks) != 2 || sdks[0].Version != "1.25.1" || sdks[1].Version != "1.26.2" {
		t.Errorf("got %d SDKs", len(sdks))
	}
	if _, err := Open([]string{t.TempDir()}); err == nil || !strings.Contains(err.Error(), "is not a Go SDK") {
		t.Errorf("error %v", err)
	}
}

// TestFindOwn has no SDKs in the environment.
func TestFindOwn(t *testing.T) {
	t.Setenv(Env, "")
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	if roots, err := Find(); err == nil || !strings.Contains(err.Error(), Env+" is not set") {
		t.Errorf("without a go command: %q, error %v", roots, err)
	}
	const script = "#!/bin/sh\n[ \"$*\" = \"env GOROOT\" ] && echo /sdk\n"
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if roots, err := Find(); err != nil || !slices.Equal(roots, []string{"/sdk"}) {
		t.Errorf("got %q, error %v", roots, err)
	}
}
