package lint_test

import (
	"os"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/lint"
	"github.com/gomerge/rules_go_merge/tools/lint/markdown"
)

func TestLinks(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := lint.Files(root, isMarkdown)
	if err != nil {
		t.Fatal(err)
	}
	broken, err := markdown.BrokenLinks(os.DirFS(root), files)
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range broken {
		t.Error(message)
	}
}

func isMarkdown(file string) bool {
	return strings.HasSuffix(file, ".md")
}
