package lint_test

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/lint"
	"github.com/gomerge/rules_go_merge/dev/lint/source"
)

// asIs are findings in messages that have to be those of a framework, by file.
var asIs = map[string]string{
	"merge/adapter/kitex/server/lean.go": `"please"`,
}

// TestWording looks at the comments, doc strings and messages of Go and Starlark files.
func TestWording(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	isGo := func(file string) bool { return path.Ext(file) == ".go" }
	files, err := lint.Files(root, func(file string) bool { return isGo(file) || lint.IsStarlark(file) })
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file == "dev/lint/wording/rules.go" {
			continue // names what to avoid
		}
		src, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Error(err)
			continue
		}
		check := source.Starlark
		if isGo(file) {
			check = source.Go
		}
		messages, err := check(file, src)
		if err != nil {
			t.Error(err)
		}
		for _, message := range messages {
			if words, ok := asIs[file]; !ok || !strings.Contains(message, words) {
				t.Error(message)
			}
		}
	}
}
