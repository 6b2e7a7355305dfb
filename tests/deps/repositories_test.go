package deps

import (
	"os"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"
	"golang.org/x/mod/modfile"
)

// Workspaces without Bazel modules build the tools from the versions that
// go.mod has.
func TestRepositoriesAreThoseOfGoMod(t *testing.T) {
	goMod, err := modfile.ParseLax("go.mod", read(t, "../../go.mod"), nil)
	if err != nil {
		t.Fatal(err)
	}
	required := make(map[string]string)
	for _, require := range goMod.Require {
		required[require.Mod.Path] = require.Mod.Version
	}
	goSum := string(read(t, "../../go.sum"))

	file, err := build.ParseBzl("repositories.bzl", read(t, "../../merge/private/deps/repositories.bzl"))
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	build.Walk(file, func(expr build.Expr, _ []build.Expr) {
		call, ok := expr.(*build.CallExpr)
		if !ok || len(call.List) == 0 {
			return
		}
		rule := &build.Rule{Call: call}
		path, version := rule.AttrString("importpath"), rule.AttrString("version")
		if path == "" {
			return
		}
		declared++
		if version != required[path] {
			t.Errorf("%s is declared at %s, and go.mod has %q", path, version, required[path])
		}
		if line := path + " " + version + " " + rule.AttrString("sum") + "\n"; !strings.Contains(goSum, line) {
			t.Errorf("go.sum has no line %q", line)
		}
	})
	if declared == 0 {
		t.Error("found no repository")
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
