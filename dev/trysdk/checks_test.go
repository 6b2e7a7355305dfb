package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

// testFunc matches the name of a test in its source.
var testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// TestChecks finds a test for each check, which may move and leave it with none.
func TestChecks(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		run := regexp.MustCompile(c.run)
		for _, pattern := range c.packages {
			folder, below := strings.CutSuffix(strings.TrimPrefix(pattern, "./"), "/...")
			files, err := lint.Files(root, func(file string) bool {
				dir := filepath.Dir(file)
				return strings.HasSuffix(file, "_test.go") && (dir == folder || below && strings.HasPrefix(dir, folder+"/"))
			})
			if err != nil {
				t.Errorf("%s: %s: %v", c.title, pattern, err)
				continue
			}
			var source bytes.Buffer
			for _, file := range files {
				data, err := os.ReadFile(filepath.Join(root, file))
				if err != nil {
					t.Fatal(err)
				}
				source.Write(data)
			}
			found := false
			for _, match := range testFunc.FindAllSubmatch(source.Bytes(), -1) {
				found = found || run.Match(match[1])
			}
			if !found {
				t.Errorf("%s: %s has no test %s", c.title, pattern, c.run)
			}
		}
	}
}
