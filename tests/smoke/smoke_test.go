// Package smoke uses the rule set as users do: from the release archive, in
// another workspace.
package smoke

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

func TestSmoke(t *testing.T) {
	rules := bazeltest.Release(t, "release")
	w := bazeltest.Open(t, filepath.Join(rules, "e2e", "smoke"), rules)
	oldestRulesGo := bazeltest.RulesGo(t, bazeltest.OldestRulesGo)

	t.Run("flags of Bazel 8 and 9", func(t *testing.T) { testNextFlags(t, w) })
	t.Run("rules_go that is too old", func(t *testing.T) { testOldRulesGo(t, w) })

	// With modules it is the rules_go that this repository is built with, and
	// without them the oldest that works, so that neither costs a separate build.
	t.Run("modules", func(t *testing.T) { passes(t, w, "--config=next") })
	t.Run("WORKSPACE", func(t *testing.T) {
		passes(t, w, "--config=workspace", "--override_repository=io_bazel_rules_go="+oldestRulesGo)
	})
	t.Run("modules with the oldest rules_go", func(t *testing.T) {
		w.MustBazel("build", "--nobuild", "--override_module=rules_go="+oldestRulesGo, "//...")
	})
	t.Run("WORKSPACE with the newest rules_go", func(t *testing.T) {
		w.MustBazel("build", "--nobuild", "--config=workspace", "//...")
	})
}

// passes runs the tests of the workspace.
func passes(t *testing.T, w *bazeltest.Workspace, flags ...string) {
	t.Helper()
	out := w.MustBazel(append(append([]string{"test"}, flags...), "//...")...)
	if n := strings.Count(out, "PASSED"); n != 2 {
		t.Errorf("%d tests passed, want smoke_test and serve_test:\n%s", n, out)
	}
}

// testOldRulesGo takes the last rules_go that the rules do not work with.
func testOldRulesGo(t *testing.T, w *bazeltest.Workspace) {
	dir := bazeltest.RulesGo(t, bazeltest.TooOldRulesGo)
	for name, flags := range map[string][]string{
		"modules":   {"--override_module=rules_go=" + dir},
		"WORKSPACE": {"--config=workspace", "--override_repository=io_bazel_rules_go=" + dir},
	} {
		t.Run(name, func(t *testing.T) {
			_, stderr, code := w.Bazel(append(append([]string{"build", "--nobuild"}, flags...), "//:merged")...)
			const want = "Error in fail: rules_go_merge: this rules_go is older than 0.63.0, and 0.63.0 is the oldest that the rules work with."
			if code == 0 || !strings.Contains(stderr, want) {
				t.Errorf("exit code %d and no %q in\n%s", code, want, stderr)
			}
		})
	}
}
