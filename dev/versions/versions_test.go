package main

import (
	"testing"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

func TestReadme(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	old, text, err := update(root)
	if err != nil {
		t.Fatal(err)
	}
	if old != text {
		t.Errorf("%s differs from what CI runs; run `bazel run //dev/versions`, or go run . in dev/versions", readme)
	}
}
