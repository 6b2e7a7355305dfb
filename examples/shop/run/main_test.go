package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAbsolute(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("a.json", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]string{
		"a.json":           filepath.Join(dir, "a.json"),
		"--in=a.json":      "--in=" + filepath.Join(dir, "a.json"),
		"versions":         "versions",
		"--at=HEAD":        "--at=HEAD",
		"x=a.json":         "x=a.json",
		"--in=missing.txt": "--in=missing.txt",
	} {
		if got := absolute(arg); got != want {
			t.Errorf("%s: got %s, want %s", arg, got, want)
		}
	}
}
