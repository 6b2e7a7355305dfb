// Versions writes the table of versions in README.md, from the files that pin
// what CI runs.
//
//	bazel run //dev/versions
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

const (
	readme = "README.md"
	begin  = "<!-- bazel run //dev/versions -->\n"
	end    = "<!-- end -->\n"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "versions:", err)
		os.Exit(1)
	}
}

func run() error {
	root := os.Getenv("BUILD_WORKSPACE_DIRECTORY")
	if root == "" {
		var err error
		if root, err = lint.Root(); err != nil {
			return err
		}
	}
	_, text, err := update(root)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, readme), []byte(text), 0o666)
}

// update returns the text of the README as it is, and with the table of what
// the files below root pin.
func update(root string) (old, text string, err error) {
	data, err := os.ReadFile(filepath.Join(root, readme))
	if err != nil {
		return "", "", err
	}
	versions, err := read(root)
	if err != nil {
		return "", "", err
	}
	old = string(data)
	before, rest, ok1 := strings.Cut(old, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		return "", "", errors.New(readme + ": lacks the comments around the table of versions")
	}
	var b strings.Builder
	b.WriteString(before + begin + "\n| what | versions |\n| --- | --- |\n")
	for _, row := range versions.table() {
		fmt.Fprintf(&b, "| %s | %s |\n", row[0], row[1])
	}
	b.WriteString("\n" + end + after)
	return old, b.String(), nil
}
