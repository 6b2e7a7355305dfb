package deps

import (
	"os"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// TestVersionsOfGoMod compares what Bazel builds this repository from with what
// Go does.
func TestVersionsOfGoMod(t *testing.T) {
	required := requirements(t, "../../go.mod")
	goSum := read(t, "../../go.sum")
	for file, function := range map[string]string{
		"../../MODULE.bazel":                     "dev_go_deps.module",
		"../../merge/private/deps/tool_deps.bzl": "struct",
	} {
		found := 0
		for _, call := range calls(t, file, function) {
			path, version := call.AttrString("path"), call.AttrString("version")
			if version == "" {
				continue
			}
			found++
			if version != required[path] {
				t.Errorf("%s has %s at %s, and go.mod has %q", file, path, version, required[path])
			}
			if line := path + " " + version + " " + call.AttrString("sum") + "\n"; !strings.Contains(goSum, line) {
				t.Errorf("%s: go.sum has no line %q", file, line)
			}
		}
		if found == 0 {
			t.Errorf("found no version in %s", file)
		}
	}
	for path, version := range requirements(t, "../../merge/private/deps/go.mod") {
		if semver.Compare(version, required[path]) > 0 {
			t.Errorf("users get %s at %s at least, and Go builds the rules with %q", path, version, required[path])
		}
	}
}

// requirements returns the versions in a go.mod file by module.
func requirements(t *testing.T, file string) map[string]string {
	t.Helper()
	goMod, err := modfile.ParseLax(file, []byte(read(t, file)), nil)
	if err != nil {
		t.Fatal(err)
	}
	required := make(map[string]string)
	for _, require := range goMod.Require {
		required[require.Mod.Path] = require.Mod.Version
	}
	return required
}

// calls returns the calls of a function in a Starlark file.
func calls(t *testing.T, file, function string) []*build.Rule {
	t.Helper()
	parsed, err := build.ParseDefault(file, []byte(read(t, file)))
	if err != nil {
		t.Fatal(err)
	}
	var found []*build.Rule
	build.Walk(parsed, func(expr build.Expr, _ []build.Expr) {
		if call, ok := expr.(*build.CallExpr); ok {
			if rule := (&build.Rule{Call: call}); build.FormatString(call.X) == function {
				found = append(found, rule)
			}
		}
	})
	return found
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
