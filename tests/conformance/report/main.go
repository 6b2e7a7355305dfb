// Command report runs the conformance suite and writes what came of it to
// docs/semantics.md.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomerge/rules_go_merge/tests/conformance/suite"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run() error {
	workspace := os.Getenv("BUILD_WORKSPACE_DIRECTORY")
	if workspace == "" {
		return errors.New("no work tree to write to: run it with bazel run //tests/conformance:report")
	}
	pairs, err := suite.Pairs(os.Args[1:])
	if err != nil {
		return err
	}
	var results []suite.Result
	for _, pair := range pairs {
		cases, err := suite.Compare(pair)
		if err != nil {
			return err
		}
		results = append(results, suite.Result{Pair: pair, Cases: cases})
	}
	path := filepath.Join(workspace, "docs", "semantics.md")
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if document, err = suite.Kitex.Replace(document, suite.Kitex.Table(results)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, document, 0o644)
}
