package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

func TestArchiveOfTheWorkTree(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "release.tar.gz")
	if err := release(root, "", "", archive); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	files := list(t, data)
	for _, want := range []string{
		"LICENSE",
		"MODULE.bazel",
		"WORKSPACE",
		"go.mod",
		"go.sum",
		"e2e/smoke/MODULE.bazel",
		"e2e/smoke/WORKSPACE",
		"e2e/smoke/serve_test.go",
		"e2e/smoke/smoke_test.go",
		"gazelle_ext/lang.go",
		"tools/mergegen/params/params.go",
		"merge/adapter/kitex/client/client.go",
		"merge/defs.bzl",
		"merge/extensions.bzl",
		"merge/repositories.bzl",
		"merge/runtime/main.go",
		"merge/std/os/os.go",
		"internal/dot/dot.go",
		"tools/mergectl/main.go",
		"tools/mergegen/main.go",
	} {
		if !slices.Contains(files, want) {
			t.Errorf("%s is missing", want)
		}
	}
	unwanted := regexp.MustCompile(`^(\.ci|bazel|bench|dev|docs|examples|tests)|(^|/)testdata/|_test\.go$`)
	for _, file := range files {
		if unwanted.MatchString(file) && !strings.HasPrefix(file, registryTest) {
			t.Errorf("%s is of no use to users", file)
		}
	}
}

func TestOnlyContentCounts(t *testing.T) {
	archive := func(content string, mode os.FileMode, changed time.Time) []byte {
		root := t.TempDir()
		path := filepath.Join(root, "defs.bzl")
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, changed, changed); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := writeArchive(&out, root, []string{"defs.bzl"}); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	now := time.Now()
	first := archive("a", 0o644, now)
	for _, tt := range []struct {
		what string
		data []byte
		same bool
	}{
		{"time", archive("a", 0o644, now.Add(time.Hour)), true},
		{"who may read", archive("a", 0o600, now), true},
		{"run bit", archive("a", 0o755, now), false},
		{"content", archive("b", 0o644, now), false},
	} {
		if same := bytes.Equal(first, tt.data); same != tt.same {
			t.Errorf("with another %s the archive is the same: %t, want %t", tt.what, same, tt.same)
		}
	}
}

func list(t *testing.T, archive []byte) []string {
	t.Helper()
	compressed, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for r := tar.NewReader(compressed); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, header.Name)
	}
}
