package workspace

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestRunfiles starts services that look for their data files in every way in
// which Bazel's users start programs.
func TestRunfiles(t *testing.T) {
	archive, err := txtar.ParseFile("runfiles.txtar")
	if err != nil {
		t.Fatal(err)
	}
	w := bazeltest.New(t, "runfiles", archive)
	check := func(t *testing.T, out string) {
		t.Helper()
		got := slices.Sorted(strings.Lines(out))
		want := []string{"left init=data main=data notes=text\n", "right init=data main=data notes=text\n"}
		if !slices.Equal(got, want) {
			t.Errorf("printed %q, want %q", got, want)
		}
	}
	t.Run("bazel run", func(t *testing.T) { check(t, w.MustBazel("run", "//:shop")) })
	program := filepath.Join(w.Dir, "bazel-bin/shop_/shop")
	for _, tt := range []struct{ name, dir, program, variable string }{
		{"by an absolute path", "/", program, ""},
		{"by a relative path", w.Dir, "bazel-bin/shop_/shop", ""},
		{"away from its runfiles", "/", away(t, program), "RUNFILES_DIR=" + program + ".runfiles"},
		{"away with a manifest", "/", away(t, program), "RUNFILES_MANIFEST_FILE=" + program + ".runfiles_manifest"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.Command(tt.program)
			// Not the runfiles of this test.
			cmd.Dir, cmd.Env = tt.dir, []string{"HOME=" + os.Getenv("HOME"), tt.variable}
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %v", tt.program, err)
			}
			check(t, string(out))
		})
	}
	t.Run("go_merged_test", func(t *testing.T) {
		if out := w.MustBazel("test", "//:shop_test"); !strings.Contains(out, "PASSED") {
			t.Errorf("shop_test did not pass:\n%s", out)
		}
	})
}

// away returns a copy of a program in another folder.
func away(t *testing.T, program string) string {
	t.Helper()
	data, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "shop")
	if err := os.WriteFile(other, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return other
}
