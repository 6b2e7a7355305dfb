package lint_test

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

// rulesGo is the only file of the rules that names rules_go, and what that does not promise to keep,
// but for rulesGoProto, which takes its protobuf rules.
const (
	rulesGo      = "merge/private/rules_go.bzl"
	rulesGoProto = "merge/private/rules_go_proto.bzl"
)

var inRulesGoOnly = []string{"GoArchiveData", "GoInfo", "new_go_info", "package_list", "_package_metadata"}

func TestOneFileLeansOnRulesGo(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := lint.Files(root, func(file string) bool {
		return strings.HasPrefix(file, "merge/") && path.Ext(file) == ".bzl"
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(files, rulesGo) {
		t.Fatalf("there is no %s", rulesGo)
	}
	for _, name := range files {
		if name == rulesGo || name == rulesGoProto {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		file, err := build.ParseBzl(name, data)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range usesOfRulesGo(file) {
			t.Errorf("%s; have a function of %s do it", use, rulesGo)
		}
	}
}

func TestUsesOfRulesGo(t *testing.T) {
	file, err := build.ParseBzl("some.bzl", []byte(`"""Loads "@io_bazel_rules_go//go:def.bzl"."""

load("@io_bazel_rules_go//go/private:context.bzl", "go_context")
load(":rules_go.bzl", "GoArchive")

def _impl(ctx):
    go = ctx.attr.go
    info = GoInfo(mode = go.mode)
    return go.sdk.package_list, getattr(info, "_package_metadata", None)
`))
	if err != nil {
		t.Fatal(err)
	}
	got := usesOfRulesGo(file)
	want := []string{
		"some.bzl:3: names @io_bazel_rules_go//go/private:context.bzl",
		"some.bzl:8: names GoInfo",
		"some.bzl:9: names package_list",
		"some.bzl:9: names _package_metadata",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// usesOfRulesGo lists where a file names rules_go, or what it takes from there, other than in
// comments and docstrings.
func usesOfRulesGo(file *build.File) []string {
	var uses []string
	build.WalkInterruptable(file, func(expr build.Expr, _ []build.Expr) error {
		start, _ := expr.Span()
		name := ""
		switch expr := expr.(type) {
		case *build.StringExpr:
			name = expr.Value
		case *build.Ident:
			name = expr.Name
		case *build.DotExpr:
			name, start = expr.Name, expr.NamePos
		}
		if slices.Contains(inRulesGoOnly, name) || strings.HasPrefix(name, "@io_bazel_rules_go") || strings.HasPrefix(name, "@rules_go//") {
			uses = append(uses, file.Path+":"+strconv.Itoa(start.Line)+": names "+name)
		}
		return nil
	})
	return uses
}
