package lint_test

import (
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/lint"
	"github.com/gomerge/rules_go_merge/dev/lint/markdown"
)

func TestLinks(t *testing.T) {
	root, files := markdownFiles(t)
	broken, err := markdown.BrokenLinks(os.DirFS(root), files)
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range broken {
		t.Error(message)
	}
}

func TestProse(t *testing.T) {
	root, files := markdownFiles(t)
	for _, file := range files {
		if file == "docs/reference.md" {
			continue // made of the doc strings of .bzl files, which TestWording reads
		}
		src, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, message := range markdown.Prose(file, src) {
			t.Error(message)
		}
	}
}

func markdownFiles(t *testing.T) (root string, files []string) {
	t.Helper()
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err = lint.Files(root, func(file string) bool { return path.Ext(file) == ".md" })
	if err != nil {
		t.Fatal(err)
	}
	return root, files
}
