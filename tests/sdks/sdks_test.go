// Package sdks builds and runs merged services with each version of Go that the
// rules work with, as a user does who has that version on the PATH.
package sdks

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergegen/closure"
)

func TestSmoke(t *testing.T) {
	sdk, version := sdkOf(t)
	rules := bazeltest.Release(t, "release")
	w := bazeltest.Open(t, filepath.Join(rules, "e2e", "smoke"), rules)
	use(t, w, sdk, version)
	passes(t, w)
}

func TestServices(t *testing.T) {
	sdk, version := sdkOf(t)
	w := bazeltest.Open(t, bazeltest.SourceTree(t), "")
	use(t, w, sdk, version)
	// The links to outputs are those of whoever runs this test. Nogo checks with the
	// newest Go.
	passes(t, w, "--build_tests_only", "--norun_validations", "--experimental_convenience_symlinks=ignore")
}

// use has the workspace built with an SDK, and with a rules_go that works with it.
func use(t *testing.T, w *bazeltest.Workspace, sdk string, version closure.Version) {
	t.Helper()
	w.SDK = sdk
	// rules_go 0.65 asks for modules that need Go 1.26.
	if version.Less(closure.Version{Major: 1, Minor: 26}) {
		w.Flags = append(w.Flags, "--override_module=rules_go="+bazeltest.RulesGo(t, bazeltest.OldestRulesGo))
	}
}

// passes has Bazel test the targets that the rule names, and checks that as many
// tests passed as it says, since a pattern of targets that matches none is not an
// error.
func passes(t *testing.T, w *bazeltest.Workspace, flags ...string) {
	t.Helper()
	want, err := strconv.Atoi(os.Getenv("TESTS"))
	if err != nil {
		t.Fatal(err)
	}
	args := append(append([]string{"test"}, flags...), "--")
	out := w.MustBazel(append(args, strings.Fields(os.Getenv("TARGETS"))...)...)
	if n := strings.Count(out, " PASSED in "); n < want {
		t.Errorf("%d tests passed, want at least %d:\n%s", n, want, out)
	}
}

// sdkOf returns the GOROOT of the SDK to test, and its version. It skips the Go with
// which all tests are run.
func sdkOf(t *testing.T) (string, closure.Version) {
	roots, err := gosdk.Roots()
	if err != nil {
		t.Fatal(err)
	}
	if len(roots) != 1 {
		t.Skipf("needs one SDK in %s, which Bazel sets: run it with bazelw test", gosdk.Env)
	}
	sdk, err := closure.Open(roots[0])
	if err != nil {
		t.Fatal(err)
	}
	version, ok := closure.ParseVersion(sdk.Version)
	if !ok {
		t.Fatalf("%s has version %q", roots[0], sdk.Version)
	}
	if own, _ := closure.ParseVersion(strings.TrimPrefix(runtime.Version(), "go")); own == version {
		t.Skipf("all tests are run with %s", runtime.Version())
	}
	return roots[0], version
}
