package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bzl"
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
		t.Errorf("%s differs from what CI runs; run `bazel run //dev/versions`, or `go run .` in dev/versions", readme)
	}
}

// TestPages reads what is written by hand.
func TestPages(t *testing.T) {
	root, versions := pins(t)
	for page, all := range versions.pages() {
		data, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range all {
			if !strings.Contains(string(data), text) {
				t.Errorf("%s lacks %q, which is what CI runs", page, text)
			}
		}
	}
}

// TestGRPC compares what the adapter of grpc-go says with what runs with it.
func TestGRPC(t *testing.T) {
	root, versions := pins(t)
	targets, err := bzl.Read(filepath.Join(root, "merge/adapter/grpc/BUILD.bazel"))
	if err != nil {
		t.Fatal(err)
	}
	hook := targets.Inner(":package")
	first, last := versions.adapted[0], versions.adapted[len(versions.adapted)-1]
	if oldest, newest := hook.Text("oldest_version"), hook.Text("newest_version"); oldest != "v"+first || newest != "v"+last {
		t.Errorf("the adapter says %s to %s, and its unit tests run with v%s to v%s", oldest, newest, first, last)
	}
	// Merged services have both ends.
	if ends := []string{first, last}; !slices.Equal(versions.grpc, ends) {
		t.Errorf("merged services have %q, want %q", versions.grpc, ends)
	}
}

func pins(t *testing.T) (root string, versions *pinned) {
	t.Helper()
	root, err := lint.Root()
	if err == nil {
		versions, err = read(root)
	}
	if err != nil {
		t.Fatal(err)
	}
	return root, versions
}
