package initialize

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestHiddenInSandbox(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has the sandbox with its own /tmp, and /tmp is a link elsewhere")
	}
	base, err := os.MkdirTemp("/tmp", "rules")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(base, link); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		root, dir string
		hidden    bool
	}{
		{"/home/x/shop", "/home/x/rules", false},
		{"/tmp/x/shop", "/home/x/rules", false},
		{"/home/x/shop", "/tmp/rules", true},
		{"/tmp/shop", "/tmp/rules", true},
		{"/tmp/x/shop", "/tmp/x/rules", false},
		{"/tmp/shop", "/tmp/shop/third_party/rules", false},
		{"/tmpfiles/shop", "/tmpfiles/rules", false},
		{"/home/x/shop", base, true},
		{"/home/x/shop", link, true},
		{link, base, false},
	} {
		dir, hidden := hiddenInSandbox(test.root, test.dir)
		if hidden != test.hidden {
			t.Errorf("hiddenInSandbox(%q, %q) = %v, want %v", test.root, test.dir, hidden, test.hidden)
		}
		if test.dir == link && dir != base {
			t.Errorf("hiddenInSandbox(%q, %q) names %q, want %q", test.root, test.dir, dir, base)
		}
	}
}

func TestShowsInSandbox(t *testing.T) {
	const dir = "/tmp/rules/a"
	for rc, want := range map[string]bool{
		"":                                      false,
		"build --sandbox_add_mount_pair=/tmp/b": false,
		"build --sandbox_add_mount_pair=/tmp/rules/ab":      false,
		"build --sandbox_add_mount_pair=/tmp/rules/a":       true,
		"common -k --sandbox_add_mount_pair=/tmp/rules\n":   true,
		"build --sandbox_add_mount_pair=/tmp":               true,
		"build --noincompatible_sandbox_hermetic_tmp":       true,
		"build --incompatible_sandbox_hermetic_tmp=false\n": true,
		"build --incompatible_sandbox_hermetic_tmp":         false,
	} {
		if got := showsInSandbox(rc, dir); got != want {
			t.Errorf("showsInSandbox(%q) = %v, want %v", rc, got, want)
		}
	}
}
