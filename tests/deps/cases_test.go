package deps

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestCases runs the Bazel command in each archive's cmd.txt on the archive's
// workspace. Every line of want.txt has to be part of what it prints.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := bazeltest.New(t, "deps", archive)
			stdout, stderr, _ := w.Bazel(strings.Fields(text(t, archive, "cmd.txt"))...)
			got := stdout + stderr
			for want := range strings.Lines(text(t, archive, "want.txt")) {
				if !strings.Contains(got, strings.TrimSuffix(want, "\n")) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
		})
	}
}

func text(t *testing.T, archive *txtar.Archive, name string) string {
	for _, file := range archive.Files {
		if file.Name == name {
			return string(file.Data)
		}
	}
	t.Fatalf("no file %s", name)
	return ""
}
